// Generated files are what their generators make now; a changed byte is seen. Needs binutils for the launcher's code.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { current, staleFiles } from "../../scripts/generate.ts";
import { missingProgram, unless } from "../needs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const generatedTest = unless(missingProgram("as", "objcopy", "objdump", "nm"), test);

generatedTest("every generated file is fresh, and there is no other", async () => {
  const seen = new Set<string>();
  const stale = await staleFiles(path => {
    seen.add(path);
    return current(path);
  });
  assert.equal(stale, []);
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const marked = files.filter(path => path.endsWith(".gen.ts")).map(path => `src/${path}`);
  assert.equal(
    marked.filter(path => !seen.has(path)),
    [],
  );
});

generatedTest("one changed byte makes a file stale", async () => {
  const path = "src/compiler/policy/std.gen.ts";
  assert.equal(await staleFiles(asked => (asked === path ? `${current(asked)} ` : current(asked))), [path]);
});

test("every test file runs its tests", () => {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter(path =>
    path.endsWith(".test.ts"),
  );
  const silent = files.filter(path => !/\.run\(\);/.test(readFileSync(join(root, "test", path), "utf8")));
  assert.equal(silent, [], "uvu passes a file that forgets test.run()");
});

test.run();
