// A call that the policy leaves to its host by `notify`: what the callback is given, and how its answer is checked before the
// kernel gets it. The rule that this file keeps (attack 25): by the time that the kernel runs a call its memory may hold
// something else than what was looked at, for another thread can write there at any moment. So a decision that looked at
// memory may refuse a call or answer it in its place, but never let it run.

import { type Arch, type Arg, archOf, type SeccompData, syscallByNr } from "../compiler/index.ts";
import { type ReadArgument, showChoice } from "./call-arguments.ts";
import { asRead, describeCall } from "./describe-call.ts";
import type { WatchedSandbox } from "./monitor.ts";
import type { Notification } from "./notification.ts";
import type { Answer } from "./watched.ts";

/**
 * Decides a call. What it throws, and an answer that is none, is EPERM to the program; an answer that does not come in time
 * is ETIMEDOUT. Only the calling thread waits meanwhile.
 */
export type AnswerCall = (call: NotifiedCall) => Answer | Promise<Answer>;

export interface NotifiedCall {
  /** The ABI it came through, and its name there; undefined for a number without one. */
  readonly arch: Arch | undefined;
  readonly call: string | undefined;
  /** The registers: what the kernel itself decides by, and cannot change any more. */
  readonly data: SeccompData;
  /** The same by the kernel's types. */
  readonly args: readonly NotifiedArgument[];
  /** The calling thread as this process sees it, for logs. It may be another's by the time it is used. */
  readonly tid: number;
  /** `[X86-64] openat [257](-100, 0x7ffe, 0x80241, 0x1a4) IP: 0x401682` */
  readonly description: string;
  /** Whether something that the program can change has been read. Then `allow` is refused. */
  readonly tainted: boolean;
  /**
   * Bytes of the caller's memory, as they are now: untrusted, and no ground to allow the call. Fewer where its mapping ends;
   * undefined where nothing can be read, or the call waits no more. Reading taints the call.
   */
  read(address: bigint, length: number): Promise<Uint8Array | undefined>;
  /** Descriptors, paths, strings and socket addresses in words, as in a violation's report. Reading taints the call. */
  readArguments(): Promise<readonly ReadArgument[]>;
}

export interface NotifiedArgument {
  /** The kernel's name for it. */
  readonly name: string;
  /** As the kernel reads it: cut to its width, with its sign. An address where `pointer`. */
  readonly value: bigint;
  readonly pointer: boolean;
  /** Flags and choices by name: `O_WRONLY|O_CREAT`. */
  readonly text: string | undefined;
}

export interface AnswerOptions {
  /** What is told of an answer that was not taken, for people. */
  readonly note: (text: string) => void;
  /** Milliseconds. */
  readonly within?: number;
}

const WITHIN_MS = 10_000;
const LONGEST_READ = 1 << 20;
const EPERM = 1;
const ETIMEDOUT = 110;
const MAX_ERRNO = 4095;

type Sandbox = Pick<WatchedSandbox, "answer" | "read" | "look">;

/** Asks the callback and answers the kernel, whatever the callback does. Never rejects. */
export async function answerCall(
  sandbox: Sandbox,
  notification: Notification,
  callback: AnswerCall,
  { note, within = WITHIN_MS }: AnswerOptions,
): Promise<void> {
  const call = notifiedCall(sandbox, notification);
  const refuse = (errno: number, why: string): Answer => {
    note(`${call.description}: ${why}`);
    return { kind: "errno", errno };
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">(resolve => {
    timer = setTimeout(resolve, within, "late");
  });
  let answer: Answer;
  try {
    const given = await Promise.race([Promise.resolve(call).then(callback), late]);
    const wrong = given === "late" ? undefined : wrongAnswer(given, call);
    if (given === "late") answer = refuse(ETIMEDOUT, `no answer within ${within} ms; the program got ETIMEDOUT`);
    else answer = wrong === undefined ? given : refuse(EPERM, `${wrong}; the program got EPERM`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer = refuse(EPERM, `the callback threw: ${message}; the program got EPERM`);
  } finally {
    clearTimeout(timer);
  }
  sandbox.answer(notification.id, answer);
}

/** What keeps an answer from the kernel. Types do not keep a caller from any of it. */
function wrongAnswer(answer: Answer, call: NotifiedCall): string | undefined {
  switch (answer?.kind) {
    case "allow":
      return call.tainted
        ? "`allow` after reading what the program can change meanwhile is refused: answer by errno or value, or decide by registers alone"
        : undefined;
    case "errno": {
      const { errno } = answer;
      const ok = Number.isInteger(errno) && errno >= 1 && errno <= MAX_ERRNO;
      return ok ? undefined : `${String(errno)} is no errno from 1 to ${MAX_ERRNO}`;
    }
    case "value": {
      const { value } = answer;
      const ok = typeof value === "bigint" && BigInt.asIntN(64, value) === value;
      return ok ? undefined : `${String(value)} is no bigint of 64 bits with a sign`;
    }
    default:
      return "the callback gave no answer";
  }
}

function notifiedCall(sandbox: Sandbox, { id, tid, data }: Notification): NotifiedCall {
  const arch = archOf(data.arch, data.nr);
  const call = arch && syscallByNr(arch, data.nr);
  let tainted = false;
  return {
    arch,
    call: call?.name,
    data,
    args: call === undefined ? [] : call.args.map((arg, i) => argument(arch!, call.name, arg, data.args[i]!)),
    tid,
    description: describeCall(data),
    get tainted() {
      return tainted;
    },
    read: (address, length) => {
      if (typeof address !== "bigint" || !Number.isInteger(length) || length < 1 || length > LONGEST_READ)
        throw new TypeError(`read takes a bigint and a length from 1 to ${LONGEST_READ}`);
      tainted = true; // before the bytes are there: a callback could answer without waiting for them
      return sandbox.read(id, address, length);
    },
    readArguments: async () => {
      tainted = true;
      return (await sandbox.look(id)) ?? [];
    },
  };
}

function argument(arch: Arch, call: string, arg: Arg, register: bigint): NotifiedArgument {
  const value = asRead(arg, register);
  const text = arg.pointer ? undefined : showChoice(arch, call, arg, value);
  return { name: arg.name, value, pointer: arg.pointer, text };
}
