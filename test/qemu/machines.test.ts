// What is promised of launchers and filters, on kernels that are not the running one: Debian's for aarch64, on an emulated CPU,
// and Debian's 6.1 for x86_64, which lacks what later kernels brought (Landlock's scopes, ABI 6). One boot of each runs all.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { archLabel, archOf } from "../../src/compiler/abi/arch.ts";
import { encode } from "../../src/compiler/bpf/encode.ts";
import { decide, printPlan, readMessage, stageOf } from "../../src/compiler/index.ts";
import { callNumber } from "../../src/compiler/launch/target.ts";
import { retOf } from "../../src/compiler/policy/action.ts";
import { boundaryCalls } from "../boundary.ts";
import { canCall, canCallNatively, interview } from "../kernel/decide/kernel.ts";
import { elf32, int80, movEax, movEbx } from "../kernel/runtime/elf-programs.ts";
import { boot, type Command, compileStatic, type Ended, type Machine, noMachine } from "./machine.ts";
import { filterOf, launcherOf, shippedFilters } from "./sandboxes.ts";

/** What a row's command must give. stdout and stderr: the whole text, or what it matches. */
interface Expected {
  readonly status?: number;
  readonly signal?: string;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

interface Row extends Command {
  readonly title: string;
  readonly expected: Expected;
  readonly check?: (ended: Ended) => void;
}

/** Statically linked programs of the other ABI of each CPU: getpid(), then exit(7). */
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

async function testMachine(machine: Machine): Promise<void> {
  const open = filterOf(machine, "default allow");
  const oneProgram = filterOf(machine, "default allow kill { execve, execveat }");
  const noParent = filterOf(machine, "default allow kill getppid");
  const refusing = filterOf(machine, "default allow errno(EPERM) getppid");
  const monitored = { monitored: true, report: { kind: "socket", fd: 3 } } as const;
  const watched = launcherOf(oneProgram, monitored);
  const shipped = shippedFilters(machine);
  const questions = shipped.map(({ program, model }) => ({
    program,
    calls: boundaryCalls(model).filter(call => (machine === "x86_64" ? canCall(call) : canCallNatively(call, machine))),
  }));
  const { input, read } = interview(questions);
  const { program: otherAbi, label } = OTHER_ABI[machine];
  const files = {
    probe: compileStatic(machine, "probe"),
    watch: compileStatic(machine, "watch"),
    outer: compileStatic(machine, "outer", "../kernel/launch/outer.c"),
    verdicts: compileStatic(machine, "verdicts", "../kernel/decide/verdicts.c"),
    static: compileStatic(machine, "static", "../../policies/examples/static.c"),
    "other-abi": otherAbi,
    open: launcherOf(open).image,
    fixed: launcherOf(open, { command: { kind: "fixed", path: "/probe", argv: ["probe", "args", "ä"] } }).image,
    "one-program": launcherOf(oneProgram).image,
    "no-parent": launcherOf(noParent).image,
    "deny-all": launcherOf(filterOf(machine, "default kill")).image,
    shipped: launcherOf(shipped.find(({ policy }) => policy === "static")!).image,
    watched: watched.image,
    filter: encode(refusing.program),
    questions: input,
  };
  const nr = (name: string) => `${callNumber(machine, name)}`;
  const rows: Row[] = [
    // The machine itself: what the rows below show is not so without a sandbox.
    { title: "a program of the other ABI runs", argv: ["/other-abi"], expected: { status: 7 } },
    {
      title: "a call that a policy forbids runs without one",
      argv: ["/probe", "call", nr("getppid")],
      expected: { stdout: "1\n" },
    },
    // Every step of the plan.
    ...["0", "65534"].map(uid => ({
      title: `uid ${uid}: no privileges, none to be had, and a filter`,
      argv: ["/probe", "as", uid, "/open", "/probe", "cat", "/proc/self/status"],
      expected: { status: 0 },
      check: ({ stdout }: Ended) => {
        for (const line of ["NoNewPrivs:\t1", "Seccomp:\t2", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000"])
          assert.ok(stdout.includes(`${line}\n`), line);
      },
    })),
    {
      title: "only mapped descriptors",
      argv: ["/probe", "opened", "/open", "/probe", "fds"],
      expected: { stdout: "0\n1\n2\n" },
    },
    {
      title: "the caller leaks one",
      argv: ["/probe", "opened", "/probe", "fds"],
      expected: { stdout: "0\n1\n2\n9\n" },
    },
    { title: "a session of its own", argv: ["/open", "/probe", "session"], expected: { stdout: "1\n" } },
    {
      title: "no core file",
      argv: ["/open", "/probe", "cat", "/proc/self/limits"],
      expected: { stdout: /^Max core file size +0 +0 /m },
    },
    { title: "fixed arguments and the launcher's own", argv: ["/fixed", "b", "c"], expected: { stdout: "ä\nb\nc\n" } },
    { title: "usage", argv: ["/open"], expected: { status: 125, stderr: /^usage: / } },
    // The ticket.
    {
      title: "the first exec passes",
      argv: ["/one-program", "/probe", "args", "ran"],
      expected: { status: 0, stdout: "ran\n" },
    },
    {
      title: "the program's own exec dies",
      argv: ["/one-program", "/probe", "exec", "/probe", "args"],
      expected: { signal: "SIGSYS", stdout: "" },
    },
    {
      title: "a guessed ticket is no ticket",
      argv: ["/one-program", "/probe", "call", nr("execve"), "0", "0", "0", "0", "0", "0x123456789abcdef0"],
      expected: { signal: "SIGSYS", stdout: "" },
    },
    // Violations.
    {
      title: "a violation ends the program",
      argv: ["/no-parent", "/probe", "call", nr("getppid")],
      expected: { signal: "SIGSYS", stdout: "" },
    },
    { title: "the other ABI is foreign", argv: ["/open", "/other-abi"], expected: { signal: "SIGSYS" } },
    // Failed steps.
    { title: "a typo", argv: ["/deny-all", "/nowhere"], expected: failed("cannot open the program: errno 2 (ENOENT)") },
    {
      title: "a folder",
      argv: ["/deny-all", "/etc"],
      expected: failed("cannot execute the program: errno 13 (EACCES)"),
    },
    {
      title: "a file that is no program",
      argv: ["/deny-all", "/filter"],
      expected: failed("cannot execute the program: errno 8 (ENOEXEC)"),
    },
    {
      title: "an outer filter that fakes seccomp(2)",
      argv: ["/outer", nr("seccomp"), "0", "--", "/open", "/probe", "args", "ran"],
      expected: failed("cannot find the filter in place: errno 38 (ENOSYS)"),
    },
    {
      title: "an outer filter that fakes getrandom(2)",
      argv: ["/outer", nr("getrandom"), "0", "--", "/open", "/probe", "args", "ran"],
      expected: failed("cannot draw the ticket: result 0"),
    },
    // A shipped policy with the program it was written for.
    { title: "the static example does its work", argv: ["/shipped", "/static"], expected: { status: 0 } },
    // A monitor.
    {
      title: "monitored: listener, start, notification of the second exec",
      argv: ["/watch", "/watched", "/probe", "exec", "/probe", "args", "ran"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const lines = `${stdout}`.trimEnd().split("\n");
        const messages = lines
          .filter(line => line.startsWith("message "))
          .map(line => readMessage(Buffer.from(line.slice(8), "hex")));
        assert.equal(
          messages.map(({ kind }) => kind),
          ["listener", "started"],
          printPlan(watched.plan),
        );
        assert.ok(lines.includes(`notification ${nr("execve")}`));
        assert.ok(lines.includes("status 9"));
        assert.ok(lines.includes("hangup"));
      },
    },
    {
      title: "monitored: a failed step is told by its place in the plan",
      argv: ["/watch", "/watched", "/nowhere"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const line = `${stdout}`.split("\n").find(each => each.startsWith("message "));
        const message = readMessage(Buffer.from(line!.slice(8), "hex"));
        assert.is(message.kind, "failure");
        if (message.kind !== "failure") return;
        assert.is(message.result, -2);
        assert.equal(stageOf(watched.plan, message.stage), { name: "open the program", syscall: "openat" });
      },
    },
    // All threads at once.
    {
      title: "TSYNC reaches a thread in a call, one that computes, and one to come",
      argv: ["/probe", "tsync", "/filter"],
      expected: { stdout: "before 0\ninstalled 0\nmain -1\nlate -1\nwaiting -1\ncomputing -1\n" },
    },
    {
      title: "TSYNC names a thread that cannot follow, and installs nothing",
      argv: ["/probe", "diverged", "/filter"],
      expected: { stdout: "the thread's tid 1\nmain 0\ndiverging 0\n" },
    },
    ...(machine === "x86_64" ? ONLY_X86_64 : []),
    // The judge.
    {
      title: "the kernel takes the program of every shipped policy and agrees with decide()",
      argv: ["/verdicts"],
      stdin: "/questions",
      expected: { status: 0, stderr: "" },
      check: ({ stdout }) => {
        const answers = read(stdout);
        assert.ok(shipped.length >= 5);
        shipped.forEach(({ policy, model }, i) => {
          const { calls } = questions[i]!;
          assert.ok(calls.length > 200);
          const wrong = calls.filter((call, j) => answers[i]![j] !== retOf(decide(model, call).action));
          assert.equal(wrong.slice(0, 3), [], policy);
        });
      },
    },
    // Last: the kernel's records of the kills above.
    {
      title: `the kernel records the other ABI's call under the label ${label}`,
      argv: ["/probe", "audit"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const [, arch, number] = /comm="other-abi" .*arch=([0-9a-f]+) syscall=(\d+) /.exec(`${stdout}`) ?? [];
        assert.is(archLabel(archOf(Number.parseInt(arch!, 16), Number(number))!), label);
        assert.is(number, "20");
      },
    },
  ];
  const guest = Object.entries(files).map(([path, bytes]) => ({ path, bytes }));
  const ended = await boot(machine, guest, rows);
  rows.forEach(({ title, expected, check }, i) => {
    test(`${machine}: ${title}`, () => {
      meets(ended[i]!, expected);
      check?.(ended[i]!);
    });
  });
}

/** A launch that failed in one of its steps: nothing ran. */
function failed(line: string): Expected {
  return { status: 125, stdout: "", stderr: `policyc: ${line}\n` };
}

const ONLY_X86_64: readonly Row[] = [
  { title: "int 0x80 works without a sandbox", argv: ["/probe", "int80", "64"], expected: { stdout: "1\n" } },
  {
    title: "int 0x80 is foreign",
    argv: ["/open", "/probe", "int80", "64"],
    expected: { signal: "SIGSYS", stdout: "" },
  },
];

function meets({ status, signal, stdout, stderr }: Ended, expected: Expected): void {
  const seen = `status ${status} ${signal}\n${stdout}\n${stderr}`;
  if (expected.status !== undefined) assert.is(status, expected.status, seen);
  if (expected.signal !== undefined) assert.is(signal, expected.signal, seen);
  for (const [text, wanted] of [
    [`${stdout}`, expected.stdout],
    [`${stderr}`, expected.stderr],
  ] as const) {
    if (typeof wanted === "string") assert.is(text, wanted, seen);
    else if (wanted !== undefined) assert.match(text, wanted, seen);
  }
}

for (const machine of ["aarch64", "x86_64"] as const) {
  const why = noMachine(machine);
  if (why !== undefined) test.skip(`Debian's kernel for ${machine} (${why})`, () => {});
  else await testMachine(machine);
}
test.run();
