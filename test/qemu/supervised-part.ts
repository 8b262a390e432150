// Supervised launches: what the supervisor tells, by every means to end a sandbox, and that nothing outlives it.

import * as assert from "uvu/assert";
import type { Lifetime } from "../../src/compiler/index.ts";
import { callNumber } from "../../src/compiler/launch/target.ts";
import { messageOf, readLines, told } from "../kernel/launch/watching.ts";
import type { Machine } from "./machine.ts";
import type { Part, Row } from "./part.ts";
import { filterOf, launcherOf, ON_SOCKET } from "./sandboxes.ts";

/** The lifetimes that need no descriptors of the caller's. */
const LIFETIMES: {
  readonly [name: string]: { readonly uid: string; readonly lifetime: Lifetime; readonly pid: RegExp };
} = {
  "pid-namespace": { uid: "0", lifetime: { kind: "supervised", by: "pid-namespace", user: false }, pid: /^2$/ },
  "user-namespace": { uid: "65534", lifetime: { kind: "supervised", by: "pid-namespace", user: true }, pid: /^2$/ },
  process: { uid: "65534", lifetime: { kind: "supervised", by: "process" }, pid: /^\d+$/ },
};

export function supervisedPart(machine: Machine): Part {
  const nr = (name: string) => `${callNumber(machine, name)}`;
  const open = filterOf(machine, "default allow");
  const noParent = filterOf(machine, "default allow kill getppid");
  const files: { [path: string]: Uint8Array } = {};
  const rows = Object.entries(LIFETIMES).flatMap(([name, { uid, lifetime, pid }]): Row[] => {
    const options = { ...ON_SOCKET, lifetime };
    files[`open-${name}`] = launcherOf(open, options).image;
    files[`monitored-${name}`] = launcherOf(noParent, { ...options, monitored: true }).image;
    const watch = (launcher: string, ...command: readonly string[]) => [
      "/probe",
      "as",
      uid,
      "/watch",
      launcher,
      ...command,
    ];
    return [
      {
        title: `${name}: start and end of the program are told`,
        argv: watch(`/open-${name}`, "/probe", "call", nr("getpid")),
        expected: { status: 0 },
        check: ({ stdout }) => {
          const lines = readLines(`${stdout}`);
          assert.equal(messageOf(lines, "ended")?.end, { kind: "exited", code: 0 });
          assert.ok(
            lines.some(line => typeof line === "string" && pid.test(line)),
            "the program's pid",
          );
          for (const line of ["started", "status 0", "eof"]) assert.ok(told(lines).includes(line), line);
        },
      },
      {
        title: `${name}: a violation ends the whole sandbox`,
        argv: watch(`/monitored-${name}`, "/probe", "call", nr("getppid")),
        expected: { status: 0 },
        check: ({ stdout }) => {
          const lines = told(readLines(`${stdout}`));
          for (const line of [`notification ${nr("getppid")}`, "status 9", "hangup", "eof"])
            assert.ok(lines.includes(line), line);
        },
      },
    ];
  });
  return { files, rows: [...rows, ...daemons("/open-pid-namespace")] };
}

/** A program that leaves a process behind, which has a session of its own. */
function daemons(launcher: string): Row[] {
  return [
    { title: "a daemon is left by a program in no sandbox", argv: ["/probe", "daemon"], expected: { status: 0 } },
    { title: "it is there", argv: ["/probe", "end", "daemon"], expected: { stdout: "1\n" } },
    {
      title: "a sandbox ends with its daemons",
      argv: ["/watch", launcher, "/probe", "daemon"],
      expected: { status: 0 },
    },
    { title: "none is there", argv: ["/probe", "end", "daemon"], expected: { stdout: "0\n" } },
  ];
}
