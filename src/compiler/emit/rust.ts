// `--emit rust`: a module of one file with sandbox_me_here(), for std and stable Rust since 1.59 (asm!), without crates.
// In: a SandboxSource; out: the text of POLICY.rs.

import { CANARY_ERRNO, CANARY_NR } from "../launch/canary.ts";
import { comment, fillIn, rows, type SandboxSource, type SandboxTarget } from "./sandbox-source.ts";
import { SANDBOX_SOURCES } from "./sandbox-sources.gen.ts";

export function rustSource({ policy, header, targets }: SandboxSource): string {
  // Rust's names of these architectures are ours; x32 and its like have other widths of pointers.
  const arches = targets.map(({ arch }) => `all(target_arch = "${arch}", target_pointer_width = "64")`).join(", ");
  const filters = [
    "/// Answered by the filter alone: no kernel has this call or this errno.\n",
    `const CANARY: usize = ${CANARY_NR};\nconst CANARY_ERRNO: isize = ${CANARY_ERRNO};\n\n`,
    targets.map(filter).join("\n"),
  ];
  const text = fillIn(SANDBOX_SOURCES.rs, policy, {
    BUILD: arches,
    ARCHES: targets.map(({ arch }) => arch).join(" or "),
    "//@ filters\n": filters.join(""),
  });
  return `${comment([...header, "", ...usage(policy)])}\n${text}`;
}

function usage(policy: string): readonly string[] {
  return [`    mod ${policy};`, `    ${policy}::sandbox_me_here()?; // every thread of the program, for good`];
}

function filter(target: SandboxTarget): string {
  const { arch, prctl, seccomp, program } = target;
  const here = `#[cfg(target_arch = "${arch}")]\n`;
  const numbers = `${here}const PRCTL: usize = ${prctl};\n${here}const SECCOMP: usize = ${seccomp};\n`;
  const instructions = rows(target, fields => `    Instruction(${fields}),`);
  return `${numbers}${here}static FILTER: [Instruction; ${program.length}] = [\n${instructions}];\n`;
}
