// The built policyc with this machine's own Node and C library, on the other kernel. Needs `npm run build`, and a machine of the
// same CPU as this one. It has no pidfd groups, no scopes in Landlock, and lets go of a filter only when its last process is
// reaped (until 6.11): a result must come all the same.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Finding } from "../../src/runtime/doctor.ts";
import type { Part, Row } from "./part.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const POLICY = "policy p for x86_64 { default allow  kill getppid }";

export function runtimePart(): Part {
  const policyc = ["/usr/bin/node", "/policyc/dist/cli.js"];
  const rows: Row[] = [
    {
      title: "doctor finds what this kernel has, and what it lacks",
      argv: [...policyc, "doctor", "--format", "json"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const findings = JSON.parse(`${stdout}`).findings as Finding[];
        const states = Object.fromEntries(findings.map(({ key, state }) => [key, state]));
        const { "wait-killable": waitKillable, "pidfd-group": pidfdGroup, landlock, ia32 } = states;
        assert.equal({ waitKillable, pidfdGroup, landlock, ia32 }, LINUX_6_1);
        assert.match(findings.find(({ key }) => key === "landlock")!.seen, /^ABI 2$/);
      },
    },
    {
      title: "an ordinary user's program runs",
      argv: ["/probe", "as", "65534", ...policyc, "run", "/p.policy", "--", "/probe", "args", "ran"],
      expected: { status: 0, stdout: "ran\n" },
    },
    {
      title: "a violation is reported in full",
      argv: [...policyc, "run", "/p.policy", "--", "/probe", "call", "110"],
      expected: { status: 159, stdout: "", stderr: /^violation: \[X86-64\] getppid \[110\]\(\) IP: 0x[0-9a-f]+ / },
    },
    {
      title: "an int 0x80 is reported under its own label",
      argv: [...policyc, "run", "/p.policy", "--", "/probe", "int80", "20"],
      expected: { status: 159, stdout: "", stderr: /^violation: \[X86-32\] getpid \[20\]/ },
    },
    ...forbidden(policyc),
  ];
  return { files: { "p.policy": Buffer.from(POLICY), ...node(), ...policycItself() }, rows };
}

/** An administrator's switches: what they forbid is told by their names. Nothing that comes after has user namespaces. */
function forbidden(policyc: readonly string[]): Row[] {
  const set = (name: string, value: string): Row => ({
    title: `${name}=${value} can be set`,
    argv: ["/probe", "write", `/proc/sys/${name.replace(".", "/")}`, value],
    expected: { status: 0 },
  });
  return [
    set("kernel.unprivileged_userns_clone", "0"),
    {
      title: "a launch that is refused for a switch names it",
      argv: ["/probe", "as", "65534", ...policyc, "run", "/p.policy", "--", "/probe", "args", "ran"],
      expected: { status: 125, stdout: "", stderr: /kernel\.unprivileged_userns_clone/ },
    },
    set("user.max_user_namespaces", "0"),
    {
      title: "doctor names a switch that forbids user namespaces",
      argv: ["/probe", "as", "65534", ...policyc, "doctor"],
      expected: { status: 0, stdout: /^-- {2}user namespaces, Linux 3\.8: E\w+, user\.max_user_namespaces=0$/m },
    },
  ];
}

const LINUX_6_1 = { waitKillable: "found", pidfdGroup: "missing", landlock: "missing", ia32: "found" };

/** Why there is no such part here. */
export function noRuntime(): string | undefined {
  if (process.arch !== "x64") return "needs Node for x86_64";
  return existsSync(join(root, "dist/cli.js")) ? undefined : "needs npm run build";
}

/** ldd prints `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)`, and the loader by its path alone. */
function node(): Part["files"] {
  const libraries = [...execFileSync("ldd", [process.execPath], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)];
  const files = libraries.map(([, path]) => [path!.slice(1), readFileSync(path!)] as const);
  return Object.fromEntries([...files, ["usr/bin/node", readFileSync(realpathSync(process.execPath))]]);
}

function policycItself(): Part["files"] {
  const modules = ["koffi", "@koromix/koffi-linux-x64"].map(name => `node_modules/${name}`);
  const paths = ["package.json", ...["dist", ...modules].flatMap(filesBelow)];
  const needed = paths.filter(path => /\.(c?js|json|node)$/.test(path));
  return Object.fromEntries(needed.map(path => [`policyc/${path}`, readFileSync(join(root, path))]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap(name => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? filesBelow(path) : [path];
  });
}
