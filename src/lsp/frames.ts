// Bytes of a client to messages. Unlike the protocol library's own reader it finds its way back after a frame that makes no
// sense: a header that is none is skipped up to the next one, a body that is not JSON is answered as a parse error.

import {
  AbstractMessageReader,
  type DataCallback,
  type Disposable,
  ErrorCodes,
  type Message,
} from "vscode-languageserver/node";
import type { Gate, Refusal } from "./gate.ts";

const HEADER = /^Content-Length: *(\d+)\r?$/im;
const BLANK = Buffer.from("\r\n\r\n");
const NEXT = Buffer.from("Content-Length:");
/** Larger than any text that an editor would send. */
const MOST_BYTES = 256 << 20;

/** refuse: told of each frame that is no message, and of each message that the gate does not let in. */
export class FrameReader extends AbstractMessageReader {
  readonly #input: NodeJS.ReadableStream;
  readonly #gate: Gate;
  readonly #refuse: (refusal: Refusal, message: Message | undefined) => void;

  constructor(
    input: NodeJS.ReadableStream,
    gate: Gate,
    refuse: (refusal: Refusal, message: Message | undefined) => void,
  ) {
    super();
    this.#input = input;
    this.#gate = gate;
    this.#refuse = refuse;
  }

  listen(callback: DataCallback): Disposable {
    // Joined when there may be a whole frame only: a text of many megabytes comes in thousands of chunks.
    let chunks: Buffer[] = [];
    let [length, wanted] = [0, 0];
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < wanted) return;
      let pending = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      for (;;) {
        const taken = takeFrame(pending);
        if ("wanted" in taken) {
          [chunks, length, wanted] = [[pending], pending.length, taken.wanted];
          return;
        }
        pending = taken.rest;
        const message = "body" in taken ? parse(taken.body) : undefined;
        const refusal = message === undefined ? noMessage("body" in taken) : this.#gate(message);
        if (refusal !== undefined) this.#refuse(refusal, message);
        else if (message !== undefined) callback(message);
      }
    };
    const onClose = (): void => this.fireClose();
    this.#input.on("data", onData);
    this.#input.on("end", onClose);
    this.#input.on("error", error => this.fireError(error));
    return { dispose: () => void this.#input.off("data", onData).off("end", onClose) };
  }
}

function noMessage(hasBody: boolean): Refusal {
  const message = hasBody ? "the message is not JSON-RPC" : "the header has no Content-Length";
  return { code: ErrorCodes.ParseError, message };
}

/** wanted: so many bytes are needed. Without a body, something that is no frame was skipped. */
type Taken = { readonly wanted: number } | { readonly body: Buffer; readonly rest: Buffer } | { readonly rest: Buffer };

function takeFrame(bytes: Buffer): Taken {
  const end = bytes.indexOf(BLANK);
  if (end < 0) return { wanted: bytes.length + 1 };
  const header = bytes.toString("latin1", 0, end);
  const start = end + BLANK.length;
  const length = Number(HEADER.exec(header)?.[1] ?? Number.NaN);
  // What precedes the header on its line is the tail of a frame that was longer than it said.
  const isClean = header.split("\r\n").every(line => /^[A-Za-z-]+:/.test(line));
  if (!isClean || !(length <= MOST_BYTES)) {
    const next = bytes.indexOf(NEXT, 1);
    return { rest: next < 0 ? bytes.subarray(start) : bytes.subarray(next) };
  }
  if (bytes.length < start + length) return { wanted: start + length };
  return { body: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

function parse(body: Buffer): Message | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && (value as { readonly jsonrpc?: unknown }).jsonrpc === "2.0";
}
