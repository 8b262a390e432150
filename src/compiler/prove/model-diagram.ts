// The diagram of a policy's meaning: for every call at once, what the text says. In: the model of one target; out: its root.
// Invariant: built from policy/model.ts alone, number by number and rule by rule; nothing here was learned from the code
// generator, so an error would have to be made twice to pass unseen.
//
// A number whose meaning differs from its neighbour's opens a piece; each piece gets the diagram of one call, and the pieces
// are then split by the bits of nr, and the machines by the bits of arch:
//
//   nr   0        1        2                     231     232 ... 0x40000000 ... 0xffffffff
//        read     write    default ..            allow   default  foreign        ALLOW

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { retOf } from "../policy/action.ts";
import type { AbiModel, Action, Guard, Model, ModelRule, TicketedCall } from "../policy/model.ts";
import type { Manager, Node } from "./bdd.ts";
import { conditionDiagram, couplingsOfCondition } from "./condition-diagram.ts";
import {
  argWord,
  type Coupling,
  type Layout,
  WORD_ARCH,
  WORD_NR,
  WORD_TICKET_HI,
  WORD_TICKET_LO,
  type Word,
} from "./layout.ts";
import { equalTo, type Vector, wordVector } from "./vector.ts";

/** What decides a call, with the action it gives: the terminals of a labelled diagram. */
export type Label =
  | { readonly kind: "rule"; readonly action: Action; readonly abi: AbiModel; readonly rule: ModelRule }
  | { readonly kind: "default" | "unknown"; readonly action: Action; readonly abi: AbiModel }
  | { readonly kind: "guard"; readonly action: Action; readonly guard: Guard }
  | { readonly kind: "ticket"; readonly action: Action; readonly call: TicketedCall }
  | { readonly kind: "foreign" | "no-call"; readonly action: Action };

/** What a call ends in: by default the word that the filter returns for its action. */
export type Leaf = (label: Label) => number;

export function couplingsOfModel(model: Model): readonly Coupling[] {
  const couplings: Coupling[] = [...model.guards, ...model.abis.flatMap(abi => abi.rules)].flatMap(({ condition }) =>
    couplingsOfCondition(condition),
  );
  if (model.tickets.length > 0) {
    couplings.push([argWord(5, "lo"), WORD_TICKET_LO], [argWord(5, "hi"), WORD_TICKET_HI]);
  }
  return couplings;
}

export function modelDiagram(
  manager: Manager,
  layout: Layout,
  model: Model,
  leaf: Leaf = label => retOf(label.action),
): Node {
  const foreign = manager.terminal(leaf({ kind: "foreign", action: model.foreign.action }));
  const machines = new Map<number, AbiModel[]>();
  for (const abi of model.abis) {
    const machine = auditArch(abi.arch);
    machines.set(machine, [...(machines.get(machine) ?? []), abi]);
  }
  const pieces: Piece[] = [{ first: 0, node: foreign }];
  for (const machine of [...machines.keys()].sort((a, b) => a - b)) {
    pieces.push(
      { first: machine, node: machineDiagram(machines.get(machine)!) },
      { first: machine + 1, node: foreign },
    );
  }
  return split(manager, layout, WORD_ARCH, pieces);

  /** All numbers that arrive with one audit arch. `abis` is one ABI, or x86_64 and x32. */
  function machineDiagram(abis: readonly AbiModel[]): Node {
    const calls = abis.map(abi => callsOf(manager, layout, model, abi, leaf));
    const noCall = manager.terminal(leaf({ kind: "no-call", action: { kind: "allow" } }));
    const starts = new Set([0, NO_CALL, ...X32_STARTS, ...calls.flatMap(abi => abi.starts)]);
    return split(
      manager,
      layout,
      WORD_NR,
      [...starts]
        .sort((a, b) => a - b)
        .map(first => {
          if (first === NO_CALL) return { first, node: noCall };
          const at = abis.findIndex(abi => hasNumber(abi, first));
          return { first, node: calls[at]?.diagram(first) ?? foreign };
        }),
    );
  }
}

/** A tracer skipped the call: nothing runs, whatever the filter says. */
const NO_CALL = 0xffffffff;

