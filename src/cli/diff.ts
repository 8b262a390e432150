// policyc diff A B: what B changes about A, call by call, each with a witness.

import {
  archOf,
  type Comparison,
  type Difference,
  differences,
  showCall,
  showRet,
  syscallByNr,
} from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { diagramsOf, type Pair, readPairs, recheck } from "./pairs.ts";

import { ERRORS, FINE } from "./user-error.ts";

interface Result {
  readonly pair: Pair;
  readonly comparison: Comparison;
}

export async function run({ options, operands }: Invocation<"diff">): Promise<number> {
  const pairs = await readPairs(operands, options);
  const results = pairs.map(pair => ({ pair, comparison: differences(...diagramsOf(pair)) }));
  if (options.format === "json") process.stdout.write(`${JSON.stringify(results.map(toJson), undefined, 2)}\n`);
  else process.stdout.write(results.map(show).join("\n"));
  return results.some(({ comparison }) => fails(comparison, options["fail-on"])) ? ERRORS : FINE;
}

/** A list that was cut may lack a widening: anything that is not surely narrower counts as one. */
function fails({ relation, differences: found, complete }: Comparison, failOn: "widen" | "any" | undefined): boolean {
  switch (failOn) {
    case undefined:
      return false;
    case "any":
      return relation !== "equal";
    case "widen":
      return (
        relation === "wider" ||
        (relation === "incomparable" && (!complete || found.some(({ change }) => change === "wider")))
      );
  }
}

const SIGNS = { wider: "+", narrower: "-", other: "~" } as const;

function show({ pair, comparison }: Result): string {
  const { relation, differences: found, complete } = comparison;
  const [a, b] = [pair.left.title, pair.right.title];
  const headline =
    relation === "equal"
      ? `${a} and ${b} are equal`
      : `${b} is ${relation === "incomparable" ? "wider and narrower" : relation} than ${a}`;
  const entries = found.map(difference => showDifference(pair, difference));
  return `${headline}\n${entries.join("")}${complete ? "" : "and more differences than can be listed\n"}`;
}

function showDifference(pair: Pair, difference: Difference): string {
  const { change, witness } = difference;
  const by = recheck(pair, witness);
  const head = `${SIGNS[change]} ${showNumbers(difference)}: ${showRet(witness.left)} -> ${showRet(witness.right)}`;
  return `${head}  for ${showCall(witness.data)}\n      was ${by.left}\n      now ${by.right}\n`;
}

/** One number by its name; a run by its first and last. */
function showNumbers({ arches, numbers: { first, last }, witness }: Difference): string {
  const arch = archOf(witness.data.arch, first);
  const others = arches.length > 1 || arches[0]!.first !== arches[0]!.last ? " and other machines" : "";
  const where = `${arch ?? `arch 0x${witness.data.arch.toString(16)}`}${others}`;
  const name = (nr: number): string => (arch && syscallByNr(arch, nr)?.name) ?? String(nr);
  return first === last ? `${where} ${name(first)}` : `${where} ${name(first)}..${name(last)} (${first}..${last})`;
}

function toJson({ pair, comparison }: Result) {
  return {
    a: pair.left.title,
    b: pair.right.title,
    relation: comparison.relation,
    complete: comparison.complete,
    differences: comparison.differences.map(({ arches, numbers, change, witness }) => {
      const by = recheck(pair, witness);
      return {
        change,
        arches,
        numbers,
        witness: showCall(witness.data),
        ret: { a: showRet(witness.left), b: showRet(witness.right) },
        by: { a: by.left, b: by.right },
      };
    }),
  };
}
