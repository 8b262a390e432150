// Which of the compiler's targets this machine is. Apart from compile-policy.ts, as doctor asks too and needs no parser.

import type { Arch } from "../compiler/index.ts";

/** The kernel's and the compiler's name for the CPU this runs on; undefined where policies cannot be enforced. */
export function hostArch(): Arch | undefined {
  return ({ x64: "x86_64", arm64: "aarch64" } as const satisfies Record<string, Arch>)[process.arch as string];
}
