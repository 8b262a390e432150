// Every request of the language server, over stdio. Needs `npm run build`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Client, type Range, type Shown, startServer, URI } from "./client.ts";

const TEXT = `import "std/startup"
const FDS = {1, 2}

group reads($fd) {
  allow read if fd == $fd
}

policy p for x86_64, aarch64 {
  default kill
  use static_startup
  use reads(0)
  allow write if fd in FDS
  errno(EPERM) clone3
  errno(EPERM) socket if type has SOCK_CLOEXEC
  allow {close, exit_group}
}

test p {
  allow read(0)
  kill read(3)
}
`;

let client: Client;
let version = 1;
const document = { textDocument: { uri: URI } };

/** The position of the word behind `before` in the text. */
function at(word: string, from = 0, text = TEXT) {
  const offset = text.indexOf(word, from);
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

function place(word: string, from = 0) {
  return { ...document, position: at(word, from) };
}

/** Another text with the cursor at `|`. */
async function completions(text: string): Promise<string[]> {
  const position = at("|", 0, text);
  client.change(URI, ++version, [{ text: text.replace("|", "") }]);
  const { items } = await client.request("textDocument/completion", { ...document, position });
  client.change(URI, ++version, [{ text: TEXT }]);
  return items
    .toSorted((a: { sortText: string }, b: { sortText: string }) => (a.sortText < b.sortText ? -1 : 1))
    .map((item: { label: string }) => item.label);
}

function textIn({ start, end }: Range, text = TEXT): string {
  const lines = text.split("\n");
  assert.is(start.line, end.line);
  return lines[start.line]!.slice(start.character, end.character);
}

test.before(async () => {
  client = startServer();
  await client.initialize();
  client.open(URI, TEXT);
});

test.after(async () => {
  assert.is(await client.end(), 0, "shutdown and exit end it with 0");
});

test("findings name their rule, link to its page and stand at their place", async () => {
  const { diagnostics } = await client.findings(URI, 1);
  const found = diagnostics.find(each => each.code === "needs-enosys")!;
  assert.is(textIn(found.range), "errno(EPERM) clone3");
  assert.match(found.codeDescription!.href, /^file:.*\/docs\/rules\/needs-enosys\.md$/);
});

test("a shadowed rule is shown faded, and leads to the rule that shadows it", async () => {
  const uri = "file:///tmp/policyc-test/shadow.policy";
  client.open(uri, "policy p for x86_64 {\n  default kill\n  kill read\n  allow read\n}\n");
  const { diagnostics } = await client.findings(uri, 1);
  const found: Shown = diagnostics.find(each => each.code === "shadowed")!;
  assert.equal(found.tags, [1]);
  assert.is(found.relatedInformation![0]!.location.range.start.line, 2);
});

test("hover tells the signature, the number on each target and since when", async () => {
  const { contents, range } = await client.request("textDocument/hover", place("write if"));
  assert.is(textIn(range), "write");
  assert.match(contents.value, "write(unsigned int fd, const char __user *buf, size_t count)");
  assert.match(contents.value, "- aarch64: 64, since Linux 3.7");
});

test("hover on a rule tells what it decides, its cost and whether the kernel caches it", async () => {
  const plain = await client.request("textDocument/hover", place("allow {close"));
  assert.match(plain.contents.value, "x86_64 `close`: cached by the kernel");
  const tested = await client.request("textDocument/hover", place("allow write"));
  assert.match(tested.contents.value, /x86_64 `write`: the filter runs, \d+ instructions to `allow`/);
});

test("hover on a constant tells its value by architecture", async () => {
  const { contents } = await client.request("textDocument/hover", place("SOCK_CLOEXEC"));
  assert.match(contents.value, "0x80000");
});

const COMPLETED: readonly (readonly [where: string, text: string, first: string, without: string])[] = [
  ["calls of the targets", "policy p for x86_64 {\n  default kill\n  allow op|\n}\n", "openat", "open_tree_x"],
  ["arguments of this call", "policy p for x86_64 {\n  default kill\n  allow read if |\n}\n", "fd", "flags"],
  [
    "constants that fit",
    "policy p for x86_64 {\n  default kill\n  allow mmap if prot has |\n}\n",
    "PROT_READ",
    "O_RDONLY",
  ],
  ["errno names", "policy p for x86_64 {\n  default kill\n  errno(|\n}\n", "EPERM", "PROT_READ"],
  ["groups of imports", 'import "std/startup"\npolicy p for x86_64 {\n  use |\n}\n', "static_startup", "read"],
  ["the library", 'import "|"\n', "std/startup", "policy"],
  ["actions", "policy p for x86_64 {\n  default |\n}\n", "kill", "default"],
  ["architectures", "policy p for |\n", "aarch64", "read"],
  ["limits", "policy p for x86_64 {\n  default kill\n  limits { | }\n}\n", "memory", "hide"],
  ["a test's calls", "policy p for x86_64 { default kill }\ntest p {\n  kill |\n}\n", "read", "PROT_READ"],
];

for (const [where, text, first, without] of COMPLETED) {
  test(`completion offers ${where}`, async () => {
    const labels = await completions(text);
    assert.ok(labels.includes(first), `${first} is not among ${labels.slice(0, 20)}`);
    assert.not.ok(labels.includes(without), without);
  });
}

test("an item of a list is described when it is looked at", async () => {
  const { items } = await client.request("textDocument/completion", place("write if"));
  const item = items.find((each: { label: string }) => each.label === "openat");
  const { documentation } = await client.request("completionItem/resolve", item);
  assert.match(documentation.value, "openat(int dfd");
});

test("signature help follows the argument", async () => {
  const inRow = { ...document, position: { ...at("3)"), character: at("3)").character } };
  const { signatures, activeParameter } = await client.request("textDocument/signatureHelp", inRow);
  assert.match(signatures[0].label, "read(");
  assert.is(activeParameter, 0);
});

test("definition leads into the standard library's file", async () => {
  const { uri } = await client.request("textDocument/definition", place("static_startup"));
  assert.match(uri, /\/policies\/std\/startup\.policy$/);
});

test("references are found with and without the definition", async () => {
  const params = { ...place("FDS"), context: { includeDeclaration: true } };
  assert.is((await client.request("textDocument/references", params)).length, 2);
  const uses = await client.request("textDocument/references", { ...params, context: { includeDeclaration: false } });
  assert.equal(
    uses.map((each: { range: Range }) => each.range.start.line),
    [11],
  );
  assert.is((await client.request("textDocument/documentHighlight", place("FDS"))).length, 2);
});

test("rename changes every use, and refuses what is not the user's", async () => {
  const { placeholder } = await client.request("textDocument/prepareRename", place("FDS"));
  assert.is(placeholder, "FDS");
  const { changes } = await client.request("textDocument/rename", { ...place("FDS"), newName: "OUTPUTS" });
  assert.is(changes[URI].length, 2);
  for (const [word, newName, reason] of [
    ["static_startup", "x", "standard library"],
    ["FDS", "PROT_READ", "the kernel has"],
    ["FDS", "fds", "upper-case"],
    ["reads(0)", "use", "word of the language"],
  ] as const) {
    const answer = client.request("textDocument/rename", { ...place(word), newName });
    assert.match(
      await answer.then(
        () => "renamed",
        (error: Error) => error.message,
      ),
      reason,
    );
  }
});

test("a group is renamed in the files that import it, open or not, and its references found there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "policyc-lsp-"));
  const other = startServer();
  try {
    writeFileSync(join(folder, "lib.policy"), "group mine {\n  allow read\n}\n");
    writeFileSync(
      join(folder, "user.policy"),
      'import "lib.policy"\npolicy p for x86_64 {\n  default kill\n  use mine\n}\n',
    );
    await other.initialize({ rootUri: pathToFileURL(folder).href });
    const uri = pathToFileURL(join(folder, "lib.policy")).href;
    other.open(uri, "group mine {\n  allow read\n}\n");
    const position = { line: 0, character: 7 };
    const { changes } = await other.request("textDocument/rename", {
      textDocument: { uri },
      position,
      newName: "ours",
    });
    assert.equal(
      Object.keys(changes)
        .map(each => each.split("/").at(-1))
        .sort(),
      ["lib.policy", "user.policy"],
    );
    const symbols = await other.request("workspace/symbol", { query: "mi" });
    assert.equal(
      symbols.map((each: { name: string }) => each.name),
      ["mine"],
    );
  } finally {
    await other.end();
    rmSync(folder, { recursive: true });
  }
});

