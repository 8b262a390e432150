// Section 2 man pages -> src/compiler/abi/facts/man-argument-names.json: how the pages name the arguments of each call, position
// by position as the kernel takes them, null where the page does not tell. Needs Debian's manpages-dev; run by hand when the
// pages are newer, the JSON is what the tables are made from. A prototype counts only if number and kind of its arguments agree
// with the kernel's: many pages show libc's wrapper, which may drop, add or reorder arguments.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

interface Param {
  readonly name: string;
  readonly pointer: boolean;
}

type Arg = { readonly name: string; readonly type: string };

const pages = "/usr/share/man/man2/";
const facts = new URL("../src/compiler/abi/facts/", import.meta.url);

// The wrapper agrees in its first arguments only: in how many.
const PREFIX: { readonly [call: string]: number } = {
  epoll_pwait: 5,
  epoll_pwait2: 5,
  eventfd: 1, // the wrapper has flags
  faccessat: 3, // the wrapper has flags
  fchmodat: 3,
  ioctl: 2,
  ppoll: 4,
  ppoll_time64: 4,
  preadv: 3, // then a position in halves
  preadv2: 3,
  pwritev: 3,
  pwritev2: 3,
  rt_sigaction: 3,
  rt_sigpending: 1,
  rt_sigprocmask: 3,
  rt_sigsuspend: 1,
  rt_sigtimedwait: 3,
  rt_sigtimedwait_time64: 3,
  semctl: 3,
  signalfd: 2,
  signalfd4: 2,
  waitid: 4,
};

// One prototype for each of several commands: no name holds for all.
const OVERLOADED: readonly string[] = ["bdflush", "sysfs"];

/** Names under which a page may show the call, the best first. */
function shownAs(call: string): readonly string[] {
  const renamed: { readonly [call: string]: string } = {
    exit: "_exit",
    fadvise64: "posix_fadvise",
    fadvise64_64: "posix_fadvise",
    newfstatat: "fstatat",
    ugetrlimit: "getrlimit",
    fstatat64: "fstatat",
  };
  const base = call.replace(/^(rt_|_new|new)/, "").replace(/(6?_time64|64|32|4|6)$/, "");
  return [call, renamed[call], base, base.replace(/2$/, "")].filter(name => name !== undefined);
}

function pageText(name: string): string | undefined {
  const path = `${pages}${name}.2.gz`;
  if (!existsSync(path)) return undefined;
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  const elsewhere = /^\.so man2\/(\S+)\.2$/m.exec(text);
  return elsewhere ? pageText(elsewhere[1]!) : text;
}

/** The page's C text: macros, quotes, fonts and comments gone; the arguments that stand in a comment after ... stay. */
function plain(page: string): string {
  return page
    .replace(/\\\n/g, "")
    .replace(/^\.\\".*$/gm, "")
    .replace(/^\.(SH|SS|TP|PP|nf|fi|RS|RE|IP|in|sp|EX|EE|TH)\b.*$/gm, "\n;\n")
    .replace(/^\.[A-Z]+ /gm, "")
    .replace(/\\f[A-Z]|"/g, "")
    .replace(/\\-/g, "-")
    .replace(/, *\.\.\. *\/\*([\s\S]*?)\*\//g, ",$1")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\[[^\]]*\]/g, "[]")
    .replace(/\b(_Nullable|restrict|const)\b/g, "");
}

/** Every prototype of a function in the text: `int open(...)` as well as `long syscall(SYS_open, ...)`. */
function prototypes(text: string, name: string): readonly (readonly Param[])[] {
  const found: (readonly Param[])[] = [];
  const pattern = new RegExp(`(?:[\\w*]\\s+\\**${name}\\s*\\(|\\bsyscall\\(SYS_${name}\\s*,)([^;()]*)\\)\\s*;`, "g");
  for (const [, list] of text.matchAll(pattern)) {
    const params = list!
      .split(",")
      .map(part => part.trim())
      .filter(part => part !== "..." && part !== "void" && part !== "");
    found.push(params.map(param));
  }
  return found;
}

// `struct stat * statbuf`, `void buf [. count ]`, `const char *argv[]`
function param(text: string): Param {
  const name = /(\w+)\s*(?:\[[^\]]*\]\s*)*$/.exec(text)?.[1] ?? "";
  return { name, pointer: /[*[]|\bcaddr_t\b/.test(text) };
}

// The kernel declares many a pointer or int as a long, so a long agrees with both; an int only with what is no pointer.
function agrees(param: Param, arg: Arg): boolean {
  if (arg.type.includes("*")) return param.pointer;
  return /^(unsigned )?long$|_t$/.test(arg.type) || !param.pointer;
}

function namesOf(call: string, args: readonly Arg[]): readonly (string | null)[] | undefined {
  for (const shown of shownAs(call)) {
    const page = pageText(call) ?? pageText(shown);
    if (page === undefined) continue;
    const count = PREFIX[call] ?? args.length;
    for (const params of prototypes(plain(page), shown)) {
      if (PREFIX[call] === undefined ? params.length !== count : params.length < count) continue;
      if (!params.slice(0, count).every((param, i) => param.name !== "" && agrees(param, args[i]!))) continue;
      return args.map((_, i) => (i < count ? params[i]!.name : null));
    }
  }
  return undefined;
}

const { syscalls } = JSON.parse(readFileSync(new URL("syscalls.json", facts), "utf8")) as {
  syscalls: { readonly [name: string]: { readonly args: readonly Arg[] } };
};
const rows: string[] = [];
const unknown: string[] = [];
for (const [call, { args }] of Object.entries(syscalls).sort(([a], [b]) => (a < b ? -1 : 1))) {
  if (args.length === 0 || OVERLOADED.includes(call)) continue;
  const names = namesOf(call, args);
  if (names) rows.push(`${JSON.stringify(call)}: ${JSON.stringify(names)}`);
  else unknown.push(call);
}
writeFileSync(new URL("man-argument-names.json", facts), `{\n${rows.join(",\n")}\n}\n`);
console.log(`${rows.length} calls; not told by a page: ${unknown.join(" ")}`);
