// One call as a person writes it, `i386 read(0, _, count: 5)`, to the registers that a filter sees; names of constants may be
// those of a policy file. What eval and explain ask about.

import type { Arch } from "./abi/arch.ts";
import { type Diagnostic, hasErrors, type Source } from "./diagnostics/diagnostic.ts";
import { unexpected } from "./diagnostics/syntax.ts";
import { type ResolvedCall, resolveCall } from "./policy/call.ts";
import { loadModules, type Read } from "./policy/modules.ts";
import { parseCall } from "./syntax/parse.ts";

export interface ReadCallOptions {
  /** The ABI of a call that names none. */
  readonly arch: Arch;
  /** The policy file whose constants the call may use. */
  readonly policy?: Source;
  readonly read?: Read;
}

export type ReadCall =
  | { readonly ok: true; readonly call: ResolvedCall }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function readCall(text: Source, { arch, policy, read = () => undefined }: ReadCallOptions): ReadCall {
  const { call: pattern, diagnostics: syntax } = parseCall(text);
  if (pattern === undefined || hasErrors(syntax)) {
    return { ok: false, diagnostics: syntax.length > 0 ? syntax : [notACall(text)] };
  }
  const diagnostics: Diagnostic[] = [];
  // What is wrong with the policy itself was reported when it was compiled.
  const { main } = loadModules(policy ?? { name: text.name, text: "" }, read);
  const call = resolveCall(pattern, arch, main, diagnostic => diagnostics.push(diagnostic));
  return call === undefined || hasErrors(diagnostics) ? { ok: false, diagnostics } : { ok: true, call };
}

function notACall({ name, text }: Source): Diagnostic {
  const span = { source: name, start: 0, end: text.length };
  const hint = "write one call, as in `read(0, _, 5)`, `i386 getpid()` or `syscall(500)(1)`";
  return unexpected(span, { expected: "a call", found: text === "" ? "nothing" : `\`${text}\``, hint });
}
