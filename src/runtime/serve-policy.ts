// The executor's half of a sandboxMeHere() over comms: answers the one question for the policy, takes the listener when the
// filter is in, and says when the monitor has it. Until it asks, the program runs without a filter, by the caller's choice; one
// that ends without ever asking was never sandboxed, which is a set-up error of its sandbox, whatever its exit code.

import { readlinkSync } from "node:fs";
import { auditArch, encode, type Filter, specialise, syscall } from "../compiler/index.ts";
import type { Channel, Control } from "./comms.ts";
import { CommsError } from "./comms-error.ts";
import type { Message } from "./comms-frame.ts";
import { decodeAsk, encodeProgram, TAG } from "./comms-protocol.ts";
import { uses } from "./compile-policy.ts";
import { escapeControls } from "./escape.ts";
import { CANARY, CANARY_CALL } from "./install.ts";
import type { Libc } from "./libc.ts";

export type Served =
  /** The listener is the receiver's. To be told when it is watched; until then the program waits. */
  | { readonly kind: "monitored"; readonly listener: number; readonly watching: () => Promise<void> }
  /** The kernel itself kills. */
  | { readonly kind: "hard"; readonly watching: () => Promise<void> }
  /** The channel was closed and no filter is in. */
  | { readonly kind: "never" }
  /** The program could not put the filter in and ends itself, or it does not keep to the protocol and must be ended. */
  | { readonly kind: "failed"; readonly message: string };

/** `written` is as compiled; with `monitored` its kills become notifications where the program can hand over a listener. */
export async function servePolicy(
  libc: Libc,
  { control }: Pick<Channel, "control">,
  written: Filter,
  { monitored }: { readonly monitored: boolean },
): Promise<Served> {
  try {
    return await serve(libc, control, written, monitored);
  } catch (error) {
    if (error instanceof CommsError) return { kind: "failed", message: error.message };
    throw error;
  }
}

/** Once with a listener and once without; a program that was refused may try again. */
const MAX_ASKS = 16;

async function serve(libc: Libc, control: Control, written: Filter, monitored: boolean): Promise<Served> {
  let offered: boolean | undefined; // whether with a listener
  let next = control.receive();
  for (let asked = 0; ; asked++) {
    const message = await next;
    if (message === undefined) return { kind: "never" };
    if (message.tag === TAG.ask && message.fds.length === 0 && asked < MAX_ASKS) {
      const ask = decodeAsk(message.bytes);
      const refusal = refuse(written, ask, monitored);
      // Before the answer is out: the next message must find somebody who waits.
      next = control.receive();
      next.catch(() => undefined);
      if (refusal !== undefined) {
        await control.send(TAG.refused, new TextEncoder().encode(refusal));
        continue;
      }
      offered = monitored && ask.listens;
      await control.send(TAG.program, programFor(written, offered));
    } else {
      return conclude(libc, control, message, offered);
    }
  }
}

function conclude(libc: Libc, control: Control, message: Message, offered: boolean | undefined): Served {
  const { tag, bytes, fds } = message;
  const watching = () => control.send(TAG.watching);
  const [listener] = fds;
  if (tag === TAG.listener && offered === true && fds.length === 1 && isListener(listener!)) {
    return { kind: "monitored", listener: listener!, watching };
  }
  for (const fd of fds) libc.close(fd);
  if (tag === TAG.installed && offered === false) return { kind: "hard", watching };
  if (tag === TAG.failed) return { kind: "failed", message: readable(bytes) };
  const problem = `the program sent ${tag === TAG.listener ? "what is no listener" : "an unexpected message"}`;
  return { kind: "failed", message: `${problem} instead of putting its filter in` };
}

function refuse(written: Filter, ask: ReturnType<typeof decodeAsk>, monitored: boolean): string | undefined {
  if (ask.auditArch !== auditArch(written.target)) {
    return `policy ${written.policy} is for ${written.target}, and the program runs on another architecture`;
  }
  if (uses(written, "notify") && !(monitored && ask.listens)) {
    return `policy ${written.policy} has \`notify\` rules, and they need a listener, which the program cannot hand over here`;
  }
  return undefined;
}

/** A descriptor that only calls itself a listener would hide that nobody hears the filter. */
function isListener(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:seccomp notify";
  } catch {
    return false;
  }
}

/** Generating and proving takes longer than all the rest. */
const programs = { monitored: new WeakMap<Filter, Uint8Array>(), hard: new WeakMap<Filter, Uint8Array>() };

function programFor(written: Filter, listens: boolean): Uint8Array {
  const cache = programs[listens ? "monitored" : "hard"];
  const known = cache.get(written);
  if (known !== undefined) return known;
  const { program, slots, target } = specialise(written, {
    monitored: listens,
    tickets: ticketedCalls(written.target),
  });
  const records = encode(program);
  const message = encodeProgram({ auditArch: auditArch(target), listens, canary: CANARY, slots, records });
  cache.set(written, message);
  return message;
}

/** What the program does after seccomp(2): say so, let go of the listener, and wait for the answer. */
function ticketedCalls(target: Filter["target"]) {
  const allowed = ["sendmsg", "recvmsg", "close"].map(name => {
    return { nr: syscall(target, name)!.nr, name, action: { kind: "allow" } } as const;
  });
  return [CANARY_CALL, ...allowed];
}

/** For people: what the program says is untrusted, and may be anything. */
function readable(bytes: Uint8Array): string {
  return escapeControls(Buffer.from(bytes.subarray(0, 1000)).toString("latin1"));
}
