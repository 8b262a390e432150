// policyc.json: a project's own severities. In: the path of a policy; out: the settings of the nearest such file upwards, or none.
// A mistake in it is an error, never a setting that silently does nothing.

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import schema from "../../grammar/policyc.schema.json" with { type: "json" };
import { nearest, RULE_PAGES, type Severities, type Severity } from "../compiler/index.ts";
import { schemaError, showSchemaError } from "./json-schema.ts";
import { failure } from "./user-error.ts";

export interface Settings {
  readonly rules: Severities;
  readonly failOn: Severity | undefined;
  /** Where they come from; undefined where there is no file. */
  readonly path: string | undefined;
}

const FILE = "policyc.json";

export function settingsFor(policy: string): Settings {
  for (let folder = dirname(resolve(policy)); ; folder = dirname(folder)) {
    const path = join(folder, FILE);
    const text = read(path);
    if (text !== undefined) return parse(path, text);
    if (folder === dirname(folder)) return { rules: {}, failOn: undefined, path: undefined };
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw failure(`${path}: cannot be read (${code})`);
  }
}

function parse(path: string, text: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failure(`${path} is not JSON`);
  }
  const wrong = schemaError(schema, value);
  if (wrong !== undefined) {
    const key: unknown = wrong.params.additionalProperty;
    if (typeof key !== "string") throw failure(`${path}: ${showSchemaError(wrong)}`);
    throw failure(
      `${path}: there is no setting ${JSON.stringify(key)}`,
      didYouMean(key, Object.keys(schema.properties)),
    );
  }
  const { rules = {}, failOn } = value as { readonly rules?: Severities; readonly failOn?: Severity };
  for (const code of Object.keys(rules)) checkCode(path, code);
  return { rules, failOn, path };
}

function checkCode(path: string, code: string): void {
  const page = Object.hasOwn(RULE_PAGES, code) ? RULE_PAGES[code]! : undefined;
  if (page === undefined) {
    throw failure(`${path}: no finding is called ${JSON.stringify(code)}`, didYouMean(code, Object.keys(RULE_PAGES)));
  }
  if (!page.includes("it can be suppressed")) {
    throw failure(`${path}: ${code} cannot be set otherwise`, `policyc explain ${code} tells why`);
  }
}

function didYouMean(word: string, known: readonly string[]): string {
  const similar = nearest(word, known);
  return similar === undefined
    ? `known are ${known.slice(0, 12).join(", ")}`
    : `did you mean ${JSON.stringify(similar)}?`;
}