// Kernels before 5.4 answered 512..547 without bit 30 with x32's calls (arch/x86/entry/syscalls/syscall_64.tbl): as
// foreign as x32 itself.
const X32_FIRST = 512;
const X32_BEHIND = 548;
const X32_STARTS = [X32_FIRST, X32_BEHIND, X32_SYSCALL_BIT];

function hasNumber({ arch }: AbiModel, nr: number): boolean {
  switch (arch) {
    case "x86_64":
      return nr < X32_FIRST || (nr >= X32_BEHIND && nr < X32_SYSCALL_BIT);
    case "x32":
      return nr >= X32_SYSCALL_BIT;
    case "i386":
    case "aarch64":
    case "arm":
    case "riscv64":
      return true;
  }
}

/** Every number where the meaning of an ABI may change, and what a number means. */
interface Calls {
  readonly starts: readonly number[];
  readonly diagram: (nr: number) => Node;
}

function callsOf(manager: Manager, layout: Layout, model: Model, abi: AbiModel, leaf: Leaf): Calls {
  const isTarget = abi.arch === model.target;
  const rules = byNumber(abi.rules);
  const guards = byNumber(model.guards.filter(guard => guard.arch === abi.arch));
  const tickets = byNumber(isTarget ? model.tickets : []);
  const known = new Set(abi.known);
  const terminal = (label: Label): Node => manager.terminal(leaf(label));
  const fallback = {
    default: terminal({ kind: "default", action: abi.default.action, abi }),
    unknown: terminal({ kind: "unknown", action: abi.unknown.action, abi }),
  };
  const numbers = [...rules.keys(), ...guards.keys(), ...tickets.keys(), ...known].filter(nr => nr < NO_CALL);
  return {
    starts: numbers.flatMap(nr => [nr, nr + 1]),
    diagram(nr) {
      // Built from what is tried last to what is tried first.
      let node = known.has(nr) ? fallback.default : fallback.unknown;
      for (const rule of (rules.get(nr) ?? []).toReversed()) {
        const verdict = terminal({ kind: "rule", action: rule.action, abi, rule });
        node = manager.ite(conditionDiagram(manager, layout, rule.condition), verdict, node);
      }
      for (const call of (tickets.get(nr) ?? []).toReversed()) {
        node = manager.ite(hasTicket(manager, layout), terminal({ kind: "ticket", action: call.action, call }), node);
      }
      for (const guard of guards.get(nr) ?? []) {
        const verdict = terminal({ kind: "guard", action: { kind: "kill" }, guard });
        node = manager.ite(conditionDiagram(manager, layout, guard.condition), verdict, node);
      }
      return node;
    },
  };
}

function byNumber<Entry extends { readonly nr: number }>(entries: readonly Entry[]): Map<number, Entry[]> {
  const byNr = new Map<number, Entry[]>();
  for (const entry of entries) {
    const same = byNr.get(entry.nr);
    if (same === undefined) byNr.set(entry.nr, [entry]);
    else same.push(entry);
  }
  return byNr;
}

function hasTicket(manager: Manager, layout: Layout): Node {
  const both = (lo: Word, hi: Word): Vector =>
    Int32Array.from([...wordVector(manager, layout, lo), ...wordVector(manager, layout, hi)]);
  return equalTo(manager, both(argWord(5, "lo"), argWord(5, "hi")), both(WORD_TICKET_LO, WORD_TICKET_HI));
}

/** Values of a word from `first` up to the next piece. */
interface Piece {
  readonly first: number;
  readonly node: Node;
}

/** The node that picks the piece a word lies in. Pieces ascend and begin at 0. */
function split(manager: Manager, layout: Layout, word: Word, pieces: readonly Piece[]): Node {
  return block(31, 0, 0, pieces.length);

  /** Values from `base` that share all bits above `bit`; the pieces from..to reach into them. */
  function block(bit: number, base: number, from: number, to: number): Node {
    if (to - from === 1) return pieces[from]!.node;
    const middle = base + 2 ** bit;
    let second = from + 1;
    while (second < to && pieces[second]!.first < middle) second++;
    const starts = second < to && pieces[second]!.first === middle; // else the piece before reaches into the upper half
    const lower = block(bit - 1, base, from, second);
    const upper = block(bit - 1, middle, starts ? second : second - 1, to);
    return manager.make(layout.levels[word * 32 + bit]!, lower, upper);
  }
}
