// Every command's options and operands as data: argv is checked against it, help is written from it. What a command does is
// in the file of its name.

import type { CommandTable } from "./arguments.ts";

const HELP = { help: { type: "flag", short: "h", help: "show this help" } } as const;

const POLICY = { policy: { type: "value", value: "NAME", help: "only the policy of this name" } } as const;

const ARCH_CHOICES = ["x86_64", "i386", "x32", "aarch64", "arm", "riscv64"] as const;

const FORMAT = {
  format: {
    type: "value",
    value: "FORMAT",
    choices: ["pretty", "json", "github", "sarif"],
    help: "how findings are shown: pretty, json, github or sarif",
  },
} as const;

const COST = {
  optimise: {
    type: "value",
    value: "WHAT",
    choices: ["speed", "size"],
    help: "speed (default): instructions executed; size: instructions in the program",
  },
  kernel: {
    type: "value",
    value: "RELEASE",
    help: "the oldest kernel to be fast on, as 5.10; before 5.11 every call runs the filter",
  },
  profile: {
    type: "value",
    value: "PROFILE",
    help: "how often each call is made: what `strace -c -f` prints, or JSON",
  },
} as const;

const ANY_PROGRAM =
  "A program is a policy, a json artefact of `policyc build --emit json`, or raw sock_filter records; `-` is stdin.";

