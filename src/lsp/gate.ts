// What of a client's messages goes in: in the order that the protocol gives a session (initialize, then anything, then shutdown,
// then exit only), and with the texts, positions and ranges that it says it has. What is refused never reaches an answer.

import { ErrorCodes, type Message } from "vscode-languageserver/node";

export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** undefined: it may go in. */
export type Gate = (message: Message) => Refusal | undefined;

export function createGate(): Gate {
  let state: "new" | "running" | "shut down" = "new";
  return message => {
    const { method, id, params } = message as {
      readonly method?: unknown;
      readonly id?: unknown;
      readonly params?: unknown;
    };
    if (typeof method !== "string") return undefined; // an answer to a request of ours
    if (method === "exit") return undefined;
    if (method === "initialize" && state === "new" && isRecord(params)) {
      state = "running";
      return undefined;
    }
    if (state === "new") return { code: ErrorCodes.ServerNotInitialized, message: "the server is not initialized" };
    if (state === "shut down") return { code: ErrorCodes.InvalidRequest, message: "the server is shut down" };
    if (method === "initialize") return { code: ErrorCodes.InvalidRequest, message: "initialize comes once" };
    if (method === "shutdown" && id !== undefined) state = "shut down";
    const problem = method.startsWith("textDocument/") ? problemOf(params) : undefined;
    return problem === undefined ? undefined : { code: ErrorCodes.InvalidParams, message: `${method}: ${problem}` };
  };
}

type Fields = { readonly [name: string]: unknown };

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function problemOf(params: unknown): string | undefined {
  if (!isRecord(params) || !isRecord(params.textDocument) || typeof params.textDocument.uri !== "string") {
    return "there is no textDocument with a uri";
  }
  const { textDocument, position, range, positions, contentChanges } = params;
  if ("text" in textDocument && typeof textDocument.text !== "string") return "the text is none";
  if (position !== undefined && !isPosition(position)) return "the position is none";
  if (range !== undefined && !isRange(range)) return "the range is none";
  if (positions !== undefined && !(Array.isArray(positions) && positions.every(isPosition)))
    return "a position is none";
  if (contentChanges !== undefined && !(Array.isArray(contentChanges) && contentChanges.every(isChange)))
    return "a change is none";
  return undefined;
}

function isPosition(value: unknown): boolean {
  return isRecord(value) && Number.isInteger(value.line) && Number.isInteger(value.character);
}

function isRange(value: unknown): boolean {
  return isRecord(value) && isPosition(value.start) && isPosition(value.end);
}

function isChange(value: unknown): boolean {
  return isRecord(value) && typeof value.text === "string" && (value.range === undefined || isRange(value.range));
}
