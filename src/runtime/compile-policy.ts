// From a policy file or text to filters, with imports read from disk beside the importing file. A policy that is wrong
// throws PolicyError with every diagnostic, drawn as `policyc check` draws them; warnings come back with the filters.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Action,
  type Arch,
  type CompileResult,
  compile,
  type Diagnostic,
  type Filter,
  hasErrors,
  renderDiagnostic,
  type Source,
} from "../compiler/index.ts";
import { hostArch } from "./host-arch.ts";

/** A policy as text, with a name for messages and for its imports' paths, or as a file. */
export type PolicyInput = { readonly source: string | Source } | { readonly file: string };

export interface PolicyOptions {
  /** Which policy of the file. */
  readonly policy?: string;
  /** Only these of its targets. */
  readonly arches?: readonly Arch[];
}

export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** Empty when the file itself could not be read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];

  constructor(message: string, diagnostics: readonly Diagnostic[] = [], sources: readonly Source[] = []) {
    super(message);
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

/** Throws PolicyError unless the policy is free of errors. */
export function compilePolicy(input: PolicyInput, options: PolicyOptions = {}): CompileResult {
  const result = compile(sourceOf(input), { ...options, read: readImport });
  if (hasErrors(result.diagnostics)) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const text = errors.map(diagnostic => renderDiagnostic(diagnostic, result.sources, { color: false })).join("\n");
    throw new PolicyError(text, result.diagnostics, result.sources);
  }
  return result;
}

/** The one program of a compiled file that is for this machine, or why there is none. */
export function filterForHost(
  filters: readonly Filter[],
): Filter | { readonly problem: string; readonly advice: string | undefined } {
  const here = hostArch();
  const [first] = filters;
  if (first === undefined) return { problem: "the file holds no policy", advice: undefined };
  const other = filters.find(({ policy }) => policy !== first.policy);
  if (other !== undefined) {
    return {
      problem: `the file holds several policies, ${first.policy} and ${other.policy} among them`,
      advice: "name the one that is meant",
    };
  }
  const filter = filters.find(({ target }) => target === here);
  if (filter !== undefined) return filter;
  const targets = filters.map(({ target }) => target).join(", ");
  return {
    problem: `policy ${first.policy} is for ${targets}, and this machine is ${here}`,
    advice: `add ${here} to its \`for\` list`,
  };
}

/** Whether some rule or fallback of the policy gives this action. */
export function uses({ model }: Filter, kind: Action["kind"]): boolean {
  const fallbacks = [model.foreign, ...model.abis.flatMap(abi => [abi.default, abi.unknown])];
  return [...fallbacks, ...model.abis.flatMap(abi => abi.rules)].some(({ action }) => action.kind === kind);
}

function sourceOf(input: PolicyInput): Source {
  if ("source" in input)
    return typeof input.source === "string" ? { name: "<policy>", text: input.source } : input.source;
  try {
    return { name: input.file, text: readFileSync(input.file, "utf8") };
  } catch (error) {
    throw new PolicyError(`cannot read ${input.file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** "./base.policy" beside the file that imports it; undefined when there is none, which the compiler reports at the import. */
function readImport(specifier: string, from: string): Source | undefined {
  const path = resolve(dirname(from), specifier);
  try {
    return { name: path, text: readFileSync(path, "utf8") };
  } catch {
    return undefined;
  }
}
