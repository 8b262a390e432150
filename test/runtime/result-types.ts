// What TypeScript says of callers of a sandbox; `npm run types` is the test. A caller that forgets a status does not compile:
// `@ts-expect-error` is an error itself where the next line is fine.

import type { Result } from "../../src/runtime/result.ts";

export function namesAll(result: Result): number {
  switch (result.status) {
    case "ok":
      return result.exitCode;
    case "signaled":
      return 128 + result.number;
    case "violation":
    case "timeout":
    case "external-kill":
    case "setup-error":
    case "internal-error":
      return 1;
  }
}

// @ts-expect-error TS2366: `timeout` is forgotten, so the function has no return value then
export function forgetsOne(result: Result): number {
  switch (result.status) {
    case "ok":
      return result.exitCode;
    case "signaled":
      return 128 + result.number;
    case "violation":
    case "external-kill":
    case "setup-error":
    case "internal-error":
      return 1;
  }
}

export function readsTooMuch(result: Result): number {
  // @ts-expect-error TS2339: only `ok` has an exit code
  return result.exitCode;
}
