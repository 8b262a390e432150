// A program that starts without its filter and asks for it over comms (enableSandboxBeforeExec: false): what became of that.
// The filter is served, its listener adopted by the monitor, and only then does the program go on. One that never asks was
// never in its sandbox, which is a set-up error whatever its exit status says.

import { setTimeout as sleep } from "node:timers/promises";
import type { Filter } from "../compiler/index.ts";
import type { Channel } from "./comms.ts";
import type { Follower } from "./follow-launch.ts";
import type { Libc } from "./libc.ts";
import { type Served, servePolicy } from "./serve-policy.ts";
import { type SetupError, setupError } from "./setup-error.ts";

export interface AskedFor {
  /** To be asked when the program has ended. */
  outcome(): Promise<{ readonly failure: SetupError | undefined; readonly hard: boolean }>;
}

/** For the end of the channel, which the program's end is. */
const GRACE_MS = 1000;

export function awaitAsking(libc: Libc, channel: Channel, written: Filter, follower: Follower): AskedFor {
  const served = servePolicy(libc, channel, written, { monitored: follower.sandbox !== undefined }).then(
    async served => {
      if (served.kind === "failed") follower.kill();
      if (served.kind === "monitored") follower.sandbox!.adopt(served.listener);
      // The program waits for this word; if it is gone by now it does not.
      if (served.kind === "monitored" || served.kind === "hard") await served.watching().catch(() => undefined);
      return served;
    },
  );
  const outcome = async () => {
    const seen = await Promise.race([served, sleep(GRACE_MS, { kind: "never" } as const, { ref: false })]);
    return { failure: failureOf(seen), hard: seen.kind === "hard" };
  };
  return { outcome };
}

function failureOf(served: Served): SetupError | undefined {
  const stage = "let the program sandbox itself";
  switch (served.kind) {
    case "monitored":
    case "hard":
      return undefined;
    case "never": {
      const problem = "the program ended without asking for its policy, so it was never in a sandbox";
      return setupError(stage, problem, "call Client.sandboxMeHere() in it, or leave enableSandboxBeforeExec as it is");
    }
    case "failed":
      return setupError(stage, served.message);
  }
}
