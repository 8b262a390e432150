// policyc trace: real programs run, the policy that comes out lets them run again, and nothing of their behaviour changes
// meanwhile. And run --permissive, which works by the same means.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, missingX86, unless } from "../needs.ts";
import { inFolder } from "./command.ts";

const HELLO_C = `#include <stdio.h>
int main(void) { printf("hello\\n"); return 0; }
`;

const programs: readonly { name: string; command: string; output?: string; input?: string }[] = [
  { name: "wc", command: "wc -l three.txt", output: "3 three.txt\n" },
  { name: "ls", command: "ls -l three.txt" },
  { name: "sh", command: "sh -c 'sort -r three.txt | head -n 1; echo $((6 * 7))'", output: "3\n42\n" },
  { name: "python3", command: "/usr/bin/python3 -c 'import json; print(json.dumps([1]))'", output: "[1]\n" },
  { name: "sqlite3", command: "sqlite3 t.db 'create table if not exists t(a); select 7'", output: "7\n" },
  { name: "jq", command: "jq -r .a", input: '{"a":"b"}', output: "b\n" },
  { name: "gcc", command: "gcc -c -o hello.o hello.c" },
  { name: "node", command: "node -e 'setTimeout(() => console.log(1), 10)'", output: "1\n" },
];

for (const { name, command, output, input = "" } of programs) {
  unless(missingX86() ?? missingProgram(name), test)(
    `${name} runs as ever while traced, and again under its policy`,
    () => {
      inFolder({ "three.txt": "1\n2\n3\n", "hello.c": HELLO_C }, ({ sh }) => {
        const bare = sh(command, { input });
        if (output !== undefined) assert.is(bare.stdout, output, bare.stderr);
        const traced = sh(`policyc trace -o run.policy -- ${command}`, { input });
        assert.equal(traced, { status: 0, stdout: bare.stdout, stderr: "" });
        assert.is(sh("policyc fmt --check run.policy").status, 0);
        const again = sh(`policyc run run.policy -- ${command}`, { input });
        assert.equal(again, { status: 0, stdout: bare.stdout, stderr: "" });
      });
    },
  );
}

const traced = unless(missingX86(), test);

traced("the status of the command is passed on", () => {
  inFolder({}, ({ sh }) => {
    assert.is(sh("policyc trace -o a.policy -- sh -c 'exit 7'").status, 7);
    assert.is(sh("policyc trace -o b.policy -- sh -c 'kill -TERM $$'").status, 143);
  });
});

traced("a command that is not there writes nothing", () => {
  inFolder({}, ({ sh }) => {
    const { status, stderr } = sh("policyc trace -o a.policy -- /nowhere/x");
    assert.is(status, 125);
    assert.match(stderr, "/nowhere/x");
    assert.is(sh("ls").stdout, "");
  });
});

traced("a policy that is there is not replaced, nor the command run, unless --force says so", () => {
  inFolder({ "a.policy": "mine" }, ({ sh }) => {
    const { status, stderr } = sh("policyc trace -o a.policy -- touch ran");
    assert.is(status, 125);
    assert.match(stderr, "--force");
    assert.is(sh("cat a.policy; ls").stdout, "minea.policy\n");
    assert.is(sh("policyc trace --force -o a.policy -- true").status, 0);
    assert.match(sh("cat a.policy").stdout, "policy true for");
  });
});

traced("the policy names the command, on one line whatever is in it, and counts", () => {
  inFolder({}, ({ sh }) => {
    const { stdout } = sh(`policyc trace -o - -- sh -c 'kill -0 $$; kill -0 $$
# }policy x{'`);
    assert.match(stdout, "from one run of: sh -c 'kill -0 $$; kill -0 $$\\u{a}# }policy x{'");
    assert.match(stdout, /\bkill 2\b/);
    assert.match(stdout, /^policy sh for x86_64 \{$/m);
  });
});

traced("signals and threads work while traced", () => {
  inFolder({}, ({ sh }) => {
    const script = `import threading, signal, os, time
hits = []
signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
threads = [threading.Thread(target=lambda: [os.stat("/") for _ in range(200)]) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
while len(hits) < 20: time.sleep(0.002)
signal.setitimer(signal.ITIMER_REAL, 0)
print("done")
`;
    const { status, stdout } = sh(`policyc trace -o a.policy -- /usr/bin/python3 -c '${script}'`);
    assert.equal([status, stdout], [0, "done\n"]);
    assert.match(sh("cat a.policy").stdout, /rt_sigreturn \d+/);
  });
});

traced("run --permissive lists what the policy forbids, a line each shape, and says that it is no sandbox", () => {
  const policy = "policy p for x86_64 {\n  default allow\n  kill mkdir\n}\n";
  inFolder({ "p.policy": policy }, ({ sh }) => {
    const { status, stdout, stderr } = sh("policyc run --permissive p.policy -- sh -c 'mkdir a b c; echo $?'");
    assert.equal([status, stdout], [0, "0\n"]);
    assert.match(stderr, /^policyc: PERMISSIVE: NO SANDBOX/);
    assert.match(stderr, /let pass 3 x \[X86-64\] mkdir \[83\]\(.*\) IP: 0x[0-9a-f]+ \(p\.policy:3 kill mkdir\)\n$/);
    assert.is(sh("ls").stdout, "a\nb\nc\np.policy\n");
    assert.is(sh("policyc run --permissive --no-monitor p.policy -- true").status, 125);
  });
});

test.run();
