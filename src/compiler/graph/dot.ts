// Graphs in the languages of other tools that draw: DOT for graphviz, and Mermaid's flowchart. One line a node, one an arrow.

import type { Action } from "../policy/model.ts";
import { type Graph, type GraphNode, showExecuted } from "./graph.ts";
import { classOf, tooltip } from "./svg.ts";
import { callLines, printable, titleLines, wayLines } from "./words.ts";

const COLOURS = { go: "#116329", fail: "#8a4600", end: "#b3131f", ask: "#0a4fb0" } as const;
const LINES = { go: "solid", fail: "dashed", end: "dotted", ask: "dashed" } as const;

export function dotOf(graphs: readonly Graph[]): string {
  const parts = graphs.flatMap(({ policy, target, nodes }, at) => [
    `  subgraph ${quoted(`cluster_${at}`)} {`,
    `    label=${quoted(`${policy} for ${target}`)}`,
    ...nodes.flatMap(node => dotNode(node, `g${at}_`)),
    "  }",
  ]);
  const head = [
    "digraph policy {",
    "  rankdir=LR",
    '  node [shape=box style=rounded fontname="DejaVu Sans Mono" fontsize=10]',
    '  edge [fontname="DejaVu Sans Mono" fontsize=9]',
  ];
  return [...head, ...parts, "}"].map(line => `${line}\n`).join("");
}

function dotNode(node: GraphNode, prefix: string): readonly string[] {
  const { id, action } = node;
  const colour =
    action === undefined ? "" : ` color="${COLOURS[classOf(action)]}" fontcolor="${COLOURS[classOf(action)]}"`;
  const style = action === undefined ? "" : ` style="rounded,${LINES[classOf(action)]}"`;
  const label = dotLines(boxLines(node));
  return [
    `    ${prefix}${id} [label="${label}" tooltip=${quoted(tooltip(node))}${colour}${style}]`,
    ...node.ways.map(
      (way, at) => `    ${prefix}${id} -> ${prefix}${way.to} [label="${dotLines(edgeLines(node, at))}"]`,
    ),
  ];
}

/** `\l` ends a line that stands to the left. */
function dotLines(lines: readonly string[]): string {
  return lines.map(line => `${escaped(line)}\\l`).join("");
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll("\n", "\\n")}"`;
}

function escaped(text: string): string {
  return printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

function boxLines(node: GraphNode): readonly string[] {
  return [...titleLines(node), ...(node.note === "" ? [] : [node.note]), ...callLines(node)];
}

function edgeLines(node: GraphNode, at: number): readonly string[] {
  const { executed } = node.ways[at]!;
  return node.kind === "start"
    ? []
    : [...wayLines(node, at), ...(executed === undefined ? [] : [showExecuted(executed)])];
}

const CLASSES = ["go", "fail", "end", "ask"] as const;

export function mermaidOf(graphs: readonly Graph[]): string {
  const parts = graphs.flatMap(({ policy, target, nodes }, at) => [
    `  subgraph g${at}["${mermaidText([`${policy} for ${target}`])}"]`,
    ...nodes.flatMap(node => mermaidNode(node, `g${at}_`)),
    "  end",
  ]);
  const dashes = { go: "0", fail: "7 3", end: "2 3", ask: "9 3 2 3" };
  const classes = CLASSES.map(
    name => `  classDef ${name}Verdict stroke:${COLOURS[name]},stroke-width:2px,stroke-dasharray:${dashes[name]}`,
  );
  return ["flowchart LR", ...parts, ...classes].map(line => `${line}\n`).join("");
}

function mermaidNode(node: GraphNode, prefix: string): readonly string[] {
  const { id, ways } = node;
  return [
    `    ${prefix}${id}["${mermaidText(boxLines(node))}"]${mermaidClass(node.action)}`,
    ...ways.map(({ to }, at) => {
      const lines = edgeLines(node, at);
      const label = lines.length === 0 ? "" : `|"${mermaidText(lines)}"|`;
      return `    ${prefix}${id} -->${label} ${prefix}${to}`;
    }),
  ];
}

function mermaidClass(action: Action | undefined): string {
  return action === undefined ? "" : `:::${classOf(action)}Verdict`;
}

/** Mermaid's own entities: #35; is a hash. Only letters, digits and spaces mean nothing to it or to Markdown. */
function mermaidText(lines: readonly string[]): string {
  return lines.map(line => printable(line).replace(/[^\w ,]/gu, sign => `#${sign.codePointAt(0)};`)).join("<br/>");
}
