// Kernels that lack what policyc uses, simulated by a filter around it that answers as they do. `doctor` says what is missing and
// which release brought it; a launch does without where it is as safe without, and else says so in words and runs nothing.
// Needs `npm run build`.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { callNumber } from "../../../src/compiler/launch/target.ts";
import type { Finding } from "../../../src/runtime/doctor.ts";
import { inFolder } from "../../cli/command.ts";
import { missingProgram, missingRoot, missingX86, unless } from "../../needs.ts";
import { runFixture } from "./bundled.ts";

const SECCOMP = callNumber("x86_64", "seccomp");
const [EPERM, EACCES, EINVAL, ENOSYS, EOPNOTSUPP] = [1, 13, 22, 38, 95];

/** A call that is not there. */
const without = (name: string, errno = ENOSYS) => `${callNumber("x86_64", name)}:${errno}`;
/** A bit of an argument that is not known. */
const unknown = (name: string, argument: number, mask: number, errno = EINVAL) =>
  `${callNumber("x86_64", name)}:${errno}:${argument}:${mask}`;

const CLONE_NEWUSER = 0x10000000;
const CLONE_NEWPID = 0x20000000;
const NO_LISTENER = unknown("seccomp", 1, 8);
const NO_USER_NAMESPACES = [unknown("clone", 0, CLONE_NEWUSER, EPERM), unknown("unshare", 0, CLONE_NEWUSER, EPERM)];
const NO_PID_NAMESPACES = [unknown("clone", 0, CLONE_NEWPID, EPERM), unknown("unshare", 0, CLONE_NEWPID, EPERM)];

/** What the kernels of Debian 11 and 10 lack of it. */
const LINUX_5_10 = [
  without("landlock_create_ruleset"),
  unknown("seccomp", 1, 32),
  unknown("pidfd_send_signal", 3, 4),
  unknown("memfd_create", 1, 16),
];
const LINUX_4_19 = [
  ...[
    "landlock_create_ruleset",
    "pidfd_send_signal",
    "pidfd_open",
    "close_range",
    "faccessat2",
    "openat2",
    "clone3",
  ].map(name => without(name)),
  unknown("seccomp", 1, 8 | 16 | 32),
  unknown("clone", 0, 0x1000),
  unknown("memfd_create", 1, 16),
];

/** A program that makes a process, and one that cannot. */
const FORKING = `policy p for x86_64 { default allow  kill getppid }`;
const ALONE = `policy p for x86_64 {
  default allow
  errno(EPERM) { fork, vfork, clone3 }
  errno(EPERM) clone if flags lacks CLONE_THREAD
}`;

interface DoctorRow {
  readonly title: string;
  readonly lacks: readonly string[];
  /** key -> state, and what the finding says, as `seen: means`. */
  readonly findings: { readonly [key: string]: readonly [state: Finding["state"], says: RegExp] };
}

