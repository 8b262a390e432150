// The packed extension: an archive that others read, whose manifest names what is in it, and whose client really talks to the server
// inside, in an editor that is faked as far as the client sees it. Nothing of the repository is used once it is unpacked.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { vscodeFiles } from "../../scripts/package-vscode.ts";
import { zip } from "../../scripts/zip.ts";
import { missingProgram, unless } from "../needs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fake = fileURLToPath(new URL("fake-vscode.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "policyc-vsix-"));
const inside = join(folder, "extension");
const archive = join(folder, "policyc.vsix");

test.before(async () => {
  writeFileSync(archive, zip(await vscodeFiles()));
  spawnSync("unzip", ["-q", archive, "-d", folder]);
});
test.after(() => rmSync(folder, { recursive: true }));

const unzipTest = unless(missingProgram("unzip"), test);

unzipTest("the archive is whole, and the same files make the same bytes", async () => {
  const { status, stdout } = spawnSync("unzip", ["-t", archive], { encoding: "utf8" });
  assert.is(status, 0, stdout);
  assert.ok(readFileSync(archive).equals(zip(await vscodeFiles())));
});

unless(missingProgram("unzip", "xmllint"), test)("its XML names the extension, its engine and its files", () => {
  const manifest = join(folder, "extension.vsixmanifest");
  const ask = (path: string): string => {
    const { status, stdout, stderr } = spawnSync("xmllint", ["--xpath", `string(${path})`, manifest], {
      encoding: "utf8",
    });
    assert.is(status, 0, stderr);
    return stdout.trim();
  };
  const own = JSON.parse(readFileSync(join(inside, "package.json"), "utf8"));
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  assert.equal(
    [ask("//*[local-name()='Identity']/@Id"), ask("//*[local-name()='Identity']/@Version")],
    [own.name, version],
  );
  assert.is(ask("//*[@Id='Microsoft.VisualStudio.Code.Engine']/@Value"), own.engines.vscode);
  for (const at of [1, 2, 3]) assert.ok(existsSync(join(folder, ask(`(//*[local-name()='Asset'])[${at}]/@Path`))));
  assert.is(spawnSync("xmllint", ["--noout", join(folder, "[Content_Types].xml")]).status, 0);
});

unzipTest("every file that package.json names is there, every command has its title, and JSON is JSON", () => {
  const own = JSON.parse(readFileSync(join(inside, "package.json"), "utf8"));
  const { languages, grammars, snippets, jsonValidation, commands, menus } = own.contributes;
  const paths = [own.main, languages[0].configuration, grammars[0].path, snippets[0].path];
  for (const path of [...paths, ...jsonValidation.map((each: { url: string }) => each.url)]) {
    assert.ok(existsSync(join(inside, path)), path);
    if (path.endsWith(".json")) JSON.parse(readFileSync(join(inside, path), "utf8"));
  }
  const known = commands.map((each: { command: string }) => each.command);
  for (const entry of Object.values<{ command: string }[]>(menus).flat()) assert.ok(known.includes(entry.command));
  const grammar = JSON.parse(readFileSync(join(inside, grammars[0].path), "utf8"));
  assert.is(grammar.scopeName, grammars[0].scopeName);
});

unzipTest("snippets are policies once their places are filled", () => {
  const snippets: Record<string, { readonly body: readonly string[] }> = JSON.parse(
    readFileSync(join(inside, "snippets.json"), "utf8"),
  );
  const filled = snippets
    .policy!.body.join("\n")
    .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, "$1")
    .replace(/\$\{\d+:([^}]*)\}/g, "$1")
    .replace("$0", "close");
  writeFileSync(join(folder, "snippet.policy"), filled);
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(inside, "server/cli.js"), "check", join(folder, "snippet.policy")],
    { encoding: "utf8" },
  );
  assert.is(status, 0, `${filled}\n${stdout}`);
});

interface Told {
  readonly commands?: readonly string[];
  readonly found?: readonly {
    readonly message: string;
    readonly code: { readonly value: string; readonly target: { readonly fsPath: string } };
  }[];
  readonly shown?: string;
  readonly html?: string;
  readonly options?: { readonly enableScripts: boolean };
  readonly message?: string;
  readonly failed?: string;
  readonly done?: string;
  readonly provider?: string;
}

