// The command line from outside: what it writes, prints and exits with. Needs `npm run build`.

import { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { compile, decode, emulate, encode, SECCOMP_RET_ALLOW } from "../../src/compiler/index.ts";
import { runsIa32 } from "../../src/runtime/ia32.ts";
import * as elf from "../kernel/runtime/elf-programs.ts";
import { missingProgram, missingX86, unless } from "../needs.ts";
import { inFolder, root, SMALL } from "./command.ts";

const TWO = SMALL.replace("for x86_64", "for x86_64, aarch64");

function programOf(text: string, at = 0): Uint8Array {
  return encode(compile({ name: "p.policy", text }).filters[at]!.program);
}

test("a result never takes the place of a policy it is made of, by whatever name", () => {
  inFolder({ "p.policy": SMALL }, ({ path, sh }) => {
    symlinkSync("p.policy", join(path, "link"));
    for (const name of ["p.policy", "./p.policy", "link"]) {
      const { status, stderr } = sh(`policyc build p.policy -o ${name}`);
      assert.is(status, 2);
      assert.match(stderr, /is a source of this build/);
    }
    assert.is(readFileSync(join(path, "p.policy"), "utf8"), SMALL);
  });
});

test("--version is package.json's", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  inFolder({}, ({ sh }) =>
    assert.equal(sh("policyc --version"), { status: 0, stdout: `policyc ${version}\n`, stderr: "" }),
  );
});

for (const [name, { options }] of Object.entries(COMMANDS)) {
  test(`help ${name} names every option, and --help says the same`, () => {
    inFolder({}, ({ sh }) => {
      const help = sh(`policyc help ${name}`);
      assert.is(help.status, 0);
      for (const option of Object.keys(options)) assert.ok(help.stdout.includes(`--${option}`), option);
      assert.equal(sh(`policyc ${name} --help`), help);
    });
  });
}

test("build writes the records of each target beside each other, and nothing else", () => {
  inFolder({ "p.policy": TWO }, ({ path, sh }) => {
    assert.is(sh("policyc build p.policy").status, 0);
    assert.equal(readdirSync(path).sort(), ["p.policy", "small.aarch64.bpf", "small.x86_64.bpf"]);
    assert.equal(new Uint8Array(readFileSync(join(path, "small.x86_64.bpf"))), programOf(TWO, 0));
    assert.equal(new Uint8Array(readFileSync(join(path, "small.aarch64.bpf"))), programOf(TWO, 1));
    assert.is(statSync(join(path, "small.x86_64.bpf")).mode & 0o777, 0o666 & ~process.umask());
  });
});

test("-o takes a file, a folder, a pattern and stdout", () => {
  inFolder({ "p.policy": TWO }, ({ path, sh }) => {
    assert.is(sh("policyc build p.policy --arch aarch64 -o one.bpf").status, 0);
    assert.is(sh("policyc build p.policy -o out/").status, 0);
    assert.is(sh("policyc build p.policy -o 'by/{arch}/{policy}.bpf'").status, 0);
    assert.is(sh("policyc build - --arch aarch64 -o - < p.policy > piped.bpf").status, 0);
    const expected = Buffer.from(programOf(TWO, 1));
    for (const name of ["one.bpf", "out/small.aarch64.bpf", "by/aarch64/small.bpf", "piped.bpf"]) {
      assert.ok(readFileSync(join(path, name)).equals(expected), name);
    }
  });
});

unless(missingProgram("script"), test)("a terminal never gets binary", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => {
    const { stdout } = sh("script -qec 'policyc build p.policy -o -; echo status $?' /dev/null");
    assert.match(stdout, /stdout is a terminal/);
    assert.match(stdout, /status 2/);
  });
});

test("when one file cannot be written, none is, and nothing is left behind", () => {
  inFolder({ "p.policy": TWO, "small.aarch64.bpf/in-the-way": "" }, ({ path, sh }) => {
    const { status, stderr } = sh("policyc build p.policy");
    assert.is(status, 1);
    assert.match(stderr, /small\.aarch64\.bpf: cannot be written/);
    assert.equal(readdirSync(path).sort(), ["p.policy", "small.aarch64.bpf"]);
  });
});