test("the outline, folds, selections and links follow the text", async () => {
  const symbols = await client.request("textDocument/documentSymbol", document);
  assert.equal(
    symbols.map((each: { name: string }) => each.name),
    ["std/startup", "FDS", "reads", "p", "test p"],
  );
  const folds = await client.request("textDocument/foldingRange", document);
  assert.equal(
    folds.map((each: { startLine: number }) => each.startLine),
    [3, 7, 17],
  );
  const [selection] = await client.request("textDocument/selectionRange", { ...document, positions: [at("FDS\n")] });
  assert.is(textIn(selection.range), "FDS");
  assert.ok(selection.parent.parent);
  const [link] = await client.request("textDocument/documentLink", document);
  assert.match(link.target, /startup\.policy$/);
});

test("formatting is that of policyc fmt, whole and in part", async () => {
  const edits = await client.request("textDocument/formatting", { ...document, options: {} });
  assert.ok(edits.length > 0);
  const range = { start: at("allow {close"), end: at("exit_group}") };
  const part = await client.request("textDocument/rangeFormatting", { ...document, range, options: {} });
  assert.ok(part.every((each: { range: Range }) => each.range.start.line === 14));
});

test("code actions: a fix, a suppression, ENOSYS for EPERM, rules taken out into a group", async () => {
  const range = { start: at("errno(EPERM) clone3"), end: at("errno(EPERM) socket") };
  const actions = await client.request("textDocument/codeAction", { ...document, range, context: { diagnostics: [] } });
  const titles = actions.map((each: { title: string }) => each.title);
  for (const title of ["write errno(ENOSYS)", "answer ENOSYS instead of EPERM", "take these rules out into a group"]) {
    assert.ok(titles.includes(title), `${title} is not among ${titles}`);
  }
  assert.ok(titles.some((title: string) => title.startsWith("suppress needs-enosys")));
  const only = { diagnostics: [], only: ["source.fixAll"] };
  const [all] = await client.request("textDocument/codeAction", { ...document, range, context: only });
  assert.is(all.kind, "source.fixAll");
});

