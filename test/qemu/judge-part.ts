// The kernel as a judge of the programs that shipped policies compile to.

import * as assert from "uvu/assert";
import { decide } from "../../src/compiler/index.ts";
import { retOf } from "../../src/compiler/policy/action.ts";
import { boundaryCalls } from "../boundary.ts";
import { canCall, canCallNatively, interview } from "../kernel/decide/kernel.ts";
import { compileStatic, type Machine } from "./machine.ts";
import type { Part } from "./part.ts";
import { shippedFilters } from "./sandboxes.ts";

export function judgePart(machine: Machine): Part {
  const shipped = shippedFilters(machine);
  const questions = shipped.map(({ program, model }) => ({
    program,
    calls: boundaryCalls(model).filter(call => (machine === "x86_64" ? canCall(call) : canCallNatively(call, machine))),
  }));
  const { input, read } = interview(questions);
  return {
    files: { questions: input, verdicts: compileStatic(machine, "verdicts", "../kernel/decide/verdicts.c") },
    rows: [
      {
        title: "the kernel takes the program of every shipped policy and agrees with decide()",
        argv: ["/verdicts"],
        stdin: "/questions",
        expected: { status: 0, stderr: "" },
        check: ({ stdout }) => {
          const answers = read(stdout);
          assert.ok(shipped.length >= 5);
          shipped.forEach(({ policy, model }, i) => {
            const { calls } = questions[i]!;
            assert.ok(calls.length > 200);
            const wrong = calls.filter((call, j) => answers[i]![j] !== retOf(decide(model, call).action));
            assert.equal(wrong.slice(0, 3), [], policy);
          });
        },
      },
    ],
  };
}
