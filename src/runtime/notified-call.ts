// A call that the policy leaves to its host by `notify`: what the callback is given, and how its answer is checked before the
// kernel gets it. The rule that this file keeps (attack 25): by the time that the kernel runs a call its memory may hold
// something else than what was looked at, for another thread can write there at any moment. So a decision that looked at
// memory may refuse a call or answer it in its place, but never let it run.

import { type Arch, type Arg, archOf, errnoName, type SeccompData, syscallByNr } from "../compiler/index.ts";
import { type ReadArgument, showChoice } from "./call-arguments.ts";
import { deferred } from "./deferred.ts";
import { asRead, describeCall } from "./describe-call.ts";
import { messageOf } from "./message-of.ts";
import type { WatchedSandbox } from "./monitor.ts";
import type { Notification } from "./notification.ts";
import { wallClock } from "./wall-clock.ts";
import type { Answer } from "./watched.ts";

/** Decides a call. The calling thread waits for it, and nobody else. */
export type AnswerCall = (call: NotifiedCall) => Answer | Promise<Answer>;

export interface NotifiedCall {
  /** `[X86-64] openat [257](-100, 0x7ffe, 0x80241, 0x1a4) IP: 0x401682` */
  readonly description: string;
  /** The ABI it came through, and its name there; undefined for a number without one. */
  readonly arch: Arch | undefined;
  readonly name: string | undefined;
  readonly nr: number;
  /** The registers: what the kernel acts on, and nothing can change any more. What a pointer points to is another matter. */
  readonly args: SeccompData["args"];
  /** The same by the kernel's types. */
  readonly arguments: readonly NotifiedArgument[];
  readonly instructionPointer: bigint;
  /** The calling thread as this process sees it; 0 where it does not. For people: it may be another's by now. */
  readonly tid: number;
  /** Whether something that the program can change has been read. Then `allow` is refused. */
  readonly tainted: boolean;
  /**
   * Bytes of the caller's memory as they are now: UNTRUSTED. Fewer where its mapping ends; undefined where nothing can be read,
   * or the call waits no more. Reading taints the call.
   */
  readMemory(address: bigint, length: number): Promise<Uint8Array | undefined>;
  /** Descriptors, paths, strings and socket addresses in words, as a violation's report has them: UNTRUSTED. Reading taints. */
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
  /** Why the callback's answer was not taken, for people. */
  readonly note: (text: string) => void;
  /** Milliseconds for an answer; 0: for as long as it takes. */
  readonly within?: number;
}

const WITHIN_MS = 10_000;
const LONGEST_READ = 1 << 20;
const EPERM = 1;
const ETIMEDOUT = 110;
const MAX_ERRNO = 4095;

type Sandbox = Pick<WatchedSandbox, "answer" | "read" | "look">;

/**
 * Asks the callback and answers the kernel, whatever the callback does: what it throws, and what is no answer, is EPERM to the
 * program; an answer that does not come in time is ETIMEDOUT. Never rejects.
 */
export async function answerCall(
  sandbox: Sandbox,
  notification: Notification,
  callback: AnswerCall,
  { note, within = WITHIN_MS }: AnswerOptions,
): Promise<void> {
  const call = describe(sandbox, notification);
  const refuse = (errno: number, why: string): Answer => {
    // Without arguments: calls by the thousand are to give few different notes.
    note(`${call.name ?? `syscall(${call.nr})`} got ${errnoName(errno)}: ${why}`);
    return { kind: "errno", errno };
  };
  const late = deferred<"late">();
  const clock = wallClock(() => late.resolve("late"));
  clock.set(within);
  clock.start();
  let answer: Answer;
  try {
    const given = await Promise.race([Promise.resolve(call).then(callback), late.promise]);
    const wrong = given === "late" ? undefined : wrongAnswer(given, call);
    if (given === "late") answer = refuse(ETIMEDOUT, `no answer came within ${within} ms`);
    else answer = wrong === undefined ? plain(given) : refuse(EPERM, wrong);
  } catch (error) {
    answer = refuse(EPERM, `the \`call\` callback threw: ${messageOf(error)}`);
  } finally {
    clock.stop();
  }
  sandbox.answer(notification.id, answer);
}

/** What else hangs on the object may be nothing that can be sent to the monitor, a function say. */
function plain(answer: Answer): Answer {
  switch (answer.kind) {
    case "allow":
      return { kind: "allow" };
    case "errno":
      return { kind: "errno", errno: answer.errno };
    case "value":
      return { kind: "value", value: answer.value };
  }
}

/** What keeps an answer from the kernel. Types do not keep a caller from any of it. */
function wrongAnswer(answer: Answer, call: NotifiedCall): string | undefined {
  switch (answer?.kind) {
    case "allow":
      return call.tainted
        ? "`allow` after a look at memory, which the program can change until the call runs"
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
      return "the `call` callback gave no answer";
  }
}

function describe(sandbox: Sandbox, { id, tid, data }: Notification): NotifiedCall {
  const arch = archOf(data.arch, data.nr);
  const call = arch && syscallByNr(arch, data.nr);
  let tainted = false;
  return {
    description: describeCall(data),
    arch,
    name: call?.name,
    nr: data.nr,
    args: data.args,
    arguments: call === undefined ? [] : call.args.map((arg, i) => argument(arch!, call.name, arg, data.args[i]!)),
    instructionPointer: data.instruction_pointer,
    tid,
    get tainted() {
      return tainted;
    },
    readMemory: (address, length) => {
      if (typeof address !== "bigint" || !Number.isInteger(length) || length < 1 || length > LONGEST_READ)
        throw new TypeError(`readMemory takes a bigint and a length from 1 to ${LONGEST_READ}`);
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
