// The oracle: z3 decides by bit-blasting and SAT what the prover decides by diagrams. 300 random programs, each against
// itself with one or more faults; both have to say the same. z3 is needed for tests only.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import type { Diagram } from "../../../src/compiler/prove/diagram.ts";
import { equal } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import { MUTATIONS, mutate } from "./mutate.ts";
import { createRandom, randomProgram } from "./random.ts";
import { differSmt } from "./smt.ts";

const PROGRAMS = 300;
const Z3_L_TRUE = 1; // Z3_lbool: -1 unsat, 0 unknown, 1 sat
const Z3_L_FALSE = -1;

test("z3 and the prover agree on 300 random programs and their mutants", async () => {
  const { init } = await import("z3-solver");
  const { Z3, em } = await init();
  const context = Z3.mk_context(Z3.mk_config());
  try {
    const random = createRandom(5);
    const faults = Object.keys(MUTATIONS);
    const verdicts = { same: 0, different: 0, beyond: 0 };
    while (verdicts.same + verdicts.different < PROGRAMS) {
      const program = randomProgram(random, { arithmetic: random.pick([0, 10, 20]), length: 8 + random.below(32) });
      let mutant: readonly SockFilter[] = program;
      for (let i = random.pick([1, 2, 10]); i > 0; i--) {
        mutant = mutate(random, mutant, random.pick(faults))?.program ?? mutant;
      }
      const composition = compose([{ program }, { program: mutant }], 1 << 15);
      if (!composition.ok) {
        verdicts.beyond++;
        continue;
      }
      const [left, right] = composition.diagrams as [Diagram, Diagram];
      // The text goes in by a call that is synchronous: an asynchronous one may read it after its memory is reused.
      const solver = Z3.mk_solver(context);
      Z3.solver_inc_ref(context, solver);
      Z3.solver_from_string(context, solver, differSmt(program, mutant));
      const answer = await Z3.solver_check(context, solver);
      Z3.solver_dec_ref(context, solver);
      assert.is(answer, equal(left, right) ? Z3_L_FALSE : Z3_L_TRUE, JSON.stringify([program, mutant]));
      verdicts[equal(left, right) ? "same" : "different"]++;
    }
    assert.ok(verdicts.same > 50 && verdicts.different > 50, JSON.stringify(verdicts));
    assert.ok(verdicts.beyond < PROGRAMS / 5, JSON.stringify(verdicts));
  } finally {
    em.PThread.terminateAllThreads(); // its workers keep the process alive
  }
});

test.run();
