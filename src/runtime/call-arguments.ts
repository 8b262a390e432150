// What the arguments of a call mean, beyond their numbers: flags and commands by name, descriptors with what they refer to,
// paths, strings and socket addresses out of the caller's memory. Pure but for its reader. In: registers and a reader that
// may fail; out: one text for each argument that has more to say than its number. Nothing that was read is trusted: lengths
// are bounded, and every byte that is not plain is escaped.

import {
  type Arch,
  type Arg,
  archOf,
  argumentConstants,
  constant,
  type SeccompData,
  type Syscall,
  syscallByNr,
  wordBits,
} from "../compiler/index.ts";
import { quote } from "./escape.ts";
import { showSocketAddress } from "./socket-address.ts";

export interface ReadArgument {
  /** The kernel's name for it. */
  readonly name: string;
  /** `O_WRONLY|O_CREAT`, `"/etc/shadow"`, `3 (/dev/null)`, `SIGKILL` */
  readonly text: string;
  /** registers: certain. process: read from memory or /proc, which the process may have changed before and after. */
  readonly source: "registers" | "process";
}

export interface CallerReader {
  /** Fewer bytes where the mapping ends; undefined where nothing can be read. */
  memory(address: bigint, length: number): Promise<Uint8Array | undefined>;
  /** What /proc/PID/fd/N leads to. */
  descriptor(fd: number): Promise<string | undefined>;
  /** The working folder. */
  folder(): Promise<string | undefined>;
}

/** Of a path; longer ones are cut. */
const LONGEST_TEXT = 256;
/** Of what write(2) and its like are given. */
const LONGEST_DATA = 64;
const MOST_STRINGS = 8;
const AT_FDCWD = -100n;

/** All arguments at once: the time that a program can make a reader wait is that of one. */
export async function readArguments(data: SeccompData, reader: CallerReader): Promise<readonly ReadArgument[]> {
  const arch = archOf(data.arch, data.nr);
  const call = arch && syscallByNr(arch, data.nr);
  if (call === undefined) return [];
  const texts = await Promise.all(call.args.map((_, index) => readArgument(arch!, call, index, data, reader)));
  return texts.filter(text => text !== undefined);
}

async function readArgument(
  arch: Arch,
  call: Syscall,
  index: number,
  data: SeccompData,
  reader: CallerReader,
): Promise<ReadArgument | undefined> {
  const arg = call.args[index]!;
  const register = data.args[index]!;
  const said = (text: string | undefined, source: ReadArgument["source"]) =>
    text === undefined ? undefined : { name: arg.name, text, source };
  if (!arg.pointer) {
    const value = arg.signed ? BigInt.asIntN(arg.bits, register) : BigInt.asUintN(arg.bits, register);
    if (isDescriptor(arg)) return said(await showDescriptor(BigInt.asIntN(32, register), arg, reader), "process");
    return said(showChoice(arch, call.name, arg, value), "registers");
  }
  const address = BigInt.asUintN(wordBits(arch), register);
  return address === 0n ? undefined : said(await showMemory(arch, call, index, address, data, reader), "process");
}

// Numbers.

function isDescriptor(arg: Arg): boolean {
  return /^(\w*(d?fd|dirfd)|fd_?(in|out)|fildes)$/.test(arg.name) && arg.name !== "max_fd";
}

async function showDescriptor(fd: bigint, arg: Arg, reader: CallerReader): Promise<string | undefined> {
  if (fd === AT_FDCWD && /dfd|dirfd/.test(arg.name)) {
    const folder = await reader.folder();
    return folder === undefined ? "AT_FDCWD" : `AT_FDCWD (${quote(folder)})`;
  }
  const target = fd < 0n ? undefined : await reader.descriptor(Number(fd));
  return target === undefined ? undefined : `${fd} (${quote(target)})`;
}

/** Every flag that is set, the rest in hex; a mode in octal, as everybody writes it. */
export function showChoice(arch: Arch, call: string, arg: Arg, value: bigint): string | undefined {
  if (arg.type === "umode_t" || arg.name === "mode") return `0${BigInt.asUintN(16, value).toString(8)}`;
  const known = argumentConstants(call, arg.name);
  if (known === undefined) return undefined;
  const named = (names: readonly string[]) =>
    firstNamesFirst(names).flatMap(name => {
      const bits = constant(arch, name);
      return bits === undefined ? [] : [{ name, bits: BigInt.asUintN(arg.bits, bits) }];
    });
  const bits = BigInt.asUintN(arg.bits, value);
  const { mask } = known;
  if (known.kind === "flags") {
    const field = mask === undefined ? undefined : named(known.modifiers).find(each => each.bits === (bits & mask));
    const rest = field === undefined ? bits : bits & ~mask!;
    const flags = flagsIn(named(known.constants), rest);
    return [...flags, ...(field === undefined || field.bits === 0n ? [] : [field.name])].join("|") || "0";
  }
  const modifiers = named(known.modifiers).filter(each => each.bits !== 0n);
  const all = modifiers.reduce((sum, each) => sum | each.bits, 0n);
  const choices = named(known.constants);
  const whole = choices.find(each => each.bits === bits);
  if (whole !== undefined) return whole.name;
  const base = choices.find(each => each.bits === (bits & ~all));
  return base === undefined ? undefined : [base.name, ...flagsIn(modifiers, bits & all)].join("|");
}