test("a symbolic link stays one, and a device stays a device", () => {
  inFolder({ "p.policy": SMALL, "real.bpf": "old" }, ({ path, sh }) => {
    symlinkSync("real.bpf", join(path, "link.bpf"));
    assert.is(sh("policyc build p.policy -o link.bpf && policyc build p.policy -o /dev/null").status, 0);
    assert.ok(lstatSync(join(path, "link.bpf")).isSymbolicLink());
    assert.equal(new Uint8Array(readFileSync(join(path, "real.bpf"))), programOf(SMALL));
    assert.ok(lstatSync("/dev/null").isCharacterDevice());
  });
});

test("an artefact fits its schema, is the same from any folder, and carries the program", () => {
  const schema = JSON.parse(readFileSync(join(root, "grammar/artefact.schema.json"), "utf8"));
  inFolder({ "a/p.policy": TWO, "b/p.policy": TWO }, ({ path, sh }) => {
    assert.is(
      sh("policyc build a/p.policy --emit json -o here.json; cd b; policyc build p.policy --emit json").status,
      0,
    );
    const text = readFileSync(join(path, "here.json"), "utf8");
    assert.is(readFileSync(join(path, "b/p.json"), "utf8"), text);
    const artefact: { readonly filters: { readonly program: number[][] }[] } = JSON.parse(text);
    const ajv = new Ajv();
    assert.ok(ajv.validate(schema, JSON.parse(text)), ajv.errorsText());
    const { filters } = compile({ name: "p.policy", text: TWO });
    assert.equal(
      artefact.filters.map(filter => filter.program),
      filters.map(({ program }) => program.map(({ code, jt, jf, k }) => [code, jt, jf, k])),
    );
    for (const broken of [
      { ...artefact, extra: 1 },
      { ...artefact, filters: [] },
    ]) {
      assert.not.ok(ajv.validate(schema, broken), "the schema is closed");
    }
  });
});

test("disasm, eval and prove take a policy, an artefact and records alike", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => {
    sh("policyc build p.policy -o p.bpf; policyc build p.policy --emit json -o p.json");
    for (const operand of ["p.policy", "p.json", "p.bpf"]) {
      const lines = sh(`policyc disasm ${operand}`).stdout.trimEnd().split("\n");
      assert.is(lines.length, 1 + programOf(SMALL).length / 8, operand);
      assert.match(sh(`policyc eval ${operand} 'read(0, 0, 5, 0, 0, 0)'`).stdout, /^ {2}allow/im);
      assert.match(sh(`policyc eval ${operand} 'read(3)'`).stdout, /^ {2}kill/im);
      assert.match(sh(`policyc prove p.policy ${operand}`).stdout, /^proved: .* are equal$/m);
    }
    assert.match(sh("policyc disasm p.json").stdout, /p\.policy:3/, "places from the source map");
    assert.match(sh("policyc disasm - < p.bpf").stdout, /^; <stdin>/);
  });
});

test("eval with open arguments lists each verdict with a call that the program really answers so", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => {
    const [{ answers }] = JSON.parse(sh("policyc eval p.policy 'read(_, 0, 5)' --format json").stdout);
    assert.equal(
      answers.map(({ verdict, when }: { verdict: string; when: string[] }) => [verdict, when]),
      [
        ["allow", ["fd == 0"]],
        ["kill", ["fd >= 1"]],
      ],
    );
    assert.is(answers[0].by.place, "p.policy:3");
    assert.match(answers[0].by.text, /allow read if fd == 0/);
    const decoded = decode(programOf(SMALL));
    if (!decoded.ok) throw new Error(decoded.reason);
    const data = { nr: 0, arch: 0xc000003e, instruction_pointer: 0n, args: [0n, 0n, 5n, 0n, 0n, 0n] } as const;
    const { ret, path } = emulate(decoded.program, data);
    assert.is(ret, SECCOMP_RET_ALLOW);
    assert.equal(answers[0].path, path);
  });
});

test("a call through another ABI is foreign", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => {
    for (const call of ["'getpid()' --arch i386", "'i386 getpid()'", "'x32 read(0)'"]) {
      const { status, stdout } = sh(`policyc eval p.policy ${call}`);
      assert.is(status, 0);
      assert.match(stdout, /called through (i386|x32)\n {2}kill\n {6}foreign kill/);
    }
    assert.is(sh("policyc eval p.policy 'arm getpid()'").status, 1, "no x86_64 machine has such calls");
  });
});

