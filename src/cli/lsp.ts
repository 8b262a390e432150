// policyc lsp --stdio: the language server, on standard input and output.

import type { Severities } from "../compiler/index.ts";
import { serve } from "../lsp/server.ts";
import type { Invocation } from "./arguments.ts";
import { wrongUsage } from "./user-error.ts";
import { VERSION } from "./version.ts";

export function run({ options }: Invocation<"lsp">): Promise<number> {
  if (!options.stdio) throw wrongUsage("say `policyc lsp --stdio`: editors start it");
  return serve({ input: process.stdin, output: process.stdout, version: VERSION, loadSeverities });
}

/** Apart, so that the server can introduce itself first. */
async function loadSeverities(): Promise<(path: string) => Severities> {
  const { settingsFor } = await import("./settings.ts");
  return path => settingsFor(path).rules;
}
