// What `--emit c|go|rust` have in common: whether a policy can be enforced from inside a running program at all, the programs
// to install there, and the words that every such file begins with. In: one policy's filters, one a target; out: a SandboxSource
// that c.ts, go.ts and rust.ts put into their language, or why there is none. Same filters, same text.

import type { Arch } from "../abi/arch.ts";
import { syscall } from "../abi/syscalls.ts";
import { describeInstructions } from "../bpf/disassemble.ts";
import { BPF_MAXINSNS, type SockFilter } from "../bpf/instruction.ts";
import type { Filter } from "../compile.ts";
import { Bug, type Source } from "../diagnostics/diagnostic.ts";
import { position } from "../diagnostics/frame.ts";
import { actionsOf } from "../policy/lower.ts";

/** The targets whose sandbox_me_here() is tried. */
const SANDBOX_ARCHES = ["x86_64", "aarch64"] as const satisfies readonly Arch[];

export type SandboxArch = (typeof SANDBOX_ARCHES)[number];

export interface SandboxTarget {
  readonly arch: SandboxArch;
  /** Numbers of the calls that install a filter. */
  readonly prctl: number;
  readonly seccomp: number;
  readonly program: readonly SockFilter[];
  /** Per instruction: mnemonic, names, and the rules it serves. One line of printable ASCII without backslashes. */
  readonly notes: readonly string[];
}

export interface SandboxSource {
  readonly policy: string;
  /** Lines that say what this is, without comment marks. */
  readonly header: readonly string[];
  readonly targets: readonly SandboxTarget[];
}

export type Sandboxable =
  | { readonly ok: true; readonly source: SandboxSource; readonly leftOut: readonly Arch[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

export interface SandboxFacts {
  /** The compiler's version. */
  readonly policyc: string;
  /** How a source is to be called, so that the place of the checkout does not show. */
  readonly nameOf: (source: Source) => string;
  /** Makes a filter answer the canary, and proves it again; undefined where it has no room for that. */
  readonly answeringCanary: (filter: Filter) => Filter | undefined;
}

/** Of one policy, whose filters these are, one a target; `sources` are the texts they were made of. */
export function sandboxSource(
  filters: readonly Filter[],
  sources: readonly Source[],
  { policyc, nameOf, answeringCanary }: SandboxFacts,
): Sandboxable {
  const [first] = filters;
  if (first === undefined) throw new Bug("a sandbox source of no filter");
  const { policy } = first;
  const why = unenforceable(filters);
  if (why !== undefined) return { ok: false, ...why };
  const usable = filters.filter(({ target }) => isSandboxArch(target));
  if (usable.length === 0) {
    const targets = filters.map(({ target }) => target).join(", ");
    return {
      ok: false,
      message: `policy ${policy} is for ${targets}, and sandbox_me_here() is there for ${SANDBOX_ARCHES.join(" and ")} only`,
      hint: `add one of them to its targets: \`policy ${policy} for ${[SANDBOX_ARCHES[0], targets].join(", ")}\``,
    };
  }
  const place = placeIn(sources, nameOf);
  const answering = usable.flatMap(filter => answeringCanary(filter) ?? []);
  if (answering.length < usable.length) {
    return {
      ok: false,
      message: `policy ${policy} is too near the kernel's limit of ${BPF_MAXINSNS} instructions to answer the canary as well`,
      hint: "`policyc build` without --emit shows how long its programs are; a few rules less are enough",
    };
  }
  const targets = answering.map(filter => targetOf(filter, place));
  const main = sources.find(({ name }) => name === first.span.source);
  if (main === undefined) throw new Bug(`policy ${policy} of ${first.span.source}, which was not read`);
  const header = [
    `Made by policyc ${policyc} from policy ${policy} of ${plain(nameOf(main))}. Change the policy, not this.`,
    "Each program below is proved equal to the policy's text for every call there is; the canary is one that no kernel has.",
  ];
  const leftOut = filters.map(({ target }) => target).filter(target => !isSandboxArch(target));
  return { ok: true, source: { policy, header, targets }, leftOut };
}

function isSandboxArch(arch: Arch): arch is SandboxArch {
  return SANDBOX_ARCHES.some(each => each === arch);
}

/** What a program cannot do to itself: Landlock and unshare reach the calling thread only, limits count what was used before. */
function unenforceable(filters: readonly Filter[]): { readonly message: string; readonly hint: string } | undefined {
  for (const filter of filters) {
    const { policy } = filter;
    const section = filter.sections[0];
    if (section !== undefined) {
      return {
        message: `policy ${policy} has a \`${section.kind}\` section, which a running program cannot enforce on itself`,
        hint:
          section.kind === "limits"
            ? "remove it and call setrlimit(2) before sandbox_me_here(), or start the program by `policyc run`"
            : "remove it, or start the program by `policyc run`",
      };
    }
    if (actionsOf(filter.model).some(({ kind }) => kind === "notify")) {
      return {
        message: `policy ${policy} has \`notify\` rules, and there is nobody to answer them in a program on its own`,
        hint: "write `errno(E)` or `kill` instead",
      };
    }
  }
  return undefined;
}

type PlaceOf = (source: string, offset: number) => string;

function placeIn(sources: readonly Source[], nameOf: (source: Source) => string): PlaceOf {
  return (name, offset) => {
    const source = sources.find(each => each.name === name);
    if (source === undefined) throw new Bug(`a rule of ${name}, which was not read`);
    return plain(`${nameOf(source)}:${position(source, offset).line}`);
  };
}

function targetOf({ target: arch, program, origins }: Filter, place: PlaceOf): SandboxTarget {
  if (!isSandboxArch(arch)) throw new Bug(`no sandbox_me_here() for ${arch}`);
  const note = (pc: number): string | undefined => {
    const places = [...new Set((origins[pc] ?? []).map(({ span }) => place(span.source, span.start)))];
    // A verdict that many rules share would fill the page.
    if (places.length > 2) return `${places[0]} and ${places.length - 1} more`;
    return places.length === 0 ? undefined : places.join(", ");
  };
  const notes = describeInstructions(program, { note });
  return { arch, prctl: numberOf(arch, "prctl"), seccomp: numberOf(arch, "seccomp"), program, notes };
}

function numberOf(arch: SandboxArch, name: string): number {
  const call = syscall(arch, name);
  if (call === undefined) throw new Bug(`${arch} has no ${name}`);
  return call.nr;
}

/** A file's name may hold anything: a newline or a last backslash would end or lengthen a comment, `?` begins a trigraph. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]|[\\?*]/g, "_");
}

/** The fixed part of a source with the policy's name for POLICY, and a text for each mark, which stands there once. */
export function fillIn(fixed: string, policy: string, parts: { readonly [mark: string]: string }): string {
  const filled = Object.entries(parts).reduce((text, [mark, part]) => text.replace(mark, () => part), fixed);
  return filled.replaceAll("POLICY_", `${policy}_`).replace(/\bPOLICY\b/g, policy);
}

/** Each instruction by `show`, which is given its fields in a fixed width, with its note as a comment. */
export function rows({ program, notes }: SandboxTarget, show: (fields: string) => string): string {
  const lines = program.map(({ code, jt, jf, k }, pc) => {
    const fields = `${hex(code, 4)}, ${hex(jt, 2)}, ${hex(jf, 2)}, ${hex(k, 8)}`;
    return `${show(fields)} // ${String(pc).padStart(4, "0")} ${notes[pc]}\n`;
  });
  return lines.join("");
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

export function comment(lines: readonly string[]): string {
  return lines.map(line => (line === "" ? "//\n" : `// ${line}\n`)).join("");
}
