// The claims of the language's definition, a row each: what is a policy and what is not, and the tree that tells how it was
// read. The trees are written by hand from the definition.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCall, parseFile } from "../../../src/compiler/syntax/parse.ts";
import { printAst, printCall } from "../../../src/compiler/syntax/print-ast.ts";

interface Row {
  readonly rule: string;
  readonly text: string;
  /** One line of the printed tree, or the codes of the diagnostics. */
  readonly gives: string | readonly string[];
}

const inPolicy = (text: string): string => `policy p for x86_64 {\n${text}\n}\n`;
const condition = (text: string): string => inPolicy(`allow read if ${text}`);

const rows: readonly Row[] = [
  // Precedence.
  {
    rule: "and binds tighter than or",
    text: condition("a == 1 or b == 2 and c == 3"),
    gives: "  allow {read if ((a == 1) or ((b == 2) and (c == 3)))}",
  },
  { rule: "not is looser than a comparison", text: condition("not a == 1"), gives: "  allow {read if (not (a == 1))}" },
  {
    rule: "not binds tighter than and",
    text: condition("not a == 1 and b == 2"),
    gives: "  allow {read if ((not (a == 1)) and (b == 2))}",
  },
  {
    rule: "a mask binds tighter than ==, unlike in C",
    text: condition("flags & O_ACCMODE == O_RDONLY"),
    gives: "  allow {read if ((flags & O_ACCMODE) == O_RDONLY)}",
  },
  {
    rule: "& binds tighter than |",
    text: condition("a == A | B & C"),
    gives: "  allow {read if (a == (A | (B & C)))}",
  },
  {
    rule: "prefixes bind tightest",
    text: condition("a & ~A == -1"),
    gives: "  allow {read if ((a & (~ A)) == (- 1))}",
  },
  {
    rule: "parentheses stand for conditions and for values",
    text: condition("(a == 1) and (b & 3) == 2"),
    gives: "  allow {read if ((a == 1) and ((b & 3) == 2))}",
  },
  { rule: "comparisons do not associate", text: condition("1 < fd < 5"), gives: ["chained-comparison"] },
  { rule: "in does not associate with ==", text: condition("fd in {1} == 2"), gives: ["chained-comparison"] },
  {
    rule: "a range has two ends, both expressions",
    text: condition("fd in -1..A|B"),
    gives: "  allow {read if (fd in ((- 1) .. (A | B)))}",
  },
  {
    rule: "1..3 is a range, not a version",
    text: condition("fd in 1..3"),
    gives: "  allow {read if (fd in (1 .. 3))}",
  },
  {
    rule: "not in is one operator",
    text: condition("fd not in {1, 2}"),
    gives: "  allow {read if (fd not in {1, 2})}",
  },
  {
    rule: "has any is one operator",
    text: condition("flags has any A|B"),
    gives: "  allow {read if (flags has any (A | B))}",
  },
  {
    rule: "lacks and only",
    text: condition("flags lacks A and flags only A|B"),
    gives: "  allow {read if ((flags lacks A) and (flags only (A | B)))}",
  },
  { rule: "the whole register", text: condition("raw[5] == 1"), gives: "  allow {read if (raw[5] == 1)}" },
  { rule: "argument against argument", text: condition("a <= b"), gives: "  allow {read if (a <= b)}" },

  // Lines.
  {
    rule: "newlines mean nothing inside a rule",
    text: inPolicy("allow read\nif fd\n==\n1"),
    gives: "  allow {read if (fd == 1)}",
  },
  {
    rule: "one line holds a whole policy",
    text: "policy p for x86_64 { default kill allow read allow { write, close } kill ptrace }",
    gives: "  kill {ptrace}",
  },
  { rule: "an action and its target share a line", text: inPolicy("allow\nread"), gives: ["split-rule"] },
  {
    rule: "an action does not take the next rule for its call",
    text: inPolicy("allow\nkill ptrace"),
    gives: ["missing-target"],
  },
  {
    rule: "a list begins on the action's line and may span lines",
    text: inPolicy("allow {\nread,\nwrite,\n}"),
    gives: "  allow {read, write}",
  },

  // Case is lexical.
  {
    rule: "a constant begins upper-case",
    text: condition("cmd == F_GETFD"),
    gives: "  allow {read if (cmd == F_GETFD)}",
  },
  {
    rule: "underscores before the first letter do not matter",
    text: condition("__a == __WALL"),
    gives: "  allow {read if (__a == __WALL)}",
  },
  { rule: "a lower-case name is no constant", text: "const sizes = 1\n", gives: ["wrong-case"] },
  { rule: "an upper-case name is no call", text: inPolicy("allow READ"), gives: ["wrong-case"] },
  {
    rule: "parameters carry $",
    text: "group g($fd) { allow read if fd == $fd }\n",
    gives: "  allow {read if (fd == $fd)}",
  },

  // Words.
  { rule: "kill is legal where a call stands", text: inPolicy("allow kill"), gives: "  allow {kill}" },
  { rule: "kill kill", text: inPolicy("kill kill"), gives: "  kill {kill}" },
  { rule: "kill in a list", text: inPolicy("allow { read, kill, write }"), gives: "  allow {read, kill, write}" },
  { rule: "kill kill(1, 9) in a test", text: "test p { kill kill(1, 9) }", gives: "  kill kill(1, 9)" },
  {
    rule: "an architecture stands between verdict and call",
    text: "test p { kill i386 kill(1) }",
    gives: "  kill i386 kill(1)",
  },
  { rule: "kill-thread is one word", text: inPolicy("kill-thread ptrace"), gives: "  kill-thread {ptrace}" },
  {
    rule: "soft words are arguments",
    text: condition("policy == 1 and cpu == 2 and param == 3 and group == 4"),
    gives: "  allow {read if (((policy == 1) and (cpu == 2)) and ((param == 3) and (group == 4)))}",
  },
  {
    rule: "soft words are calls and file verbs",
    text: inPolicy('allow { read, bind, connect }\nfiles { read "/a" }'),
    gives: "  allow {read, bind, connect}",
  },
  {
    rule: "files is a section and a limit",
    text: inPolicy('limits { files 64 }\nfiles { read "/a" }'),
    gives: "  limits { files 64 }",
  },
  { rule: "hard words are no operands", text: condition("allow == 1"), gives: ["unexpected"] },
  { rule: "hard words name nothing", text: "group default { allow read }\n", gives: ["reserved-word"] },
  {
    rule: "only is not on, notify is not not, namespaces is not a name and in",
    text: inPolicy("notify only_call\nnamespaces { net }"),
    gives: "  notify {only_call}",
  },

  // Numbers.
  {
    rule: "units are part of the number",
    text: condition("count < 64K"),
    gives: "  allow {read if (count < 64K=65536)}",
  },
  {
    rule: "sizes are powers of 1024",
    text: inPolicy("limits { memory 2G }"),
    gives: "  limits { memory 2G=2147483648 }",
  },
  {
    rule: "times are milliseconds",
    text: inPolicy("limits { cpu 10s wall 2min a 5ms b 1h }"),
    gives: "  limits { cpu 10s=10000 wall 2min=120000 a 5ms=5 b 1h=3600000 }",
  },
  { rule: "a unit stands without a space", text: inPolicy("limits { cpu 10 s }"), gives: ["unexpected"] },
  { rule: "units are decimal only", text: condition("a == 0x10K"), gives: ["number-form"] },
  {
    rule: "hexadecimal, octal, binary",
    text: condition("a in {0xFf, 0o644, 0b11}"),
    gives: "  allow {read if (a in {0xFf=255, 0o644=420, 0b11=3})}",
  },
  { rule: "a leading zero is neither octal nor decimal", text: condition("mode == 0644"), gives: ["number-form"] },
  {
    rule: "64 bits fit",
    text: condition("a == 18446744073709551615"),
    gives: "  allow {read if (a == 18446744073709551615)}",
  },
  { rule: "65 bits do not", text: condition("a == 18446744073709551616"), gives: ["number-too-big"] },
  {
    rule: "6.10 is a version",
    text: inPolicy("unknown errno(ENOSYS) after 6.10"),
    gives: "  unknown errno(ENOSYS) after 6.10",
  },
  { rule: "6.10 is no number", text: condition("fd == 6.10"), gives: ["number-form"] },

  // Statements.
  { rule: "a set is an expression", text: "const S = {1, A, 2..3}\n", gives: "const S = {1, A, (2 .. 3)}" },
  { rule: "constants inside a policy", text: inPolicy("const N = 5"), gives: "  const N = 5" },
  { rule: "import with an alias", text: 'import "std/startup" as s\n', gives: 'import "std/startup" as s' },
  {
    rule: "use of an import's group, with arguments, without some calls",
    text: inPolicy("use s.files(1, {2, 3}, A|B) except { open, kill }"),
    gives: "  use s.files(1, {2, 3}, (A | B)) except {open, kill}",
  },
  {
    rule: "otherwise",
    text: inPolicy("otherwise errno(EPERM) { open, openat if dfd == AT_FDCWD } if flags has O_CREAT"),
    gives: "  otherwise errno(EPERM) {open, openat if (dfd == AT_FDCWD)} if (flags has O_CREAT)",
  },
  { rule: "an optional call", text: inPolicy("allow { open?, creat? }"), gives: "  allow {open?, creat?}" },
  {
    rule: "on one architecture, on several",
    text: inPolicy("allow open on x86_64 if fd == 1\nallow { a on {i386, x32} }"),
    gives: "  allow {a on {i386, x32}}",
  },
  { rule: "a call by number", text: inPolicy("allow syscall(335)"), gives: "  allow {syscall(335)}" },
  {
    rule: "actions with values",
    text: "group g($e) { errno(5) a trap(1) b trace(N) c errno($e) d }",
    gives: "  errno($e) {d}",
  },
  { rule: "heads", text: inPolicy("default errno(EPERM)\nforeign trap\ncompat i386"), gives: "  compat i386" },
  {
    rule: "test rows take names, holes, sets and ranges",
    text: 'test p "title" { errno(EPERM) read(fd: {1, 2}, _, count: 0..4K) }',
    gives: "  errno(EPERM) read(fd: {1, 2}, _, count: (0 .. 4K=4096))",
  },
  {
    rule: "a body may be empty",
    text: "policy p for x86_64 {}\ngroup g {}\ngroup h() {}\ntest p {}\n",
    gives: "policy p for x86_64",
  },
  { rule: "a rule needs a call", text: inPolicy("allow { }"), gives: ["unexpected"] },
  {
    rule: "a BOM and CRLF are white space",
    text: "\ufeffpolicy p for x86_64 {\r\n\tdefault kill // x\r\n\tallow read\r\n}\r\n",
    gives: "  allow {read}",
  },
  { rule: "no newline at the end", text: "group g { allow read } // end", gives: "  allow {read}" },

  // One mistake is one diagnostic.
  {
    rule: "a faulty entry of a list, and a statement in the list",
    text: inPolicy("allow { open if\nallow read }\nallow write"),
    gives: ["unexpected"],
  },
  {
    rule: "a faulty entry of a section, and a statement in the section",
    text: inPolicy("limits { cpu\nallow read }\nallow write"),
    gives: ["unexpected"],
  },

  // Not text, or too much of it.
  { rule: "an empty file is no policy", text: "", gives: ["no-policy"] },
  { rule: "comments are no policy", text: "// nothing\n", gives: ["no-policy"] },
  { rule: "a binary is told once", text: "\u007fELF\u0001\u0002\u0000\u0000\u0000", gives: ["not-text"] },
  { rule: "undecodable bytes are told once", text: "policy \ufffd\ufffd {}", gives: ["not-text"] },
  {
    rule: "100 parentheses are fine",
    text: condition(`${"(".repeat(100)}fd == 1${")".repeat(100)}`),
    gives: "  allow {read if (fd == 1)}",
  },
  { rule: "more are not", text: condition(`${"(".repeat(5000)}fd == 1${")".repeat(5000)}`), gives: ["too-deep"] },
  { rule: "nor sets", text: condition(`fd in ${"{".repeat(5000)}${"}".repeat(5000)}`), gives: ["too-deep"] },
  { rule: "nor prefixes", text: condition(`${"not ".repeat(5000)}fd == 1`), gives: ["too-deep"] },
  {
    rule: "garbage is cut short",
    text: "@ ".repeat(500),
    gives: [...Array<string>(100).fill("unexpected-character"), "too-many-errors"],
  },
];