test("prove and diff tell wider from narrower, and --fail-on decides the exit status", () => {
  const wide = SMALL.replace("fd == 0", "fd <= 1");
  inFolder({ "a.policy": SMALL, "b.policy": wide }, ({ sh }) => {
    assert.is(sh("policyc prove a.policy b.policy").status, 1);
    assert.match(sh("policyc prove a.policy b.policy").stdout, /x86_64 read\(1, 0, 0\)/);
    assert.is(sh("policyc prove --subset a.policy b.policy").status, 0);
    assert.is(sh("policyc prove --subset b.policy a.policy").status, 1);
    assert.match(
      sh("policyc diff a.policy b.policy").stdout,
      /^b\.policy is wider than a\.policy\n\+ x86_64 read: KILL_PROCESS -> ALLOW/,
    );
    assert.is(sh("policyc diff a.policy b.policy").status, 0);
    assert.is(sh("policyc diff a.policy b.policy --fail-on widen").status, 1);
    assert.is(sh("policyc diff b.policy a.policy --fail-on widen").status, 0);
    assert.is(sh("policyc diff b.policy a.policy --fail-on any").status, 1);
    assert.is(sh("policyc diff a.policy a.policy --fail-on any").status, 0);
    const [result] = JSON.parse(sh("policyc diff a.policy b.policy --format json").stdout);
    assert.is(result.relation, "wider");
    assert.equal(result.differences[0].ret, { a: "KILL_PROCESS", b: "ALLOW" });
  });
});

test("findings as json, github and sarif name the place", () => {
  inFolder({ "p.policy": SMALL.replace("read", "raed") }, ({ sh }) => {
    const { diagnostics } = JSON.parse(sh("policyc check p.policy --format json").stdout);
    assert.is(diagnostics[0].code, "unknown-syscall");
    const { line, column, endColumn } = diagnostics[0];
    assert.equal([line, column, endColumn], [3, 9, 13]);
    const github = sh("policyc check p.policy --format github").stdout;
    assert.match(github, /^::error file=p\.policy,line=3,endLine=3,col=9,endColumn=13,title=unknown-syscall::/);
    const [run] = JSON.parse(sh("policyc check p.policy --format sarif").stdout).runs;
    assert.is(run.results[0].ruleId, "unknown-syscall");
    assert.equal(run.results[0].locations[0].physicalLocation, {
      artifactLocation: { uri: "p.policy" },
      region: { startLine: 3, startColumn: 9, endLine: 3, endColumn: 13 },
    });
    const [change] = run.results[0].fixes[0].artifactChanges[0].replacements;
    assert.equal(change.insertedContent, { text: "read" });
  });
});

test("colours: none in a pipe, FORCE_COLOR asks for them, NO_COLOR does not", () => {
  const csi = "\u001b[";
  inFolder({ "p.policy": SMALL.replace("read", "raed") }, ({ sh }) => {
    const colored = (env: NodeJS.ProcessEnv) => sh("policyc check p.policy", { env }).stdout.includes(csi);
    assert.not(colored({}));
    assert.ok(colored({ FORCE_COLOR: "1" }));
    assert.not(colored({ FORCE_COLOR: "0" }));
    assert.not(colored({ NO_COLOR: "1" }));
  });
});

test("a reader that goes away is no error", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => assert.is(sh("policyc disasm p.policy | true").stderr, ""));
});

test("imports are read beside the file that imports", () => {
  const group = "group g { allow read if fd == 0 }\n";
  const policy = 'import "./lib/g.policy"\npolicy p for x86_64 { default kill  use g }\n';
  inFolder({ "in/p.policy": policy, "in/lib/g.policy": group }, ({ sh }) => {
    assert.is(sh("policyc check in/p.policy").status, 0);
    assert.is(sh("policyc check - < in/p.policy").status, 1, "from stdin, the current folder counts");
    assert.is(sh("cd in && policyc check - < p.policy").status, 0);
  });
});

test("a defect of ours exits 3 with a request, no stack and no output", () => {
  const plant = "Array.prototype.toSorted = () => { throw new TypeError('planted'); };\n";
  inFolder({ "p.policy": SMALL, "plant.mjs": plant }, ({ path, sh }) => {
    const env = { NODE_OPTIONS: `--import ${join(path, "plant.mjs")}` };
    const { status, stderr } = sh("policyc build p.policy --emit json", { env });
    assert.is(status, 3);
    assert.match(stderr, /TypeError: planted\nThis is a defect of policyc/);
    assert.is(stderr.split("\n").filter(line => /^\s+at /.test(line)).length, 0);
    assert.not(existsSync(join(path, "p.json")));
  });
});

