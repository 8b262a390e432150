// What an operand stands for: itself, the policies below a folder, or those that a pattern with * matches. Shells expand
// patterns themselves; ** and quoted ones arrive here.

import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, normalize } from "node:path";
import { failure } from "./user-error.ts";

export function policyFiles(operand: string): readonly string[] {
  if (operand === "-") return [operand];
  if (isFolder(operand)) return some([...walk(operand)].sort(), `${operand}: has no *.policy files`);
  if (/[*?]/.test(operand) && !exists(operand)) return some(matching(operand), `${operand}: matches no file`);
  return [operand];
}

function some(found: readonly string[], otherwise: string): readonly string[] {
  if (found.length === 0) throw failure(otherwise);
  return found;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** `*` and `?` stay within a name; `**` goes through folders, none included. */
function matching(pattern: string): readonly string[] {
  const parts = normalize(pattern).split("/");
  const fixed = parts.findIndex(part => /[*?]/.test(part));
  const root = parts.slice(0, fixed).join("/") || (pattern.startsWith("/") ? "/" : ".");
  const source = parts.map((part, at) => {
    if (part === "**") return at === parts.length - 1 ? ".*" : "(?:[^/]+/)*";
    const name = part
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]");
    return at === parts.length - 1 ? name : `${name}/`;
  });
  const regex = new RegExp(`^${source.join("")}$`);
  return [...walk(root, "")].filter(path => regex.test(path)).sort();
}

/** Links are not followed, so that nothing is met twice or outside the folder. */
function* walk(folder: string, ending = ".policy"): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(ending)) yield path;
    if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) yield* walk(path, ending);
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw failure(`${folder}: cannot be listed (${(error as NodeJS.ErrnoException).code})`);
  }
}
