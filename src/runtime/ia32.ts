// Whether this kernel runs 32-bit x86 code: it is asked by running some. The program is `exit(0)`, 91 bytes of ELF32.

import { spawnSync } from "node:child_process";
import { fileExecutable, memfdExecutable } from "./executable.ts";
import { libc } from "./libc.ts";

export function runsIa32(): boolean {
  const program = exit0();
  const executable = memfdExecutable(libc(), program, 3) ?? fileExecutable(program);
  const { status } = spawnSync(executable.path, [], { stdio: "ignore" });
  executable.close();
  return status === 0; // spawn gives ENOEXEC where the kernel does not know the format
}

/** Elf32_Ehdr, one PT_LOAD read-execute Elf32_Phdr over the whole file, and the code (elf(5)). */
function exit0(): Uint8Array {
  const base = 0x08048000;
  const code = [0x31, 0xc0, 0x40, 0x31, 0xdb, 0xcd, 0x80]; // xor eax,eax; inc eax; xor ebx,ebx; int 0x80
  const size = 52 + 32 + code.length;
  const image = new Uint8Array(size);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // 32-bit, little-endian
  const halves: readonly (readonly [offset: number, value: number])[] = [
    [16, 2],
    [18, 3],
    [40, 52],
    [42, 32],
    [44, 1],
  ];
  const words: readonly (readonly [offset: number, value: number])[] = [
    [20, 1],
    [24, base + 84], // e_entry
    [28, 52], // e_phoff
    [52, 1], // PT_LOAD
    [60, base],
    [64, base],
    [68, size],
    [72, size],
    [76, 5], // R+X
    [80, 0x1000],
  ];
  for (const [offset, value] of halves) view.setUint16(offset, value, true);
  for (const [offset, value] of words) view.setUint32(offset, value, true);
  image.set(code, 84);
  return image;
}
