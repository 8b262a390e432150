// The program of policies/examples/static.c in its three linkings, and what of a policy is counted as its width.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Arch, compile } from "../../../src/compiler/index.ts";

const examples = fileURLToPath(new URL("../../../policies/examples/", import.meta.url));
export const SOURCE = `${examples}static.c`;
export const POLICY = { name: "static.policy", text: readFileSync(`${examples}static.policy`, "utf8") };

export interface Linking {
  readonly name: string;
  readonly options: readonly string[];
  readonly policy: "static" | "dynamic";
}

export const LINKINGS: readonly Linking[] = [
  { name: "static", options: ["-static", "-no-pie"], policy: "static" },
  { name: "static-pie", options: ["-static-pie"], policy: "static" },
  { name: "dynamic", options: [], policy: "dynamic" },
];

export interface Width {
  /** Calls that some arguments get through. */
  readonly calls: number;
  /** Of these, how many get through whatever the arguments are. */
  readonly unconditional: number;
}

export function widthOf(policy: string, arch: Arch): Width {
  const { filters } = compile(POLICY, { policy });
  const filter = filters.find(({ target }) => target === arch)!;
  const allowing = filter.model.abis[0]!.rules.filter(({ action }) => action.kind === "allow");
  const free = allowing.filter(({ condition }) => condition.kind === "always");
  const count = (rules: typeof allowing) => new Set(rules.map(({ nr }) => nr)).size;
  return { calls: count(allowing), unconditional: count(free) };
}
