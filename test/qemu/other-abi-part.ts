// Programs of each CPU's other ABI: they run on the machine, they are foreign to a policy, and the kernel's record of their end
// tells the ABI.

import * as assert from "uvu/assert";
import { archLabel, archOf } from "../../src/compiler/abi/arch.ts";
import { elf32, int80, movEax, movEbx } from "../kernel/runtime/elf-programs.ts";
import type { Machine } from "./machine.ts";
import type { Part, Row } from "./part.ts";

/** Statically linked: getpid(), then exit(7). */
const OTHER_ABI: { readonly [machine in Machine]: { readonly program: Uint8Array; readonly label: string } } = {
  x86_64: { program: elf32([...movEax(20), ...int80, ...movEax(1), ...movEbx(7), ...int80]), label: "[X86-32]" },
  aarch64: { program: arm32(), label: "[Arm-32]" },
};

/** mov r7, #20; svc #0; mov r7, #1; mov r0, #7; svc #0, in an ELF of EM_ARM, EABI version 5. */
function arm32(): Uint8Array {
  const words = new Uint32Array([0xe3a07014, 0xef000000, 0xe3a07001, 0xe3a00007, 0xef000000]);
  const image = elf32([...new Uint8Array(words.buffer)]);
  const view = new DataView(image.buffer);
  view.setUint16(18, 40, true);
  view.setUint32(36, 0x05000000, true);
  return image;
}

const ONLY_X86_64: readonly Row[] = [
  { title: "int 0x80 works without a sandbox", argv: ["/probe", "int80", "64"], expected: { stdout: "1\n" } },
  {
    title: "int 0x80 is foreign",
    argv: ["/open", "/probe", "int80", "64"],
    expected: { signal: "SIGSYS", stdout: "" },
  },
];

/** With the launcher `open` of the launches. */
export function otherAbiPart(machine: Machine): Part {
  const { program, label } = OTHER_ABI[machine];
  const rows: Row[] = [
    { title: "a program of the other ABI runs", argv: ["/other-abi"], expected: { status: 7 } },
    { title: "the other ABI is foreign", argv: ["/open", "/other-abi"], expected: { signal: "SIGSYS" } },
    {
      title: `the kernel records its call under the label ${label}`,
      argv: ["/probe", "audit"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const [, arch, number] = /comm="other-abi" .*arch=([0-9a-f]+) syscall=(\d+) /.exec(`${stdout}`) ?? [];
        assert.is(archLabel(archOf(Number.parseInt(arch!, 16), Number(number))!), label);
        assert.is(number, "20");
      },
    },
    ...(machine === "x86_64" ? ONLY_X86_64 : []),
  ];
  return { files: { "other-abi": program }, rows };
}
