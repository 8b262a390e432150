// Interpreter + encoded plan -> a static ELF executable. Two segments, W^X: the code and the plan are mapped R-X, the data RW-,
// and the stack is not executable, so the image runs under PR_SET_MDWE and under a policy that denies writable code.
//
// ET_EXEC, not a static PIE: the data holds addresses (struct sock_fprog, iovec, msghdr), and a PIE would need code to relocate
// them. A fixed address gives nothing away that the Landlock domain and PR_SET_DUMPABLE do not already keep from others.
// There are no section headers and no symbols: nothing but execve(2) reads the file, and policyc explain, which finds the
// plan behind the interpreter's code at CODE_OFFSET.

import { alignTo, concatenate, structure } from "./datum.ts";
import { encodePlan } from "./encode-plan.ts";
import { INTERPRETER_AARCH64 } from "./interpreter-aarch64.gen.ts";
import { INTERPRETER_X86_64 } from "./interpreter-x86_64.gen.ts";
import type { LaunchPlan } from "./plan.ts";
import type { LauncherArch } from "./target.ts";

const ET_EXEC = 2;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;
const EV_CURRENT = 1;
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474e551;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

const ELF_HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const STACK_ALIGNMENT = 16;

/** Where the interpreter's code starts, in the file and in the first segment. */
export const CODE_OFFSET = ELF_HEADER_SIZE + 3 * PROGRAM_HEADER_SIZE;
const CODE_BASE = 0x400000;
/** Segments may share pages of the file, never of memory. A plan and its data have at most 64 KB each. */
const DATA_BASE = 0x600000;

interface Target {
  readonly machine: number;
  /** The largest page that a kernel for this machine can be built with: segments are apart by at least one. */
  readonly maximumPageSize: number;
  readonly interpreter: readonly number[];
}

const TARGETS: { readonly [arch in LauncherArch]: Target } = {
  x86_64: { machine: EM_X86_64, maximumPageSize: 0x1000, interpreter: INTERPRETER_X86_64 },
  aarch64: { machine: EM_AARCH64, maximumPageSize: 0x10000, interpreter: INTERPRETER_AARCH64 },
};

/** The machine code of the plan interpreter. */
export function interpreterOf(arch: LauncherArch): readonly number[] {
  return TARGETS[arch].interpreter;
}

export function launcherImage(plan: LaunchPlan): Uint8Array {
  const { machine, maximumPageSize, interpreter } = TARGETS[plan.arch];
  const planOffset = CODE_OFFSET + interpreter.length;
  const dataOffset = (planSize: number) => alignTo(planOffset + planSize, 8);
  const encoded = encodePlan(plan, planSize => DATA_BASE + dataOffset(planSize));
  const codeSize = planOffset + encoded.plan.length;
  const dataAt = dataOffset(encoded.plan.length);
  return concatenate([
    elfHeader(machine),
    programHeader(PT_LOAD, PF_R | PF_X, 0, CODE_BASE, codeSize, codeSize, maximumPageSize),
    programHeader(
      PT_LOAD,
      PF_R | PF_W,
      dataAt,
      DATA_BASE + dataAt,
      encoded.dataFileSize,
      encoded.data.length,
      maximumPageSize,
    ),
    programHeader(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, STACK_ALIGNMENT),
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
  alignment: number,
): Uint8Array {
  return structure(
    [type, 4],
    [flags, 4],
    [offset, 8],
    [address, 8],
    [address, 8],
    [fileSize, 8],
    [memorySize, 8],
    [alignment, 8],
  );
}