/** Of two names of one value, the man page's. */
const SECOND_NAMES = /^(AF_FILE|AF_LOCAL|IPPROTO_HOPOPTS|MAP_ANON|O_NDELAY|O_RSYNC|SIGCLD|SIGIOT|SIGPOLL|SIGUNUSED)$/;

function firstNamesFirst(names: readonly string[]): readonly string[] {
  return [...names.filter(name => !SECOND_NAMES.test(name)), ...names.filter(name => SECOND_NAMES.test(name))];
}

/** Names of several bits first: O_SYNC is O_DSYNC and one more. Nothing set has a name too, O_RDONLY or PROT_NONE. */
function flagsIn(named: readonly { readonly name: string; readonly bits: bigint }[], bits: bigint): string[] {
  const found: (typeof named)[number][] = [];
  let rest = bits;
  for (const each of named.toSorted((a, b) => bitCount(b.bits) - bitCount(a.bits))) {
    if (each.bits === 0n || (rest & each.bits) !== each.bits) continue;
    found.push(each);
    rest &= ~each.bits;
  }
  const access = named.find(each => each.bits === 0n && /^(O_RDONLY|PROT_NONE|F_OK)$/.test(each.name));
  const names = found.toSorted((a, b) => (a.bits < b.bits ? -1 : 1)).map(each => each.name);
  const needsAccess = access?.name === "O_RDONLY" ? (bits & 3n) === 0n : bits === 0n;
  return [
    ...(access && needsAccess ? [access.name] : []),
    ...names,
    ...(rest === 0n ? [] : [`0x${rest.toString(16)}`]),
  ];
}

function bitCount(value: bigint): number {
  return value.toString(2).replaceAll("0", "").length;
}

// Memory.

/** What the kernel fills rather than reads: its old contents would mislead. */
const FILLED = /^(vec|shmaddr|optval|list)$/;

async function showMemory(
  arch: Arch,
  call: Syscall,
  index: number,
  address: bigint,
  { args }: SeccompData,
  reader: CallerReader,
): Promise<string | undefined> {
  const { type, name } = call.args[index]!;
  const next = call.args[index + 1];
  const length = Number(BigInt.asUintN(32, args[index + 1] ?? 0n));
  if (/^const char __user \*const __user \*$/.test(type)) {
    return name === "argv" ? showStrings(arch, address, reader) : undefined;
  }
  if (/^struct sockaddr /.test(type)) return showAddress(call.name, index, address, args, reader);
  if (!/^(const )?char __user \*$/.test(type) || FILLED.test(name)) return undefined;
  if (next !== undefined && /^(count|len|msg_len)$/.test(next.name)) {
    return type.startsWith("const ") || /^set/.test(call.name) ? showData(address, length, reader) : undefined;
  }
  return type.startsWith("const ") || /^(mount|umount2|utimes?)$/.test(call.name)
    ? showText(address, reader)
    : undefined;
}

async function showText(address: bigint, reader: CallerReader): Promise<string | undefined> {
  const bytes = await readToPage(address, LONGEST_TEXT, reader);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return end < 0 ? `${quote(latin1(bytes))}...` : quote(latin1(bytes.subarray(0, end)));
}

/** A string may end right before memory that is not there, and a read over that border fails as a whole. */
async function readToPage(address: bigint, length: number, reader: CallerReader): Promise<Uint8Array | undefined> {
  const toBorder = 4096 - Number(address & 4095n);
  const whole = await reader.memory(address, length);
  return whole !== undefined || toBorder >= length ? whole : reader.memory(address, toBorder);
}

async function showData(address: bigint, length: number, reader: CallerReader): Promise<string | undefined> {
  const bytes = await reader.memory(address, Math.min(length, LONGEST_DATA));
  return bytes && `${quote(latin1(bytes))}${length > bytes.length ? "..." : ""}`;
}

async function showStrings(arch: Arch, address: bigint, reader: CallerReader): Promise<string | undefined> {
  const size = wordBits(arch) / 8;
  const bytes = await reader.memory(address, (MOST_STRINGS + 1) * size);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pointers: bigint[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    const pointer = size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
    if (pointer === 0n) break;
    pointers.push(pointer);
  }
  const shown = await Promise.all(pointers.slice(0, MOST_STRINGS).map(pointer => showText(pointer, reader)));
  const more = pointers.length > MOST_STRINGS ? ", ..." : "";
  return `[${shown.map((text, i) => text ?? `0x${pointers[i]!.toString(16)}`).join(", ")}${more}]`;
}

/** Where the kernel reads one: elsewhere it is written. The length is the argument behind it. */
async function showAddress(
  call: string,
  index: number,
  address: bigint,
  args: SeccompData["args"],
  reader: CallerReader,
): Promise<string | undefined> {
  if (!/^(bind|connect|sendto)$/.test(call)) return undefined;
  const length = Number(BigInt.asUintN(32, args[index + 1]!));
  const bytes = await reader.memory(address, Math.min(length, 128));
  return bytes && showSocketAddress(bytes);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
