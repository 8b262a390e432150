// The diagram of a filter program: for every call at once, what the program returns. In: any program within seccomp's
// instruction set, ours or not; out: its root. Invariant: the diagram at (pc, contents) is what the program returns from pc on
// when A, X and M[] hold these contents, and contents are exact functions of the input.
//
//   1. Forward: which contents can each pc meet?        pc 3: A = nr        pc 7: A = args[0] lo & 5, X = args[1] lo
//   2. Backward, last pc first: a return is a terminal, a jump is one ite of diagrams that are there already.
//
//        diagram(3, A = nr)  =  ite(nr == 60, diagram(4, A = nr), diagram(9, A = nr))
//
// Jumps go forward only, so each (pc, contents) is met once in either sweep and nothing recurses. Contents that are never
// read again do not count, so a program has little more than one visit for each pc.

import {
  BPF_ADD,
  BPF_AND,
  BPF_DIV,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JSET,
  BPF_LSH,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
  SECCOMP_RET_KILL_THREAD,
} from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { BudgetExceeded, FALSE, type Manager, type Node, NotProved, TRUE } from "./bdd.ts";
import { livePlaces } from "./flow.ts";
import type { Layout, Word } from "./layout.ts";
import { PLACE_A, PLACES, type Source, type Step } from "./steps.ts";
import {
  below,
  bitAnd,
  bitOr,
  bitXor,
  constantOf,
  constantVector,
  equalTo,
  meets,
  minus,
  negated,
  shifted,
  sum,
  times,
  type Vector,
  wordVector,
} from "./vector.ts";

/** What a place holds: a function of the input. Equal functions have one id, so contents are compared by their ids. */
interface Value {
  readonly id: number;
  readonly vector: Vector;
  readonly constant: number | undefined;
}

/** What each place holds. Shared between visits and never written. */
type Contents = readonly Value[];

/** One arrival at a pc, and where it goes on: `yes` when the test holds, `no` when not; neither behind a return. */
interface Visit {
  readonly contents: Contents;
  test: Node;
  yes: Visit | undefined;
  no: Visit | undefined;
  diagram: Node;
}

/** A program of 4,096 instructions has some 4,200 visits; one that holds a new number in M[] on every path doubles them. */
const MAX_VISITS = 1 << 17;

/** Throws NotProved for what the algebra cannot follow, BudgetExceeded for what it cannot follow in time. */
export function programDiagram(manager: Manager, layout: Layout, steps: readonly Step[]): Node {
  const visits = forward(manager, layout, steps);
  return backward(manager, visits);
}

function forward(manager: Manager, layout: Layout, steps: readonly Step[]): readonly (readonly Visit[])[] {
  const live = livePlaces(steps);
  const values = createValues(manager, layout);
  const visits = steps.map((): Visit[] => []);
  const index: Map<string | number, Visit>[] = [];
  let count = 0;

  arrive(0, new Array<Value>(PLACES).fill(values.constant(0)));
  for (let pc = 0; pc < steps.length; pc++) {
    for (const visit of visits[pc]!) follow(steps[pc]!, pc, visit);
  }
  return visits;

  function arrive(pc: number, contents: Contents): Visit {
    const key = keyOf(contents, live[pc]!);
    index[pc] ??= new Map();
    const known = index[pc].get(key);
    if (known !== undefined) return known;

    if (++count > MAX_VISITS) throw new BudgetExceeded(`registers and memory hold too many contents at ${pc}`);
    const visit: Visit = { contents, test: TRUE, yes: undefined, no: undefined, diagram: FALSE };
    index[pc].set(key, visit);
    visits[pc]!.push(visit);
    return visit;
  }

  function follow(step: Step, pc: number, visit: Visit): void {
    const { contents } = visit;
    switch (step.kind) {
      case "set":
        visit.yes = arrive(pc + 1, contents.with(step.to, read(step.from, contents)));
        return;
      case "alu": {
        const right = read(step.right, contents);
        // bpf_convert_filter: an X of zero ends the filter with 0.
        if (step.op === BPF_DIV && right.constant === 0) visit.diagram = manager.terminal(SECCOMP_RET_KILL_THREAD);
        else visit.yes = arrive(pc + 1, contents.with(PLACE_A, values.alu(step.op, contents[PLACE_A]!, right, pc)));
        return;
      }
      case "branch": {
        visit.test = values.test(step.test, contents[PLACE_A]!, read(step.right, contents));
        if (visit.test !== FALSE) visit.yes = arrive(step.yes, contents);
        if (visit.test !== TRUE) visit.no = arrive(step.no, contents);
        return;
      }
      case "jump":
        visit.yes = arrive(step.to, contents);
        return;
      case "return": {
        const ret = read(step.from, contents).constant;
        if (ret === undefined) throw new NotProved(`the program returns an argument at ${pc}`);
        visit.diagram = manager.terminal(ret);
        return;
      }
    }
  }

  function read(source: Source, contents: Contents): Value {
    switch (source.kind) {
      case "constant":
        return values.constant(source.value);
      case "word":
        return values.word(source.word);
      case "place":
        return contents[source.place]!;
    }
  }
}

