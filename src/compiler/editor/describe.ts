// What is known about a name, as Markdown: hover shows it, completion shows it beside a list. In: a name and the ABIs it is
// looked at for; out: text.

import { ARCHES, type Arch } from "../abi/arch.ts";
import { argumentConstants } from "../abi/argument-constants.ts";
import { constant, constantArches, errnoByName } from "../abi/constants.ts";
import { type Arg, archesWith, type Syscall, syscall } from "../abi/syscalls.ts";
import { show } from "../diagnostics/finding.ts";
import type { Group } from "../syntax/ast.ts";

/** `read(unsigned int fd, char *buf, size_t count)` */
export function signatureOf({ name, args }: Syscall): string {
  return `${name}(${args.map(declared).join(", ")})`;
}

export function declared({ type, name }: Arg): string {
  return type.endsWith("*") ? `${type}${name}` : `${type} ${name}`;
}

/** groups: names of groups that have a rule for the call, as they would be written here. */
export function describeCall(name: string, arches: readonly Arch[], groups: readonly string[]): string | undefined {
  const having = archesWith(name);
  const shown = arches.find(arch => having.includes(arch)) ?? having[0];
  if (shown === undefined) return undefined;
  const facts = syscall(shown, name)!;
  const numbers = arches.map(arch => {
    const here = syscall(arch, name);
    return here === undefined ? `- ${arch}: no such call` : `- ${arch}: ${here.nr}, ${sinceOf(here)}`;
  });
  const elsewhere = having.filter(arch => !arches.includes(arch));
  const others = elsewhere.length === 0 ? "" : `\n\nAlso on ${elsewhere.join(", ")}.`;
  const inGroups = groups.length === 0 ? "" : `\n\nIn ${groups.map(group => `\`${group}\``).join(", ")}.`;
  const second = facts.name === name ? "" : `\n\nA second name of \`${facts.name}\`.`;
  const names = facts.args
    .filter(arg => arg.aliases.length > 0)
    .map(arg => `\`${arg.name}\` is also \`${arg.aliases.join("`, `")}\``);
  const aliases = names.length === 0 ? "" : `\n\n${names.join("; ")}.`;
  return `${code(signatureOf(facts))}\n\n${numbers.join("\n")}${others}${second}${aliases}${inGroups}`;
}

function sinceOf({ since, unimplemented }: Syscall): string {
  if (unimplemented) return "reserved, and ENOSYS in every kernel of today";
  return since === undefined ? "never implemented" : `since Linux ${since}`;
}

export function describeArgument(call: string, name: string, arches: readonly Arch[]): string | undefined {
  const places = arches.flatMap(arch => {
    const args = syscall(arch, call)?.args ?? [];
    const index = args.findIndex(arg => arg.name === name || arg.aliases.includes(name));
    return index < 0 ? [] : [{ arch, index, arg: args[index]! }];
  });
  const first = places[0];
  if (first === undefined) return undefined;
  const { arg, index } = first;
  const read = arg.pointer ? "a pointer" : `${arg.bits} bits, ${arg.signed ? "signed" : "unsigned"}`;
  const known = argumentConstants(syscall(first.arch, call)!.name, arg.name);
  const kind = known?.kind === "flags" ? "Flags" : "One";
  const values = known === undefined ? "" : `\n\n${kind} of ${list(known.constants)}.`;
  const also =
    arg.aliases.length === 0 ? "" : `\n\nAlso called ${arg.aliases.map(alias => `\`${alias}\``).join(", ")}.`;
  const missing = arches.filter(arch => syscall(arch, call) && !places.some(place => place.arch === arch));
  const absent = missing.length === 0 ? "" : `\n\nNot on ${missing.join(", ")}.`;
  return `${code(declared(arg))}\n\nArgument ${index} of \`${call}\`: the kernel reads ${read}.${also}${absent}${values}`;
}

const SHOWN = 12;

function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(name => `\`${name}\``);
  return shown.join(", ") + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "");
}

/** A constant of the kernel's headers. */
export function describeConstant(name: string, arches: readonly Arch[]): string | undefined {
  const having = constantArches(name);
  if (having.length === 0) return undefined;
  const values = valuesByArch(name, arches);
  const lines =
    values.size === 1 && [...values.values()][0]!.length === arches.length
      ? `\`${name}\` = ${[...values.keys()][0]}`
      : [...values].map(([value, on]) => `- ${on.join(", ")}: ${value}`).join("\n");
  const errno = errnoByName(name);
  const about = errno === undefined ? "" : `\n\nAn errno: \`errno(${name})\` makes the call fail with it.`;
  const elsewhere = having.length === ARCHES.length ? "" : `\n\nDefined on ${having.join(", ")}.`;
  return `${lines}${about}${elsewhere}`;
}

/** Shown value -> the ABIs that have it. */
export function valuesByArch(name: string, arches: readonly Arch[]): ReadonlyMap<string, readonly Arch[]> {
  const values = new Map<string, Arch[]>();
  for (const arch of arches) {
    const value = constant(arch, name);
    const text = value === undefined ? "not defined" : show(value);
    values.set(text, [...(values.get(text) ?? []), arch]);
  }
  return values;
}

export function describeGroup({ name, params, doc, items }: Group, from: string): string {
  const head = `group ${name.text}${params.length === 0 ? "" : `(${params.map(param => param.text).join(", ")})`}`;
  const calls = items.flatMap(item =>
    item.kind === "rule"
      ? item.targets.map(({ call }) => (call.kind === "name" ? call.name.text : `syscall(${call.nr.value})`))
      : item.kind === "use"
        ? [`use ${item.name.text}`]
        : [],
  );
  const about = doc === "" ? "" : `\n\n${doc}`;
  return `${code(head)}${about}\n\n${list([...new Set(calls)])}\n\nFrom ${from}.`;
}

export function code(text: string): string {
  return `\`\`\`policy\n${text}\n\`\`\``;
}

export const ACTIONS: { readonly [action: string]: string } = {
  allow: "The call runs.",
  log: "The call runs, and the kernel logs it.",
  notify: "The call waits until a monitor decides it.",
  trace: "The call waits for a ptrace tracer; without one it fails with ENOSYS.",
  errno: "The call does not run and fails with this error: `errno(EPERM)`.",
  trap: "The call does not run; the thread gets SIGSYS.",
  kill: "The call does not run; the process ends as by SIGSYS.",
  "kill-thread": "The call does not run; only its thread ends, which leaves most programs hanging: prefer `kill`.",
};
