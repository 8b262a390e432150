// A headless Chromium with one page, spoken to over the pipe of its DevTools protocol: loads a file, runs expressions in it, takes
// pictures, and remembers what the page asked of a network and what it complained of.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

export interface Page {
  /** Loads a URL and waits for it. */
  open(url: string): Promise<void>;
  /** The value of an expression in the page; a promise is waited for. */
  run<T>(expression: string): Promise<T>;
  /** Emulates a preference, as `prefers-color-scheme`. */
  prefer(name: string, value: string): Promise<void>;
  /** PNG of the whole page. */
  picture(): Promise<Uint8Array>;
  /** URLs asked for, the page's own left out. */
  readonly asked: readonly string[];
  /** Errors and warnings of its console, violations of its policy included. */
  readonly complaints: readonly string[];
}

/** Of the events that are listened to. */
interface EventParams {
  readonly type?: string;
  readonly request?: { readonly url: string };
  readonly entry?: { readonly text: string };
  readonly exceptionDetails?: Thrown;
  readonly message?: string;
}

interface Thrown {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: EventParams;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: Thrown;
}

function thrown(details: Thrown | undefined): string {
  return details?.exception?.description ?? details?.text ?? "";
}

/** `close` ends it, and its helpers with it. */
export async function launch(): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), "policyc-chromium-"));
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1300,1000"];
  const browser = spawn(
    "chromium",
    [...options, "--disable-dev-shm-usage", `--user-data-dir=${profile}`, "--remote-debugging-pipe"],
    // A group of its own: its helpers go with it.
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true },
  );
  const ended = new Promise<void>(resolve => browser.once("close", () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    browser.once("error", reject);
    browser.once("exit", code => reject(new Error(`chromium ended with ${code}`)));
  });
  failed.catch(() => undefined);
  const close = async (): Promise<void> => {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const page = await Promise.race([attached(browser.stdio[3] as Writable, browser.stdio[4] as Readable), failed]);
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function attached(output: Writable, input: Readable): Promise<Page> {
  const waiting = new Map<number, (message: Message) => void>();
  const heard = new Set<(message: Message) => void>();
  let ids = 0;
  let session: string | undefined;
  let rest = "";
  input.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop()!;
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id === undefined) for (const hear of heard) hear(message);
      else waiting.get(message.id)?.(message);
    }
  });
  const send = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++ids;
    const answer = new Promise<Message>(resolve => waiting.set(id, resolve));
    output.write(`${JSON.stringify({ id, method, params, ...(session && { sessionId: session }) })}\0`);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  };
  const asked: string[] = [];
  const complaints: string[] = [];
  const { targetId } = await send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
  session = (await send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  heard.add(({ method, params }) => {
    if (method === "Network.requestWillBeSent" && params?.type !== "Document") asked.push(params?.request?.url ?? "");
    if (method === "Log.entryAdded") complaints.push(params?.entry?.text ?? "");
    if (method === "Runtime.exceptionThrown") complaints.push(thrown(params?.exceptionDetails));
    if (method === "Page.javascriptDialogOpening") complaints.push(`dialog: ${params?.message}`);
  });
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  return {
    asked,
    complaints,
    async open(url) {
      asked.length = 0;
      complaints.length = 0;
      const loaded = new Promise<void>(resolve => {
        const hear = ({ method }: Message): void => {
          if (method !== "Page.loadEventFired") return;
          heard.delete(hear);
          resolve();
        };
        heard.add(hear);
      });
      await send("Page.navigate", { url });
      await loaded;
    },
    async run(expression) {
      const { result, exceptionDetails } = await send<Evaluated>("Runtime.evaluate", {
        ...{ expression, awaitPromise: true, returnByValue: true },
      });
      if (exceptionDetails !== undefined) throw new Error(thrown(exceptionDetails));
      return result.value as never;
    },
    prefer: (name, value) => send("Emulation.setEmulatedMedia", { features: [{ name, value }] }),
    async picture() {
      const { data } = await send<{ data: string }>("Page.captureScreenshot", { captureBeyondViewport: true });
      return Buffer.from(data, "base64");
    },
  };
}