test("hints, lenses and commands tell what was built", async () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const hints = await client.request("textDocument/inlayHint", { ...document, range });
  const labels = hints.map((each: { label: string }) => each.label);
  for (const label of ["= 0x80000", "cached"]) assert.ok(labels.includes(label), `${label} is not among ${labels}`);
  const lenses = await client.request("textDocument/codeLens", document);
  const titles = lenses.map((each: { command: { title: string } }) => each.command.title);
  assert.ok(titles.some((title: string) => /^x86_64: \d+ instructions, aarch64: \d+ instructions$/.test(title)));
  assert.ok(titles.includes("2 test rows hold · run tests"), titles.join());
  const run = (command: string, ...more: string[]) =>
    client.request("workspace/executeCommand", { command: `policyc.${command}`, arguments: [URI, "p", ...more] });
  assert.match(await run("showProgram"), "; p for x86_64");
  assert.match(await run("showGraph"), "p for aarch64");
  assert.match(await run("runTests"), "holds");
  assert.match(await run("tryCall", "write(_, 0, 5)"), /x86_64: allow if .*fd/);
});

test("semantic tokens: full, delta and range agree", async () => {
  const full = await client.request("textDocument/semanticTokens/full", document);
  assert.is(full.data.length % 5, 0);
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const part = await client.request("textDocument/semanticTokens/range", { ...document, range });
  assert.equal(part.data, full.data);
  const params = { ...document, previousResultId: full.resultId };
  assert.equal((await client.request("textDocument/semanticTokens/full/delta", params)).edits, []);
});

test("a client that asks for findings gets them when it asks, and once", async () => {
  const pulling = startServer();
  await pulling.initialize({ capabilities: { textDocument: { diagnostic: {} } } });
  pulling.open(URI, TEXT);
  const first = await pulling.request("textDocument/diagnostic", document);
  assert.ok(first.items.some((each: Shown) => each.code === "needs-enosys"));
  const again = await pulling.request("textDocument/diagnostic", { ...document, previousResultId: first.resultId });
  assert.is(again.kind, "unchanged");
  assert.is(await pulling.end(), 0);
});

test.run();
