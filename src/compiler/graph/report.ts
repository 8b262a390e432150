// What there is to know about a policy file, as HTML: what the checks say, what each filter costs, what it lets pass by purpose, and
// its graph. In: what compile() gave; out: the inside of a page. `policyc report` writes it, and the page writes it anew whenever
// its text is edited. Invariant: everything that is not ours is escaped.

import type { CompileResult, Filter } from "../compile.ts";
import type { Diagnostic, Source } from "../diagnostics/diagnostic.ts";
import { position } from "../diagnostics/frame.ts";
import { isDenying } from "../policy/action.ts";
import { statsOf } from "../stats/stats.ts";
import { testPolicies } from "../testing/test-policies.ts";
import { type Answer, answersOf, type Executed } from "./answers.ts";
import { type Graph, graphOf, showExecuted } from "./graph.ts";
import { purposeOf, purposeRank } from "./purposes.ts";
import { svgOf } from "./svg.ts";
import { escapeMarkup } from "./words.ts";

export function reportBody(result: CompileResult): string {
  const { filters, sources } = result;
  return [findings(result), tests(result), ...filters.map(filter => filterBody(filter, sources))].join("\n");
}

function findings({ diagnostics, sources }: CompileResult): string {
  const head = "<h2>What the checks say</h2>";
  if (diagnostics.length === 0) return `${head}<p>Nothing: no error, no warning, no hint.</p>`;
  const items = diagnostics.map(diagnostic => finding(diagnostic, sources));
  return `${head}<ul>${items.join("")}</ul>`;
}

function finding({ severity, code, message, span, hint }: Diagnostic, sources: readonly Source[]): string {
  const source = sources.find(({ name }) => name === span.source);
  const place = source === undefined ? span.source : `${span.source}:${position(source, span.start).line}`;
  const advice = hint === undefined ? "" : `<br><span class="soft">${escapeMarkup(hint)}</span>`;
  const text = `${escapeMarkup(place)} ${escapeMarkup(message)} <code>${escapeMarkup(code)}</code>`;
  return `<li class="${severity}"><strong>${severity}</strong> ${text}${advice}</li>`;
}

function tests({ tests: blocks, filters }: CompileResult): string {
  const rows = testPolicies(blocks, filters).flatMap(report => report.tests.flatMap(test => test.rows));
  if (rows.length === 0) return "";
  const failed = rows.filter(({ passed }) => !passed).length;
  const held = `${rows.length - failed} of the ${rows.length} rows of its tests hold, for all calls that they stand for.`;
  return `<p class="${failed > 0 ? "error" : ""}">${failed > 0 ? "<strong>failed tests</strong> " : ""}${held}</p>`;
}

function filterBody(filter: Filter, sources: readonly Source[]): string {
  const { policy, target } = filter;
  const graph = graphOf(filter, sources);
  return [
    `<section aria-label="${escapeMarkup(`${policy} for ${target}`)}">`,
    `<h2>${escapeMarkup(policy)} for ${target}</h2>`,
    costs(filter),
    `<h3>What it lets pass, by purpose</h3>${purposes(filter)}`,
    `<h3>How it decides</h3><div class="drawing" tabindex="0" role="group" aria-label="decision graph">${svgOf([graph])}</div>`,
    graphTable(graph),
    "</section>",
  ].join("\n");
}

function costs(filter: Filter): string {
  const { length, calls, all, uncached } = statsOf(filter);
  const cached = calls.filter(call => call.cached).length;
  const rows = [
    ["by all calls that pass", all],
    ["by those for which it runs from Linux 5.11 on", cached === 0 ? undefined : uncached],
  ] as const;
  const table = rows.map(([name, executed]) => {
    if (executed === undefined) return "";
    const { min, mean, max, bound } = executed;
    return `<tr><td>${name}</td>${[min, mean.toFixed(2), max, bound.mean.toFixed(2)].map(number).join("")}</tr>`;
  });
  const head = ["least", "mean", "most", "bound of the mean"]
    .map(word => `<th class="number" scope="col">${word}</th>`)
    .join("");
  return (
    `<p>${length} instructions, proved equal to the text. From Linux 5.11 on the kernel lets ${cached} of the ${calls.length} calls ` +
    `that can pass do so without running it.</p><table><thead><tr><th scope="col">Instructions executed</th>${head}</tr></thead>` +
    `<tbody>${table.join("")}</tbody></table>`
  );
}

function number(value: number | string): string {
  return `<td class="number">${value}</td>`;
}

function purposes(filter: Filter): string {
  const sets = new Map<string, Answer[]>();
  for (const answer of answersOf(filter, filter.model.abis[0]!)) {
    const purpose = purposeOf(answer.name);
    sets.set(purpose, [...(sets.get(purpose) ?? []), answer]);
  }
  const rows = [...sets]
    .toSorted(([a], [b]) => purposeRank(a) - purposeRank(b))
    .flatMap(([purpose, answers]) => {
      const passing = answers.filter(({ steps }) => steps.some(({ action }) => !isDenying(action)));
      const always = passing.filter(({ steps }) => steps.every(({ action }) => !isDenying(action)));
      const sometimes = passing.filter(answer => !always.includes(answer));
      if (passing.length === 0) return [];
      const count = `${passing.length} of ${answers.length}`;
      return [
        `<tr><th scope="row">${purpose}</th>${number(count)}<td>${names(always)}</td><td>${names(sometimes)}</td></tr>`,
      ];
    });
  if (rows.length === 0) return "<p>Nothing.</p>";
  const head = `<tr><th scope="col">Purpose</th><th class="number" scope="col">Calls</th><th scope="col">Always</th><th scope="col">By their arguments</th></tr>`;
  return `<table><thead>${head}</thead><tbody>${rows.join("")}</tbody></table>`;
}

function names(answers: readonly Answer[]): string {
  return answers.map(({ name }) => `<code>${escapeMarkup(name)}</code>`).join(" ");
}

/** The graph in words, for those who cannot see it, and with all the names that its boxes have no room for. */
export function graphTable({ nodes }: Graph): string {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const rows = nodes.flatMap(({ kind, title, note, calls, ways }) => {
    if (kind === "start" || kind === "verdict") return [];
    const verdicts = ways.map(({ when, to, executed }) => {
      const condition = when === undefined ? (ways.length === 1 ? "" : " otherwise") : ` if ${when}`;
      return `<strong>${escapeMarkup(titles.get(to)!)}</strong>${escapeMarkup(condition)}${cost(executed)}`;
    });
    const what = [note, calls.join(" ")].filter(text => text !== "").map(text => escapeMarkup(text));
    const head = `<th scope="row">${escapeMarkup(title)}</th>`;
    return [`<tr>${head}<td>${what.join("<br>")}</td><td>${verdicts.join("<br>")}</td></tr>`];
  });
  const head = `<tr><th scope="col">Calls</th><th scope="col">Which</th><th scope="col">Verdict, and instructions executed</th></tr>`;
  return `<details><summary>The same as a table</summary><table><thead>${head}</thead><tbody>${rows.join("")}</tbody></table></details>`;
}

function cost(executed: Executed | undefined): string {
  return executed === undefined ? "" : ` <span class="soft">${showExecuted(executed)}</span>`;
}
