// policyc trace -o FILE -- CMD ARG...: runs the command as it is, its whole process tree, and writes a policy that lets it make
// the calls again that it made. The command's own exit status is passed on; 125: it could not be run, or nothing was written.

import { existsSync } from "node:fs";
import { constants } from "node:os";
import { type Arch, compile } from "../compiler/index.ts";
import { type Result, runSandboxed } from "../runtime/index.ts";
import type { Invocation } from "./arguments.ts";
import { writeFiles } from "./output.ts";
import { tracedPolicy } from "./traced-policy.ts";
import { NOT_SET_UP, UserError, wrongUsage } from "./user-error.ts";

export async function run({ options, command }: Invocation<"trace">): Promise<number> {
  const { output, force } = options;
  if (output === undefined) throw wrongUsage("trace: say where the policy goes: -o FILE, or -o - for stdout");
  if (output !== "-" && !force && existsSync(output))
    throw new UserError(NOT_SET_UP, `${output} exists; nothing was run`, "--force replaces it");
  const [program, ...args] = command as readonly [string, ...string[]];
  const target = hostArch();

  // Every call is forbidden, and permissive mode counts what is forbidden and lets it pass.
  const text = `policy traced for ${target} { default kill }`;
  const policy = compile({ name: "traced", text });
  const result = await runSandboxed({ policy, command: program, args, permissive: true });
  const status = statusOf(result);
  const { calls, unlisted } = result.passed ?? { calls: [], unlisted: 0 };
  write(output, tracedPolicy({ target, command, calls, unlisted }));
  return status;
}

/** The name of the machine's own ABI: policies are written for what they were seen on. */
function hostArch(): Arch {
  return process.arch === "arm64" ? "aarch64" : "x86_64";
}

/** Throws where there is no trace. */
function statusOf(result: Result): number {
  switch (result.status) {
    case "ok":
      return result.exitCode;
    case "signaled":
      return 128 + result.number;
    case "violation":
      throw new UserError(
        NOT_SET_UP,
        "the command was ended by SIGSYS: while it is traced it may install no seccomp filter of its own, which could hide calls",
        "switch its own sandbox off for the trace",
      );
    case "timeout":
    case "external-kill":
      return 128 + constants.signals.SIGKILL;
    case "setup-error":
      throw new UserError(NOT_SET_UP, result.message, result.advice);
    case "internal-error":
      throw new UserError(NOT_SET_UP, result.message);
  }
}

function write(output: string, text: string): void {
  if (output === "-") process.stdout.write(text);
  else writeFiles([{ path: output, content: text, mode: 0o644 }]);
}
