// src/compiler/abi/facts/*.json -> src/compiler/abi/*.gen.ts: the tables that the compiler loads. Each is one string, a row a
// line, so that loading costs a scan and nothing is decoded before it is asked for; the grammar of a row stands above each
// writer here, its reader is the module of the same name. Same facts, same bytes.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ARCHES, type Arch, X32_SYSCALL_BIT } from "../src/compiler/abi/arch.ts";

interface ArgFact {
  readonly name: string;
  readonly type: string;
}

interface SyscallFact {
  readonly nr: { readonly [arch in Arch]?: number };
  readonly since: string | null;
  readonly args: readonly ArgFact[];
  readonly args_by_arch?: { readonly [arch in Arch]?: readonly ArgFact[] };
  readonly unimplemented?: readonly Arch[];
}

interface SyscallFacts {
  readonly kernel: string;
  readonly aliases: { readonly [alias: string]: string };
  readonly types: {
    readonly [type: string]: { readonly bits: number | "word"; readonly signed: boolean; readonly pointer?: boolean };
  };
  readonly syscalls: { readonly [name: string]: SyscallFact };
}

interface SinceFacts {
  readonly abi: { readonly [arch in Arch]?: string };
  readonly calls: { readonly [arch in Arch]?: { readonly [name: string]: string } };
}

interface ConstantFact {
  readonly value: number;
  readonly by_arch?: { readonly [arch in Arch]?: number };
  readonly archs?: readonly Arch[];
}

interface ArgumentConstantFact {
  readonly kind: "enum" | "flags";
  readonly constants: readonly string[];
  readonly modifiers?: readonly string[];
  readonly mask?: number;
}

const root = new URL("../", import.meta.url);
const folder = "src/compiler/abi/";

