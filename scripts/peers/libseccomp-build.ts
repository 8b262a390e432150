// libseccomp and the test programs of its simulation tables, built from a checkout into a scratch folder without autotools:
// what make would do, with a configure.h of one line. Out come each test's filter, the calls that made it (in the words of
// libseccomp-record.c) and the library's own resolver of syscall names.

import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface BuiltLibrary {
  /** The filter that a test program exports and the lines of its record; undefined when the program fails. */
  readonly run: (test: string) => { readonly filter: Uint8Array; readonly calls: readonly string[] } | undefined;
  /** A name's number on one of libseccomp's architectures; negative where it has none. */
  readonly resolve: (arch: string, name: string) => number;
}

const RECORDER = fileURLToPath(new URL("libseccomp-record.c", import.meta.url));

export function buildLibseccomp(checkout: string, scratch: string): BuiltLibrary {
  const at = (path: string) => join(checkout, path);
  const cc = (...args: readonly string[]) =>
    execFileSync("gcc", ["-w", "-O1", "-D_GNU_SOURCE", `-I${scratch}`, `-I${at("include")}`, ...args], {
      cwd: scratch,
    });

  writeFileSync(join(scratch, "configure.h"), "#define HAVE_LINUX_SECCOMP_H 1\n");
  const header = readFileSync(at("include/seccomp.h.in"), "utf8");
  // No test asks for the version; the header only has to be C.
  writeFileSync(join(scratch, "seccomp.h"), header.replaceAll(/@VERSION_M[A-Z]+@/g, "0"));
  execFileSync("bash", [at("src/arch-gperf-generate"), at("src/syscalls.csv"), at("src/syscalls.perf.template")], {
    cwd: scratch,
  });
  const table = execFileSync("gperf", ["-m", "100", "--null-strings", "--pic", "-tCEG", "-T", "-S1", "syscalls.perf"], {
    cwd: scratch,
    maxBuffer: 1 << 26,
  });
  writeFileSync(join(scratch, "syscalls.perf.c"), table);
  const sources = readdirSync(at("src")).filter(name => name.endsWith(".c") && name !== "arch-syscall-dump.c");
  cc(`-I${at("src")}`, "-c", "syscalls.perf.c", ...sources.map(name => at(`src/${name}`)));
  const objects = readdirSync(scratch).filter(name => name.endsWith(".o"));
  execFileSync("ar", ["rcs", "libseccomp.a", ...objects], { cwd: scratch });
  cc("-o", "resolver", at("tools/scmp_sys_resolver.c"), at("tools/util.c"), "libseccomp.a");
  cc("-include", RECORDER, "-c", "-o", "test-util.o", at("tests/util.c"));

  const numbers = new Map<string, number>();
  return {
    run(test) {
      const program = join(scratch, test);
      cc("-include", RECORDER, "-o", program, at(`tests/${test}.c`), "test-util.o", "libseccomp.a");
      const { status, output } = spawnSync(program, ["-b"], {
        stdio: ["ignore", "pipe", "ignore", "pipe"],
        cwd: scratch,
      });
      if (status !== 0) return undefined;
      return { filter: output[1]!, calls: output[3]!.toString().trim().split("\n") };
    },
    resolve(arch, name) {
      const key = `${arch} ${name}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const found = Number(execFileSync(join(scratch, "resolver"), ["-a", arch, "-t", name], { encoding: "utf8" }));
      numbers.set(key, found);
      return found;
    },
  };
}
