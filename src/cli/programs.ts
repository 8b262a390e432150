// What disasm, eval, prove and diff work on: the programs behind an operand, whichever of the three kinds it is. A policy is
// compiled, an artefact is checked, raw records are taken as they are. Each kind's machinery is loaded when it is met.

import {
  type Arch,
  decode,
  decodeLauncher,
  type Filter,
  type SockFilter,
  type Source,
  verify,
} from "../compiler/index.ts";
import { asFailure, isExecutable, readBytes, sourceName, textOf } from "./input.ts";
import { failure } from "./user-error.ts";

export interface Program {
  /** For people: `crc4.policy`, with the policy and target where there are several. */
  readonly title: string;
  readonly instructions: readonly SockFilter[];
  /** The target, where the operand says it: raw records do not. */
  readonly arch: Arch | undefined;
  readonly policy: string | undefined;
  /** Places of the rules that an instruction serves, `crc4.policy:12`. */
  readonly places: (pc: number) => readonly string[];
  /** The policy behind the program, with the texts its spans point into. */
  readonly origin: { readonly filter: Filter; readonly main: Source; readonly sources: readonly Source[] } | undefined;
}

export interface Choice {
  readonly policy?: string | undefined;
  readonly arch?: Arch | undefined;
}

/** At least one; throws a UserError otherwise. */
export async function readPrograms(operand: string, choice: Choice): Promise<readonly Program[]> {
  const bytes = readBytes(operand);
  if (!bytes.ok) throw asFailure(bytes.diagnostic);
  const name = sourceName(operand);
  const text = textOf(bytes.value);
  if (text === undefined) {
    return [isExecutable(bytes.value) ? launcherProgram(name, bytes.value) : rawProgram(name, bytes.value)];
  }
  if (!text.trimStart().startsWith("{")) {
    const { policyPrograms } = await import("./policy-programs.ts");
    return policyPrograms({ name, text }, choice);
  }
  const { artefactPrograms } = await import("./artefact-programs.ts");
  return artefactPrograms(name, text, choice);
}

function rawProgram(name: string, bytes: Uint8Array): Program {
  const decoded = decode(bytes);
  if (!decoded.ok) throw failure(`${name} is not a filter: ${decoded.reason}`);
  return bare(name, decoded.program);
}

/** The filter inside a launcher. Its ticket's constants are zero in the file, so it lets some calls pass that no launch does. */
function launcherProgram(name: string, bytes: Uint8Array): Program {
  const launcher = decodeLauncher(bytes);
  if (launcher === undefined) throw failure(`${name} is an executable, not a filter, and no launcher of this policyc`);
  return bare(`${name} (the filter inside)`, launcher.program);
}

function bare(title: string, instructions: readonly SockFilter[]): Program {
  return { title, instructions, arch: undefined, policy: undefined, places: () => [], origin: undefined };
}

/** For commands that run or prove programs: one that the kernel would refuse has no meaning. */
export function demandValid({ title, instructions }: Program): void {
  const [fault] = verify(instructions);
  if (fault !== undefined)
    throw failure(`${title}: the kernel would refuse this program: instruction ${fault.pc}: ${fault.reason}`);
}

/** Those of the policy and target asked for; none is the user's mistake. */
export function choose<T extends { readonly policy: string; readonly arch: Arch }>(
  name: string,
  all: readonly T[],
  { policy, arch }: Choice,
): readonly T[] {
  const chosen = all.filter(each => (policy ?? each.policy) === each.policy && (arch ?? each.arch) === each.arch);
  if (chosen.length > 0) return chosen;
  const has = all.map(each => `${each.policy} for ${each.arch}`).join(", ");
  throw failure(`${name} has no program ${[policy, arch && `for ${arch}`].filter(Boolean).join(" ")}`, `it has ${has}`);
}

/** `crc4.policy`, and which of its programs where it has several. */
export function titleOf(name: string, count: number, policy: string, arch: Arch): string {
  return count === 1 ? name : `${name} (${policy} for ${arch})`;
}
