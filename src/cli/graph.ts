// policyc graph FILE: the decision graph of each of its filters, as a picture, a page, or text for other tools that draw.

import { dotOf, escapeMarkup, type Graph, graphOf, graphTable, mermaidOf, pageOf, svgOf } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { asFailure, readSource } from "./input.ts";
import { writeFiles } from "./output.ts";
import { policyPrograms } from "./policy-programs.ts";
import { FINE } from "./user-error.ts";

export function run({ options, operands }: Invocation<"graph">): number {
  const read = readSource(operands[0]!);
  if (!read.ok) throw asFailure(read.diagnostic);
  const graphs = policyPrograms(read.value, options).map(({ origin }) => {
    const { filter, sources } = origin!;
    return graphOf(filter, sources);
  });
  const content = drawn(graphs, options.format ?? "svg", read.value.name);
  const path = options.output ?? "-";
  if (path === "-") process.stdout.write(content);
  else writeFiles([{ path, content, mode: 0o644 }]);
  return FINE;
}

function drawn(graphs: readonly Graph[], format: "svg" | "html" | "dot" | "mermaid", name: string): string {
  switch (format) {
    case "svg":
      return svgOf(graphs);
    case "dot":
      return dotOf(graphs);
    case "mermaid":
      return mermaidOf(graphs);
    case "html":
      return pageOf({ title: `${name}: how it decides`, body: `<main>${graphs.map(section).join("\n")}</main>` });
  }
}

function section(graph: Graph): string {
  const title = escapeMarkup(`${graph.policy} for ${graph.target}`);
  const drawing = `<div class="drawing" tabindex="0" role="group" aria-label="decision graph">${svgOf([graph])}</div>`;
  return `<section><h1>${title}</h1>${drawing}${graphTable(graph)}</section>`;
}
