// Launchers and filters for a machine under test, from policy text as a user writes it.

import { readdirSync, readFileSync } from "node:fs";
import {
  buildLauncher,
  compile,
  type Filter,
  type LaunchOptions,
  specialise,
  ticketedCalls,
} from "../../src/compiler/index.ts";
import { STANDALONE } from "../kernel/launch/launchers.ts";
import type { Machine } from "./machine.ts";

export const ON_SOCKET = { report: { kind: "socket", fd: 3 } } as const;

/** The one filter of a policy's body. */
export function filterOf(machine: Machine, body: string): Filter {
  const { filters, diagnostics } = compile({ name: "test.policy", text: `policy test for ${machine} { ${body} }` });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || filters.length !== 1) throw new Error(errors.map(({ message }) => message).join("\n"));
  return filters[0]!;
}

export function launcherOf(filter: Filter, options: Partial<LaunchOptions> = {}) {
  const all = { ...STANDALONE, ...options };
  const { monitored } = all;
  const launched = specialise(filter, { monitored, tickets: ticketedCalls(filter.target, all) });
  const built = buildLauncher(filter.target, launched, all);
  if (!built.ok) throw new Error(built.message);
  return built;
}

const EXAMPLES = new URL("../../policies/examples/", import.meta.url);

/** The filters of every policy that is shipped, for one machine. */
export function shippedFilters(machine: Machine): Filter[] {
  const names = readdirSync(EXAMPLES).filter(name => name.endsWith(".policy"));
  return names
    .flatMap(name => compile({ name, text: readFileSync(new URL(name, EXAMPLES), "utf8") }).filters)
    .filter(({ target }) => target === machine);
}
