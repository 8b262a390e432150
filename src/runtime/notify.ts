// The host's callbacks, and the calls that a policy's `notify` rules leave to it. Whatever a callback does, the call is
// answered: one that throws, or gives what is no answer, denies.
//
// The registers of a call are what the kernel will act on; memory that they point to is not. Another thread can change it
// between a look and the call (seccomp_unotify(2)), so who has read memory can deny and emulate, and not allow.

import type { ChildProcess } from "node:child_process";
import { type Arch, archOf, syscallByNr } from "../compiler/index.ts";
import type { Comms } from "./comms-content.ts";
import { describeCall } from "./describe-call.ts";
import type { WatchedSandbox } from "./monitor.ts";
import type { Notification } from "./notification.ts";
import type { Result } from "./result.ts";
import type { Violation } from "./violation.ts";
import type { Answer } from "./watched.ts";

/** All are called on this thread, none before what it tells of is done. */
export interface Notify {
  /** The supervisor process is there, which has the program's pipes. Who takes it takes those too: Sandbox has none then. */
  spawned?(child: ChildProcess): void;
  /** The program runs. If this throws, the sandbox is killed. */
  started?(pid: number, comms: Comms | undefined): void;
  /** The sandbox is killed already. */
  violation?(violation: Violation): void;
  /** A call that a `notify` rule leaves to the host. The program waits for the answer; a throw is EPERM to it. */
  call?(call: Call): Answer | Promise<Answer>;
  /** Right before the result is handed out. */
  finished?(result: Result): void;
}

export interface Call {
  /** `[X86-64] socket [41](2, 1, 0) IP: 0x401682` */
  readonly description: string;
  readonly arch: Arch | undefined;
  readonly name: string | undefined;
  readonly nr: number;
  /** The registers. A pointer's value is certain, what it points to is not. */
  readonly args: Notification["data"]["args"];
  readonly instructionPointer: bigint;
  /** The calling thread as this process sees it; 0 where it does not. For people: it may be another's by now. */
  readonly tid: number;
  /** Memory of the caller: UNTRUSTED, and whoever has read it can no longer answer by `allow`. undefined: not to be had. */
  readMemory(address: bigint, length: number): Promise<Uint8Array | undefined>;
}

const DENIED: Answer = { kind: "errno", errno: 1 }; // EPERM
const MAX_ERRNO = 4095;

/** Answers one call by the host's word. note: what went wrong, once known. */
export async function answerCall(
  sandbox: WatchedSandbox,
  notification: Notification,
  call: NonNullable<Notify["call"]>,
  note: (text: string) => void,
): Promise<void> {
  const looked = { atMemory: false };
  const asked = describe(sandbox, notification, looked);
  let answer = DENIED;
  try {
    const given = await call(asked);
    const wrong = refusal(given, looked.atMemory);
    if (wrong === undefined) answer = given;
    else note(`${asked.description} got EPERM: ${wrong}`);
  } catch (error) {
    note(`${asked.description} got EPERM: the \`call\` callback threw: ${messageOf(error)}`);
  }
  sandbox.answer(notification.id, answer);
}

function describe(sandbox: WatchedSandbox, { id, tid, data }: Notification, looked: { atMemory: boolean }): Call {
  const arch = archOf(data.arch, data.nr);
  return {
    description: describeCall(data),
    arch,
    name: arch && syscallByNr(arch, data.nr)?.name,
    nr: data.nr,
    args: data.args,
    instructionPointer: data.instruction_pointer,
    tid,
    readMemory: (address, length) => {
      looked.atMemory = true;
      return sandbox.read(id, address, length);
    },
  };
}

/** What types do not keep a callback from. */
function refusal(given: Answer, looked: boolean): string | undefined {
  switch (given?.kind) {
    case "allow":
      return looked ? "`allow` after a look at memory, which the program can change until the call runs" : undefined;
    case "errno":
      if (Number.isInteger(given.errno) && given.errno > 0 && given.errno <= MAX_ERRNO) return undefined;
      return `${given.errno} is no errno`;
    case "value":
      return typeof given.value === "bigint" ? undefined : "the value is no bigint";
    default:
      return "the `call` callback gave no answer";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
