// `--emit c`: a header with a static inline sandbox_me_here(), for C99 and C++ with gcc or clang. All its names begin with the
// policy's, so that a program can include several. In: a SandboxSource; out: the text of POLICY.h.

import { CANARY_ERRNO, CANARY_NR } from "../launch/canary.ts";
import { comment, fillIn, rows, type SandboxArch, type SandboxSource, type SandboxTarget } from "./sandbox-source.ts";
import { SANDBOX_SOURCES } from "./sandbox-sources.gen.ts";

/** x32 defines __x86_64__ too, and its calls are foreign to the filter; BPF's records are little-endian here. */
const CONDITION: { readonly [arch in SandboxArch]: string } = {
  x86_64: "defined(__x86_64__) && !defined(__ILP32__)",
  aarch64: "defined(__aarch64__) && defined(__AARCH64EL__) && !defined(__ILP32__)",
};

export function cSource({ policy, header, targets }: SandboxSource): string {
  const arches = targets.map(({ arch }) => arch).join(" and ");
  const filters = [
    ...targets.map((target, i) => `#${i === 0 ? "if" : "elif"} ${CONDITION[target.arch]}\n${filter(target)}`),
    `#else\n#error "policy POLICY is for ${arches}, and this is compiled for another machine"\n#endif\n`,
    "\n// Answered by the filter alone: no kernel has this call or this errno.\n",
    `enum { POLICY_CANARY = ${CANARY_NR}, POLICY_CANARY_ERRNO = ${CANARY_ERRNO} };\n`,
  ];
  const text = fillIn(SANDBOX_SOURCES.h, policy, { "//@ filters\n": filters.join("") });
  return `${comment([...header, "", ...usage(policy)])}\n${text}`;
}

function usage(policy: string): readonly string[] {
  return [
    `    #include "${policy}.h"`,
    "    if (sandbox_me_here() != 0) abort();",
    "",
    `Call it as early as the policy lets the program go on. It is ${policy}_sandbox_me_here(), by which a program that includes`,
    "several policies tells them apart.",
  ];
}

function filter(target: SandboxTarget): string {
  const { prctl, seccomp } = target;
  const numbers = `enum { POLICY_PRCTL = ${prctl}, POLICY_SECCOMP = ${seccomp} };\n`;
  return `${numbers}static const struct POLICY_instruction POLICY_filter[] = {\n${rows(target, fields => `  {${fields}},`)}};\n`;
}