const DOCTOR: readonly DoctorRow[] = [
  {
    title: "no seccomp(2)",
    lacks: [`${SECCOMP}:${ENOSYS}`],
    findings: {
      tsync: ["blocked", /3\.17/],
      actions: ["unknown", /4\.14/],
      "user-notif": ["missing", /5\.0.*--no-monitor/],
    },
  },
  {
    title: "no TSYNC",
    lacks: [unknown("seccomp", 1, 1)],
    findings: { tsync: ["missing", /EINVAL.*3\.17.*policyc run/] },
  },
  { title: "no listener", lacks: [NO_LISTENER], findings: { "user-notif": ["missing", /EINVAL.*5\.0.*--no-monitor/] } },
  {
    title: "no TSYNC_ESRCH",
    lacks: [unknown("seccomp", 1, 16)],
    findings: { "tsync-esrch": ["missing", /5\.7.*alone it works/], "notif-continue": ["unknown", /may|not allow/] },
  },
  {
    title: "no WAIT_KILLABLE_RECV",
    lacks: [unknown("seccomp", 1, 32)],
    findings: { "wait-killable": ["missing", /5\.19.*never runs/], "user-notif": ["found", /reported in full/] },
  },
  { title: "no pidfd_open", lacks: [without("pidfd_open")], findings: { pidfd: ["missing", /5\.3.*--emit launcher/] } },
  {
    title: "no pidfd_send_signal",
    lacks: [without("pidfd_send_signal")],
    findings: { "pidfd-signal": ["missing", /5\.1.*--emit launcher/] },
  },
  {
    title: "pidfds without groups",
    lacks: [unknown("pidfd_send_signal", 3, 4)],
    findings: { "pidfd-group": ["missing", /6\.9.*pid namespace/], "pidfd-signal": ["found", /descriptor/] },
  },
  {
    title: "no close_range",
    lacks: [without("close_range")],
    findings: { "close-range": ["missing", /5\.9.*sandboxMeHere/] },
  },
  {
    title: "a container that forbids close_range",
    lacks: [without("close_range", EPERM)],
    findings: { "close-range": ["missing", /EPERM: a filter around this process/] },
  },
  {
    title: "no kcmp",
    lacks: [without("kcmp")],
    findings: { kcmp: ["missing", /ENOSYS.*3\.5.*memoryChecked/] },
  },
  {
    title: "Landlock not built",
    lacks: [without("landlock_create_ruleset")],
    findings: { landlock: ["missing", /ENOSYS.*not dumpable/] },
  },
  {
    title: "Landlock off at boot",
    lacks: [without("landlock_create_ruleset", EOPNOTSUPP)],
    findings: { landlock: ["missing", /EOPNOTSUPP.*not dumpable/] },
  },
  {
    title: "no memfds",
    lacks: [without("memfd_create")],
    findings: { memfd: ["missing", /none runs.*temporary folder/] },
  },
  {
    title: "no user namespaces",
    lacks: NO_USER_NAMESPACES,
    findings: { "user-namespaces": ["missing", /EPERM.*cgroup/] },
  },
  {
    title: "no pid namespaces",
    lacks: NO_PID_NAMESPACES,
    findings: { "pid-namespaces": ["missing", /EPERM.*cgroup/] },
  },
];

interface RunRow {
  readonly title: string;
  readonly lacks: readonly string[];
  readonly policy?: string;
  readonly options?: string;
  /** An ordinary user. */
  readonly user?: true;
  /** What a refusal says; left out where the program runs. */
  readonly refused?: readonly RegExp[];
}

const RUNS: readonly RunRow[] = [
  { title: "nothing is missing", lacks: [] },
  { title: "Linux 5.10", lacks: LINUX_5_10 },
  { title: "Linux 5.10, an ordinary user", lacks: LINUX_5_10, user: true },
  { title: "Linux 4.19", lacks: LINUX_4_19, refused: [/pidfd_open/, /5\.3/] },
  { title: "no seccomp(2)", lacks: [`${SECCOMP}:${ENOSYS}`], refused: [/seccomp/, /3\.17/] },
  { title: "no TSYNC", lacks: [unknown("seccomp", 1, 1)] },
  { title: "no listener", lacks: [NO_LISTENER], refused: [/5\.0/, /--no-monitor/] },
  { title: "no listener, and none asked for", lacks: [NO_LISTENER], options: "--no-monitor" },
  { title: "no WAIT_KILLABLE_RECV", lacks: [unknown("seccomp", 1, 32)] },
  { title: "no pidfd_open", lacks: [without("pidfd_open")], refused: [/pidfd_open/, /5\.3/, /--emit launcher/] },
  {
    title: "no pidfd_send_signal",
    lacks: [without("pidfd_send_signal")],
    refused: [/pidfd_send_signal/, /5\.1/, /--emit launcher/],
  },
  { title: "pidfds without groups", lacks: [unknown("pidfd_send_signal", 3, 4)] },
  { title: "no close_range", lacks: [without("close_range")], refused: [/close_range/, /5\.9/] },
  { title: "no faccessat2", lacks: [without("faccessat2")] },
  { title: "no openat2", lacks: [without("openat2")] },
  { title: "no pidfd_getfd", lacks: [without("pidfd_getfd")] },
  { title: "no clone3", lacks: [without("clone3")] },
  { title: "Landlock not built", lacks: [without("landlock_create_ruleset")] },
  { title: "Landlock off at boot", lacks: [without("landlock_create_ruleset", EOPNOTSUPP)] },
  { title: "Landlock forbidden", lacks: [without("landlock_create_ruleset", EPERM)] },
  {
    title: "Landlock that does not restrict",
    lacks: [without("landlock_restrict_self", EPERM)],
    refused: [/Landlock/],
  },
  { title: "no memfds", lacks: [without("memfd_create")] },
  { title: "memfds that may not run", lacks: [unknown("memfd_create", 1, 16, EACCES)] },
  { title: "memfds without MFD_EXEC", lacks: [unknown("memfd_create", 1, 16)] },
  { title: "no CLONE_PIDFD", lacks: [unknown("clone", 0, 0x1000)], refused: [/5\.2/] },
  { title: "no pid namespaces for root, but a cgroup", lacks: NO_PID_NAMESPACES },
  {
    title: "no namespaces, no cgroup, and a policy that makes processes",
    lacks: NO_USER_NAMESPACES,
    user: true,
    refused: [/pid namespace/, /cgroup/, /allow-survivors/],
  },
  {
    title: "no namespaces, no cgroup, and a policy that makes no process",
    options: "--no-monitor",
    lacks: NO_USER_NAMESPACES,
    user: true,
    policy: ALONE,
  },
];

