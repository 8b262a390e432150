// What code actions and renaming do to a text, judged by the compiler: the text after them still compiles, and to the programs that
// it should. In the texts « and » enclose what is selected.

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  codeActions,
  compile,
  createSnapshot,
  prepareRename,
  renameAt,
  type Snapshot,
  type TextEdits,
} from "../../../src/compiler/index.ts";

const none = () => undefined;

function selected(marked: string) {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const text = marked.replace(/[«»]/g, "");
  const source = { name: "a.policy", text };
  return { snapshot: createSnapshot(source, none, compile(source)), range: { start, end } };
}

function applied(text: string, changes: readonly TextEdits[]): string {
  assert.ok(changes.every(({ source }) => source === "a.policy"));
  const edits = changes.flatMap(each => each.edits).toSorted((a, b) => b.start - a.start);
  return edits.reduce((now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end), text);
}

function actionsOn(marked: string) {
  const { snapshot, range } = selected(marked);
  return { snapshot, all: codeActions(snapshot, range, snapshot.result!.diagnostics) };
}

function after(marked: string, title: string): string {
  const { snapshot, all } = actionsOn(marked);
  const action = all.find(each => each.title === title);
  assert.ok(action, `${title} is not among ${all.map(each => each.title).join("; ")}`);
  return applied(snapshot.source.text, action.changes);
}

const programsOf = (text: string) =>
  compile({ name: "a.policy", text }).filters.map(({ policy, target, program }) => ({ policy, target, program }));
const codesOf = (text: string) => compile({ name: "a.policy", text }).diagnostics.map(({ code }) => code);

const GROUP = "take these rules out into a group";
const POLICY = "start a policy with these rules";

