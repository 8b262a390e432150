// What editors and broken clients do to a language server: characters of two units, all line ends, long files, frames that are
// none, requests that are withdrawn, changes out of order, and a thousand edits. Needs `npm run build`.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compiler/index.ts";
import { type Client, type Position, type Shown, startServer, URI } from "./client.ts";

async function served(use: (client: Client) => Promise<void>, node: readonly string[] = [], more = {}): Promise<void> {
  const client = startServer(node);
  await client.initialize(more);
  await use(client);
  assert.is(await client.end(), 0);
}

function codes(diagnostics: readonly Shown[]): string[] {
  return diagnostics.map(({ code }) => code).sort();
}

/** What a fresh compile says of the text. */
function fresh(text: string): string[] {
  return compile({ name: "/tmp/policyc-test/a.policy", text })
    .diagnostics.map(({ code }) => code)
    .sort();
}

for (const [title, before, end] of [
  ["characters of two UTF-16 units", "// 𝒫𝒫 policy\n", "\n"],
  ["CRLF", "// one\r\n// two\r\n", "\r\n"],
  ["a byte order mark", "\ufeff// one\n", "\n"],
] as const) {
  test(`positions hold behind ${title}`, () =>
    served(async client => {
      const comment = title.startsWith("characters") ? "/* 𝒫 */".replace(/./gsu, "") : "";
      const text = `${before}policy p for x86_64 {${end}  default kill  files { read "/𝒫/𝒫" }${comment} hostname "a b"${end}  allow raed${end}}${end}`;
      client.open(URI, text);
      const { diagnostics } = await client.findings(URI, 1);
      const lines = text.split(/\r\n|\n/);
      const shown = diagnostics.map(({ range, code }) => {
        return `${code} ${lines[range.start.line]!.slice(range.start.character, range.end.character)}`;
      });
      assert.ok(shown.includes("unknown-syscall raed"), shown.join(", "));
      assert.ok(shown.includes('bad-hostname "a b"'), shown.join(", "));
    }));
}

test("an edit in the middle of characters of two units lands where it was made", () =>
  served(async client => {
    client.open(URI, "// 𝒫𝒫\npolicy p for x86_64 {\n  default kill // 𝒫\n}\n");
    const start = { line: 0, character: 7 };
    client.change(URI, 2, [{ range: { start, end: start }, text: "\npolicy 𝒫" }]);
    const text = "// 𝒫𝒫\npolicy 𝒫\npolicy p for x86_64 {\n  default kill // 𝒫\n}\n";
    assert.equal(codes((await client.findings(URI, 2)).diagnostics), fresh(text));
  }));

