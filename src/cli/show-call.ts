// Calls and decisions as text. A call is written so that `policyc eval` takes it back; a decision names the statement that
// made it, with its place and its words.

import {
  type Arch,
  type Arg,
  archOf,
  type Decider,
  type Decision,
  type Origin,
  position,
  type SeccompData,
  type Source,
  type Span,
  showAction,
  syscallByNr,
} from "../compiler/index.ts";

/** `i386 read(0, 0x7ffe, 5)`; numbers without a name as `syscall(500)(0)`; a machine without a table by its audit arch. */
export function showCall(data: SeccompData): string {
  const arch = archOf(data.arch, data.nr);
  const call = arch && syscallByNr(arch, data.nr);
  const machine = arch ?? `arch ${hex(data.arch)}`;
  if (call === undefined) return `${machine} syscall(${data.nr})(${trimmed(data.args).map(showNumber).join(", ")})`;
  const args = call.args.map((arg, index) => showArgument(arg, data.args[index]!));
  return `${machine} ${call.name}(${args.join(", ")})`;
}

/** What eval reads back as the same register: the whole of it where the upper half is not the value's own. */
function showArgument(arg: Arg, register: bigint): string {
  const value = arg.signed ? BigInt.asIntN(arg.bits, register) : BigInt.asUintN(arg.bits, register);
  return BigInt.asUintN(64, value) === register ? showNumber(value) : showNumber(register);
}

function showNumber(value: bigint): string {
  return value < 1024n ? String(value) : hex(value);
}

function trimmed(args: readonly bigint[]): readonly bigint[] {
  return args.slice(0, args.findLastIndex(arg => arg !== 0n) + 1);
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** The kernel's names for a call's arguments: `args[0]` is `fd`. */
export function argumentName(arch: Arch | undefined, nr: number, index: number): string {
  return (arch && syscallByNr(arch, nr)?.args[index]?.name) ?? `raw[${index}]`;
}

export interface Decided {
  readonly kind: Decider["kind"];
  /** `crc4.policy:9`; undefined for what no text says. */
  readonly place: string | undefined;
  /** The statement, on one line. */
  readonly text: string;
  /** Places of each `use` that spliced the rule, innermost first. */
  readonly uses: readonly string[];
}

export function describeDecision({ by, action }: Decision, sources: readonly Source[]): Decided {
  const { kind } = by;
  const verdict = showAction(action);
  switch (kind) {
    case "rule":
      return { kind, ...written(by.rule.origin, verdict, sources) };
    case "default":
    case "unknown":
    case "foreign": {
      const { origin } = by.fallback;
      const text = `${kind} ${verdict}, as no \`${kind}\` is written`;
      return origin ? { kind, ...written(origin, kind, sources) } : { kind, place: undefined, text, uses: [] };
    }
    case "guard":
      return {
        kind,
        place: undefined,
        text: "a program with notify rules may not install filters of its own",
        uses: [],
      };
    case "no-call":
      return {
        kind,
        place: undefined,
        text: "-1 is no call: a tracer skipped it and the kernel runs nothing",
        uses: [],
      };
    case "ticket":
      return { kind, place: undefined, text: "the launcher's own call", uses: [] };
  }
}

/** A target inside a block does not repeat the block's action: it is put in front. */
function written({ span, uses }: Origin, first: string, sources: readonly Source[]) {
  const text = statement(span, sources);
  return {
    place: showPlace(span, sources),
    text: text.startsWith(first.split("(")[0]!) ? text : `${first} ${text}`,
    uses: uses.map(use => showPlace(use, sources)),
  };
}

export function showPlace({ source, start }: Span, sources: readonly Source[]): string {
  const text = sources.find(({ name }) => name === source);
  return text === undefined ? source : `${source}:${position(text, start).line}`;
}

const LONGEST = 100;

function statement({ source, start, end }: Span, sources: readonly Source[]): string {
  const text = sources.find(({ name }) => name === source)?.text.slice(start, end) ?? "";
  const line = text
    .replace(/\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 3)}...`;
}

/** `crc4.policy:9 allow read if fd == 0 (used at app.policy:4)` */
export function showDecided({ place, text, uses }: Decided): string {
  const via = uses.length === 0 ? "" : ` (used at ${uses.join(", ")})`;
  return `${place === undefined ? "" : `${place} `}${text}${via}`;
}
