// policyc prove A B: the same answer to every call there is, or one call that shows otherwise.

import { differences, equal, showCall, showRet, type Witness } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { diagramsOf, type Pair, readPairs, recheck } from "./pairs.ts";

import { ERRORS, FINE, failure } from "./user-error.ts";

interface Result {
  readonly pair: Pair;
  readonly witness: Witness | undefined;
}

export async function run({ options, operands }: Invocation<"prove">): Promise<number> {
  const pairs = await readPairs(operands, options);
  const subset = options.subset ?? false;
  const results = pairs.map(pair => ({ pair, witness: subset ? notInside(pair) : notEqual(pair) }));
  if (options.format === "json") process.stdout.write(`${JSON.stringify(results.map(toJson), undefined, 2)}\n`);
  else process.stdout.write(results.map(result => show(result, subset)).join(""));
  return results.every(({ witness }) => witness === undefined) ? FINE : ERRORS;
}

function notEqual(pair: Pair): Witness | undefined {
  const [left, right] = diagramsOf(pair);
  return equal(left, right) ? undefined : differences(left, right).differences[0]?.witness;
}

/** From B to A nothing may get wider. An errno in place of another is no widening. */
function notInside(pair: Pair): Witness | undefined {
  const [left, right] = diagramsOf(pair);
  const { relation, differences: found, complete } = differences(right, left);
  if (relation === "equal" || relation === "narrower") return undefined;
  const wider = found.find(({ change }) => change === "wider")?.witness;
  if (wider === undefined && !complete) throw failure("not proved: too many differences to look through");
  return wider && { ...wider, left: wider.right, right: wider.left };
}

function show({ pair, witness }: Result, subset: boolean): string {
  const [a, b] = [pair.left.title, pair.right.title];
  if (witness === undefined)
    return subset ? `proved: ${a} allows nothing that ${b} does not\n` : `proved: ${a} and ${b} are equal\n`;
  const by = recheck(pair, witness);
  const claim = subset ? `${a} allows more than ${b}` : `${a} and ${b} differ`;
  return `${claim}: ${showCall(witness.data)}\n  ${a}: ${showRet(witness.left)}, ${by.left}\n  ${b}: ${showRet(witness.right)}, ${by.right}\n`;
}

function toJson({ pair, witness }: Result) {
  const by = witness && recheck(pair, witness);
  return {
    a: pair.left.title,
    b: pair.right.title,
    proved: witness === undefined,
    ...(witness && {
      witness: showCall(witness.data),
      ret: { a: showRet(witness.left), b: showRet(witness.right) },
      by: { a: by!.left, b: by!.right },
    }),
  };
}