for (const [rule, marked] of [
  [
    "rules in the middle",
    "policy p for x86_64, aarch64 {\n  default kill\n  allow read\n«  allow write if fd == 1\n  errno(EPERM) openat\n»  allow close\n}\n",
  ],
  [
    "one rule in CRLF below a comment",
    "// p\r\n// of two lines\r\npolicy p for x86_64 {\r\n  default kill\r\n  «allow read»\r\n}\r\n",
  ],
  ["a rule on the policy's line", "policy p for x86_64 { default kill «allow read» }\n"],
  [
    "a part of a rule, where the name is taken",
    "group extracted { allow close }\npolicy p for x86_64 {\n  default kill\n  use extracted\n  allow «re»ad\n}\n",
  ],
] as const) {
  test(`a group taken out leaves every program as it was: ${rule}`, () => {
    const before = marked.replace(/[«»]/g, "");
    const text = after(marked, GROUP);
    assert.equal(programsOf(text), programsOf(before));
    assert.match(text, /group extracted(_2)? \{/);
    assert.ok(!before.includes("\r\n") || !/[^\r]\n/.test(text), "no line ends of another kind");
  });
}

test("a comment above a policy stays with it", () => {
  const text = after("// about p\npolicy p for x86_64 {\n  default kill\n  «allow read»\n}\n", GROUP);
  assert.match(text, /\n\n\/\/ about p\npolicy p/);
});

for (const [rule, marked, same] of [
  [
    "heads come with the rules",
    "policy p for x86_64, aarch64 {\n  default errno(EPERM)\n  unknown kill\n  allow read\n  «allow write if fd == 1\n  allow close»\n}\n",
    "policy extracted for x86_64, aarch64 {\n  default errno(EPERM)\n  unknown kill\n  allow write if fd == 1\n  allow close\n}\n",
  ],
  [
    "constants of the policy too; a name that is taken is not taken again",
    "policy extracted for x86_64 { default kill allow read }\npolicy p for x86_64 {\n  default kill\n  const FDS = {1, 2}\n  «allow write if fd in FDS»\n}\n",
    "policy extracted_2 for x86_64 {\n  default kill\n  allow write if fd in {1, 2}\n}\n",
  ],
] as const) {
  test(`a policy started with rules is what it would be by hand, and the others stay: ${rule}`, () => {
    const before = marked.replace(/[«»]/g, "");
    assert.equal(
      programsOf(after(marked, POLICY)).sort((a, b) => (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0)),
      [...programsOf(before), ...programsOf(same)].sort((a, b) =>
        a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0,
      ),
    );
  });
}

for (const [rule, marked] of [
  ["nothing is selected", "policy p for x86_64 {\n  default kill\n  allow «»read\n}\n"],
  ["a head is", "policy p for x86_64 {\n  «default kill»\n  allow read\n}\n"],
  [
    "a constant is among the rules",
    "policy p for x86_64 {\n  default kill\n  «allow read\n  const A = 1\n  allow write if fd == A»\n}\n",
  ],
  ["a head is between", "policy p for x86_64 {\n  «allow read\n  default kill\n  allow write»\n}\n"],
  ["it is a group", "group g {\n  «allow read»\n}\npolicy p for x86_64 {\n  default kill\n  use g\n}\n"],
] as const) {
  test(`nothing is taken out where ${rule}`, () => {
    const titles = actionsOn(marked).all.map(({ title }) => title);
    assert.not.ok(titles.includes(GROUP) || titles.includes(POLICY), titles.join("; "));
  });
}

test("rules that need a constant of their policy are not taken out into a group", () => {
  const { all } = actionsOn("policy p for x86_64 {\n  default kill\n  const A = 1\n  «allow write if fd == A»\n}\n");
  assert.equal(
    all.filter(({ kind }) => kind === "refactor.extract").map(({ title }) => title),
    [POLICY],
  );
});

test("a fix mends its finding, ENOSYS comes for EPERM, a suppression names its finding on a line above", () => {
  const misspelled = "policy p for x86_64 {\n  default kill\n  allow «raed»\n}\n";
  const fix = actionsOn(misspelled).all.find(({ finding }) => finding?.code === "unknown-syscall")!;
  assert.equal(codesOf(applied(misspelled.replace(/[«»]/g, ""), fix.changes)), []);
  const clone = "policy p for x86_64 {\n  default kill\n  allow read\n  «errno(EPERM) clone3»\n}\n";
  assert.equal(codesOf(clone.replace(/[«»]/g, "")), ["needs-enosys"]);
  assert.equal(codesOf(after(clone, "answer ENOSYS instead of EPERM")), []);
  const reason = after(clone, "suppress needs-enosys, with a reason");
  assert.match(reason, /\n {2}\/\/ policyc-ignore needs-enosys: <reason>\n {2}errno\(EPERM\) clone3/);
});

// --- Renaming -----------------------------------------------------------------------------------------------------

const TEXT = `const FDS = {1, 2}
group reads($fd) {
  allow read if fd == $fd
}
policy p for x86_64 {
  default kill
  use reads(0)
  allow write if fd in FDS
}
test p {
  allow read(0)
}
`;

function at(word: string): { readonly snapshot: Snapshot; readonly offset: number } {
  return { snapshot: createSnapshot({ name: "a.policy", text: TEXT }, none), offset: TEXT.indexOf(word) };
}

for (const [word, name, times] of [
  ["FDS", "OUTPUTS", 2],
  ["reads", "inputs", 2],
  ["$fd", "$which", 2],
  ["p for", "worker", 2],
] as const) {
  test(`${word} renamed to ${name} is renamed wherever it is used, and the programs stay`, () => {
    const { snapshot, offset } = at(word);
    const renamed = renameAt(snapshot, offset, name, []);
    assert.ok(renamed.ok);
    assert.is(renamed.value.flatMap(({ edits }) => edits).length, times);
    const text = applied(TEXT, renamed.value);
    assert.equal(codesOf(text), []);
    assert.equal(
      programsOf(text).map(({ program }) => program),
      programsOf(TEXT).map(({ program }) => program),
    );
  });
}

for (const [word, name, reason] of [
  ["FDS", "fds", /upper-case/],
  ["FDS", "EPERM", /the kernel has a constant/],
  ["FDS", "A B", /upper-case/],
  ["FDS", "", /upper-case/],
  ["reads", "allow", /word of the language/],
  ["reads", "kill-thread", /lower-case/],
  ["$fd", "fd", /\$/],
  ["p for", "P", /lower-case/],
  ["p for", "if", /word of the language/],
] as const) {
  test(`${word} is not renamed to ${JSON.stringify(name)}`, () => {
    const { snapshot, offset } = at(word);
    const renamed = renameAt(snapshot, offset, name, []);
    assert.not.ok(renamed.ok);
    assert.match(renamed.ok ? "" : renamed.reason, reason);
  });
}

for (const [rule, text, word, reason] of [
  [
    "the standard library's names",
    'import "std/startup"\npolicy p for x86_64 {\n  default kill\n  use static_startup\n}\n',
    "static_startup",
    /standard library/,
  ],
  ["the kernel's names", TEXT, "write", /only what a policy file defines/],
  ["names of a torn text", `${TEXT}policy q for {`, "FDS", /mistakes/],
  ["files", 'import "./b.policy"\n', "./b", /./],
] as const) {
  test(`${rule} are not renamed`, () => {
    const prepared = prepareRename(createSnapshot({ name: "a.policy", text }, none), text.indexOf(word));
    assert.not.ok(prepared.ok);
    assert.match(prepared.ok ? "" : prepared.reason, reason);
  });
}

test("a name that a file has already is not given to another", () => {
  const text = `${TEXT}const OTHER = 1\n`;
  const snapshot = createSnapshot({ name: "a.policy", text }, none);
  assert.not.ok(renameAt(snapshot, text.indexOf("FDS"), "OTHER", []).ok);
});

test.run();