const needed = unless(missingX86() ?? missingRoot() ?? missingProgram("gcc", "setpriv"), test);
const folder = mkdtempSync(join(tmpdir(), "policyc-old-"));
test.after(() => rmSync(folder, { recursive: true }));
chmodSync(folder, 0o755);

function compileOldKernel(): string {
  const binary = join(folder, "old-kernel");
  const source = fileURLToPath(new URL("./old-kernel.c", import.meta.url));
  if (!existsSync(binary)) {
    execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-o", binary, source], { stdio: "pipe" });
  }
  return binary;
}

/** policyc with these arguments on a kernel that lacks this. */
function policyc(lacks: readonly string[], args: string, { policy = FORKING, user = false } = {}) {
  const old = compileOldKernel();
  return inFolder({ "p.policy": policy }, ({ sh }) => {
    const identity = user ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : "";
    sh("chmod 755 .");
    return sh(
      `${identity} ${old} ${lacks.join(" ")} -- "$(command -v node)" "$(readlink -f "$(command -v policyc)")" ${args}`,
    );
  });
}

for (const { title, lacks, findings } of DOCTOR) {
  needed(`doctor: ${title}`, () => {
    const { stdout } = policyc(lacks, "doctor --format json");
    const found = JSON.parse(stdout).findings as Finding[];
    for (const [key, [state, says]] of Object.entries(findings)) {
      const finding = found.find(each => each.key === key)!;
      const said = `${finding.seen}: ${finding.means}, Linux ${finding.since}`;
      assert.is(finding.state, state, said);
      assert.match(said, says);
    }
  });
}

for (const { title, lacks, options = "", refused, ...how } of RUNS) {
  needed(`run: ${title}: ${refused === undefined ? "it runs" : "refused in words"}`, () => {
    const { status, stdout, stderr } = policyc(lacks, `run ${options} p.policy -- /bin/echo ran`, how);
    assert.not.match(stderr, /[Ff]unction not implemented|^ +at /m);
    if (refused === undefined) {
      assert.equal({ status, stdout }, { status: 0, stdout: "ran\n" }, stderr);
      return;
    }
    assert.equal({ status, stdout }, { status: 125, stdout: "" }, stderr);
    for (const words of refused) assert.match(stderr, words);
  });
}

// What the words above say to be still working.

needed("a launcher of `build --emit launcher` does without pidfds, listeners and Landlock", () => {
  const lacks = [...LINUX_5_10, without("pidfd_open"), without("pidfd_send_signal"), NO_LISTENER];
  inFolder({ "p.policy": FORKING }, ({ sh }) => {
    assert.is(sh("policyc build p.policy --emit launcher -o launcher").status, 0);
    const command = `${compileOldKernel()} ${lacks.join(" ")} -- ./launcher`;
    assert.equal(sh(`${command} /bin/echo ran`), { status: 0, stdout: "ran\n", stderr: "" });
  });
});

needed("sandboxMeHere() does without all that Linux 4.19 lacks", () => {
  const { status, stdout, stderr } = runFixture("sandboxee", ["nothing", "{}"], {
    wrap: [compileOldKernel(), ...LINUX_4_19, "--"],
  });
  assert.is(status, 0, stderr);
  const { onMainThread, onPoolThread, onLateThread } = JSON.parse(stdout);
  assert.equal([onMainThread, onPoolThread, onLateThread.mkdir], ["EACCES", "EACCES", "EACCES"]);
});

test.run();
