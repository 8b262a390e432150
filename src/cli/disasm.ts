// policyc disasm PROGRAM: a listing with names, of any program there is.

import { disassemble, shorten, verify } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readPrograms } from "./programs.ts";
import { FINE } from "./user-error.ts";

export async function run({ options, operands }: Invocation<"disasm">): Promise<number> {
  const programs = await readPrograms(operands[0]!, options);
  const texts = programs.map(({ title, instructions, places }) => {
    const listing = disassemble(instructions, { note: pc => shorten(places(pc)) });
    const faults = verify(instructions).map(({ pc, reason }) => `; the kernel refuses it: ${pc}: ${reason}\n`);
    return `; ${title}, ${instructions.length} instructions\n${faults.join("")}${listing}`;
  });
  process.stdout.write(texts.join("\n"));
  return FINE;
}
