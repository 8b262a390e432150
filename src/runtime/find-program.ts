// The program that is meant: a path as it is, or a name looked up in PATH as execvp(3) does. Whether it can be executed is found
// out by the launcher, which sees it with the program's own rights.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type SetupError, setupError } from "./setup-error.ts";

/** What execvp(3) takes where PATH is not set. */
const DEFAULT_PATH = "/bin:/usr/bin";

/** `fixed` is the one program that policy `policy` is for. */
export function findProgram(
  command: string,
  { PATH = DEFAULT_PATH }: NodeJS.ProcessEnv,
  cwd: string,
  { policy, fixed }: { readonly policy: string; readonly fixed: string | undefined },
): string | SetupError {
  const path = findCommand(command, PATH, cwd);
  if (path === undefined)
    return setupError("find the command", `${command}: no such program`, "give a path or a program in PATH");
  if (fixed === undefined || isSameFile(seenFrom(cwd, path), fixed)) return path;
  return setupError(
    "find the command",
    `policy ${policy} is for ${fixed}, and ${command} is another program`,
    `run ${fixed}, or change the policy's \`program\``,
  );
}

/** A name with a slash is a path, taken from the program's own folder. */
function findCommand(command: string, path: string, cwd: string): string | undefined {
  if (command.includes("/")) return command;
  const candidates = path.split(delimiter).map(folder => join(folder === "" ? "." : folder, command));
  return candidates.find(candidate => isProgram(seenFrom(cwd, candidate)));
}

/** As it is written: `..` after a link is the kernel's to follow, and not what text makes of it. */
function seenFrom(folder: string, path: string): string {
  return path.startsWith("/") ? path : `${folder}/${path}`;
}

/** /bin/wc and /usr/bin/wc are one program where the folders are. */
function isSameFile(path: string, program: string): boolean {
  try {
    return realpathSync.native(path) === realpathSync.native(program);
  } catch {
    return path === program;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