function backward({ ite }: Manager, visits: readonly (readonly Visit[])[]): Node {
  for (let pc = visits.length - 1; pc >= 0; pc--) {
    for (const visit of visits[pc]!) {
      const { test, yes, no } = visit;
      if (yes !== undefined && no !== undefined) visit.diagram = ite(test, yes.diagram, no.diagram);
      else visit.diagram = (yes ?? no)?.diagram ?? visit.diagram;
    }
  }
  return visits[0]![0]!.diagram;
}

/** Only live places tell visits apart; most programs keep nothing but A. */
function keyOf(contents: Contents, live: number): string | number {
  if (live === 0) return -1;
  if (live === 1 << PLACE_A) return contents[PLACE_A]!.id;
  let key = "";
  for (let place = 0; place < PLACES; place++) if (live & (1 << place)) key += `${place}:${contents[place]!.id} `;
  return key;
}

interface Values {
  constant(value: number): Value;
  word(word: Word): Value;
  alu(op: number, left: Value, right: Value, pc: number): Value;
  test(test: number, left: Value, right: Value): Node;
}

function createValues(manager: Manager, layout: Layout): Values {
  const constants = new Map<number, Value>();
  const words = new Map<Word, Value>();
  const vectors = new Map<string, Value>();
  const tests = new Map<string, Node>();
  let ids = 0;

  return {
    constant,
    word: word => remembered(words, word, () => interned(wordVector(manager, layout, word))),
    alu(op, left, right, pc) {
      const vector = computed(manager, op, left, right);
      if (vector === undefined) throw new NotProved(`arithmetic on arguments at ${pc}`);
      const value = constantOf(vector);
      return value === undefined ? interned(vector) : constant(value);
    },
    test: (test, left, right) =>
      remembered(tests, `${test} ${left.id} ${right.id}`, () => compared(manager, test, left.vector, right.vector)),
  };

  function constant(value: number): Value {
    return remembered(constants, value, () => ({ id: ids++, vector: constantVector(value), constant: value }));
  }

  function interned(vector: Vector): Value {
    return remembered(vectors, vector.join(), () => ({ id: ids++, vector, constant: undefined }));
  }
}

function remembered<Key, Result>(memory: Map<Key, Result>, key: Key, make: () => Result): Result {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

/** A op right; undefined where that is no affair of single bits and carries. */
function computed(manager: Manager, op: number, left: Value, right: Value): Vector | undefined {
  switch (op) {
    case BPF_AND:
      return bitAnd(manager, left.vector, right.vector);
    case BPF_OR:
      return bitOr(manager, left.vector, right.vector);
    case BPF_XOR:
      return bitXor(manager, left.vector, right.vector);
    case BPF_ADD:
      return sum(manager, left.vector, right.vector);
    case BPF_SUB:
      return minus(manager, left.vector, right.vector);
    case BPF_NEG:
      return minus(manager, constantVector(0), left.vector);
    case BPF_LSH: // The kernel takes a distance in X modulo 32.
      return right.constant === undefined ? undefined : shifted(left.vector, right.constant & 31);
    case BPF_RSH:
      return right.constant === undefined ? undefined : shifted(left.vector, -(right.constant & 31));
    case BPF_MUL: {
      const [factor, of] = right.constant === undefined ? [left.constant, right] : [right.constant, left];
      return factor === undefined ? undefined : times(manager, of.vector, factor);
    }
    case BPF_DIV: {
      const divisor = right.constant;
      if (divisor === undefined) return undefined;
      if (left.constant !== undefined) return constantVector(Math.floor(left.constant / divisor));
      const distance = Math.log2(divisor);
      return Number.isInteger(distance) ? shifted(left.vector, -distance) : undefined;
    }
    default:
      throw new Bug(`no ALU operation 0x${op.toString(16)}`);
  }
}

function compared(manager: Manager, test: number, left: Vector, right: Vector): Node {
  switch (test) {
    case BPF_JEQ:
      return equalTo(manager, left, right);
    case BPF_JGT:
      return below(manager, right, left);
    case BPF_JGE:
      return negated(manager, below(manager, left, right));
    case BPF_JSET:
      return meets(manager, left, right);
    default:
      throw new Bug(`no conditional jump 0x${test.toString(16)}`);
  }
}
