// Help texts, written from the command table.

import { type CommandSpec, type OptionSpec, synopsis } from "./arguments.ts";
import { COMMANDS, type CommandName } from "./commands.ts";

export function overview(): string {
  const names = Object.keys(COMMANDS) as CommandName[];
  const rows = names.map(name => [name, COMMANDS[name].summary] as const);
  return `policyc: a seccomp policy compiler. One text file says what a program may ask of the kernel.

usage: policyc COMMAND ...

${columns(rows)}
policyc help COMMAND, or policyc COMMAND --help, tells more; policyc --version says which one this is.
Exit status: 0 fine, 1 errors, 2 wrong usage, 3 a defect of policyc; policyc run passes on the program's own.
`;
}

export function commandHelp(name: CommandName): string {
  const spec: CommandSpec = COMMANDS[name];
  const { summary, options, notes, examples } = spec;
  const rows = Object.entries(options).map(([option, its]) => [optionName(option, its), its.help] as const);
  return `policyc ${name}: ${summary}

usage: ${synopsis(name, spec, " ".repeat("usage: ".length))}

${columns(rows)}
${notes.map(line => `${line}\n`).join("")}
${examples.map(line => `  $ ${line}\n`).join("")}`;
}

function optionName(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}\n`).join("");
}