for (const { rule, text, gives } of rows) {
  test(rule, () => {
    const { file, diagnostics } = parseFile({ name: "p.policy", text });
    const codes = diagnostics.map(({ code }) => code);
    if (typeof gives !== "string") {
      assert.equal(codes, gives);
      return;
    }
    assert.equal(codes, []);
    assert.is(printAst(file).split("\n").includes(gives), true, printAst(file));
  });
}

const calls: readonly (readonly [text: string, gives: string | readonly string[]])[] = [
  ["read(0, _, count: 5)", "read(0, _, count: 5)"],
  ["i386 read()", "i386 read()"],
  ["kill(1, 9)", "kill(1, 9)"],
  ["i386 syscall(20)(1)", "i386 syscall(20)(1)"],
  ["mmap(prot: PROT_READ|PROT_EXEC, flags: -1)", "mmap(prot: (PROT_READ | PROT_EXEC), flags: (- 1))"],
  ["", ["unexpected"]],
  ["read", ["unexpected"]],
  ["read(0", ["unclosed"]],
  ["read(0) write(1)", ["unexpected"]],
  ["read(0, = 1)", ["alien-operator"]],
];

for (const [text, gives] of calls) {
  test(`eval takes ${JSON.stringify(text)}`, () => {
    const { call, diagnostics } = parseCall({ name: "<call>", text });
    if (typeof gives === "string") assert.is(call && printCall(call), gives);
    else assert.equal([call, diagnostics.map(({ code }) => code)], [undefined, gives]);
  });
}

test("a chain of 5,000 alternatives makes a shallow tree", () => {
  const text = condition(Array.from({ length: 5000 }, (_, i) => `fd == ${i}`).join(" or "));
  const { file, diagnostics } = parseFile({ name: "p.policy", text });
  assert.equal(diagnostics, []);
  const depth = (node: unknown): number =>
    typeof node === "object" && node !== null ? 1 + Math.max(0, ...Object.values(node).map(depth)) : 0;
  assert.ok(depth(file) < 40, `depth ${depth(file)}`);
});

test.run();