export const COMMANDS = {
  build: {
    summary: "compile a policy and prove the result",
    usage: ["FILE [-o OUT] [--emit KIND] [--arch ARCH]... [--policy NAME]"],
    operands: { min: 1, max: 1 },
    options: {
      output: { type: "value", short: "o", value: "OUT", help: "a file, a folder, a pattern, or - for stdout" },
      emit: {
        type: "value",
        value: "KIND",
        choices: ["bpf", "asm", "json", "launcher", "c", "go", "rust"],
        help: "bpf (default), asm, json, launcher, c, go or rust",
      },
      arch: {
        type: "value",
        value: "ARCH",
        choices: ARCH_CHOICES,
        many: true,
        help: "only this target; may be repeated",
      },
      ...POLICY,
      ...COST,
      ...FORMAT,
      ...HELP,
    },
    notes: [
      "Every program is proved equal to its text before anything is written, and files appear whole or not at all.",
      "Without -o the files are POLICY.ARCH.bpf (.asm), POLICY.json, POLICY-sandbox, POLICY.h, POLICY.go and POLICY.rs in the",
      "current folder. OUT may be a folder (`-o out/`) or contain {policy} and {arch} (`-o 'filters/{arch}/{policy}.bpf'`).",
      "",
      "bpf       raw struct sock_filter records, 8 bytes each, little-endian",
      "asm       a listing with names and the rule behind each instruction",
      "json      every target's program with its source map, checked by policyc when it is read again",
      "launcher  a static executable that runs a command inside the sandbox and needs nothing else (x86_64,",
      "          aarch64): the command of its arguments, or the policy's `program` with them",
      "c         a header with sandbox_me_here(): a running program puts all its threads under the policy (x86_64, aarch64)",
      "go, rust  the same as a Go package, SandboxMeHere(), and as a Rust module, sandbox_me_here()",
    ],
    examples: ["policyc build crc4.policy", "policyc build crc4.policy --arch x86_64 -o - | bwrap --seccomp 0 ..."],
  },
  check: {
    summary: "report what is wrong with policies",
    usage: [
      "FILE... [--fail-on SEVERITY] [--format FORMAT] [--watch]",
      "FILE... --fix [--dry-run]",
      "FILE... --upgrade RELEASE",
    ],
    operands: { min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      "fail-on": {
        type: "value",
        value: "SEVERITY",
        choices: ["error", "warning", "hint"],
        help: "exit 1 from this severity on; error if neither this nor policyc.json says",
      },
      fix: { type: "flag", help: "apply the fixes that need nobody's opinion, then check" },
      "dry-run": { type: "flag", help: "with --fix: show what would change, and change nothing" },
      upgrade: { type: "value", value: "RELEASE", help: "list the verdicts that `after RELEASE` would change" },
      watch: { type: "flag", help: "check again whenever a file changes" },
      "stdin-filename": { type: "value", value: "PATH", help: "what `-` is called, for imports and policyc.json" },
      ...FORMAT,
      ...HELP,
    },
    notes: [
      "Compiles and proves as build does, and writes nothing but what --fix mends. A folder stands for all *.policy files below it.",
      "`policyc explain CODE` tells what a finding is about. `// policyc-ignore CODE: reason` on its line or above suppresses it;",
      'the nearest policyc.json upwards sets severities for a project: { "rules": { "crossing": "off" }, "failOn": "warning" }.',
    ],
    examples: ["policyc check policies/", "policyc check --format sarif app.policy > app.sarif"],
  },
  test: {
    summary: "prove the test rows of policies, for all calls they stand for",
    usage: ["FILE... [--coverage] [--threshold PCT] [--mutate] [--arch ARCH]... [--policy NAME]"],
    operands: { min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      coverage: { type: "flag", help: "list the statements that decide no call of any row" },
      threshold: { type: "value", value: "PCT", help: "exit 1 when a policy's coverage is lower" },
      mutate: { type: "flag", help: "list the small mistakes in a policy that its rows would not notice" },
      arch: {
        type: "value",
        value: "ARCH",
        choices: ARCH_CHOICES,
        many: true,
        help: "only this target; may be repeated",
      },
      ...POLICY,
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: [
      "A row is a verdict and a call: `kill read(3)`, `allow openat(_, flags: O_RDONLY)`, `allow write({1, 2}, count: 0..4096)`.",
      "`_`, arguments left out, and bits that the kernel does not read stand for every value. A row is proved on every target of",
      "the policy; `x86_64 open(...)` is about one, `open?(...)` about those that have the call, and `kill i386 getpid()` on a",
      "64-bit target about a foreign call. Exits 1 when a row fails; mutants that survive are no failure.",
    ],
    examples: ["policyc test policies/*.policy", "policyc test app.policy --coverage --threshold 90 --mutate"],
  },
  fmt: {
    summary: "lay policies out in the canonical style",
    usage: ["FILE... [--check] [--diff]", "-"],
    operands: { min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      check: { type: "flag", help: "write nothing; list the files that differ and exit 1 if there are any" },
      diff: { type: "flag", help: "write nothing; show what would change" },
      ...HELP,
    },
    notes: [
      "A folder stands for all *.policy files below it; `-` reads stdin and writes stdout. Every comment stays in its place.",
      "A file with mistakes in its syntax is told and left as it is; the others are formatted all the same.",
    ],
    examples: ["policyc fmt policies/", "policyc fmt --check .", "policyc fmt --diff app.policy"],
  },
  eval: {
    summary: "say what a filter decides for one call, and which rule",
    usage: ["PROGRAM CALL [--arch ARCH] [--policy NAME]"],
    operands: { min: 2, max: 2 },
    options: {
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "the ABI that the call comes through" },
      ...POLICY,
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: [
      ANY_PROGRAM,
      "CALL is written as in a test row: `read(0, _, 5)`, `openat(flags: O_RDONLY)`, `i386 getpid()`, `syscall(500)()`.",
      "`_` and arguments left out stand for every value: each verdict is listed with a call that gets it.",
    ],
    examples: ["policyc eval crc4.policy 'write(1, 0, 5)'", "policyc eval crc4.policy 'getpid()' --arch i386"],
  },
  disasm: {
    summary: "list a compiled filter with names",
    usage: ["PROGRAM [--arch ARCH] [--policy NAME]"],
    operands: { min: 1, max: 1 },
    options: {
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      ...HELP,
    },
    notes: [
      ANY_PROGRAM,
      "Programs of other compilers are shown too, names included where the program itself settles the ABI.",
    ],
    examples: ["policyc disasm crc4.x86_64.bpf", "policyc disasm - < /run/crun/ID/seccomp.bpf"],
  },
  run: {
    summary: "run a command inside the sandbox of a policy",
    usage: ["FILE [OPTION...] -- CMD ARG..."],
    operands: { min: 1, max: 1, command: true },
    options: {
      ...POLICY,
      hard: {
        type: "flag",
        help: "kill is the kernel's own: nothing can withdraw the call, but no report either",
      },
      "no-monitor": { type: "flag", help: "the same as --hard" },
      permissive: {
        type: "flag",
        help: "for policy development only, NO SANDBOX: forbidden calls run, and are listed at the end",
      },
      wall: {
        type: "value",
        value: "TIME",
        help: "kill it when this is over (500ms, 10s, 5min, 1h), or the policy's own `wall` if that is sooner",
      },
      cwd: { type: "value", value: "FOLDER", help: "run CMD there" },
      "allow-survivors": {
        type: "flag",
        help: "run also where nothing could end every process that CMD leaves behind",
      },
      ...HELP,
    },
    notes: [
      "Standard streams, signals and the exit status are the command's own. 128+N: it died of signal N. 159: it violated the",
      "policy. 137: it was killed, by --wall for one. 125: the sandbox could not be set up, CMD not found included, and nothing",
      "was run.",
    ],
    examples: ["policyc run policies/examples/wc.policy -- wc -l < README.md"],
  },
  trace: {
    summary: "watch a command, and write a policy that lets it run again",
    usage: ["-o FILE [--force] -- CMD ARG..."],
    operands: { min: 0, max: 0, command: true },
    options: {
      output: { type: "value", short: "o", value: "FILE", help: "the policy to write, or - for stdout" },
      force: { type: "flag", help: "replace FILE if it exists" },
      ...HELP,
    },
    notes: [
      "CMD runs as it is, with all its children: a trace is no sandbox. Standard streams, signals and the exit status are its",
      "own; 125: it could not be run, or the policy not be written. The policy allows the calls that were seen, whatever their",
      "arguments, on this machine's ABI. Calls that a run did not come to are missing: docs/trace.md.",
    ],
    examples: ["policyc trace -o wc.policy -- wc -l README.md && policyc run wc.policy -- wc -l README.md"],
  },
  explain: {
    summary: "show what is inside: a policy's stages, a finding's page, or a launcher's plan",
    usage: ["FILE --stage STAGE [--arch ARCH] [--policy NAME]", "CODE", "LAUNCHER"],
    operands: { min: 1, max: 1 },
    options: {
      stage: {
        type: "value",
        value: "STAGE",
        choices: ["ast", "model", "dag", "blocks", "asm"],
        help: "ast, model, dag, blocks or asm",
      },
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      ...HELP,
    },
    notes: [
      "CODE is what stands in brackets behind a finding's severity: its page is shown.",
      "A launcher made by `policyc build --emit launcher` is shown as the system calls it makes, in strace's manner.",
    ],
    examples: [
      "policyc explain crc4.policy --stage model",
      "policyc explain crossing",
      "policyc explain ./crc4-sandbox",
    ],
  },
  stats: {
    summary: "say what a policy's filters cost, beside the least that is possible",
    usage: ["FILE [--optimise WHAT] [--kernel RELEASE] [--profile PROFILE] [--arch ARCH] [--policy NAME]"],
    operands: { min: 1, max: 1 },
    options: {
      ...COST,
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: [
      "Executed are instructions, by the calls that the policy lets pass; a call with rules on its arguments counts once for each",
      "way to pass. mean: all calls alike; weighted: as often as the profile has them. bound: what no program of comparisons can",
      "be below; bit tests sometimes are. `policyc build` with the same options makes the same program.",
    ],
    examples: [
      "policyc stats crc4.policy",
      "strace -c -f -o calls.txt ./app; policyc stats app.policy --profile calls.txt",
    ],
  },
  graph: {
    summary: "draw how a policy decides",
    usage: ["FILE [--format FORMAT] [--arch ARCH] [--policy NAME] [-o OUT]"],
    operands: { min: 1, max: 1 },
    options: {
      output: { type: "value", short: "o", value: "OUT", help: "a file, or - for stdout (default)" },
      format: {
        type: "value",
        value: "FORMAT",
        choices: ["svg", "html", "dot", "mermaid"],
        help: "svg (default), html, dot or mermaid",
      },
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      ...HELP,
    },
    notes: [
      "Calls that are answered alike are one box, named by the `use` that brought them or by what they are for. Its lines are tried",
      "from top to bottom. Numbers beside an arrow are instructions executed; a cached call never runs the filter from Linux 5.11 on.",
    ],
    examples: ["policyc graph app.policy -o app.svg", "policyc graph app.policy --format dot | dot -Tpng -o app.png"],
  },
  report: {
    summary: "write a page about a policy: what it allows, what it costs, and a box to try calls",
    usage: ["FILE [-o OUT]"],
    operands: { min: 1, max: 1 },
    options: {
      output: { type: "value", short: "o", value: "OUT", help: "a file, or - for stdout (default)" },
      ...HELP,
    },
    notes: [
      "One HTML file that needs nothing else: the compiler is in it, and it never asks a network. It is written with mistakes in",
      "the text too, and says what they are; the exit status is 1 then.",
    ],
    examples: ["policyc report app.policy -o app.html"],
  },
  prove: {
    summary: "prove that two filters decide every call alike",
    usage: ["A B [--subset] [--arch ARCH] [--policy NAME]"],
    operands: { min: 2, max: 2 },
    options: {
      subset: { type: "flag", help: "enough that A allows nothing that B does not" },
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: [
      ANY_PROGRAM,
      "Exits 0 when proved, 1 with a call on which they differ, or when the programs are beyond the method.",
    ],
    examples: ["policyc prove app.policy app.x86_64.bpf", "policyc prove --subset new.policy old.policy"],
  },
  diff: {
    summary: "list the calls that two filters decide differently",
    usage: ["A B [--fail-on CHANGE] [--arch ARCH] [--policy NAME]"],
    operands: { min: 2, max: 2 },
    options: {
      "fail-on": {
        type: "value",
        value: "CHANGE",
        choices: ["widen", "any"],
        help: "exit 1 when B allows more than A (widen), or when anything differs (any)",
      },
      arch: { type: "value", value: "ARCH", choices: ARCH_CHOICES, help: "only this target" },
      ...POLICY,
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: [ANY_PROGRAM, "Each difference comes with a call that shows it."],
    examples: ["policyc diff old.policy new.policy --fail-on widen"],
  },
  doctor: {
    summary: "say what this machine has for sandboxing, and what it lacks",
    usage: [""],
    operands: { min: 0, max: 0 },
    options: {
      format: { type: "value", value: "FORMAT", choices: ["pretty", "json"], help: "pretty or json" },
      ...HELP,
    },
    notes: ["Only asks; changes nothing. Exits 1 when policies cannot be enforced here at all."],
    examples: ["policyc doctor"],
  },
  lsp: {
    summary: "serve an editor: findings, hover, completion, rename, ... over the language server protocol",
    usage: ["--stdio"],
    operands: { min: 0, max: 0 },
    options: {
      stdio: { type: "flag", help: "speak over standard input and output (the only way there is)" },
      ...HELP,
    },
    notes: [
      "For an editor to start: docs/editors.md has the lines for each. Reads policyc.json beside a policy, as check does.",
    ],
    examples: ["policyc lsp --stdio"],
  },
} as const satisfies CommandTable;

export type CommandName = keyof typeof COMMANDS;
