// Golden files: one text file a case, in sections. A line `--- name` begins a section; what follows, up to the next such
// line, is its text. The first section is the input, `input` when the file begins without such a line. A test computes the
// other sections and compares; with UPDATE_GOLDENS=1 it rewrites the file instead, and the diff is what a reviewer reads.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

export interface Golden {
  /** The file's name without its ending. */
  readonly name: string;
  readonly sections: ReadonlyMap<string, string>;
}

/** Registers one test for each file of a folder. `run` gives every section but those it was given as input. */
export function testGoldens(
  folder: string,
  inputs: readonly string[],
  run: (golden: Golden) => ReadonlyMap<string, string>,
): void {
  const files = readdirSync(folder).filter(file => file.endsWith(".txt"));
  if (files.length === 0) throw new Error(`no goldens in ${folder}`);
  for (const file of files.sort()) {
    const path = join(folder, file);
    test(`golden ${file}`, () => {
      const text = readFileSync(path, "utf8");
      const sections = readSections(text);
      const given = [...sections].filter(([name]) => inputs.includes(name));
      const made = run({ name: file.replace(/\.txt$/, ""), sections });
      const expected = writeSections(new Map([...given, ...made]), text.startsWith("--- "));
      if (process.env.UPDATE_GOLDENS === "1") writeFileSync(path, expected);
      else assert.fixture(text, expected);
    });
  }
}

export function readSections(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  let name = "input";
  let lines: string[] = [];
  let isNamed = false;
  for (const line of text.split("\n")) {
    const header = /^--- (\S.*)$/.exec(line);
    if (header === null) {
      lines.push(line);
      continue;
    }
    if (isNamed || lines.length > 0) sections.set(name, joinLines(lines));
    name = header[1]!;
    isNamed = true;
    lines = [];
  }
  // The text ends with a newline, which split() shows as one line more.
  return sections.set(name, lines.join("\n"));
}

function joinLines(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join("");
}

function writeSections(sections: ReadonlyMap<string, string>, named: boolean): string {
  return [...sections]
    .map(([name, text], at) => {
      const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
      return at === 0 && !named ? ended : `--- ${name}\n${ended}`;
    })
    .join("");
}
