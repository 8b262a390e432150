// policyc build FILE: the text's programs, proved, in the form asked for. Findings go to stderr, so that `-o -` is the program
// and nothing else.

import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import {
  type Arch,
  answeringCanary,
  artefactOf,
  buildLauncher,
  type CompileResult,
  compile,
  cSource,
  encode,
  type Filter,
  goSource,
  hasErrors,
  limitsOfCell,
  listing,
  printArtefact,
  rustSource,
  type Source,
  sandboxSource,
  specialise,
  ticketedCalls,
} from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { costOptions } from "./cost.ts";
import { asFailure, readImport, readSource } from "./input.ts";
import { writeBinary, writeFiles } from "./output.ts";
import { printFindings, tally } from "./report.ts";
import { settingsFor } from "./settings.ts";
import { ERRORS, FINE, failure, wrongUsage } from "./user-error.ts";
import { VERSION } from "./version.ts";

type Options = Invocation<"build">["options"];
type Emit = NonNullable<Options["emit"]>;

interface Product {
  /** undefined: the whole file's, not one policy's or target's. */
  readonly policy: string | undefined;
  readonly arch: Arch | undefined;
  readonly defaultName: string;
  readonly content: Uint8Array | string;
  readonly mode: number;
  readonly note: string;
}

export function run({ options, operands }: Invocation<"build">): number {
  const operand = operands[0]!;
  const read = readSource(operand);
  if (!read.ok) throw asFailure(read.diagnostic);
  const source = read.value;
  const { policy, arch: arches } = options;
  const cost = costOptions(options);
  const result = compile(source, {
    read: readImport,
    severities: settingsFor(source.name).rules,
    ...(policy === undefined ? {} : { policy }),
    ...(arches === undefined ? {} : { arches }),
    ...cost,
  });
  const format = options.format ?? "pretty";
  printFindings(result, format, process.stderr);
  if (hasErrors(result.diagnostics)) {
    if (format === "pretty") process.stderr.write(`${tally(result.diagnostics)}; nothing was written\n`);
    return ERRORS;
  }
  if (result.filters.length === 0) throw nothingToBuild(source, arches);
  const made = products(options.emit ?? "bpf", source, result, options);
  write(made, options.output, result.sources, operand === "-", format === "pretty");
  return FINE;
}

function nothingToBuild({ name, text }: Source, arches: readonly Arch[] | undefined) {
  const targets = [
    ...new Set(
      compile({ name, text }, { read: readImport, severities: settingsFor(name).rules }).filters.map(
        ({ target }) => target,
      ),
    ),
  ];
  if (targets.length === 0) return failure(`${name} has no policy to build`, "it only has groups and constants");
  return failure(`${name} has no policy for ${arches!.join(", ")}`, `its targets are ${targets.join(", ")}`);
}

function products(emit: Emit, source: Source, result: CompileResult, options: Options): readonly Product[] {
  switch (emit) {
    case "bpf":
      return result.filters.map(filter => product(filter, "bpf", encode(filter.program)));
    case "asm":
      return result.filters.map(filter => product(filter, "asm", listing(filter, result.sources)));
    case "json":
      return [artefact(source, result, options)];
    case "launcher":
      return launchers(result.filters);
    case "c":
    case "go":
    case "rust":
      return sandboxSources(emit, source, result);
  }
}

function product({ policy, target, program }: Filter, extension: string, content: Uint8Array | string): Product {
  const note = `${policy} for ${target}: ${program.length} instructions, proved`;
  return { policy, arch: target, defaultName: `${policy}.${target}.${extension}`, content, mode: 0o666, note };
}

function artefact(source: Source, { filters, sources }: CompileResult, { policy, arch: arches }: Options): Product {
  const content = artefactOf(filters, sources, {
    policyc: VERSION,
    sha256: text => createHash("sha256").update(text, "utf8").digest("hex"),
    nameOf: nameFrom(source),
    options: {
      ...(policy === undefined ? {} : { policy }),
      ...(arches === undefined ? {} : { arches }),
      ...filters[0]?.cost,
    },
  });
  const stem = source.name.startsWith("<") ? "policy" : basename(source.name).replace(/\.policy$/, "");
  const note = filters.map(filter => `${filter.policy} for ${filter.target}`).join(", ");
  return {
    policy: undefined,
    arch: undefined,
    defaultName: `${stem}.json`,
    content: printArtefact(content),
    mode: 0o666,
    note: `${note}, proved`,
  };
}

/** Imports as the policy sees them, so that the place of the checkout does not show. */
function nameFrom({ name: main }: Source): (source: Source) => string {
  const folder = dirname(main);
  return ({ name }) => (name.startsWith("std/") ? name : relative(folder, name));
}

/** How a policy's source is written, and the ending of its file. */
const LANGUAGES = {
  c: { write: cSource, extension: "h" },
  go: { write: goSource, extension: "go" },
  rust: { write: rustSource, extension: "rs" },
} as const;