/** Marks that a command was given. */
const GIVEN: Told = {};

/** Opens a policy in the faked editor; each command is given when the one before is done. */
async function inEditor(text: string, commands: readonly string[], settings: object = {}): Promise<readonly Told[]> {
  const file = join(folder, "a.policy");
  writeFileSync(file, text);
  const editor = spawn(process.execPath, [fake, inside, file, text, JSON.stringify(settings)], {
    cwd: folder,
    env: { ...process.env, CALL: "read(0)" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const told: Told[] = [];
  for await (const line of createInterface({ input: editor.stdout })) {
    told.push(JSON.parse(line));
    const done = told.filter(each => each.done !== undefined).length;
    const isReady = told.some(each => each.commands !== undefined);
    const isAnswered = told.some(each => each.found !== undefined);
    // One at a time, and no end before the findings are there.
    const given = told.filter(each => each === GIVEN).length;
    if (isReady && given === done && given < commands.length) {
      told.push(GIVEN);
      editor.stdin.write(`${commands[given]}\n`);
    } else if (done === commands.length && isAnswered) {
      editor.stdin.end();
    }
  }
  return told;
}

const POLICY = "policy p for x86_64 {\n  default kill\n  allow read if fd == 0\n}\n\ntest p {\n  allow read(0)\n}\n";

unzipTest("the editor starts the server inside, which is asked for everything it can", async () => {
  const told = await inEditor(POLICY, ["policyc.tryCall", "policyc.runTests", "policyc.showProgram"]);
  assert.equal(
    told.flatMap(({ failed }) => failed ?? []),
    [],
  );
  const providers = told.flatMap(({ provider }) => provider ?? []);
  for (const one of ["CompletionItem", "Hover", "Rename", "DocumentFormattingEdit", "InlayHints", "CodeLens"]) {
    assert.ok(providers.includes(`register${one}Provider`), one);
  }
  const own = JSON.parse(readFileSync(join(inside, "package.json"), "utf8"));
  const titled = own.contributes.commands.map((each: { command: string }) => each.command).sort();
  assert.equal(told.find(({ commands }) => commands !== undefined)?.commands, titled);
  const [tried, tests, program] = told.flatMap(({ shown }) => shown ?? []);
  assert.match(tried!, /^x86_64: allow; by the rule in line 3/);
  assert.match(tests!, /^holds {2}line 7: allow read\(0\)/);
  assert.match(program!, /ret.*ALLOW/i);
});

unzipTest("mistakes arrive with a link to their page, which is inside too", async () => {
  const told = await inEditor(POLICY.replace("read if", "raed if"), []);
  const found = told.flatMap(each => each.found ?? []);
  assert.match(found[0]!.message, /no system call named `raed`/);
  assert.is(found[0]!.code.value, "unknown-syscall");
  assert.is(found[0]!.code.target.fsPath, join(inside, "docs/rules/unknown-syscall.md"));
});

unzipTest("the graph is drawn without scripts; what keeps it from being drawn is told", async () => {
  const told = await inEditor(POLICY, ["policyc.drawGraph"]);
  const drawn = told.find(({ html }) => html !== undefined)!;
  assert.match(drawn.html!, /<svg /);
  assert.not.match(drawn.html!, /<script/);
  assert.is(drawn.options!.enableScripts, false);
  const broken = await inEditor(POLICY.replace("read if", "raed if"), ["policyc.drawGraph"]);
  assert.ok(broken.some(({ message }) => /unknown-syscall/.test(message ?? "")));
});

unzipTest("a setting starts another server, and only the machine's own settings may", async () => {
  const told = await inEditor(POLICY, [], { "policyc.server.command": join(folder, "no-such-program") });
  assert.ok(told.some(({ failed }) => failed !== undefined));
  const own = JSON.parse(readFileSync(join(inside, "package.json"), "utf8"));
  assert.is(own.contributes.configuration.properties["policyc.server.command"].scope, "machine");
});

test.run();
