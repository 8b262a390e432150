// policyc doctor: what this machine has for sandboxing and what it lacks.

import { doctor } from "../runtime/index.ts";
import type { Invocation } from "./arguments.ts";
import { ERRORS, FINE } from "./user-error.ts";

const MARKS = { found: "ok", missing: "--", blocked: "NO", unknown: "??" } as const;

export function run({ options }: Invocation<"doctor">): number {
  const findings = doctor();
  const blocked = findings.some(({ state }) => state === "blocked");
  if (options.format === "json") {
    process.stdout.write(`${JSON.stringify({ format: 1, findings }, undefined, 2)}\n`);
  } else {
    for (const { subject, state, since, seen, means } of findings) {
      const brought = since === undefined ? "" : `, Linux ${since}`;
      process.stdout.write(`${MARKS[state]}  ${subject}${brought}: ${seen}\n      ${means}\n`);
    }
  }
  return blocked ? ERRORS : FINE;
}
