// policyc check --watch: checks again when something it read changes. Folders are watched, not files: editors save by renaming.

import { type FSWatcher, watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./user-error.ts";

/** Editors write a file in several steps. */
const QUIET_MS = 100;

/** `check` gives the paths that it read, std/ modules among them. Ends with the process only. */
export function watch(operands: readonly string[], check: () => readonly string[]): Promise<number> {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(round, QUIET_MS);
  };
  const round = (): void => {
    let read: readonly string[] = [];
    try {
      read = check();
    } catch (error) {
      // A mistake in policyc.json, say: the next save may mend it.
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(`policyc: ${error.message}\n${error.hint === undefined ? "" : `         ${error.hint}\n`}`);
    }
    for (const folder of new Set([...operands, ...operands.map(dirname), ...read.map(dirname)])) open(folder);
    process.stdout.write("watching for changes\n");
  };
  const open = (folder: string): void => {
    if (watchers.has(folder)) return;
    try {
      const watcher = watchFolder(folder, (_, name) => {
        if (name === null || /\.policy$|^policyc\.json$/.test(name)) again();
      });
      watcher.on("error", () => watchers.delete(folder));
      watchers.set(folder, watcher);
    } catch {
      // A file, a folder of the embedded library, or one that is gone.
    }
  };
  round();
  return new Promise(() => {});
}
