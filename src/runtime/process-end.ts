// How a child process ended, asked of the kernel: Node tells a death by a real-time signal as exit status 0. libuv runs its
// signal watchers, and the reaper is one, after all other watchers of a turn. So when the pidfd turns readable the child is
// still there to be asked, unless the end of another one in this very turn had it reaped too; then Node's word is taken.

import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Libc } from "./libc.ts";

export type End =
  | { readonly kind: "exited"; readonly code: number }
  /** `SIGTERM`; real-time signals are counted as `kill -l` counts them, `SIGRTMIN+2`. */
  | { readonly kind: "signaled"; readonly signal: string; readonly number: number };

const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000; // it stays for libuv to reap
const CLD_EXITED = 1;
/** The C library's; the kernel's own first two are its secret. */
const SIGRTMIN = 34;

/** Call it in the turn of the spawn. The pidfd is closed in the end. */
export function endOf(libc: Libc, child: ChildProcess, pidfd: number): Promise<End> {
  let seen: End | undefined;
  let watching = true;
  const handle = libc.watch(pidfd, () => {
    seen = ask(libc, child.pid!);
    stop();
  });
  const stop = () => {
    if (!watching) return;
    watching = false;
    handle.close();
    libc.close(pidfd);
  };
  return new Promise(resolve =>
    child.once("exit", (code, signal) => {
      stop();
      resolve(seen ?? (signal === null ? { kind: "exited", code: code ?? 0 } : signaled(constants.signals[signal])));
    }),
  );
}

/** siginfo_t: si_code is the third int, si_status the seventh. */
function ask(libc: Libc, pid: number): End | undefined {
  const info = new Int32Array(32);
  if (libc.waitid(pid, new Uint8Array(info.buffer), WEXITED | WNOHANG | WNOWAIT) < 0) return undefined;
  const [code, status] = [info[2]!, info[6]!];
  if (code === 0) return undefined;
  return code === CLD_EXITED ? { kind: "exited", code: status } : signaled(status);
}

function signaled(number: number): End {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { kind: "signaled", signal: name ?? `SIGRTMIN+${number - SIGRTMIN}`, number };
}

export function describeEnd(end: End): string {
  return end.kind === "exited" ? `exit status ${end.code}` : end.signal;
}