/** One file a policy, with its targets' programs. */
function sandboxSources(
  emit: keyof typeof LANGUAGES,
  source: Source,
  { filters, sources }: CompileResult,
): readonly Product[] {
  const { write, extension } = LANGUAGES[emit];
  const facts = { policyc: VERSION, nameOf: nameFrom(source), answeringCanary };
  return [...new Set(filters.map(({ policy }) => policy))].map(policy => {
    const own = filters.filter(filter => filter.policy === policy);
    const made = sandboxSource(own, sources, facts);
    if (!made.ok) throw failure(made.message, made.hint);
    const { targets } = made.source;
    if (made.leftOut.length > 0) {
      process.stderr.write(
        `policyc: ${policy}: there is no sandbox_me_here() for ${made.leftOut.join(", ")}; left out\n`,
      );
    }
    const note = targets.map(({ arch, program }) => `${arch} (${program.length} instructions)`).join(", ");
    return {
      policy,
      arch: undefined,
      defaultName: `${policy}.${extension}`,
      content: write(made.source),
      mode: 0o666,
      note: `${policy} for ${note}, proved`,
    };
  });
}

function launchers(filters: readonly Filter[]): readonly Product[] {
  const reasons: string[] = [];
  const built = filters.flatMap(filter => {
    const { policy, target, cell } = filter;
    const section = filter.sections.find(({ kind }) => kind !== "program" && kind !== "limits");
    if (section !== undefined) {
      throw failure(`the \`${section.kind}\` section of policy ${policy} cannot be enforced by a launcher yet`);
    }
    const limits = limitsOfCell(cell);
    if (!limits.ok) throw failure(`no launcher of ${policy}: ${limits.message}`, limits.hint);
    const { program } = cell;
    const launched = specialise(filter, { monitored: false, tickets: ticketedCalls(target, { monitored: false }) });
    const launcher = buildLauncher(target, launched, {
      command: program === undefined ? { kind: "argv" } : { kind: "fixed", path: program, argv: [program] },
      monitored: false,
      report: { kind: "stderr" },
      keepFds: 2,
      lifetime: { kind: "direct" },
      limits: limits.limits,
      session: true,
      landlock: "prefer",
      waitKillable: false,
    });
    if (!launcher.ok) {
      reasons.push(`no launcher of ${policy} for ${target}: ${launcher.message}; ${launcher.hint}`);
      return [];
    }
    // Executable and not readable: a process whose image its user may not read is born undumpable, so no neighbour of the same
    // user can read the exec ticket out of its memory.
    const note = `${policy} for ${target}: ${launcher.image.length} bytes, ${launched.program.length} instructions, proved`;
    return [{ policy, arch: target, defaultName: `${policy}-sandbox`, content: launcher.image, mode: 0o111, note }];
  });
  if (built.length === 0) throw failure(reasons[0]!);
  for (const reason of reasons) process.stderr.write(`policyc: ${reason}\n`);
  return built;
}

function write(
  products: readonly Product[],
  output: string | undefined,
  sources: readonly Source[],
  fromStdin: boolean,
  talk: boolean,
): void {
  if (output === "-" || (output === undefined && fromStdin)) {
    const { content, defaultName } = only(products, "stdout");
    if (typeof content === "string") process.stdout.write(content);
    else writeBinary(content, defaultName);
    return;
  }
  const files = products.map(product => ({ ...product, path: pathFor(product, products, output) }));
  const paths = files.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined)
    throw wrongUsage(`${twice} would be written twice`, "use {policy} and {arch} in -o, or a folder");
  const own = paths.find(path => sources.some(({ name }) => isSameFile(path, name)));
  if (own !== undefined) throw wrongUsage(`${own} is a source of this build`, "-o takes the place of the result");
  writeFiles(files);
  if (talk) for (const { path, note } of files) process.stderr.write(`${path}: ${note}\n`);
}

function pathFor(product: Product, all: readonly Product[], output: string | undefined): string {
  if (output === undefined) return product.defaultName;
  if (output.endsWith("/") || isFolder(output)) return join(output, product.defaultName);
  if (/\{(policy|arch)\}/.test(output)) {
    return output.replaceAll("{policy}", product.policy ?? "all").replaceAll("{arch}", product.arch ?? "all");
  }
  only(all, output);
  return output;
}

function only(products: readonly Product[], place: string): Product {
  if (products.length === 1) return products[0]!;
  const policies = new Set(products.map(({ policy }) => policy));
  const arches = new Set(products.map(({ arch }) => arch));
  const ways = [
    ...(arches.size > 1 ? [`--arch ${[...arches].join(" or ")}`] : []),
    ...(policies.size > 1 ? [`--policy ${[...policies].join(" or ")}`] : []),
  ];
  const what = products.map(({ policy, arch }) => `${policy} for ${arch}`).join(", ");
  throw wrongUsage(
    `${products.length} programs do not fit into ${place}: ${what}`,
    `choose one (${ways.join(", ")}), or give a folder (-o out/) or a pattern (-o '{policy}.{arch}')`,
  );
}

/** By any of its names: a result must never replace the policy it was made of. */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map(path => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return one?.isFile() === true && one.dev === other?.dev && one.ino === other.ino;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