/** Path from the root of the repository -> text. */
export function generateAbi(): Map<string, string> {
  return new Map([
    [`${folder}syscalls.gen.ts`, syscallTable(read("syscalls"), read("since-by-abi"), read("man-argument-names"))],
    [`${folder}constants.gen.ts`, constantTable(read("constants"))],
    [`${folder}argument-constants.gen.ts`, argumentConstantTable(read("argument-constants"))],
  ]);
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${folder}facts/${name}.json`, root), "utf8")) as T;
}

// TYPES  type|s32 or u16, u64, sword, uword; p: a pointer
// CALLS  name|since|nr of each of ARCHES, comma between, ! reserved without entry point, @ its own first release
//        |arguments[|digits of ARCHES=arguments]...      argument = type number in base 36:kernel name[/man page's name]
// x32 numbers stand without their bit.
function syscallTable(
  facts: SyscallFacts,
  since: SinceFacts,
  manNames: Readonly<Record<string, readonly (string | null)[]>>,
): string {
  const types = typesByUse(facts);
  const argument = (call: string, { name, type }: ArgFact): string => {
    const alias = manAlias(facts.syscalls[call]!, manNames[call] ?? [], name);
    return `${types.indexOf(type).toString(36)}:${name}${alias === undefined ? "" : `/${alias}`}`;
  };
  const row = ([name, fact]: [string, SyscallFact]): string => {
    const numbers = ARCHES.map(arch => {
      const nr = fact.nr[arch];
      if (nr === undefined) return "";
      const later = since.calls[arch]?.[name];
      const reserved = fact.unimplemented?.includes(arch) ? "!" : "";
      return `${arch === "x32" ? nr - X32_SYSCALL_BIT : nr}${reserved}${later === undefined ? "" : `@${later}`}`;
    });
    const lists = new Map<string, string>(); // arguments -> digits of the arches that have them
    for (const [arch, args] of Object.entries(fact.args_by_arch ?? {})) {
      const list = args.map(arg => argument(name, arg)).join(" ");
      lists.set(list, (lists.get(list) ?? "") + ARCHES.indexOf(arch as Arch));
    }
    const common = fact.args.map(arg => argument(name, arg)).join(" ");
    const own = [...lists].map(([list, digits]) => `|${digits}=${list}`);
    return `${name}|${fact.since ?? ""}|${numbers.join(",")}|${common}${own.join("")}`;
  };
  return file("syscalls", [
    ["KERNEL", facts.kernel],
    ["TYPES", types.map(type => `${type}|${typeCode(facts, type)}`).join("\n")],
    ["ABI_SINCE", ARCHES.map(arch => since.abi[arch] ?? "").join(",")],
    [
      "ALIASES",
      Object.entries(facts.aliases)
        .map(([alias, name]) => `${alias}|${name}`)
        .sort()
        .join("\n"),
    ],
    ["CALLS", Object.entries(facts.syscalls).sort(byKey).map(row).join("\n")],
  ]);
}

/** Every C type in use, the most frequent first: they get the one-digit numbers. */
function typesByUse(facts: SyscallFacts): readonly string[] {
  const uses = new Map<string, number>();
  for (const fact of Object.values(facts.syscalls)) {
    for (const { type } of [fact.args, ...Object.values(fact.args_by_arch ?? {})].flat()) {
      uses.set(type, (uses.get(type) ?? 0) + 1);
    }
  }
  return [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([type]) => type);
}

function typeCode(facts: SyscallFacts, type: string): string {
  const scalar = facts.types[type];
  if (type.includes("*") || scalar?.pointer) return "p";
  if (scalar === undefined) throw new Error(`no width for the type ${type}`);
  return `${scalar.signed ? "s" : "u"}${scalar.bits}`;
}

/** The man page's name of an argument, unless the kernel uses that name for another argument of the call on some ABI. */
function manAlias(fact: SyscallFact, manNames: readonly (string | null)[], name: string): string | undefined {
  const alias = manNames[fact.args.findIndex(arg => arg.name === name)] ?? undefined;
  const taken = [fact.args, ...Object.values(fact.args_by_arch ?? {})].flat().some(arg => arg.name === alias);
  return taken ? undefined : alias;
}

// CONSTANTS  name value[ @digits of the ARCHES that have it][ digit of ARCHES=value there]...
function constantTable(facts: Readonly<Record<string, ConstantFact>>): string {
  const rows = Object.entries(facts)
    .sort(byKey)
    .map(([name, { value, archs, by_arch }]) => {
      const having =
        archs === undefined
          ? []
          : [
              `@${archs
                .map(arch => ARCHES.indexOf(arch))
                .sort()
                .join("")}`,
            ];
      const differing = ARCHES.flatMap((arch, i) => (by_arch?.[arch] === undefined ? [] : [`${i}=${by_arch[arch]}`]));
      return [name, decimal(value), ...having, ...differing].join(" ");
    });
  return file("constants", [["CONSTANTS", rows.join("\n")]]);
}

// LISTS  names, a space between
// ARGUMENTS  call.argument e or f, number of the list of constants[ number of the list of modifiers[ mask]]
function argumentConstantTable(facts: Readonly<Record<string, ArgumentConstantFact>>): string {
  const lists: string[] = [];
  const list = (names: readonly string[]): number => {
    const text = names.join(" ");
    if (!lists.includes(text)) lists.push(text);
    return lists.indexOf(text);
  };
  const rows = Object.entries(facts)
    .sort(byKey)
    .map(([name, { kind, constants, modifiers, mask }]) => {
      const field = modifiers === undefined ? [] : [list(modifiers), ...(mask === undefined ? [] : [decimal(mask)])];
      return [`${name} ${kind[0]}${list(constants)}`, ...field].join(" ");
    });
  return file("argument-constants", [
    ["LISTS", lists.join("\n")],
    ["ARGUMENTS", rows.join("\n")],
  ]);
}

function decimal(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is not exact in JSON`);
  return String(value);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function file(module: string, tables: readonly (readonly [string, string])[]): string {
  const text = tables.map(([name, rows]) => `\nexport const ${name} = \`${rows}\`;\n`).join("");
  if (/\\|\$\{/.test(text)) throw new Error("a row needs escaping");
  return `// Made by scripts/generate-abi.ts from facts/; read by ${module}.ts.\n${text}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateAbi()) writeFileSync(new URL(path, root), text);
}
