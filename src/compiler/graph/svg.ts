// Graphs as one SVG picture, one below the other. Colours are for the light and the dark; lines and signs say the same without them.
// Stands alone as a file and inside a page; holds no script, no link and nothing that is not escaped.

import type { Action } from "../policy/model.ts";
import { type Graph, type GraphNode, showExecuted, type Way } from "./graph.ts";
import { type Box, CHARACTER, type Layout, LINE, layoutOf, MARGIN } from "./layout.ts";
import { escapeMarkup } from "./words.ts";

const STYLE = `
.pg { --ink:#1f2328; --soft:#59636e; --paper:#ffffff; --box:#f6f8fa; --line:#818b98;
  --go:#116329; --fail:#8a4600; --end:#b3131f; --ask:#0a4fb0; }
@media (prefers-color-scheme: dark) { .pg { --ink:#e6edf3; --soft:#9aa4af; --paper:#0d1117; --box:#161b22; --line:#6e7681;
  --go:#56d364; --fail:#f0a04b; --end:#ff7b72; --ask:#79c0ff; } }
.pg text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); white-space: pre; }
.pg .title { font-weight: 700; } .pg .note, .pg .calls, .pg .legend, .pg .cost { fill: var(--soft); }
.pg .cost { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.pg .box { fill: var(--box); stroke: var(--line); } .pg .paper { fill: var(--paper); }
.pg .edge { fill: none; stroke: var(--line); stroke-width: 1.5; }
.pg .go { --c: var(--go); } .pg .fail { --c: var(--fail); } .pg .end { --c: var(--end); } .pg .ask { --c: var(--ask); }
.pg .edge.way { stroke: var(--c); } .pg .verdict .box { stroke: var(--c); stroke-width: 2; } .pg .verdict .title { fill: var(--c); }
.pg .fail .box, .pg .fail.edge { stroke-dasharray: 7 3; } .pg .end .box, .pg .end.edge { stroke-dasharray: 2 3; stroke-width: 2; }
.pg .ask .box, .pg .ask.edge { stroke-dasharray: 9 3 2 3; }
`;

const LEGEND = [
  "A call takes the first line that fits. Numbers beside an arrow: instructions executed, on calls that were tried.",
  "cached: from Linux 5.11 on the kernel lets the call pass without running the filter.",
];

export function svgOf(graphs: readonly Graph[]): string {
  const parts: string[] = [];
  let [width, y] = [LEGEND[0]!.length * CHARACTER + 2 * MARGIN, 0];
  for (const graph of graphs) {
    const layout = layoutOf(graph);
    parts.push(`<g transform="translate(0 ${y})">${drawing(layout)}</g>`);
    width = Math.max(width, layout.width);
    y += layout.height;
  }
  const legend = LEGEND.map((line, at) => text(MARGIN, y + (at + 1) * LINE, line, "legend")).join("");
  const height = y + LEGEND.length * LINE + MARGIN;
  const title = graphs.map(({ policy, target }) => `${policy} for ${target}`).join(", ");
  const size = `width="${Math.ceil(width)}" height="${height}" viewBox="0 0 ${Math.ceil(width)} ${height}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="pg" role="img" aria-label="${escapeMarkup(`Decision graph: ${title}`)}" ${size}>` +
    `<style>${STYLE}</style><rect class="paper" width="100%" height="100%"/>${parts.join("")}${legend}</svg>\n`
  );
}

function drawing({ boxes }: Layout): string {
  const all = [...boxes.values()];
  const edges = all.flatMap(box => box.node.ways.map((way, at) => edge(box, at, way, boxes.get(way.to)!)));
  return [...edges.map(({ line }) => line), ...all.map(drawBox), ...edges.map(({ cost }) => cost)].join("\n");
}

export function classOf({ kind }: Action): "go" | "fail" | "end" | "ask" {
  switch (kind) {
    case "allow":
    case "log":
      return "go";
    case "errno":
    case "trap":
      return "fail";
    case "notify":
    case "trace":
      return "ask";
    case "kill":
    case "kill-thread":
      return "end";
  }
}

const COST_WIDTH = 8 * CHARACTER + 6;

function edge(from: Box, at: number, { executed }: Way, to: Box): { readonly line: string; readonly cost: string } {
  const [x1, y1, x2] = [from.x + from.width, from.exits[at]!, to.x];
  const y2 = to.node.kind === "verdict" ? to.y + to.height / 2 : to.y + LINE;
  // Level under its cost first, so that the two are read together.
  const turn = executed === undefined ? x1 : x1 + COST_WIDTH;
  const middle = (turn + x2) / 2;
  const action = to.node.action;
  const style = action === undefined ? "edge" : `edge way ${classOf(action)}`;
  const line = `<path class="${style}" d="M${n(x1)} ${n(y1)}H${n(turn)}C${n(middle)} ${n(y1)} ${n(middle)} ${n(y2)} ${n(x2)} ${n(y2)}"/>`;
  return { line, cost: executed === undefined ? "" : text(x1 + 6, y1 - 4, showExecuted(executed), "cost") };
}

function drawBox({ node, x, y, width, height, lines }: Box): string {
  const style = node.action === undefined ? node.kind : `verdict ${classOf(node.action)}`;
  const rect = `<rect class="box" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="6"/>`;
  const all = lines.map(line => text(x + 10, line.y, line.text, line.style)).join("");
  return `<g class="${style}"><title>${escapeMarkup(tooltip(node))}</title>${rect}${all}</g>`;
}

/** All that a box has no room for. */
export function tooltip({ title, note, calls, ways }: GraphNode): string {
  const conditions = ways.flatMap(({ when }) => (when === undefined ? [] : [`if ${when}`]));
  return [title, note, calls.join(" "), ...conditions].filter(line => line !== "").join("\n");
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text class="${style}" x="${n(x)}" y="${n(y)}">${escapeMarkup(content)}</text>`;
}

function n(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
