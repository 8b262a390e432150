// gVisor's rule sets in our language: a row of its table in, policy text out, or the reason why there is none. Both take the
// first rule that matches; gVisor compares whole registers, so every condition is on raw[i].

import { fieldOf, type Item, itemsOf, type Literal, numberOf } from "./literal.ts";

export type PolicyText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

type Names = ReadonlyMap<string, bigint>;

const ACTIONS: Readonly<Record<string, string>> = {
  Allow: "allow",
  Trap: "trap",
  KillThread: "kill-thread",
  KillProcess: "kill",
};

/** What is no rule of ours: thrown, and turned into the reason at the top. */
class NotSaid extends Error {}

export function gvisorPolicy(row: Literal, names: Names): PolicyText {
  if (fieldOf(row, "wantPanic") !== undefined) return { ok: false, reason: "rule sets that gVisor itself refuses" };
  try {
    const options = fieldOf(row, "options")!;
    const rules = itemsOf(fieldOf(row, "ruleSets")).flatMap(set => {
      const made = fieldOf(set, "Rules")!;
      const calls = made.kind === "call" && made.args[0]?.kind === "list" ? made.args[0].items : [];
      return calls.map(call => `  ${action(fieldOf(set, "Action"))} ${target(call, names)}`);
    });
    const head = [
      `  default ${action(fieldOf(options, "DefaultAction"))}`,
      `  foreign ${action(fieldOf(options, "BadArchAction"))}`,
    ];
    return { ok: true, text: ["policy p for x86_64 {", ...head, ...rules, "}", ""].join("\n") };
  } catch (error) {
    if (error instanceof NotSaid) return { ok: false, reason: error.message };
    throw error;
  }
}

function action(literal: Literal | undefined): string {
  const word = literal?.kind === "word" ? ACTIONS[literal.text] : undefined;
  if (word === undefined) throw new NotSaid("an action that our language has not");
  return word;
}

function target({ key, value }: Item, names: Names): string {
  const condition = rule(value, names);
  return `syscall(${numberOf(key!, names)})${condition === "" ? "" : ` if ${condition}`}`;
}

/** A condition; empty for what always holds. */
function rule(literal: Literal, names: Names): string {
  if (literal.kind !== "list") throw new NotSaid("rules that Go code makes");
  const parts = () => itemsOf(literal).map(each => `(${rule(each, names)})`);
  switch (literal.type) {
    case "MatchAll":
      return "";
    case "Or":
      return parts().join(" or ");
    case "And":
      return parts().join(" and ");
    case "PerArg":
      return literal.items
        .map(({ key, value }, index) => {
          if (key !== undefined) throw new NotSaid("instruction pointers: our language has no word for them");
          return matcher(index, value, names);
        })
        .filter(condition => condition !== "")
        .join(" and ");
    default:
      throw new NotSaid(`the rule ${literal.type}`);
  }
}

const COMPARISONS: Readonly<Record<string, string>> = {
  EqualTo: "==",
  NotEqual: "!=",
  GreaterThan: ">",
  GreaterThanOrEqual: ">=",
  LessThan: "<",
  LessThanOrEqual: "<=",
};

function matcher(index: number, literal: Literal, names: Names): string {
  if (literal.kind === "list" && literal.type === "AnyValue") return "";
  // The kernel reads a descriptor as an int: gVisor asks for a zero upper half and a clear sign bit.
  if (literal.kind === "list" && literal.type === "NonNegativeFD") return `raw[${index}] <= 0x7fffffff`;
  if (literal.kind !== "call") throw new NotSaid("a matcher that our language has not");
  const values = literal.args.map(arg => `0x${numberOf(arg, names).toString(16)}`);
  if (literal.name === "MaskedEqual") return `raw[${index}] & ${values[0]} == ${values[1]}`;
  const operator = COMPARISONS[literal.name];
  if (operator === undefined) throw new NotSaid(`the matcher ${literal.name}`);
  return `raw[${index}] ${operator} ${values[0]}`;
}
