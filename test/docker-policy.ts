// Docker's default profile as a policy of ours, for tests and benchmarks: an unprivileged container on x86_64 with a kernel
// from 4.8 on. The runtimes compare whole registers, so its argument rules become tests of raw[n].

import { existsSync, readFileSync } from "node:fs";

/** The profile of the corpus that is kept beside a checkout; undefined where there is none. */
export function dockerProfile(): DockerProfile | undefined {
  const file = new URL("../../shared/corpus/docker/default.json", import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

export interface DockerProfile {
  readonly defaultErrnoRet: number;
  readonly syscalls: readonly DockerRule[];
}

interface DockerRule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly DockerTest[];
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
  readonly excludes?: { readonly arches?: readonly string[] };
}

export interface DockerTest {
  readonly index: number;
  readonly op: string;
  readonly value: number;
  readonly valueTwo?: number;
}

/** The profile's rules that hold on amd64 without capabilities, a call each. */
export function dockerRules(profile: DockerProfile) {
  return profile.syscalls
    .filter(({ includes }) => includes?.caps === undefined && (includes?.arches?.includes("amd64") ?? true))
    .filter(({ excludes }) => !excludes?.arches?.includes("amd64"))
    .flatMap(({ names, action, errnoRet, args }) =>
      names.map(name => ({ name, errno: action === "SCMP_ACT_ALLOW" ? undefined : errnoRet!, tests: args ?? [] })),
    );
}

const OPERATORS: { readonly [op: string]: (test: DockerTest) => string } = {
  SCMP_CMP_EQ: ({ index, value }) => `raw[${index}] == ${value}`,
  SCMP_CMP_LT: ({ index, value }) => `raw[${index}] < ${value}`,
  SCMP_CMP_GT: ({ index, value }) => `raw[${index}] > ${value}`,
  SCMP_CMP_MASKED_EQ: ({ index, value, valueTwo }) => `raw[${index}] & ${value} == ${valueTwo ?? 0}`,
};

export function dockerPolicy(profile: DockerProfile): string {
  const rules = dockerRules(profile).map(({ name, errno, tests }) => {
    const condition = tests.map(test => OPERATORS[test.op]!(test)).join(" and ");
    return `  ${errno === undefined ? "allow" : `errno(${errno})`} ${name}?${condition && ` if ${condition}`}\n`;
  });
  const head = `  default errno(${profile.defaultErrnoRet})\n  unknown errno(${profile.defaultErrnoRet})\n  foreign kill\n`;
  return `policy docker for x86_64 {\n${head}${rules.join("")}}\n`;
}
