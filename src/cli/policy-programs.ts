// The programs of a policy text. Errors are shown as `check` shows them and end the command; warnings are left to `check`.

import { type CostOptions, compile, hasErrors, position, type Source } from "../compiler/index.ts";
import { readImport } from "./input.ts";
import { type Choice, choose, type Program, titleOf } from "./programs.ts";
import { printFindings } from "./report.ts";
import { settingsFor } from "./settings.ts";
import { failure } from "./user-error.ts";

export function policyPrograms(main: Source, choice: Choice, cost: CostOptions = {}): readonly Program[] {
  const { policy } = choice;
  const { diagnostics, sources, filters } = compile(main, {
    read: readImport,
    severities: settingsFor(main.name).rules,
    ...(policy === undefined ? {} : { policy }),
    ...cost,
  });
  if (hasErrors(diagnostics)) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    printFindings({ diagnostics: errors, sources }, "pretty", process.stderr);
    throw failure(`${main.name} has errors`);
  }
  if (filters.length === 0) throw failure(`${main.name} has no policy`, "it only has groups and constants");
  const all = filters.map(filter => ({ filter, policy: filter.policy, arch: filter.target }));
  return choose(main.name, all, choice).map(({ filter }) => ({
    title: titleOf(main.name, filters.length, filter.policy, filter.target),
    instructions: filter.program,
    arch: filter.target,
    policy: filter.policy,
    places: pc => (filter.origins[pc] ?? []).map(({ span }) => placeOf(span, sources)),
    origin: { filter, main, sources },
  }));
}

function placeOf(
  { source, start }: { readonly source: string; readonly start: number },
  sources: readonly Source[],
): string {
  const text = sources.find(({ name }) => name === source);
  return text === undefined ? source : `${source}:${position(text, start).line}`;
}
