// A small client of the language server over stdio, for tests: requests that wait for their answers, notifications, raw bytes,
// and the findings that the server tells unasked.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Shown {
  readonly range: Range;
  readonly severity: number;
  readonly code: string;
  readonly message: string;
  readonly tags?: readonly number[];
  readonly codeDescription?: { readonly href: string };
  readonly relatedInformation?: readonly { readonly location: { readonly uri: string; readonly range: Range } }[];
}

export interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly Shown[];
}

// biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as there are requests
type Json = any;

export interface Client {
  readonly child: ChildProcess;
  readonly request: (method: string, params: unknown) => Promise<Json>;
  /** The identity of a request whose answer is not waited for. */
  readonly send: (method: string, params: unknown) => { readonly id: number; readonly answer: Promise<Json> };
  readonly notify: (method: string, params: unknown) => void;
  readonly raw: (bytes: string | Uint8Array) => void;
  /** The next answer without an identity: to something that was no request. */
  readonly refusal: () => Promise<Json>;
  readonly open: (uri: string, text: string, version?: number) => void;
  readonly change: (uri: string, version: number, changes: readonly unknown[]) => void;
  /** Findings told for this version of a text; the last of them when it has told them for `quietMs`. */
  readonly findings: (uri: string, version: number, quietMs?: number) => Promise<Published>;
  /** The next request of the server with this method; it is answered with null. */
  readonly asked: (method: string) => Promise<Json>;
  readonly initialize: (more?: object) => Promise<Json>;
  /** Its exit status. */
  readonly end: () => Promise<number | null>;
}

export const URI = "file:///tmp/policyc-test/a.policy";

/** node: arguments for Node in front of the program. */
export function startServer(node: readonly string[] = []): Client {
  const child = spawn(process.execPath, [...node, cli, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, { resolve: (value: Json) => void; reject: (error: Error) => void }>();
  const refusals: Json[] = [];
  const published: Published[] = [];
  const demands: Json[] = [];
  let heard: () => void = () => undefined;
  let id = 0;
  const receive = (message: Json): void => {
    if (message.method === "textDocument/publishDiagnostics") published.push(message.params);
    else if (message.method !== undefined && message.id !== undefined) {
      demands.push(message);
      write({ id: message.id, result: null });
    } else if (message.id === null) refusals.push(message);
    else if (message.method === undefined) {
      const { resolve, reject } = waiting.get(message.id)!;
      if (message.error) reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
      else resolve(message.result);
    }
    heard();
  };
  readFrames(child, receive);
  const raw = (bytes: string | Uint8Array): void => void child.stdin!.write(bytes);
  const write = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    raw(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  };
  const send: Client["send"] = (method, params) => {
    const own = ++id;
    const answer = new Promise<Json>((resolve, reject) => waiting.set(own, { resolve, reject }));
    write({ id: own, method, params });
    return { id: own, answer };
  };
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("the server said nothing for 20 s")), 20_000);
        heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const notify = (method: string, params: unknown): void => write({ method, params });
  return {
    ...{ child, send, notify, raw },
    request: (method, params) => send(method, params).answer,
    refusal: () => until(() => refusals.shift()),
    open: (uri, text, version = 1) =>
      notify("textDocument/didOpen", { textDocument: { uri, languageId: "policy", version, text } }),
    change: (uri, version, contentChanges) =>
      notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges }),
    findings: async (uri, version, quietMs = 0) => {
      const last = (): Published | undefined =>
        published.findLast(each => each.uri === uri && each.version === version);
      let found = await until(last);
      for (let before: Published | undefined; before !== found; ) {
        before = found;
        await new Promise(resolve => setTimeout(resolve, quietMs));
        found = last()!;
      }
      return found;
    },
    asked: method =>
      until(() => {
        const at = demands.findIndex(each => each.method === method);
        return at < 0 ? undefined : demands.splice(at, 1)[0];
      }),
    initialize: async (more = {}) => {
      const result = await send("initialize", { processId: null, rootUri: null, capabilities: {}, ...more }).answer;
      notify("initialized", {});
      return result;
    },
    end: async () => {
      const exited = new Promise<number | null>(resolve => child.on("exit", resolve));
      await send("shutdown", null).answer;
      notify("exit", null);
      return exited;
    },
  };
}

function readFrames(child: ChildProcess, receive: (message: Json) => void): void {
  let pending = Buffer.alloc(0);
  child.stdout!.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(pending.toString("latin1", 0, end))![1]);
      if (pending.length < end + 4 + length) return;
      const body = pending.subarray(end + 4, end + 4 + length).toString();
      pending = pending.subarray(end + 4 + length);
      receive(JSON.parse(body));
    }
  });
}
