// One sandbox in the monitor's thread: its status socket, its listeners, and what is done with each notification. A forbidden
// call is held, looked at while it is held, and its sandbox killed, whatever came of the look; it is never answered, so it
// never runs. A sandbox is gone when its status socket has ended and every listener has hung up: the kernel gives POLLHUP
// exactly when the last task under the filter is gone.

import {
  emulate,
  type LauncherMessage,
  readMessage,
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_USER_NOTIF,
  type SeccompData,
} from "../compiler/index.ts";
import { readArguments } from "./call-arguments.ts";
import { countCalls } from "./call-counter.ts";
import { callerReader, holdCaller, inspect } from "./held-process.ts";
import { killSandbox } from "./kill-sandbox.ts";
import type { Libc } from "./libc.ts";
import type { Found, Question } from "./monitor.ts";
import { type Notification, notifications } from "./notification.ts";
import { readMemory } from "./process-memory.ts";
import { followStatus } from "./status.ts";
import type { Answer, Launch, Told, Watching } from "./watched.ts";

export interface SandboxWatch {
  kill(): void;
  adopt(listener: number): void;
  answer(call: bigint, answer: Answer): void;
  ask(question: Question): Promise<Found>;
}

/** Notifications of one listener in one turn of the loop: a flood from one sandbox must not hold up the others. */
const BATCH = 64;

const ALLOW: Answer = { kind: "allow" };
const REFUSAL: Answer = { kind: "errno", errno: 1 }; // EPERM
const EINVAL = 22;

/** Owns the launch's descriptors, and closes them before it tells `gone`. */
export function watchSandbox(libc: Libc, launch: Launch, watching: Watching, tell: (told: Told) => void): SandboxWatch {
  const io = notifications(libc);
  const judge = judgeOf(watching);
  const counted = countCalls();
  const listeners = new Set<number>();
  /** Calls that wait for the host, and the listener of each. */
  const asked = new Map<bigint, { readonly listener: number; readonly tid: number; readonly data: SeccompData }>();
  let program: number | undefined; // its pidfd
  let statusEnded = false;
  let ending = false;
  /** A violation is being looked at: the descriptors that it will be ended by stay. */
  let looking = false;

  const kill = () => {
    const pidfds = program === undefined ? [launch.pidfd] : [launch.pidfd, program];
    killSandbox(libc, pidfds, launch.cgroupKill);
  };

  const said = (message: LauncherMessage, fd: number | undefined) => {
    switch (message.kind) {
      case "listener":
        if (fd !== undefined) listen(fd);
        return;
      case "started":
        // The kernel drops the pidfd where it finds no free descriptor for it.
        if (fd === undefined) tell({ event: "started", args: [undefined] });
        else start(fd);
        return;
      case "failure":
        tell({ event: "failed", args: [{ stage: message.stage, result: message.result }] });
        return;
      case "ended":
        tell({ event: "ended", args: [message.end, message.usage] });
    }
  };

  const start = (pidfd: number) => {
    program = pidfd;
    const copy = libc.duplicate(pidfd, 0);
    tell({ event: "started", args: [copy < 0 ? undefined : copy] });
  };

  const ended = () => {
    statusEnded = true;
    settle();
  };

  const listen = (listener: number) => {
    listeners.add(listener);
    io.wakeInTurns(listener);
    const handle = libc.watch(listener, () => {
      for (let count = 0; count < BATCH; count++) {
        const received = io.receive(listener);
        if (received === "none") return;
        if (received === "gone") {
          handle.close();
          libc.close(listener);
          listeners.delete(listener);
          for (const [id, call] of asked) if (call.listener === listener) asked.delete(id);
          settle();
          return;
        }
        if (received !== "withdrawn") take(listener, received);
      }
    });
    tell({ event: "listening", args: [] });
  };

  const take = (listener: number, notification: Notification) => {
    const { id, tid, data } = notification;
    switch (judge(notification)) {
      case "ask":
        asked.set(id, { listener, tid, data });
        tell({ event: "notified", args: [notification] });
        return;
      case "count":
        counted.count(data);
        reply(listener, id, ALLOW);
        return;
      case "forbid":
        if (ending) holdCaller(libc, tid, () => io.isWaiting(listener, id))?.kill();
        else void forbid(listener, notification);
        ending = true;
    }
  };

  const reply = (listener: number, id: bigint, answer: Answer) => {
    // Before 5.5 the kernel cannot let a held call run; without an answer its thread would wait for ever.
    if (io.answer(listener, id, answer) === -EINVAL) io.answer(listener, id, REFUSAL);
  };

  const forbid = async (listener: number, notification: Notification) => {
    const { id, tid, data } = notification;
    const isWaiting = () => io.isWaiting(listener, id);
    looking = true;
    const caller = holdCaller(libc, tid, isWaiting);
    if (io.outlastsSignals) caller?.stop(); // or its other threads would go on meanwhile
    // A defect in reading what a hostile program made must neither spare it nor cost the others their monitor.
    const held = caller && (await inspect(caller, data, isWaiting).catch(() => undefined));
    kill();
    caller?.kill(); // a descendant that left the groups
    looking = false;
    tell({ event: "violation", args: [{ tid, program: held?.name ?? "", data, ...(held && { held }) }] });
    settle();
  };

  const settle = () => {
    if (!statusEnded || listeners.size > 0 || looking) return;
    libc.close(launch.pidfd);
    if (program !== undefined) libc.close(program);
    if (watching.mode === "permissive") tell({ event: "passed", args: [counted.calls(), counted.unlisted()] });
    tell({ event: "gone", args: [] });
  };

  followStatus(libc, launch.status, { message: (bytes, fd) => said(readMessage(bytes), fd), end: ended });
  return {
    kill,
    adopt: listen,
    answer: (call, answer) => {
      const listener = asked.get(call)?.listener;
      asked.delete(call);
      if (listener !== undefined) reply(listener, call, answer);
    },
    ask: async question => {
      const held = asked.get(question.call);
      if (held === undefined || held.tid === 0) return undefined;
      const found = await find(question, held.tid, held.data);
      // Only now is it known that this was the call's process, and no later bearer of its number.
      return asked.has(question.call) && io.isWaiting(held.listener, question.call) ? found : undefined;
    },
  };
}

function find(question: Question, tid: number, data: SeccompData): Promise<Found> {
  return question.kind === "read"
    ? readMemory(tid, question.address, question.length)
    : readArguments(data, callerReader(tid));
}

/** What a notification means. The kernel gives the same word for a kill that is watched and for `notify`. */
function judgeOf(watching: Watching): (notification: Notification) => "forbid" | "ask" | "count" {
  switch (watching.mode) {
    case "enforce":
      return () => "forbid";
    case "notify":
    case "permissive": {
      const { program } = watching;
      const otherwise = watching.mode === "notify" ? "forbid" : "count";
      return ({ data }) => {
        const action = (emulate(program, data).ret & SECCOMP_RET_ACTION_FULL) >>> 0;
        return action === SECCOMP_RET_USER_NOTIF ? "ask" : otherwise;
      };
    }
  }
}
