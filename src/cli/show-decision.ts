// Decisions as text: the statement that decides, with its place and its words.

import {
  type Arch,
  type Decider,
  type Decision,
  type Origin,
  position,
  type Source,
  type Span,
  showAction,
  syscallByNr,
} from "../compiler/index.ts";

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
