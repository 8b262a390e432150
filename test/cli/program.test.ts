// A policy that fixes its program: `run` starts no other, and its launcher takes arguments only. Other sections, which no
// launch enforces yet, keep both from starting anything.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingX86, unless } from "../needs.ts";
import { inFolder, root } from "./command.ts";

const wc = readFileSync(join(root, "policies/examples/wc.policy"), "utf8");
const withSection = (section: string): string => wc.replace("default kill", `default kill\n  ${section}`);
const files = { "wc.policy": withSection('program "/usr/bin/wc"'), "three.txt": "1\n2\n3\n" };
const enforced = unless(missingX86(), test);

enforced("run starts the policy's program, by any of its names, and no other", () => {
  inFolder(files, ({ sh }) => {
    assert.is(sh("policyc run wc.policy -- wc -l three.txt").stdout, "3 three.txt\n");
    assert.is(sh("policyc run wc.policy -- /bin/wc -l three.txt").stdout, "3 three.txt\n");
    const other = sh("policyc run wc.policy -- sort three.txt");
    assert.is(other.status, 125);
    assert.is(other.stdout, "");
    assert.match(other.stderr, "policy wc is for /usr/bin/wc, and sort is another program");
  });
});

enforced("a launcher of the policy needs arguments only", () => {
  inFolder(files, ({ sh }) => {
    assert.is(sh("policyc build wc.policy --emit launcher --arch x86_64").status, 0);
    assert.is(sh("./wc-sandbox -l three.txt").stdout, "3 three.txt\n");
    assert.is(sh("./wc-sandbox -l", { input: "a\nb\n" }).stdout, "2\n");
  });
});

enforced("a section that no launch enforces starts nothing", () => {
  inFolder({ ...files, "limited.policy": withSection("limits { cpu 10s }") }, ({ sh }) => {
    const run = sh("policyc run limited.policy -- wc -l three.txt");
    assert.is(run.status, 125);
    assert.is(run.stdout, "");
    assert.match(run.stderr, "`limits` section");
    const build = sh("policyc build limited.policy --emit launcher --arch x86_64");
    assert.is(build.status, 1);
    assert.match(build.stderr, "`limits` section");
    assert.is(sh("ls wc-sandbox").status, 2);
  });
});

test.run();
