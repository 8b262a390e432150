// argv against a command's table: the values and operands, or a UserError that names the nearest option. util.parseArgs does the
// lexing; the words of the errors are ours.

import { parseArgs } from "node:util";
import { nearest } from "../compiler/index.ts";
import { COMMANDS, type CommandName } from "./commands.ts";
import { type UserError, wrongUsage } from "./user-error.ts";

export interface OptionSpec {
  readonly type: "flag" | "value";
  readonly short?: string;
  /** How help names the value. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly many?: true;
  readonly help: string;
}

export interface CommandSpec {
  readonly summary: string;
  readonly usage: readonly string[];
  /** command: everything after `--` is a command of the user's, not operands of ours. */
  readonly operands: { readonly min: number; readonly max: number; readonly command?: true };
  readonly options: { readonly [name: string]: OptionSpec };
  readonly notes: readonly string[];
  readonly examples: readonly string[];
}

export type CommandTable = { readonly [name: string]: CommandSpec };

type ValueOf<O> = O extends { readonly type: "flag" }
  ? boolean
  : O extends { readonly choices: readonly (infer Choice)[] }
    ? O extends { readonly many: true }
      ? readonly Choice[]
      : Choice
    : string;

type Options<Name extends CommandName> = (typeof COMMANDS)[Name]["options"];

/** What a command is called with. */
export interface Invocation<Name extends CommandName> {
  readonly options: { readonly [option in keyof Options<Name>]?: ValueOf<Options<Name>[option]> };
  readonly operands: readonly string[];
  /** What stands after `--`; empty unless the table asks for a command. */
  readonly command: readonly string[];
}

export function unknownCommand(word: string): UserError {
  const isOption = word.startsWith("-");
  const similar = nearest(word, isOption ? ["--help", "--version"] : Object.keys(COMMANDS));
  const hint = similar === undefined ? "policyc --help lists the commands" : `did you mean policyc ${similar}?`;
  return wrongUsage(`unknown ${isOption ? "option" : "command"} ${JSON.stringify(word)}`, hint);
}

export function parseInvocation<Name extends CommandName>(name: Name, argv: readonly string[]): Invocation<Name> {
  const spec: CommandSpec = COMMANDS[name];
  const terminator = spec.operands.command ? argv.indexOf("--") : -1;
  const own = terminator < 0 ? argv : argv.slice(0, terminator);
  const { tokens } = parseArgs({
    args: [...own],
    options: lexing(spec),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, boolean | string | string[]> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind === "option") setOption(values, token, name, spec);
  }
  const command = terminator < 0 ? [] : argv.slice(terminator + 1);
  if (!values.help) checkOperands(name, spec, operands, command);
  return { options: values as Invocation<Name>["options"], operands, command };
}

function lexing(spec: CommandSpec) {
  const entries = Object.entries(spec.options).map(([name, { type, short }]) => {
    const lexed = { type: type === "flag" ? ("boolean" as const) : ("string" as const), multiple: true };
    return [name, short === undefined ? lexed : { ...lexed, short }] as const;
  });
  return Object.fromEntries(entries);
}

function setOption(
  values: Record<string, boolean | string | string[]>,
  token: { readonly name: string; readonly rawName: string; readonly value?: string | undefined },
  command: string,
  spec: CommandSpec,
): void {
  const { name, rawName, value } = token;
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (option === undefined) {
    const similar = nearest(name, Object.keys(spec.options));
    const hint = similar === undefined ? `policyc ${command} --help lists the options` : `did you mean --${similar}?`;
    throw wrongUsage(`unknown option ${rawName}`, hint);
  }
  if (option.type === "flag") {
    if (value !== undefined) throw wrongUsage(`${rawName} takes no value`);
    values[name] = true;
    return;
  }
  if (value === undefined || (value.startsWith("-") && value !== "-")) {
    throw wrongUsage(`${rawName} needs a value: ${rawName} ${option.value ?? "VALUE"}`);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const similar = nearest(value, option.choices);
    const hint = similar === undefined ? `one of ${option.choices.join(", ")}` : `did you mean ${similar}?`;
    throw wrongUsage(`${rawName} ${value} is none of its values`, hint);
  }
  const before = values[name];
  if (option.many) values[name] = [...((before as string[] | undefined) ?? []), value];
  else if (before !== undefined) throw wrongUsage(`${rawName} is given twice`);
  else values[name] = value;
}

function checkOperands(name: string, spec: CommandSpec, operands: readonly string[], command: readonly string[]): void {
  const { min, max } = spec.operands;
  const usage = `usage: ${synopsis(name, spec, " ".repeat("policyc: usage: ".length))}`;
  if (operands.length < min) throw wrongUsage(`${name}: something is missing`, usage);
  if (spec.operands.command && operands.length > max) {
    throw wrongUsage(`${name}: put -- between the policy and the command`, usage);
  }
  if (operands.length > max) {
    throw wrongUsage(`${name}: ${JSON.stringify(operands[max])} is one operand too many`, usage);
  }
  if (spec.operands.command && command.length === 0) throw wrongUsage(`${name}: no command to run`, usage);
}

/** The ways to call a command, one a line; `margin` goes before the second and later. */
export function synopsis(name: string, { usage }: CommandSpec, margin: string): string {
  return usage.map(line => `policyc ${name} ${line}`.trimEnd()).join(`\n${margin}`);
}
