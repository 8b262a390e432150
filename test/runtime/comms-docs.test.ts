// docs/comms.md names tests and shows bytes: the tests are there, and the bytes are those that other tests hold.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeHeader } from "../../src/runtime/comms-frame.ts";
import { TAG } from "../../src/runtime/comms-protocol.ts";

const page = readFileSync(new URL("../../docs/comms.md", import.meta.url), "utf8");

function tests(folder: URL): string {
  const names = readdirSync(folder).filter(name => name.endsWith(".test.ts"));
  return names.map(name => readFileSync(new URL(name, folder), "utf8")).join("\n");
}

test("each test that the table names is there", () => {
  const all = tests(new URL("./", import.meta.url)) + tests(new URL("../kernel/comms/", import.meta.url));
  const named = [...page.matchAll(/^\|.*\| "(.+)" \|$/gm)].map(([, title]) => title!);
  assert.ok(named.length > 15, `${named.length} titles`);
  assert.equal(
    named.filter(title => !all.includes(title)),
    [],
  );
});

test("each message of the runtime is in the table of tags, and no other", () => {
  const shown = [...page.matchAll(/^\| (0x8\w+) \|/gm)].map(([, tag]) => Number(tag));
  assert.equal(shown, Object.values(TAG));
});

test("the example's bytes are what is sent", () => {
  const bytes = Buffer.concat([encodeHeader(0x01020304, 3, 0), Buffer.from("abc")]);
  const groups = [0, 4, 8, 12].map(at => bytes.toString("hex", at, Math.min(at + 4, bytes.length)));
  assert.ok(page.includes(`\`${groups.join(" ")}\``), groups.join(" "));
});

test.run();
