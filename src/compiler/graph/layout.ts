// Where a graph's nodes lie: columns by how many steps a call has behind it, top to bottom as the graph lists them, the last
// column where its arrows come from. In: a graph; out: boxes in pixels and the lines they hold. Deterministic: widths are
// counted in characters of a fixed width.

import type { Graph, GraphNode } from "./graph.ts";
import { callLines, titleLines, wayLines, wrapped } from "./words.ts";

export const CHARACTER = 7.3;
export const LINE = 17;
const PADDING = 10;
const GAP = 14;
/** Room for arrows and the costs beside them. */
const BETWEEN = 190;
export const MARGIN = 16;

export interface TextLine {
  readonly text: string;
  readonly style: "title" | "note" | "calls" | "way";
  readonly y: number;
}

export interface Box {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
  /** Where each way leaves: absolute y. */
  readonly exits: readonly number[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
}

export function layoutOf({ nodes }: Graph): Layout {
  const depths = depthsOf(nodes);
  const columns: GraphNode[][] = [];
  for (const node of nodes) {
    const column = columns[depths.get(node.id)!];
    if (column === undefined) columns[depths.get(node.id)!] = [node];
    else column.push(node);
  }
  const boxes = new Map<string, Box>();
  let x = MARGIN;
  for (const [at, column] of columns.entries()) {
    const sized = column.map(node => sizeOf(node));
    const width = Math.max(...sized.map(box => box.width));
    const ordered = at === columns.length - 1 ? byArrivals(sized, boxes) : stacked(sized);
    for (const box of ordered) boxes.set(box.node.id, { ...box, x, width });
    x += width + BETWEEN;
  }
  const bottom = Math.max(...[...boxes.values()].map(box => box.y + box.height));
  centre(nodes[0]!.id, boxes, bottom);
  return { width: Math.ceil(x - BETWEEN + MARGIN), height: Math.ceil(bottom + MARGIN), boxes };
}

/** Steps on the longest way from the start. Nodes come before those they lead to. */
function depthsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const depths = new Map(nodes.map(({ id }) => [id, 0]));
  for (const { id, ways } of nodes) {
    for (const { to } of ways) depths.set(to, Math.max(depths.get(to)!, depths.get(id)! + 1));
  }
  return depths;
}

function sizeOf(node: GraphNode): Box {
  const lines: TextLine[] = [];
  const exits: number[] = [];
  let y = PADDING;
  const add = (texts: readonly string[], style: TextLine["style"]): void => {
    for (const text of texts) {
      y += LINE;
      lines.push({ text, style, y: y - 4 });
    }
  };
  add(titleLines(node), "title");
  add(node.note === "" ? [] : wrapped(node.note), "note");
  add(callLines(node), "calls");
  const isFan = node.kind === "start";
  for (const at of isFan ? [] : node.ways.keys()) {
    const texts = wayLines(node, at);
    const top = y;
    if (texts.length > 0) y += 4;
    add(texts, "way");
    exits.push(texts.length === 0 ? -1 : (top + y + 4) / 2);
  }
  const height = y + PADDING;
  const width = Math.max(...lines.map(({ text }) => text.length)) * CHARACTER + 2 * PADDING;
  const middle = exits.map(exit => (exit < 0 ? height / 2 : exit));
  return { node, x: 0, y: 0, width, height, lines, exits: isFan ? node.ways.map(() => height / 2) : middle };
}

function stacked(boxes: readonly Box[]): readonly Box[] {
  let y = MARGIN;
  return boxes.map(box => {
    const placed = moved(box, y);
    y += box.height + GAP;
    return placed;
  });
}

/** Each as near as can be to the middle of the arrows that come in. */
function byArrivals(boxes: readonly Box[], before: ReadonlyMap<string, Box>): readonly Box[] {
  const wanted = boxes.map(box => {
    const from = [...before.values()].flatMap(({ node, exits }) =>
      node.ways.flatMap(({ to }, at) => (to === box.node.id ? [exits[at]!] : [])),
    );
    return { box, y: from.reduce((sum, y) => sum + y, 0) / Math.max(from.length, 1) - box.height / 2 };
  });
  let y = MARGIN;
  return wanted
    .toSorted((a, b) => a.y - b.y)
    .map(({ box, y: best }) => {
      const placed = moved(box, Math.max(y, best));
      y = placed.y + box.height + GAP;
      return placed;
    });
}

function centre(id: string, boxes: Map<string, Box>, bottom: number): void {
  const box = boxes.get(id)!;
  boxes.set(id, moved(box, (MARGIN + bottom - box.height) / 2));
}

function moved(box: Box, y: number): Box {
  const by = y - box.y;
  const lines = box.lines.map(line => ({ ...line, y: line.y + by }));
  return { ...box, y, lines, exits: box.exits.map(exit => exit + by) };
}
