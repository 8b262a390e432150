#!/usr/bin/env node
// The program `policyc`: argv in, exit status out. Loads the one command that is asked for; turns what it throws into the one
// or two lines that a user can act on.

import { setFlagsFromString } from "node:v8";
import type { Invocation } from "./arguments.ts";
import { COMMANDS, type CommandName } from "./commands.ts";
import { DEFECT, ERRORS, FINE, NOT_SET_UP, UserError, WRONG_USAGE } from "./user-error.ts";
import { VERSION } from "./version.ts";

type Loader<Name extends CommandName> = () => Promise<{
  run(invocation: Invocation<Name>): number | Promise<number>;
}>;

const LOADERS: { readonly [Name in CommandName]: Loader<Name> } = {
  build: () => import("./build.ts"),
  check: () => import("./check.ts"),
  fmt: () => import("./fmt.ts"),
  test: () => import("./test.ts"),
  eval: () => import("./eval.ts"),
  disasm: () => import("./disasm.ts"),
  run: () => import("./run.ts"),
  trace: () => import("./trace.ts"),
  explain: () => import("./explain.ts"),
  stats: () => import("./stats.ts"),
  graph: () => import("./graph.ts"),
  report: () => import("./write-report.ts"),
  prove: () => import("./prove.ts"),
  diff: () => import("./diff.ts"),
  doctor: () => import("./doctor.ts"),
  lsp: () => import("./lsp.ts"),
};

// A command lives for tenths of a second: what V8 optimises at its usual 135,168 bytes of executed bytecode costs a quarter of a
// check and saves less. What runs for seconds is optimised all the same. Only where it was measured, on Node 20: later ones
// have a compiler between, and a V8 that does not know a flag says so on stderr.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1000000");

// A reader that has seen enough (`policyc disasm x | head`) is no error; a full disk is. A message that cannot be written changes
// no status: `run` owes its caller that of the program.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`policyc: cannot write to stdout: ${error.code}\n`);
  process.exitCode = ERRORS;
});
process.stderr.on("error", () => undefined);

/** What the machine lacks is no defect of ours: a descriptor for one of our own files, say. */
const SCARCE: { readonly [code: string]: string } = {
  EMFILE: "raise the limit of open files: `ulimit -n`",
  ENFILE: "the machine has as many files open as it may: fs.file-max",
  ENOMEM: "there is not enough memory",
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

async function main(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  switch (first) {
    case "--version":
    case "-V":
      process.stdout.write(`policyc ${VERSION}\n`);
      return FINE;
    case undefined:
    case "help":
    case "--help":
    case "-h":
      return help(rest[0], first === undefined);
    default:
      return runCommand(await commandNamed(first), rest);
  }
}

async function runCommand<Name extends CommandName>(name: Name, argv: readonly string[]): Promise<number> {
  const { parseInvocation } = await import("./arguments.ts");
  const invocation = parseInvocation(name, argv);
  if ((invocation.options as { readonly help?: boolean }).help) return help(name, false);
  const { run } = await LOADERS[name]();
  return run(invocation);
}

/** Without any argument help is the answer to a mistake: stderr and 2. */
async function help(topic: string | undefined, mistaken: boolean): Promise<number> {
  const { commandHelp, overview } = await import("./help.ts");
  const text = topic === undefined ? overview() : commandHelp(await commandNamed(topic));
  (mistaken ? process.stderr : process.stdout).write(text);
  return mistaken ? WRONG_USAGE : FINE;
}

async function commandNamed(word: string): Promise<CommandName> {
  if (Object.hasOwn(COMMANDS, word)) return word as CommandName;
  const { unknownCommand } = await import("./arguments.ts");
  throw unknownCommand(word);
}

function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`policyc: ${error.message}\n${error.hint === undefined ? "" : `         ${error.hint}\n`}`);
    return error.status;
  }
  const scarce = SCARCE[(error as NodeJS.ErrnoException | undefined)?.code ?? ""];
  if (scarce !== undefined) {
    process.stderr.write(`policyc: ${(error as Error).message}\n         ${scarce}\n`);
    return ["run", "trace"].includes(process.argv[2] ?? "") ? NOT_SET_UP : ERRORS;
  }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const where =
    stack
      ?.split("\n")
      .find(line => line.trimStart().startsWith("at "))
      ?.trim() ?? "";
  process.stderr.write(
    `policyc: ${name}: ${message}\n` +
      `This is a defect of policyc ${VERSION}, not of your policy, and nothing was written. Please report these lines with\n` +
      `the policy and the command: ${where}; node ${process.version}, ${process.platform} ${process.arch}\n`,
  );
  return DEFECT;
}
