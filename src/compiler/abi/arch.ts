// The ABIs a filter can meet: our key for each, what seccomp_data.arch holds for it, and the label that reports carry.
// x32 is an ABI of its own with x86_64's audit arch: only bit 30 of the number tells the two apart.

export type Arch = "x86_64" | "i386" | "x32" | "aarch64" | "arm" | "riscv64";

export const ARCHES: readonly Arch[] = ["x86_64", "i386", "x32", "aarch64", "arm", "riscv64"];

/** Bit 30 of nr: set in every x32 number (__X32_SYSCALL_BIT, asm/unistd.h). */
export const X32_SYSCALL_BIT = 0x40000000;

/** Native numbers at which kernels before 5.4 ran x32's calls (arch/x86/entry/syscalls/syscall_64.tbl). */
export function isRoutedToX32(arch: Arch, nr: number): boolean {
  return arch === "x86_64" && nr >= 512 && nr <= 547;
}

interface ArchFacts {
  /** seccomp_data.arch: ELF machine | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE (linux/audit.h). */
  readonly auditArch: number;
  /** Width of a register, long and pointer. x32 has 64-bit registers; its longs and pointers are 32 bits. */
  readonly wordBits: 32 | 64;
  /** As Sandbox2 prints it in front of a violation. */
  readonly label: string;
}

const FACTS: { readonly [arch in Arch]: ArchFacts } = {
  x86_64: { auditArch: 0xc000003e, wordBits: 64, label: "[X86-64]" },
  i386: { auditArch: 0x40000003, wordBits: 32, label: "[X86-32]" },
  x32: { auditArch: 0xc000003e, wordBits: 32, label: "[X32]" },
  aarch64: { auditArch: 0xc00000b7, wordBits: 64, label: "[Arm-64]" },
  arm: { auditArch: 0x40000028, wordBits: 32, label: "[Arm-32]" },
  riscv64: { auditArch: 0xc00000f3, wordBits: 64, label: "[RiscV-64]" },
};

export function isArch(name: string): name is Arch {
  return Object.hasOwn(FACTS, name);
}

export function auditArch(arch: Arch): number {
  return FACTS[arch].auditArch;
}

export function wordBits(arch: Arch): 32 | 64 {
  return FACTS[arch].wordBits;
}

/** The ABI that a call arrived through, from the two words that tell it; undefined for a machine we have no table for. */
export function archOf(audit: number, nr: number): Arch | undefined {
  if (audit === FACTS.x86_64.auditArch) return nr >= X32_SYSCALL_BIT && nr !== 0xffffffff ? "x32" : "x86_64";
  return ARCHES.find(arch => FACTS[arch].auditArch === audit);
}

/** `[X86-32]`, `[Arm-64]`, ...: the label of a report. */
export function archLabel(arch: Arch): string {
  return FACTS[arch].label;
}

/** The CPU on which calls of an ABI are made, by its 64-bit ABI: 64-bit kernels serve their CPU's 32-bit programs too. */
export function machineOf(arch: Arch): "x86_64" | "aarch64" | "riscv64" {
  switch (arch) {
    case "x86_64":
    case "i386":
    case "x32":
      return "x86_64";
    case "aarch64":
    case "arm":
      return "aarch64";
    case "riscv64":
      return "riscv64";
  }
}
