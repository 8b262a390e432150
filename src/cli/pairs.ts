// Which program of A is held against which of B: the same policy name where both sides have one in common, the same target
// always. Raw records do not name theirs: it is the one whose audit arch they test, if that tells.

import { auditArch, Bug, compose, type Diagram, decide, emulate, type Witness } from "../compiler/index.ts";
import { type Choice, demandValid, type Program, readPrograms } from "./programs.ts";
import { describeDecision, showDecided } from "./show-decision.ts";
import { failure, wrongUsage } from "./user-error.ts";

export interface Pair {
  readonly left: Program;
  readonly right: Program;
}

export async function readPairs(operands: readonly string[], choice: Choice): Promise<readonly Pair[]> {
  const [a, b] = operands as [string, string];
  if (a === "-" && b === "-") throw wrongUsage("only one of the two can be stdin");
  const lefts = await readPrograms(a, choice);
  const rights = await readPrograms(b, choice);
  for (const program of [...lefts, ...rights]) demandValid(program);
  const pairs = pairsOf(a, b, lefts, rights);
  if (pairs.length > 0) return pairs;
  const has = (all: readonly Program[]): string => all.map(({ arch }) => arch).join(", ");
  throw failure(`${a} and ${b} have no target in common`, `${a}: ${has(lefts)}; ${b}: ${has(rights)}`);
}

function pairsOf(a: string, b: string, lefts: readonly Program[], rights: readonly Program[]): readonly Pair[] {
  const [left, right] = [lefts[0]!, rights[0]!];
  if (left.arch === undefined && right.arch === undefined) return [{ left, right }];
  if (left.arch === undefined) return [{ left, right: counterpart(a, left, b, rights) }];
  if (right.arch === undefined) return [{ left: counterpart(b, right, a, lefts), right }];
  const namesMeet = lefts.some(({ policy }) => rights.some(other => other.policy === policy));
  const pairs = lefts.flatMap(left =>
    rights
      .filter(right => right.arch === left.arch && (!namesMeet || right.policy === left.policy))
      .map(right => ({ left, right })),
  );
  const ambiguous = !namesMeet && new Set(pairs.map(({ left }) => left.arch)).size < pairs.length;
  if (ambiguous)
    throw wrongUsage(`${a} and ${b} have several policies, and none by the same name`, "choose with --policy");
  return pairs;
}

function counterpart(rawName: string, raw: Program, name: string, programs: readonly Program[]): Program {
  if (programs.length === 1) return programs[0]!;
  const tested = new Set(raw.instructions.map(({ k }) => k));
  const fitting = programs.filter(({ arch }) => arch !== undefined && tested.has(auditArch(arch)));
  if (fitting.length === 1) return fitting[0]!;
  const targets = programs.map(({ policy, arch }) => `${policy} for ${arch}`).join(", ");
  throw wrongUsage(
    `${rawName} does not say which program of ${name} it is like: ${targets}`,
    "choose with --arch or --policy",
  );
}

/** Both programs as diagrams that can be compared; what is beyond the method is a failure, never a verdict. */
export function diagramsOf({ left, right }: Pair): readonly [Diagram, Diagram] {
  const composed = compose([{ program: left.instructions }, { program: right.instructions }]);
  if (!composed.ok) throw failure(`${left.title} and ${right.title}: not proved: ${composed.reason}`);
  return composed.diagrams as [Diagram, Diagram];
}

/** A witness is run before it is shown: a difference that the emulator does not see would be a defect of ours. */
export function recheck({ left, right }: Pair, witness: Witness): { readonly left: string; readonly right: string } {
  return { left: answer(left, witness, witness.left), right: answer(right, witness, witness.right) };
}

/** Who decides on one side: the rule, or the instruction that returns. */
function answer({ instructions, origin }: Program, { data }: Witness, expected: number): string {
  const { ret, path } = emulate(instructions, data);
  if (ret !== expected) throw new Bug(`the witness for ${expected} returns ${ret}`);
  if (origin !== undefined) return showDecided(describeDecision(decide(origin.filter.model, data), origin.sources));
  return `instruction ${path.at(-1)}`;
}
