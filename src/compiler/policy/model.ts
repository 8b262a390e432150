// The meaning of one policy on one target, with nothing left to look up: ordered rules by number, and what decides a call
// that no rule decides. decide.ts gives it its semantics; decision/ compiles it; prove/ turns it into a diagram.

import type { Arch } from "../abi/arch.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Condition } from "./condition.ts";

/** What a policy says of a call. kill ends the process; data of trap and trace, and errno, are 0..65535 resp. 0..4095. */
export type Action =
  | { readonly kind: "allow" | "log" | "notify" | "kill" | "kill-thread" }
  | { readonly kind: "errno"; readonly errno: number }
  | { readonly kind: "trap" | "trace"; readonly data: number };

/** Where a rule comes from: its own text, then each `use` that spliced it, innermost first. */
export interface Origin {
  readonly span: Span;
  readonly uses: readonly Span[];
}

export interface ModelRule {
  readonly nr: number;
  readonly condition: Condition;
  readonly action: Action;
  readonly origin: Origin;
}

/** A verdict that is not a rule's: `default`, `unknown`, `foreign`; origin is missing where the text leaves it out. */
export interface Fallback {
  readonly action: Action;
  readonly origin?: Origin;
}

/** One ABI with its own numbers. Rules are in the order they are tried: `otherwise` rules are last already. */
export interface AbiModel {
  readonly arch: Arch;
  readonly rules: readonly ModelRule[];
  /** Numbers the kernel that the policy was written for assigns on this ABI, ascending, each once. */
  readonly known: readonly number[];
  readonly default: Fallback;
  readonly unknown: Fallback;
}

/**
 * A call that passes whatever the rules say when args[5] equals the 64 random bits of the launch: DESIGN section 6. An
 * argument that the plan fixes is demanded too. `action` is allow, but for the canary, which answers by a private errno.
 */
export interface TicketedCall {
  readonly nr: number;
  readonly action: Action;
  readonly name: string;
}

export interface Model {
  readonly policy: string;
  readonly target: Arch;
  /** The target's own ABI first, then those that `compat` opted in. */
  readonly abis: readonly AbiModel[];
  /** Decides every call through an ABI that is not in `abis`. */
  readonly foreign: Fallback;
  /**
   * Calls of the target's ABI that are ended by the kernel before any rule is tried: seccomp(2) and
   * prctl(PR_SET_SECCOMP) where a notify leaf exists (the newest listener wins, so an own filter would be an escape).
   */
  readonly guards: readonly Guard[];
  /** Empty unless the program is for a launcher or sandboxMeHere. */
  readonly tickets: readonly TicketedCall[];
}

export interface Guard {
  readonly arch: Arch;
  readonly nr: number;
  readonly condition: Condition;
}
