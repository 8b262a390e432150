// Interpreter + encoded plan -> a static ELF executable. Two segments, W^X: the code and the plan are mapped R-X, the data RW-,
// and the stack is not executable, so the image runs under PR_SET_MDWE and under a policy that denies writable code.
//
// ET_EXEC, not a static PIE: the data holds addresses (struct sock_fprog, iovec, msghdr), and a PIE would need code to relocate
// them. A fixed address gives nothing away that the Landlock domain and PR_SET_DUMPABLE do not already keep from others.
// There are no section headers and no symbols: nothing but execve(2) reads the file, and policyc explain, which finds the
// plan behind the interpreter's code at CODE_OFFSET.

import { alignTo, concatenate, structure } from "./datum.ts";
import { encodePlan } from "./encode-plan.ts";
import { INTERPRETER_X86_64 } from "./interpreter-x86_64.gen.ts";
import type { LauncherArch, LaunchPlan } from "./plan.ts";

const ET_EXEC = 2;
const EM_X86_64 = 62;
const EV_CURRENT = 1;
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474e551;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

const ELF_HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const PAGE_SIZE = 0x1000;

/** Where the interpreter's code starts, in the file and in the first segment. */
export const CODE_OFFSET = ELF_HEADER_SIZE + 3 * PROGRAM_HEADER_SIZE;
const CODE_BASE = 0x400000;
/** Segments may share pages of the file, never of memory. A plan and its data have at most 64 KB each. */
const DATA_BASE = 0x600000;

const TARGETS: {
  readonly [arch in LauncherArch]: { readonly machine: number; readonly interpreter: readonly number[] };
} = {
  x86_64: { machine: EM_X86_64, interpreter: INTERPRETER_X86_64 },
};

export function launcherImage(plan: LaunchPlan): Uint8Array {
  const { machine, interpreter } = TARGETS[plan.arch];
  const planOffset = CODE_OFFSET + interpreter.length;
  const dataOffset = (planSize: number) => alignTo(planOffset + planSize, 8);
  const encoded = encodePlan(plan, planSize => DATA_BASE + dataOffset(planSize));
  const codeSize = planOffset + encoded.plan.length;
  const dataAt = dataOffset(encoded.plan.length);
  return concatenate([
    elfHeader(machine),
    programHeader(PT_LOAD, PF_R | PF_X, 0, CODE_BASE, codeSize, codeSize),
    programHeader(PT_LOAD, PF_R | PF_W, dataAt, DATA_BASE + dataAt, encoded.dataFileSize, encoded.data.length),
    programHeader(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0),
    Uint8Array.from(interpreter),
    encoded.plan,
    new Uint8Array(dataAt - codeSize),
    encoded.data.subarray(0, encoded.dataFileSize),
  ]);
}

/** Elf64_Ehdr. */
function elfHeader(machine: number): Uint8Array {
  return structure(
    [0x464c457f, 4], // e_ident: \x7fELF, then ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_NONE
    [0x00010102, 4],
    [0, 8],
    [ET_EXEC, 2],
    [machine, 2],
    [EV_CURRENT, 4],
    [CODE_BASE + CODE_OFFSET, 8], // e_entry
    [ELF_HEADER_SIZE, 8], // e_phoff
    [0, 8], // e_shoff
    [0, 4], // e_flags
    [ELF_HEADER_SIZE, 2],
    [PROGRAM_HEADER_SIZE, 2],
    [3, 2], // e_phnum
    [0, 2], // e_shentsize
    [0, 2], // e_shnum
    [0, 2], // e_shstrndx
  );
}

/** Elf64_Phdr. p_vaddr and p_offset agree modulo the page size, as mmap wants. */
function programHeader(
  type: number,
  flags: number,
  offset: number,
  address: number,
  fileSize: number,
  memorySize: number,
): Uint8Array {
  return structure(
    [type, 4],
    [flags, 4],
    [offset, 8],
    [address, 8],
    [address, 8],
    [fileSize, 8],
    [memorySize, 8],
    [type === PT_LOAD ? PAGE_SIZE : 16, 8],
  );
}
