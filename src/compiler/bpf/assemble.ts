// Symbolic blocks to instructions: the only place that counts jump distances. Input: blocks in the order they shall stand,
// each ended by a return, a jump or a branch to labels of later blocks. Output: the program and, for each instruction, the
// block it came from. A conditional jump reaches 255 instructions; what lies farther is reached over a trampoline, placed
// right behind the branch where nothing falls into it: a copy of the target if that is a lone return, else a BPF_JA. Blocks
// are placed from the last to the first, so every distance is known when it is needed, and the result is deterministic.

import { Bug } from "../diagnostics/diagnostic.ts";
import { showRet } from "./action.ts";
import {
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_MISC,
  BPF_OR,
  BPF_RET,
  BPF_TAX,
  BPF_W,
  BPF_X,
  BPF_XOR,
  type SockFilter,
} from "./instruction.ts";

/** Names a block; unique in one program. */
export type Label = number;

export type JumpOp = "jeq" | "jgt" | "jge" | "jset";

/** What stands in a block before its end. `xor` may be a hole: its constant is filled in later and is 0 until then. */
export type Statement =
  | { readonly op: "ld"; readonly offset: number }
  | { readonly op: "and"; readonly k: number }
  | { readonly op: "xor"; readonly hole: string }
  | { readonly op: "tax" | "or x" };

export type End =
  | { readonly op: "ret"; readonly k: number }
  | { readonly op: "ja"; readonly to: Label }
  | { readonly op: JumpOp; readonly k: number | "x"; readonly yes: Label; readonly no: Label };

export interface Block {
  readonly label: Label;
  readonly body: readonly Statement[];
  readonly end: End;
}

export interface Assembled {
  /** As long as it comes out: the kernel's limit is the caller's to check. */
  readonly program: readonly SockFilter[];
  /** Per pc, the label of the block that it belongs to; a trampoline belongs to its branch, a copied return to its target. */
  readonly owners: readonly Label[];
  readonly holes: readonly { readonly pc: number; readonly name: string }[];
}

/** Instructions that jt and jf can skip. */
const REACH = 255;

export function assemble(blocks: readonly Block[]): Assembled {
  // Backwards: reversed[i] stands i instructions before the end. A position is such an i; it never moves again.
  const reversed: SockFilter[] = [];
  const owners: Label[] = [];
  const holes: { at: number; name: string }[] = [];
  const homes = new Map<Label, number>();
  /** Where a branch goes to reach a label: its block, or the last trampoline to it, which is the nearest. */
  const nearest = new Map<Label, number>();
  const returns = new Map<Label, SockFilter>();

  function put(instruction: SockFilter, owner: Label): number {
    owners.push(owner);
    return reversed.push(instruction) - 1;
  }
  /** Instructions between the one that is put next and the place of a label. */
  function skip(places: ReadonlyMap<Label, number>, label: Label): number {
    const at = places.get(label);
    if (at === undefined) throw new Bug(`assemble: block ${label} is missing or not behind the jump to it`);
    return reversed.length - at - 1;
  }
  function jump(to: Label, owner: Label): number {
    const ret = returns.get(to);
    return ret === undefined ? put({ code: BPF_JMP | BPF_JA, jt: 0, jf: 0, k: skip(homes, to) }, owner) : put(ret, to);
  }
  function branch({ op, k, yes, no }: Extract<End, { op: JumpOp }>, owner: Label): void {
    // A trampoline for one side pushes the other away by one, so both are asked until both are near.
    for (;;) {
      const far = [no, yes].find(to => skip(nearest, to) > REACH);
      if (far === undefined) break;
      nearest.set(far, jump(far, owner));
    }
    const code = BPF_JMP | JUMPS[op] | (k === "x" ? BPF_X : BPF_K);
    put({ code, jt: skip(nearest, yes), jf: skip(nearest, no), k: k === "x" ? 0 : k }, owner);
  }

  for (const { label, body, end } of blocks.toReversed()) {
    if (homes.has(label)) throw new Bug(`assemble: two blocks are called ${label}`);
    if (end.op === "ret") {
      const ret = { code: BPF_RET | BPF_K, jt: 0, jf: 0, k: end.k };
      put(ret, label);
      if (body.length === 0) returns.set(label, ret);
    } else if (end.op !== "ja") branch(end, label);
    else if (skip(homes, end.to) > 0) jump(end.to, label);
    for (const statement of body.toReversed()) {
      const at = put(instruction(statement), label);
      if (statement.op === "xor") holes.push({ at, name: statement.hole });
    }
    homes.set(label, reversed.length - 1);
    nearest.set(label, reversed.length - 1);
  }

  const last = reversed.length - 1;
  return {
    program: reversed.reverse(),
    owners: owners.reverse(),
    holes: holes.reverse().map(({ at, name }) => ({ pc: last - at, name })),
  };
}

const JUMPS: { readonly [op in JumpOp]: number } = { jeq: BPF_JEQ, jgt: BPF_JGT, jge: BPF_JGE, jset: BPF_JSET };

function instruction(statement: Statement): SockFilter {
  switch (statement.op) {
    case "ld":
      return { code: BPF_LD | BPF_W | BPF_ABS, jt: 0, jf: 0, k: statement.offset };
    case "and":
      return { code: BPF_ALU | BPF_AND | BPF_K, jt: 0, jf: 0, k: statement.k };
    case "xor":
      return { code: BPF_ALU | BPF_XOR | BPF_K, jt: 0, jf: 0, k: 0 };
    case "or x":
      return { code: BPF_ALU | BPF_OR | BPF_X, jt: 0, jf: 0, k: 0 };
    case "tax":
      return { code: BPF_MISC | BPF_TAX, jt: 0, jf: 0, k: 0 };
  }
}

/** One line a statement; labels as b0, b1, ... */
export function showBlocks(blocks: readonly Block[]): string {
  return blocks
    .map(
      ({ label, body, end }) =>
        `b${label}:\n${[...body.map(showStatement), showEnd(end)].map(line => `  ${line}\n`).join("")}`,
    )
    .join("");
}

function showStatement(statement: Statement): string {
  switch (statement.op) {
    case "ld":
      return `ld [${statement.offset}]`;
    case "and":
      return `and #0x${statement.k.toString(16)}`;
    case "xor":
      return `xor <${statement.hole}>`;
    case "or x":
    case "tax":
      return statement.op;
  }
}

function showEnd(end: End): string {
  switch (end.op) {
    case "ret":
      return `ret ${showRet(end.k)}`;
    case "ja":
      return `ja b${end.to}`;
    default:
      return `${end.op} ${end.k === "x" ? "x" : `#0x${end.k.toString(16)}`} ? b${end.yes} : b${end.no}`;
  }
}
