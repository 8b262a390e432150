// Real editors, headless, with the configuration that is given to their users: findings, hover, completion, a code action applied,
// rename and format. Needs `npm run build`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, unless } from "../needs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const own = (name: string): string => join(root, "test/editors", name);

const POLICY = `const FDS = {1, 2}
policy p for x86_64 {
  default kill
  allow write if fd in FDS
  allow raed
  allow {close}
}
`;

const EDITORS = [
  {
    program: "nvim",
    args: ["--headless", "-u", "NONE", "-c", `luafile ${own("neovim.lua")}`],
    config: "editors/neovim/policy.lua",
  },
  { program: "emacs", args: ["--batch", "-l", own("eglot.el")], config: "editors/emacs/policy-mode.el" },
];

for (const { program, args, config } of EDITORS) {
  unless(missingProgram(program), test)(`${program} finds, explains, completes, mends, renames and formats`, () => {
    const folder = mkdtempSync(join(tmpdir(), "policyc-editor-"));
    try {
      const policy = join(folder, "a.policy");
      const answers = join(folder, "answers.json");
      writeFileSync(policy, POLICY);
      const command = JSON.stringify([process.execPath, join(root, "dist/cli.js"), "lsp", "--stdio"]);
      const env = { ...process.env, POLICYC: command, POLICY: policy, ANSWERS: answers, CONFIG: join(root, config) };
      const ended = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
      assert.is(ended.status, 0, `${ended.stdout}${ended.stderr}`);
      const found = JSON.parse(readFileSync(answers, "utf8"));
      assert.ok(
        found.diagnostics.some((each: string) => /unknown-syscall|raed/.test(each)),
        String(found.diagnostics),
      );
      assert.match(found.hover, "write(unsigned int fd");
      assert.ok(found.completion.includes("write"));
      assert.is(found.fixed, "  allow read");
      assert.match(found.text, "const OUTPUTS = {1, 2}");
      assert.match(found.text, "fd in OUTPUTS");
      assert.match(found.text, "allow { close }");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
