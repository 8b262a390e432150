// policyc eval PROGRAM CALL: what a filter answers, by which rule, along which instructions. Arguments left open are read off the
// program's diagram: each verdict with the condition for it and a call that gets it, which is then really run.

import {
  type Arch,
  argWord,
  Bug,
  casesOf,
  compose,
  createLabels,
  decide,
  emulate,
  leaves,
  machineOf,
  type ReadCall,
  readCall,
  restrict,
  retOf,
  type SeccompData,
  showAction,
  showCall,
  showRet,
  testText,
  WORD_ARCH,
  WORD_NR,
  type Word,
} from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readImport } from "./input.ts";
import { demandValid, type Program, readPrograms } from "./programs.ts";
import { printFindings } from "./report.ts";
import { argumentName, type Decided, describeDecision, showDecided } from "./show-decision.ts";
import { ERRORS, FINE, failure } from "./user-error.ts";

type ResolvedCall = Extract<ReadCall, { readonly ok: true }>["call"];

/** One verdict of one program. */
interface Answer {
  readonly verdict: string;
  /** Alternatives, each a conjunction of tests; one empty conjunction: always. */
  readonly when: readonly string[];
  readonly by: Decided | undefined;
  readonly example: SeccompData;
  /** pcs executed for the example. */
  readonly path: readonly number[];
}

export async function run({ options, operands }: Invocation<"eval">): Promise<number> {
  const [operand, text] = operands as [string, string];
  const programs = await readPrograms(operand, { policy: options.policy });
  const source = { name: "<call>", text };
  const asked = programs.map(program => ({ program, read: readFor(program, source, options.arch) }));
  const answered = asked.flatMap(({ program, read }) =>
    read.ok && meets(program, read.call) ? [{ program, call: read.call }] : [],
  );
  if (answered.length === 0) {
    const wrong = asked.find(({ read }) => !read.ok)?.read;
    if (wrong === undefined || wrong.ok) throw failure(`no program of ${operand} is for a machine that has such calls`);
    const sources = [source, ...(programs[0]!.origin?.sources ?? [])];
    printFindings({ diagnostics: wrong.diagnostics, sources }, "pretty", process.stderr);
    return ERRORS;
  }
  const results = answered.map(({ program, call }) => {
    demandValid(program);
    return { program, call, answers: answersOf(program, call) };
  });
  if (options.format === "json") process.stdout.write(`${JSON.stringify(results.map(toJson), undefined, 2)}\n`);
  else process.stdout.write(results.map(show).join("\n"));
  return FINE;
}

/** A raw program does not say what it is for: the call does, or the machine we are on. */
function readFor(
  { arch, origin }: Program,
  text: { readonly name: string; readonly text: string },
  asked: Arch | undefined,
): ReadCall {
  const own = asked ?? arch ?? ({ arm64: "aarch64", riscv64: "riscv64" } as const)[process.arch as "arm64"] ?? "x86_64";
  return readCall(text, { arch: own, ...(origin && { policy: origin.main, read: readImport }) });
}

/** Calls through i386 and x32 come from x86_64 machines, through arm from aarch64 ones: only their filters see them. */
function meets({ arch: target }: Program, { arch }: ResolvedCall): boolean {
  return target === undefined || machineOf(target) === machineOf(arch);
}

function answersOf(program: Program, call: ResolvedCall): readonly Answer[] {
  if (call.args.every(arg => arg !== undefined)) return [answerFor(program, dataOf(call), [""])];
  const labels = createLabels();
  const model = program.origin?.filter.model;
  const composed = compose([model ? { model, leaf: labels.leaf } : { program: program.instructions }]);
  if (!composed.ok) {
    throw failure(
      `${program.title}: cannot be said for open arguments: ${composed.reason}`,
      "give every argument a value",
    );
  }
  const diagram = restrict(composed.diagrams[0]!, knownWords(call));
  const { cases, complete } = casesOf(diagram);
  const answers = leaves(diagram).map(({ value, data }) => {
    const when = cases
      .filter(each => each.value === value)
      .map(each => each.when.map(test => testText(test, name)).join(" and "));
    return answerFor(program, withKnown(data, call), complete ? when : [...when, "..."]);
  });
  return answers.toSorted((a, b) => rank(a) - rank(b) || longest(a) - longest(b));

  function name(
    of: Parameters<typeof testText>[1] extends ((of: infer Of) => string) | undefined ? Of : never,
  ): string {
    return typeof of === "number" ? argumentName(call.arch, call.nr, of) : of;
  }
}

