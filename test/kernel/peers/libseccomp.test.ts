// Docker's profile through Debian's libseccomp and through ours: the prover says where the two programs differ on any
// input, and every difference has a reason.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";
import { decode } from "../../../src/compiler/bpf/encode.ts";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { compile } from "../../../src/compiler/index.ts";
import { differences } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import { type DockerProfile, dockerPolicy, dockerProfile, dockerRules } from "../../docker-policy.ts";

const profile = dockerProfile();
const withLibseccomp = profile !== undefined && hasLibseccomp() ? test : test.skip;

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const COMPARE = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};

function hasLibseccomp(): boolean {
  return spawnSync("gcc", ["-E", "-include", "seccomp.h", "-x", "c", "/dev/null"]).status === 0;
}

function byLibseccomp(profile: DockerProfile): { program: readonly SockFilter[]; unknown: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "policyc-scmp-"));
  try {
    const binary = join(folder, "scmp");
    const source = fileURLToPath(new URL("./scmp.c", import.meta.url));
    const built = spawnSync("gcc", ["-Wall", "-Werror", "-o", binary, source, "-lseccomp"], { encoding: "utf8" });
    assert.is(built.status, 0, built.stderr);
    const lines = dockerRules(profile).map(({ name, errno, tests }) => {
      const shown = tests.map(t => `${t.index} ${COMPARE[t.op as keyof typeof COMPARE]} ${t.value} ${t.valueTwo ?? 0}`);
      return `rule ${errno === undefined ? ALLOW : ERRNO | errno} ${name} ${shown.join(" ")}`;
    });
    const run = spawnSync(binary, { input: [`default ${ERRNO | profile.defaultErrnoRet}`, ...lines].join("\n") });
    assert.is(run.status, 0, run.stderr.toString());
    const decoded = decode(new Uint8Array(run.stdout));
    assert.ok(decoded.ok);
    return {
      program: decoded.program,
      unknown: [...run.stderr.toString().matchAll(/^unknown (\w+)/gm)].map(m => m[1]!),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

withLibseccomp(
  "libseccomp's program for Docker's profile differs from ours only where it must (needs libseccomp-dev and the corpus)",
  () => {
    const theirs = byLibseccomp(profile!);
    const { filters, diagnostics } = compile({ name: "docker.policy", text: dockerPolicy(profile!) });
    assert.equal(
      diagnostics.filter(d => d.severity === "error"),
      [],
    );
    const composition = compose([{ program: filters[0]!.program }, { program: theirs.program }]);
    assert.ok(composition.ok);
    const { differences: found, complete } = differences(composition.diagrams[0]!, composition.diagrams[1]!);
    assert.ok(complete);

    const newer = new Set(theirs.unknown.map(name => syscall("x86_64", name)?.nr).filter(nr => nr !== undefined));
    const unexplained = found.filter(({ numbers: { first, last } }) => {
      const routedToX32 = first >= 512 && last <= 547; // ours: foreign, theirs: the default
      const unknownToThem = Array.from({ length: Math.min(last - first, 999) + 1 }, (_, i) => first + i).every(nr =>
        newer.has(nr),
      ); // calls younger than Debian's libseccomp
      const skipped = first === 0xffffffff; // no call at all
      return !routedToX32 && !unknownToThem && !skipped;
    });
    assert.equal(unexplained, []);
    assert.ok(
      found.some(({ numbers }) => numbers.first >= 512),
      "the x32 numbers show that the comparison sees something",
    );
  },
);

test.run();
