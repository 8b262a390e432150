// Direct launches: every step of the plan, the ticket, violations, failed steps, and the monitor's side of it.

import { constants } from "node:os";
import * as assert from "uvu/assert";
import { probeErrno, probeImage, stageOf } from "../../src/compiler/index.ts";
import { callNumber } from "../../src/compiler/launch/target.ts";
import { messageOf, readLines, told } from "../kernel/launch/watching.ts";
import { compileStatic, type Ended, type Machine } from "./machine.ts";
import type { Expected, Part } from "./part.ts";
import { filterOf, launcherOf, ON_SOCKET, shippedFilters } from "./sandboxes.ts";

const { EBADF } = constants.errno;

export function launchPart(machine: Machine): Part {
  const nr = (name: string) => `${callNumber(machine, name)}`;
  const open = filterOf(machine, "default allow");
  const oneProgram = filterOf(machine, "default allow kill { execve, execveat }");
  const monitored = launcherOf(oneProgram, { ...ON_SOCKET, monitored: true });
  const files = {
    outer: compileStatic(machine, "outer", "../kernel/launch/outer.c"),
    static: compileStatic(machine, "static", "../../policies/examples/static.c"),
    "no-program": new Uint8Array(64),
    open: launcherOf(open).image,
    fixed: launcherOf(open, { command: { kind: "fixed", path: "/probe", argv: ["probe", "args", "ä"] } }).image,
    "one-program": launcherOf(oneProgram).image,
    "no-parent": launcherOf(filterOf(machine, "default allow kill getppid")).image,
    "deny-all": launcherOf(filterOf(machine, "default kill")).image,
    shipped: launcherOf(shippedFilters(machine).find(({ policy }) => policy === "static")!).image,
    monitored: monitored.image,
    "ask-unshare": probeImage(machine, "unshare", ["CLONE_NEWUSER | CLONE_NEWPID"]),
    "ask-close": probeImage(machine, "close", [-1]),
  };
  const rows: Part["rows"] = [
    // The machine itself: what the rows below show is not so without a sandbox.
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
    // Failed steps.
    { title: "a typo", argv: ["/deny-all", "/nowhere"], expected: failed("cannot open the program: errno 2 (ENOENT)") },
    {
      title: "a folder",
      argv: ["/deny-all", "/etc"],
      expected: failed("cannot execute the program: errno 13 (EACCES)"),
    },
    {
      title: "a file that is no program",
      argv: ["/deny-all", "/no-program"],
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
    // Programs of one call, by which doctor asks.
    { title: "a call that gives 0", argv: ["/probe", "as", "65534", "/ask-unshare"], expected: { status: 0 } },
    {
      title: "a call that gives an errno",
      argv: ["/ask-close"],
      expected: {},
      check: ({ status }) => assert.is(probeErrno(status!), EBADF),
    },
    // A monitor.
    {
      title: "monitored: listener, start, notification of the second exec",
      argv: ["/watch", "/monitored", "/probe", "exec", "/probe", "args", "ran"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const lines = told(readLines(`${stdout}`));
        assert.equal(lines.slice(0, 2), ["listener", "started"]);
        for (const line of [`notification ${nr("execve")}`, "status 9", "hangup"])
          assert.ok(lines.includes(line), line);
      },
    },
    {
      title: "monitored: a failed step is told by its place in the plan",
      argv: ["/watch", "/monitored", "/nowhere"],
      expected: { status: 0 },
      check: ({ stdout }) => {
        const failure = messageOf(readLines(`${stdout}`), "failure")!;
        assert.is(failure.result, -2);
        assert.equal(stageOf(monitored.plan, failure.stage), { name: "open the program", syscall: "openat" });
      },
    },
  ];
  return { files, rows };
}

/** A launch that failed in one of its steps: nothing ran. */
function failed(line: string): Expected {
  return { status: 125, stdout: "", stderr: `policyc: ${line}\n` };
}
