// docs/comms.md shows tags and bytes: they are those that other tests hold.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeHeader } from "../../src/runtime/comms-frame.ts";
import { TAG } from "../../src/runtime/comms-protocol.ts";

const page = readFileSync(new URL("../../docs/comms.md", import.meta.url), "utf8");

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
