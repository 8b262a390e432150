// What a beginner's mistakes look like, word for word. A case is a policy and a command; the output ends with the exit status.

import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { testGoldens } from "../golden.ts";
import { inFolder } from "./command.ts";

testGoldens(fileURLToPath(new URL("goldens", import.meta.url)), ["command", "p.policy"], ({ sections }) => {
  const policy = sections.get("p.policy");
  const files = policy === undefined ? {} : { "p.policy": policy };
  const { status, stdout, stderr } = inFolder(files, ({ sh }) => sh(sections.get("command")!));
  return new Map([["output", `${stdout}${stderr}exit ${status}\n`]]);
});

test.run();
