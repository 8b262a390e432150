// From the calls that a command was seen to make to the text of a policy that lets it make them again. Pure: calls with counts
// in, canonical text out. Only calls of the policy's own ABI are allowed; others are told in a comment.

import { type Arch, archLabel, format, hasErrors } from "../compiler/index.ts";
import type { PassedCall } from "../runtime/index.ts";

export interface Trace {
  readonly target: Arch;
  readonly command: readonly string[];
  readonly calls: readonly PassedCall[];
  /** Calls that were made and are not in the list. */
  readonly unlisted: number;
}

/**
 * What one run comes to by chance, and another needs: `others` for a program that makes one of `calls`. None of them reaches
 * beyond the program itself.
 */
const BY_CHANCE: readonly { readonly calls: readonly string[]; readonly others: readonly string[] }[] = [
  // The end; the way back from a signal handler; what the kernel has a program call when SIGSTOP interrupted a wait.
  { calls: [], others: ["exit", "exit_group", "restart_syscall", "rt_sigreturn"] },
  // An allocator's: which of them depends on sizes and on what is free.
  { calls: ["brk", "mmap"], others: ["brk", "madvise", "mmap", "mremap", "munmap"] },
  // Of threads that wait for each other.
  { calls: ["clone", "clone3"], others: ["futex", "rt_sigprocmask", "sched_yield", "set_robust_list"] },
];

export function tracedPolicy({ target, command, calls, unlisted }: Trace): string {
  const own = calls.filter(({ first }) => first.arch === target);
  const named = countBy(
    own.filter(({ first }) => first.call !== undefined),
    ({ first }) => first.call!,
  );
  const unknown = countBy(
    own.filter(({ first }) => first.call === undefined),
    ({ first }) => `${first.data.nr}`,
  );
  const foreign = countBy(
    calls.filter(({ first }) => first.arch !== target),
    describeForeign,
  );
  const chance = BY_CHANCE.filter(({ calls }) => calls.length === 0 || calls.some(name => named.has(name)));
  const names = [...new Set([...named.keys(), ...chance.flatMap(({ others }) => others)])].sort();
  const total = own.reduce((sum, { count }) => sum + count, unlisted);
  const rare = names.filter(name => !named.has(name));
  const lines = [
    `// Written by \`policyc trace\` from one run of: ${command.map(word).join(" ")}`,
    "// Another run may need more: for other input, errors, signals. Run it again under this policy, see what is missing, and",
    "// narrow what is too wide.",
    "//",
    `// ${total} calls seen: ${list(named)}`,
    ...(rare.length === 0 ? [] : [`// Not seen, and allowed: ${rare.join(", ")}`]),
    ...(unknown.size === 0 ? [] : [`// Numbers without a name, which get ENOSYS: ${list(unknown)}`]),
    ...(foreign.size === 0 ? [] : [`// Calls through another ABI, which are forbidden: ${list(foreign)}`]),
    ...(unlisted === 0 ? [] : [`// ${unlisted} more calls were made, of kinds that are not listed`]),
  ];
  const text = (name: string) => `${lines.flatMap(wrapped).join("\n")}
policy ${name} for ${target} {
  default kill
  unknown errno(ENOSYS)
  allow { ${names.join(", ")} }
}
`;
  const name = identifier(command[0]!);
  const formatted = format({ name: "traced.policy", text: text(name) });
  // A program may be called by a word of the language.
  return hasErrors(formatted.diagnostics)
    ? format({ name: "traced.policy", text: text(`${name}_program`) }).text
    : formatted.text;
}

function countBy(calls: readonly PassedCall[], key: (call: PassedCall) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(key(call), (counts.get(key(call)) ?? 0) + call.count);
  return counts;
}

/** Most frequent first: `read 812, write 3` */
function list(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ");
}

function describeForeign({ first: { arch, call, data } }: PassedCall): string {
  const label = arch === undefined ? `[UNKNOWN_ARCH:0x${data.arch.toString(16)}]` : archLabel(arch);
  return `${label} ${call ?? data.nr}`;
}

function identifier(command: string): string {
  const name = command.replace(/^.*\//s, "").replace(/[^A-Za-z0-9_]/g, "_");
  return /^[A-Za-z]/.test(name) ? name : `program_${name}`;
}

/** As a shell would take it, on one line whatever is in it. */
function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  const escaped = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, each => `\\u{${each.codePointAt(0)!.toString(16)}}`);
  return `'${escaped.replaceAll("'", "'\\''")}'`;
}

const WIDTH = 120;

/** A comment over as many lines as it needs. */
function wrapped(comment: string): string[] {
  const lines: string[] = [];
  let rest = comment;
  while (rest.length > WIDTH && rest.lastIndexOf(" ", WIDTH) > 3) {
    const at = rest.lastIndexOf(" ", WIDTH);
    lines.push(rest.slice(0, at));
    rest = `//   ${rest.slice(at + 1)}`;
  }
  return [...lines, rest];
}