test("frames that are none are answered as such, and the next one is read", () =>
  served(async client => {
    const frame = (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`;
    for (const bytes of [
      frame("{ not json"),
      "Content-Length: many\r\n\r\n",
      "Content-Length: -5\r\n\r\n",
      "Content-Type: x\r\n\r\n",
      frame("[]"),
      frame('"text"'),
    ]) {
      client.raw(bytes);
      assert.is((await client.refusal()).error.code, -32700, bytes);
    }
    const unknown = client.request("policyc/nothing", {});
    assert.is(
      await unknown.then(
        () => 0,
        error => error.code,
      ),
      -32601,
    );
    client.notify("policyc/nothing", {});
    client.open(URI, "policy p for x86_64 { default kill }\n");
    assert.equal((await client.findings(URI, 1)).diagnostics, []);
  }));

test("a frame in many pieces is one", () =>
  served(async client => {
    const body = JSON.stringify({ jsonrpc: "2.0", method: "$/setTrace", params: { value: "off" } });
    for (const byte of `Content-Length: ${body.length}\r\n\r\n${body}`) client.raw(byte);
    const position = { line: 0, character: 0 };
    client.open(URI, "policy p for x86_64 { default kill }\n");
    assert.ok(
      await client.request("textDocument/hover", {
        textDocument: { uri: URI },
        position: { ...position, character: 7 },
      }),
    );
  }));

test("a request that is withdrawn while it waits is not answered with a result", () =>
  served(async client => {
    client.open(URI, manyPolicies(200));
    await client.findings(URI, 1);
    const asked = Array.from({ length: 20 }, () =>
      client.send("textDocument/codeLens", { textDocument: { uri: URI } }),
    );
    for (const { id } of asked) client.notify("$/cancelRequest", { id });
    const ends = await Promise.all(
      asked.map(({ answer }) =>
        answer.then(
          () => 0,
          error => error.code,
        ),
      ),
    );
    assert.ok(ends.filter(code => code === -32800).length >= 15, `${ends}`);
  }));

/** 0: answered; else the error's code. */
function outcome(answer: Promise<unknown>): Promise<number> {
  return answer.then(
    () => 0,
    error => error.code,
  );
}

test("a session goes in the protocol's order: nothing before initialize, which comes once, and nothing after shutdown", async () => {
  const client = startServer();
  const hover = () =>
    outcome(client.request("textDocument/hover", { textDocument: { uri: URI }, position: { line: 0, character: 8 } }));
  assert.is(await hover(), -32002);
  await client.initialize();
  client.open(URI, "policy p for x86_64 { default kill }\n");
  assert.is(await hover(), 0);
  assert.is(await outcome(client.request("initialize", { processId: null, rootUri: null, capabilities: {} })), -32600);
  const exited = new Promise(resolve => client.child.on("exit", resolve));
  await client.request("shutdown", null);
  assert.is(await hover(), -32600);
  client.notify("exit", null);
  assert.is(await exited, 0);
});

test("parameters that are none are refused, or left out where nobody waits for an answer; the server lives on", () =>
  served(async client => {
    const textDocument = { uri: URI };
    client.open(URI, "policy p for x86_64 { default kill }\n");
    const zero = { line: 0, character: 0 };
    for (const params of [
      null,
      {},
      { textDocument: null },
      { textDocument: { uri: 5 } },
      { textDocument, position: null },
      { textDocument, position: { line: "0", character: 0 } },
      { textDocument, range: { start: zero } },
      { textDocument, positions: [zero, null] },
    ]) {
      assert.is(await outcome(client.request("textDocument/hover", params)), -32602, JSON.stringify(params));
    }
    client.notify("textDocument/didOpen", { textDocument: {} });
    client.notify("textDocument/didOpen", {
      textDocument: { uri: "file:///a", languageId: "policy", version: 1, text: 5 },
    });
    client.notify("textDocument/didChange", null);
    client.notify("textDocument/didChange", { textDocument: { uri: URI, version: 2 }, contentChanges: [null] });
    client.notify("textDocument/didClose", { textDocument: null });
    client.notify("workspace/didChangeConfiguration", null);
    client.notify("workspace/didChangeConfiguration", { settings: { policyc: { inlayHints: 5 } } });
    client.change(URI, 3, [{ text: "policy p for x86_64 { default kill  allow raed }\n" }]);
    assert.equal(codes((await client.findings(URI, 3)).diagnostics), ["unknown-syscall"]);
  }));

test("the end of the editor is the end of the server: its input closed in the middle of a frame, its process gone", async () => {
  const cut = startServer();
  await cut.initialize();
  const ended = new Promise(resolve => cut.child.on("exit", resolve));
  cut.raw("Content-Length: 500\r\n\r\n{");
  cut.child.stdin!.end();
  assert.is(await ended, 1);
  const editor = spawn(process.execPath, ["-e", "0"]);
  await new Promise(resolve => editor.on("exit", resolve));
  const left = startServer();
  const gone = new Promise(resolve => left.child.on("exit", resolve));
  await left.initialize({ processId: editor.pid });
  assert.is(await gone, 1, "its pipe is still open");
});

test("a change from the past is left out, and one to a text that is not open is nothing", () =>
  served(async client => {
    client.open(URI, "policy p for x86_64 { default kill }\n", 5);
    await client.findings(URI, 5);
    client.change(URI, 4, [{ text: "nonsense" }]);
    client.change("file:///tmp/policyc-test/closed.policy", 1, [{ text: "nonsense" }]);
    client.change(URI, 6, [{ text: "policy p for x86_64 { default kill  allow raed }\n" }]);
    assert.equal(codes((await client.findings(URI, 6)).diagnostics), ["unknown-syscall"]);
  }));

test("an import that is open is read from the editor, unsaved; two that import each other are told so", () =>
  served(async client => {
    const other = "file:///tmp/policyc-test/b.policy";
    const text = 'import "b.policy"\npolicy p for x86_64 {\n  default kill\n  use mine\n}\n';
    client.open(URI, text);
    assert.ok(
      codes((await client.findings(URI, 1)).diagnostics).includes("import-not-found"),
      "there is no such file yet",
    );
    client.open(other, "group mine {\n  allow read\n}\n");
    client.change(URI, 2, [{ text: `${text}\n` }]);
    assert.equal((await client.findings(URI, 2)).diagnostics, []);
    client.change(other, 2, [{ text: "group theirs {\n  allow read\n}\n" }]);
    await client.findings(other, 2);
    assert.ok(codes((await client.findings(URI, 2, 1000)).diagnostics).includes("unknown-group"));
    client.change(other, 3, [{ text: 'import "a.policy"\ngroup mine {\n  allow read\n}\n' }]);
    assert.ok(codes((await client.findings(other, 3)).diagnostics).some(code => code.startsWith("import-")));
  }));

function manyPolicies(count: number): string {
  const rules = Array.from({ length: 46 }, (_, i) => `  errno(${1 + (i % 8)}) read if fd == ${i}\n`).join("");
  return Array.from({ length: count }, (_, i) => `policy p${i} for x86_64 {\n  default kill\n${rules}}\n\n`).join("");
}

test("ten thousand lines: the edited policy is told of at once, the whole text when typing stops", () =>
  served(async client => {
    const text = manyPolicies(200);
    client.open(URI, text);
    await client.findings(URI, 1);
    const line = text.slice(0, text.indexOf("policy p100")).split("\n").length;
    const at: Position = { line, character: 14 };
    client.change(URI, 2, [{ range: { start: at, end: at }, text: "  allow raed" }]);
    assert.ok(codes((await client.findings(URI, 2)).diagnostics).includes("unknown-syscall"));
    const lines = text.split("\n");
    lines[line] = `${lines[line]!.slice(0, 14)}  allow raed${lines[line]!.slice(14)}`;
    assert.equal(codes((await client.findings(URI, 2, 3000)).diagnostics), fresh(lines.join("\n")));
  }));

test("after a thousand random edits the findings are those of the text as it is", () =>
  served(async client => {
    const random = seeded(1);
    let text = readFileSync(new URL("../../policies/examples/crc4.policy", import.meta.url), "utf8");
    const PIECES = [
      "{",
      "}",
      "allow ",
      "read",
      "\n",
      "if fd == 1",
      "𝒫",
      '"',
      "//",
      "errno(EPERM) ",
      "(",
      ")",
      "policy ",
      ",",
      "\r\n",
    ];
    client.open(URI, text);
    for (let version = 2; version <= 1001; version++) {
      const start = whole(text, random(text.length + 1));
      const end = whole(text, Math.min(text.length, start + (random(3) === 0 ? random(12) : 0)));
      const piece = random(4) === 0 ? "" : PIECES[random(PIECES.length)]!;
      client.change(URI, version, [
        { range: { start: positionAt(text, start), end: positionAt(text, end) }, text: piece },
      ]);
      text = text.slice(0, start) + piece + text.slice(end);
      // Bursts of one to some twenty edits; at the end of each, everything that is said is held against a fresh compile.
      if (random(10) === 0 || version === 1001) {
        assert.equal(said((await client.findings(URI, version)).diagnostics), saidAfresh(text), `version ${version}`);
      }
      if (version % 50 === 0) {
        const textDocument = { uri: URI };
        await client.request("textDocument/completion", { textDocument, position: positionAt(text, start) });
        await client.request("textDocument/hover", { textDocument, position: positionAt(text, start) });
        await client.request("textDocument/documentSymbol", { textDocument });
        await client.request("textDocument/semanticTokens/full", { textDocument });
      }
    }
  }));

/** Findings in full, as lines. */
function said(diagnostics: readonly Shown[]): string[] {
  return diagnostics
    .map(({ code, severity, message, range: { start, end } }) => {
      return `${start.line}:${start.character}-${end.line}:${end.character} ${severity} ${code} ${message}`;
    })
    .sort();
}

function saidAfresh(text: string): string[] {
  const { diagnostics } = compile({ name: "/tmp/policyc-test/a.policy", text });
  const shown = diagnostics.map(({ code, severity, message, hint, span }) => ({
    ...{ code, severity: { error: 1, warning: 2, hint: 3 }[severity] },
    message: hint === undefined ? message : `${message}\n${hint}`,
    range: { start: positionAt(text, span.start), end: positionAt(text, span.end) },
  }));
  return said(shown);
}

/** No position is between the two characters of a line's end. */
function whole(text: string, offset: number): number {
  return text.slice(offset - 1, offset + 1) === "\r\n" ? offset + 1 : offset;
}

/** As the protocol counts lines: \n, \r\n and \r end one. */
function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

/** The same numbers in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("it works where the system is another, /proc is hidden and there is no FFI", () =>
  served(
    async client => {
      const uri = "file:///c%3A/policies/a.policy";
      client.open(uri, 'import "b.policy"\npolicy p for x86_64 {\n  default kill\n  use mine\n}\n');
      client.open("file:///c:/policies/b.policy", "group mine {\n  allow read\n}\n");
      client.change(uri, 2, [{ text: 'import "b.policy"\npolicy p for x86_64 {\n  default kill\n  use mine\n}\n\n' }]);
      assert.equal((await client.findings(uri, 2)).diagnostics, []);
      const position = { line: 3, character: 7 };
      const found = await client.request("textDocument/definition", { textDocument: { uri }, position });
      assert.is(found.uri, "file:///c:/policies/b.policy");
    },
    ["--import", new URL("./elsewhere.js", import.meta.url).href],
  ));

test.run();