test("what the machine lacks is said to be that, and is never taken for the command's own status", () => {
  const plant =
    "Array.prototype.toSorted = () => { throw Object.assign(new Error('EMFILE: open'), { code: 'EMFILE' }); };\n";
  inFolder({ "p.policy": SMALL, "plant.mjs": plant }, ({ path, sh }) => {
    const env = { NODE_OPTIONS: `--import ${join(path, "plant.mjs")}` };
    const stderr = "policyc: EMFILE: open\n         raise the limit of open files: `ulimit -n`\n";
    assert.equal(sh("policyc build p.policy --emit json", { env }), { status: 1, stdout: "", stderr });
    assert.equal(sh("policyc run p.policy -- true", { env }), { status: 125, stdout: "", stderr });
  });
});

function missing32(): string | undefined {
  return missingX86() ?? (runsIa32() ? undefined : "needs IA32 emulation");
}

const SHELL = join(root, "policies/examples/shell-without-exec.policy");
const WC = join(root, "policies/examples/wc.policy");

unless(missingX86(), test)("run passes streams and status through; a violation is 159, a typo 125", () => {
  inFolder({}, ({ sh }) => {
    assert.equal(sh(`policyc run ${WC} -- wc -c`, { input: "12345" }), { status: 0, stdout: "5\n", stderr: "" });
    assert.is(sh(`policyc run ${SHELL} -- sh -c 'exit 7'`).status, 7);
    const violation = sh(`policyc run ${SHELL} -- sh -c '/bin/true; echo still here'`);
    assert.is(violation.status, 159);
    assert.match(
      violation.stderr,
      /^violation: \[X86-64\] execve \[59\]\(.*\) IP: 0x[0-9a-f]+ \(.*shell-without-exec\.policy:\d+ kill execve/m,
    );
    assert.is(sh(`policyc run --no-monitor ${WC} -- sh -c :`).status, 159);
    assert.is(sh(`policyc run ${WC} -- ./nothing`).status, 125);
  });
});

unless(missing32(), test)(
  "a 32-bit call is a violation of its own label, and 64-bit calls of the same policy pass",
  () => {
    const policy = "policy tiny for x86_64 {\n  default kill\n  allow { getpid, exit_group }\n}\n";
    const own64 = elf.elf64([...elf.movEax(39), ...elf.syscall, ...elf.exit64(7)]);
    const int80 = elf.elf64([...elf.movEax(20), ...elf.int80, ...elf.exit64(0)]);
    const own32 = elf.elf32([...elf.movEax(20), ...elf.int80]);
    inFolder({ "tiny.policy": policy }, ({ path, sh }) => {
      for (const [name, image] of Object.entries({ own64, int80, own32 }))
        writeFileSync(join(path, name), image, { mode: 0o755 });
      assert.equal(sh("policyc run tiny.policy -- ./own64"), { status: 7, stdout: "", stderr: "" });
      for (const name of ["int80", "own32"]) {
        const { status, stderr } = sh(`policyc run tiny.policy -- ./${name}`);
        assert.is(status, 159, name);
        assert.match(stderr, /^violation: \[X86-32\] getpid \[20\]\(\) IP: 0x[0-9a-f]+ \(foreign kill, /);
        assert.is(sh(`policyc run --no-monitor tiny.policy -- ./${name}`).status, 159, name);
      }
      assert.is(sh("policyc build tiny.policy --emit launcher").status, 0);
      assert.is(sh("./tiny-sandbox ./own64").status, 7);
      // A shell reports a child's death by SIGSYS as 159.
      for (const name of ["int80", "own32"]) assert.is(sh(`./tiny-sandbox ./${name}; exit $?`).status, 159, name);
    });
  },
);

unless(missingX86(), test)(
  "without execve in the policy the shell starts and its own exec dies, however it is launched",
  () => {
    const policy = "policy shell for x86_64 {\n  default allow\n  kill { execve, execveat }\n}\n";
    inFolder({ "shell.policy": policy, "script.sh": "echo hi; /bin/true; echo $?\n" }, ({ sh }) => {
      const monitored = sh("policyc run shell.policy -- /bin/sh script.sh");
      assert.equal([monitored.status, monitored.stdout], [159, "hi\n"]);
      const hard = sh("policyc run --no-monitor shell.policy -- /bin/sh script.sh");
      assert.equal([hard.status, hard.stdout], [0, "hi\n159\n"]);
      assert.is(sh("policyc build shell.policy --emit launcher").status, 0);
      const written = sh("PATH=/nowhere; ./shell-sandbox /bin/sh script.sh"); // and no Node to be found
      assert.equal([written.status, written.stdout], [0, "hi\n159\n"]);
    });
  },
);

unless(missingX86(), test)("every exit status is passed on, and a death by a signal as 128 and its number", () => {
  const policy = "policy p for x86_64 { default allow kill mkdir }";
  inFolder({ "p.policy": policy }, ({ sh }) => {
    for (const status of [0, 1, 3, 125, 126, 159, 255])
      assert.is(sh(`policyc run p.policy -- sh -c 'exit ${status}'`).status, status);
    for (const signal of [1, 9, 15, 34, 64])
      assert.is(sh(`policyc run p.policy -- sh -c 'kill -${signal} $$'`).status, 128 + signal);
  });
});

unless(missingX86(), test)("run keeps the policy's limits and program, and has a clock and a folder of its own", () => {
  const policy = 'policy p for x86_64 {\n  default allow\n  limits { files 30  wall 20s }\n  program "/bin/sh"\n}\n';
  inFolder({ "p.policy": policy }, ({ sh }) => {
    assert.is(sh("policyc run p.policy --cwd /usr -- /bin/sh -c 'pwd; ulimit -n'").stdout, "/usr\n30\n");
    const late = sh("policyc run p.policy --wall 100ms -- /bin/sh -c 'sleep 10'");
    assert.equal(late, { status: 137, stdout: "", stderr: "policyc: TIMEOUT - after 100 ms\n" });
    for (const wall of ["3", "0s", "-1s", "1.5s"])
      assert.is.not(sh(`policyc run p.policy --wall=${wall} -- sh`).status, 0);
    assert.is(sh("policyc run p.policy -- /bin/cat").status, 125);
    assert.is(sh("policyc run p.policy --cwd /no/such/folder -- sh").status, 125);
  });
});

unless(missingX86(), test)("a violation is 159 also where its description cannot be written", () => {
  const policy = "policy p for x86_64 { default allow kill { mkdir, mkdirat } }";
  inFolder({ "p.policy": policy }, ({ sh }) => {
    for (const to of ["2>/dev/full", "2>&-"])
      assert.is(sh(`policyc run p.policy -- mkdir never ${to}`).status, 159, to);
  });
});

test("output that cannot be written is an error in one line", () => {
  const { status, stderr } = inFolder({}, ({ sh }) => sh("policyc --help >/dev/full"));
  assert.equal([status, stderr], [1, "policyc: cannot write to stdout: ENOSPC\n"]);
});

unless(missingX86(), test)("a written launcher is execute-only and enforces by itself", () => {
  inFolder({}, ({ path, sh }) => {
    assert.is(sh(`policyc build ${WC} --emit launcher --arch x86_64`).status, 0);
    assert.is(statSync(join(path, "wc-sandbox")).mode & 0o777, 0o111);
    assert.equal(sh("PATH=/nowhere; ./wc-sandbox /usr/bin/wc -c", { input: "12345" }), {
      status: 0,
      stdout: "5\n",
      stderr: "",
    });
    assert.is(sh("./wc-sandbox /bin/sh -c :; test $? = 159").status, 0);
  });
});

test("doctor answers as text and as json", () => {
  inFolder({}, ({ sh }) => {
    const { findings } = JSON.parse(sh("policyc doctor --format json").stdout);
    const text = sh("policyc doctor").stdout;
    for (const { subject } of findings) assert.ok(text.includes(subject), subject);
  });
});

for (const stage of ["ast", "model", "dag", "blocks", "asm"]) {
  test(`explain --stage ${stage} shows the rule on read`, () => {
    inFolder({ "p.policy": SMALL }, ({ sh }) => {
      const { status, stdout } = sh(`policyc explain p.policy --stage ${stage}`);
      assert.is(status, 0);
      assert.ok(stdout.length > 40);
    });
  });
}

test.run();
