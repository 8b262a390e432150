// policyc explain: what stands between a policy's text and its program, stage by stage, in the texts that the tests hold too.

import { existsSync } from "node:fs";
import {
  type Diagnostic,
  decodeLauncher,
  hasErrors,
  listing,
  nearest,
  parseFile,
  printAst,
  printModel,
  printPlan,
  RULE_PAGES,
  showBlocks,
  showDag,
  stages,
} from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { asFailure, isExecutable, readBytes, readSource, sourceName } from "./input.ts";
import { policyPrograms } from "./policy-programs.ts";
import type { Program } from "./programs.ts";
import { printFindings } from "./report.ts";
import { ERRORS, FINE, failure, wrongUsage } from "./user-error.ts";

type Stage = NonNullable<Invocation<"explain">["options"]["stage"]>;

export function run({ options, operands }: Invocation<"explain">): number {
  const operand = operands[0]!;
  const { stage } = options;
  if (stage === undefined) return explainFinding(operand) ?? explainLauncher(operand);
  const read = readSource(operand);
  if (!read.ok) throw asFailure(read.diagnostic);
  if (stage === "ast") {
    const { file, diagnostics } = parseFile(read.value);
    printFindings({ diagnostics, sources: [read.value] }, "pretty", process.stderr);
    process.stdout.write(printAst(file));
    return hasErrors(diagnostics) ? ERRORS : FINE;
  }
  const programs = policyPrograms(read.value, options);
  process.stdout.write(programs.map(program => stageText(program, stage)).join("\n"));
  return FINE;
}

function stageText({ origin }: Program, stage: Exclude<Stage, "ast">): string {
  const { filter, sources } = origin!;
  switch (stage) {
    case "model":
      return printModel(filter.model);
    case "dag":
      return showDag(stages(filter.model, filter.cost).dag);
    case "blocks":
      return showBlocks(stages(filter.model, filter.cost).blocks);
    case "asm":
      return listing(filter, sources);
  }
}

/** `crossing`, or `warning[crossing]` as it was printed. undefined where the operand is a file. */
function explainFinding(operand: string): number | undefined {
  const code = /^(?:\w+\[)?([a-z0-9]+(?:-[a-z0-9]+)*)\]?$/.exec(operand)?.[1];
  if (code === undefined) return undefined;
  const page = Object.hasOwn(RULE_PAGES, code) ? RULE_PAGES[code] : undefined;
  if (page !== undefined) {
    process.stdout.write(page);
    return FINE;
  }
  if (existsSync(operand)) return undefined;
  const similar = nearest(code, Object.keys(RULE_PAGES));
  throw failure(
    `${operand}: no finding and no file has this name`,
    similar && `did you mean policyc explain ${similar}?`,
  );
}

function explainLauncher(operand: string): number {
  const bytes = readBytes(operand);
  if (!bytes.ok) throw asFailure(executeOnly(bytes.diagnostic));
  const name = sourceName(operand);
  if (!isExecutable(bytes.value)) {
    throw wrongUsage(`which stage of ${name}?`, "policyc explain FILE --stage ast|model|dag|blocks|asm");
  }
  const launcher = decodeLauncher(bytes.value);
  if (launcher === undefined) throw failure(`${name} is no launcher of this policyc`);
  process.stdout.write(printPlan(launcher.plan));
  return FINE;
}

/** Launchers are written without read permission, for a reason: say how to look all the same. */
function executeOnly(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.message !== "permission denied") return diagnostic;
  return { ...diagnostic, hint: "launchers are execute-only; chmod u+r to read it, and take it back afterwards" };
}
