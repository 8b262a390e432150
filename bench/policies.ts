// The policies that filters are measured on: four that the reference figures of other compilers are for, and real ones of
// this repository and of others' releases. In: nothing; out: models for x86_64.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type Filter } from "../src/compiler/compile.ts";

export interface Benched {
  readonly name: string;
  readonly filter: Filter;
}

const NAMES = [
  "bench/policies/names",
  "bench/policies/docker",
  "bench/policies/arguments",
  "bench/policies/firecracker-vmm",
  "bench/policies/firecracker-api",
  "bench/policies/firecracker-vcpu",
  "bench/policies/service",
  "bench/policies/go-server",
  "bench/policies/node-server",
  "bench/policies/python",
  "policies/examples/crc4",
  "policies/examples/node-app",
  "policies/examples/shell-without-exec",
  "policies/examples/static",
  "policies/examples/wc",
];

export function benchedPolicies(): readonly Benched[] {
  return NAMES.flatMap(path => {
    const name = fileURLToPath(new URL(`../${path}.policy`, import.meta.url));
    const { filters, diagnostics } = compile({ name, text: readFileSync(name, "utf8") }, { arches: ["x86_64"] });
    const error = diagnostics.find(({ severity }) => severity === "error");
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    const file = path.replace(/^.*\//, "");
    return filters.map(filter => ({ name: filters.length === 1 ? file : `${file}: ${filter.policy}`, filter }));
  });
}

/** How often six programs make each call, each program's histogram scaled to 1/6 (strace -f -c of curl, gcc, a web server of
 * Python's, ls -lR, node and python). */
export const HISTOGRAM: { readonly [call: string]: number } = JSON.parse(
  readFileSync(new URL("histogram.json", import.meta.url), "utf8"),
);
