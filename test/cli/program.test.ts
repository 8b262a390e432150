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
  inFolder({ ...files, "cell.policy": withSection('files { read "/etc" }') }, ({ sh }) => {
    const run = sh("policyc run cell.policy -- wc -l three.txt");
    assert.is(run.status, 125);
    assert.is(run.stdout, "");
    assert.match(run.stderr, "`files` section");
    const build = sh("policyc build cell.policy --emit launcher --arch x86_64");
    assert.is(build.status, 1);
    assert.match(build.stderr, "`files` section");
    assert.is(sh("ls wc-sandbox").status, 2);
  });
});

enforced("a launcher keeps its program to the policy's limits, and starts nothing where it cannot", () => {
  const limited = withSection("limits { cpu 10500ms  memory 256M  files 64  file_size 1M  core 0 }");
  const tooSmall = withSection("limits { memory 1M }");
  const wall = withSection("limits { wall 30s }");
  inFolder({ ...files, "limited.policy": limited, "small.policy": tooSmall, "wall.policy": wall }, ({ sh }) => {
    assert.is(sh("policyc build limited.policy --emit launcher --arch x86_64").status, 0);
    assert.is(sh("./wc-sandbox /usr/bin/wc -l three.txt").stdout, "3 three.txt\n");
    const plan = sh("chmod u+r wc-sandbox && policyc explain wc-sandbox").stdout;
    for (const resource of ["CPU", "AS", "NOFILE", "FSIZE", "CORE"])
      assert.match(plan, `prlimit64(0, RLIMIT_${resource}, `);
    const over = sh("ulimit -n 32; ./wc-sandbox /usr/bin/wc -l three.txt");
    assert.equal([over.stdout, over.status], ["", 125]);
    assert.is(over.stderr, "policyc: cannot set RLIMIT_NOFILE: errno 1 (EPERM)\n");

    assert.is(sh("policyc build small.policy --emit launcher --arch x86_64 -o small").status, 0);
    assert.is.not(sh("./small /usr/bin/wc -l three.txt").stdout, "3 three.txt\n", "the limit is felt");

    const refused = sh("policyc build wall.policy --emit launcher --arch x86_64 -o wall");
    assert.is(refused.status, 1);
    assert.match(refused.stderr, "cannot keep a limit of `wall` time");
    assert.is(sh("ls wall").status, 2);
  });
});

test.run();
