// Texts of thousands of lines: what touches an edit is told first, the whole when it is known, and nobody waits for the whole who
// does not need it. Orders of answers, not times: bench/editor.ts has those. Needs `npm run build`.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compiler/index.ts";
import { type Client, type Shown, startServer, URI } from "./client.ts";

const PULLS = {
  capabilities: {
    textDocument: { diagnostic: {} },
    workspace: { diagnostics: { refreshSupport: true } },
  },
};
const textDocument = { uri: URI };

async function served(use: (client: Client) => Promise<void>, more = {}): Promise<void> {
  const client = startServer();
  await client.initialize(more);
  await use(client);
  assert.is(await client.end(), 0);
}

function shape(diagnostics: readonly Shown[]): string[] {
  return diagnostics
    .map(({ code, range: { start, end } }) => `${code} ${start.line}:${start.character}-${end.line}:${end.character}`)
    .sort();
}

function fresh(text: string): string[] {
  const { diagnostics } = compile({ name: "/tmp/policyc-test/a.policy", text });
  return diagnostics
    .map(({ code, span: { start, end } }) => `${code} ${lineAndColumn(text, start)}-${lineAndColumn(text, end)}`)
    .sort();
}

function lineAndColumn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split("\n");
  return `${lines.length - 1}:${lines.at(-1)!.length}`;
}

const GROUP = "group mine {\n  allow close\n}\n";
const RULES = Array.from({ length: 46 }, (_, i) => `  errno(${1 + (i % 8)}) read if fd == ${i}\n`).join("");
const MANY =
  GROUP +
  Array.from(
    { length: 80 },
    (_, i) => `policy p${i} for x86_64 {\n  default kill\n${i === 7 ? "  use mine\n" : ""}${RULES}}\n\n`,
  ).join("");
/** One policy; every rule is alive, and the last is dead. */
const ONE = `policy p for x86_64 {\n  default kill\n${Array.from(
  { length: 1500 },
  (_, i) => `  allow ${i % 2 === 0 ? "read" : "write"} if fd == ${i >> 1}\n`,
).join("")}  errno(EPERM) read if fd == 5\n}\n`;

/** The text with a replacement, and the change that makes it. */
function edited(text: string, find: string, replacement: string) {
  const offset = text.indexOf(find);
  const [line, character] = lineAndColumn(text, offset).split(":").map(Number) as [number, number];
  const lines = find.split("\n");
  const end = {
    line: line + lines.length - 1,
    character: lines.length > 1 ? lines.at(-1)!.length : character + find.length,
  };
  return {
    text: text.slice(0, offset) + replacement + text.slice(offset + find.length),
    change: { range: { start: { line, character }, end }, text: replacement },
  };
}

test("who pulls findings has those of the edit at once, is asked to pull again, and then has them all", () =>
  served(async client => {
    client.open(URI, MANY);
    const pull = () => client.request("textDocument/diagnostic", { textDocument });
    assert.equal(shape((await pull()).items), fresh(MANY));
    const { text, change } = edited(MANY, "  use mine\n", "  allow close if fdd == 1\n");
    client.change(URI, 2, [change]);
    const first: Shown[] = (await pull()).items;
    assert.ok(first.some(({ code }) => code === "unknown-argument"));
    const mended = edited(text, "fdd", "fd");
    client.change(URI, 3, [mended.change]);
    assert.equal(shape((await pull()).items), [], "that the group is unused takes a whole look");
    await client.asked("workspace/diagnostic/refresh");
    assert.equal(shape((await pull()).items), fresh(mended.text));
    assert.ok(fresh(mended.text).some(each => each.startsWith("unused-group")));
  }, PULLS));

test("who pulls and does not listen to be asked again gets the whole truth only", () =>
  served(
    async client => {
      client.open(URI, MANY);
      await client.request("textDocument/diagnostic", { textDocument });
      const { text, change } = edited(MANY, "  use mine\n", "");
      client.change(URI, 2, [change]);
      const { items } = await client.request("textDocument/diagnostic", { textDocument });
      assert.equal(shape(items), fresh(text));
    },
    { capabilities: { textDocument: { diagnostic: {} } } },
  ));

test("a hover, a completion and the actions do not wait for the whole look, the lines above policies do", () =>
  served(async client => {
    client.open(URI, MANY);
    const ends: string[] = [];
    const asked = ["codeLens", "hover", "completion", "codeAction"].map(name =>
      client
        .request(`textDocument/${name}`, {
          textDocument,
          position: { line: 5, character: 3 },
          range: { start: { line: 5, character: 0 }, end: { line: 5, character: 3 } },
          context: { diagnostics: [] },
        })
        .then(result => {
          ends.push(name);
          return result;
        }),
    );
    const [lenses, hover] = await Promise.all(asked);
    assert.is(ends.at(-1), "codeLens");
    assert.ok(hover);
    assert.is(lenses.length, 160);
  }));

test("an edit ends a whole look: what waited for it is told so", () =>
  served(async client => {
    client.open(URI, MANY);
    const lenses = client.request("textDocument/codeLens", { textDocument });
    await client.request("textDocument/hover", { textDocument, position: { line: 5, character: 3 } });
    const { text, change } = edited(MANY, "  use mine\n", "");
    client.change(URI, 2, [change]);
    assert.is(
      await lenses.then(
        () => 0,
        error => error.code,
      ),
      -32801,
    );
    assert.equal(shape((await client.findings(URI, 2, 500)).diagnostics), fresh(text));
  }));

test("one long policy: a mistake is told before the rules are held against each other", () =>
  served(async client => {
    client.open(URI, ONE);
    assert.equal(shape((await client.findings(URI, 1)).diagnostics), fresh(ONE));
    // The rule that made the last one dead is mistaken now: whether that is dead takes all the others.
    const { text, change } = edited(ONE, "allow read if fd == 5\n", "allow raed if fd == 5\n");
    client.change(URI, 2, [change]);
    const { diagnostics } = await client.findings(URI, 2);
    assert.equal(diagnostics.map(({ code }) => code).sort(), ["shadowed", "unknown-syscall"]);
    const mended = edited(text, "allow raed if fd == 5\n", "allow read if fd == 2000\n");
    client.change(URI, 3, [mended.change]);
    await client.findings(URI, 3);
    const lenses = await client.request("textDocument/codeLens", { textDocument }).catch(() => []);
    assert.ok(lenses.length > 0);
    assert.equal(shape((await client.findings(URI, 3, 1000)).diagnostics), fresh(mended.text));
  }));

test.run();
