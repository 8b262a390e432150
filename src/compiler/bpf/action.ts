// The word a filter returns and its readable form: SECCOMP_RET_* without the prefix, `ERRNO(EPERM)`, `TRACE(7)`, `ALLOW`.
// Total and reversible: every u32 has a text, and readRet reads each text back. A word whose action the kernel does not know
// kills the process (the default case of __seccomp_filter, kernel/seccomp.c) and is written as its number.

import { errnoByName, errnoName } from "../abi/constants.ts";
import {
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_DATA,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_LOG,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "./instruction.ts";

const NAMES: ReadonlyMap<number, string> = new Map([
  [SECCOMP_RET_KILL_PROCESS, "KILL_PROCESS"],
  [SECCOMP_RET_KILL_THREAD, "KILL_THREAD"],
  [SECCOMP_RET_TRAP, "TRAP"],
  [SECCOMP_RET_ERRNO, "ERRNO"],
  [SECCOMP_RET_USER_NOTIF, "USER_NOTIF"],
  [SECCOMP_RET_TRACE, "TRACE"],
  [SECCOMP_RET_LOG, "LOG"],
  [SECCOMP_RET_ALLOW, "ALLOW"],
]);

/** The kernel itself keeps the call from running, for certain. */
export function isDenial(ret: number): boolean {
  switch ((ret & SECCOMP_RET_ACTION_FULL) >>> 0) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
      return true;
    default:
      return false;
  }
}

export function showRet(ret: number): string {
  const action = (ret & SECCOMP_RET_ACTION_FULL) >>> 0;
  const data = ret & SECCOMP_RET_DATA;
  const name = NAMES.get(action);
  if (name === undefined) return `0x${ret.toString(16).padStart(8, "0")}`;
  if (action === SECCOMP_RET_ERRNO) return `${name}(${errnoName(data) ?? data})`;
  return data === 0 ? name : `${name}(${data})`;
}

/** undefined for a text that showRet does not give. */
export function readRet(text: string): number | undefined {
  if (/^0x[0-9a-f]{8}$/.test(text)) return Number(text);
  const [, name, detail] = /^([A-Z_]+)(?:\((\w+)\))?$/.exec(text) ?? [];
  const action = [...NAMES].find(entry => entry[1] === name)?.[0];
  if (action === undefined) return undefined;
  if (detail === undefined) return action;
  const data = /^\d+$/.test(detail) ? Number(detail) : errnoByName(detail);
  return data === undefined || data > SECCOMP_RET_DATA ? undefined : (action | data) >>> 0;
}