/** What rules decide comes before what is left. */
function rank({ by }: Answer): number {
  return by === undefined || by.kind === "rule" ? 0 : 1;
}

function longest({ when }: Answer): number {
  return Math.max(...when.map(each => each.length));
}

function knownWords({ auditArch: audit, nr, args }: ResolvedCall): ReadonlyMap<Word, number> {
  const words = new Map<Word, number>([
    [WORD_ARCH, audit],
    [WORD_NR, nr],
  ]);
  args.forEach((arg, index) => {
    if (arg === undefined) return;
    words.set(argWord(index, "lo"), Number(arg & 0xffffffffn));
    words.set(argWord(index, "hi"), Number(arg >> 32n));
  });
  return words;
}

function dataOf(call: ResolvedCall): SeccompData {
  return withKnown({ nr: 0, arch: 0, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] }, call);
}

function withKnown(data: SeccompData, { auditArch: audit, nr, args }: ResolvedCall): SeccompData {
  const filled = data.args.map((open, index) => args[index] ?? open) as unknown as SeccompData["args"];
  return { ...data, arch: audit, nr, args: filled };
}

/** Runs the example; where there is a policy behind the program, the reference semantics must say the same. */
function answerFor({ instructions, origin, title }: Program, example: SeccompData, when: readonly string[]): Answer {
  const { ret, path } = emulate(instructions, example);
  if (origin === undefined) return { verdict: showRet(ret), when, by: undefined, example, path };
  const decision = decide(origin.filter.model, example);
  const { action } = decision;
  if (retOf(action) !== ret)
    throw new Bug(`${title} answers ${showRet(ret)} to ${showCall(example)}, its text ${showAction(action)}`);
  return { verdict: showAction(action), when, by: describeDecision(decision, origin.sources), example, path };
}

function show({
  program,
  call,
  answers,
}: {
  readonly program: Program;
  readonly call: ResolvedCall;
  readonly answers: readonly Answer[];
}): string {
  const through = program.arch === undefined || program.arch === call.arch ? "" : `, called through ${call.arch}`;
  const lines = answers.map(({ verdict, when, by, example, path }) => {
    const conditions = when.filter(each => each !== "");
    const head = conditions.length === 0 ? verdict : `${verdict}  if ${conditions.join(", or ")}`;
    const steps = `${path.length} instruction${path.length === 1 ? "" : "s"}: ${runs(path)}`;
    const sample = conditions.length === 0 ? "" : `, for ${showCall(example)}`;
    return `  ${head}\n${by === undefined ? "" : `      ${showDecided(by)}\n`}      ${steps}${sample}\n`;
  });
  return `${program.title}${through}\n${lines.join("")}`;
}

/** 0 1 2 5 6 -> 0-2 5-6 */
function runs(path: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const pc of path) {
    const last = ranges.at(-1);
    if (last !== undefined && last.last + 1 === pc) last.last = pc;
    else ranges.push({ first: pc, last: pc });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(" ");
}

function toJson({
  program,
  call,
  answers,
}: {
  readonly program: Program;
  readonly call: ResolvedCall;
  readonly answers: readonly Answer[];
}) {
  return {
    program: program.title,
    policy: program.policy,
    target: program.arch,
    call: { name: call.name, arch: call.arch, nr: call.nr },
    answers: answers.map(({ verdict, when, by, example, path }) => ({
      verdict,
      when: when.filter(each => each !== ""),
      by,
      example: showCall(example),
      instructions: path.length,
      path,
    })),
  };
}
