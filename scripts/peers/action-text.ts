// A filter's returned word as our language writes the action, and as tests of peers name it.

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
} from "../../src/compiler/bpf/instruction.ts";

const ACTIONS: readonly (readonly [ret: number, ours: string, theirs: readonly string[]])[] = [
  [SECCOMP_RET_KILL_PROCESS, "kill", ["KILL_PROCESS"]],
  [SECCOMP_RET_KILL_THREAD, "kill-thread", ["KILL", "KILL_THREAD"]],
  [SECCOMP_RET_TRAP, "trap", ["TRAP"]],
  [SECCOMP_RET_ERRNO, "errno", ["ERRNO"]],
  [SECCOMP_RET_USER_NOTIF, "notify", ["NOTIFY", "USER_NOTIF"]],
  [SECCOMP_RET_TRACE, "trace", ["TRACE"]],
  [SECCOMP_RET_LOG, "log", ["LOG"]],
  [SECCOMP_RET_ALLOW, "allow", ["ALLOW"]],
];

/** Throws on a word that is no action of the kernel's. */
export function actionText(ret: number): string {
  const row = ACTIONS.find(([action]) => action === (ret & SECCOMP_RET_ACTION_FULL) >>> 0);
  if (row === undefined) throw new Error(`no action 0x${ret.toString(16)}`);
  const data = ret & SECCOMP_RET_DATA;
  return data === 0 && row[1] !== "errno" ? row[1] : `${row[1]}(${data})`;
}

/** `ALLOW`, `KILL`, `ERRNO(5)`, with or without SECCOMP_RET_ before it; undefined for other words. */
export function readAction(text: string): number | undefined {
  const [, name, data] = /^(?:SECCOMP_RET_)?([A-Z_]+)(?:\((\d+)\))?$/.exec(text) ?? [];
  const row = ACTIONS.find(([, , names]) => name !== undefined && names.includes(name));
  return row === undefined ? undefined : (row[0] | Number(data ?? 0)) >>> 0;
}
