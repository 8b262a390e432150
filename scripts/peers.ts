// npm run peers -- DIR: the tests of other compilers, and their programs, through our emulator, verifier and compiler. DIR
// holds what the rows below say; what is absent is skipped and counted. Exits 1 when a row fails or none ran.

import { existsSync } from "node:fs";
import { gvisor } from "./peers/gvisor.ts";
import { kafel } from "./peers/kafel.ts";
import { libseccomp } from "./peers/libseccomp.ts";
import { minijail } from "./peers/minijail.ts";
import { programs } from "./peers/programs.ts";
import { report } from "./peers/report.ts";
import { sandbox2 } from "./peers/sandbox2.ts";
import { seccompTools } from "./peers/seccomp-tools.ts";

const CORPORA = [
  programs, // DIR/NAME.policy, DIR/NAME.PEER.bpf
  libseccomp, // DIR/libseccomp: github.com/seccomp/libseccomp; gcc, ar, gperf
  kafel, // DIR/kafel: github.com/google/kafel; gcc, make, flex, bison
  minijail, // DIR/minijail: github.com/google/minijail; python3
  gvisor, // DIR/gvisor: github.com/google/gvisor
  seccompTools, // DIR/seccomp-tools: github.com/david942j/seccomp-tools
  sandbox2, // DIR/sandboxed-api: github.com/google/sandboxed-api
];

const folder = process.argv[2];
if (folder === undefined || !existsSync(folder)) {
  console.error("usage: npm run peers -- DIR (a folder with any of what scripts/peers.ts lists)");
  process.exitCode = 2;
} else {
  process.exitCode = report(CORPORA.flatMap(corpus => corpus(folder))) ? 0 : 1;
}
