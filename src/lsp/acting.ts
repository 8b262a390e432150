// Answers that change or try something: code actions, the lines above declarations, and the commands behind them.

import {
  type CodeAction as Action,
  type CodeActionContext,
  type CodeLens,
  ErrorCodes,
  type Range,
  ResponseError,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  codeActions,
  codeLenses,
  type Diagnostic,
  dotOf,
  filtersOf,
  fixSource,
  graphOf,
  type Lens,
  listing,
  position,
  type Snapshot,
  testPolicies,
  tryCall,
} from "../compiler/index.ts";
import { shownDiagnostic, workspaceEdit } from "./convert.ts";
import { offsetsOf, type Session } from "./session.ts";

/** findings: those that are shown now. */
export function actions(
  session: Session,
  findings: readonly Diagnostic[],
  document: TextDocument,
  range: Range,
  context: CodeActionContext,
): Action[] {
  const snapshot = session.looks.known(document);
  const places = session.places(snapshot);
  const wanted = (kind: string): boolean =>
    context.only === undefined || context.only.some(only => kind === only || kind.startsWith(`${only}.`));
  const here = codeActions(snapshot, offsetsOf(document, range), findings)
    .filter(({ kind }) => wanted(kind))
    .map(({ title, kind, finding, isPreferred, changes }) => ({
      ...{ title, kind, edit: workspaceEdit(changes, places, session.uris) },
      ...(finding && { diagnostics: [shownDiagnostic(finding, places)] }),
      ...(isPreferred && { isPreferred }),
    }));
  return context.only !== undefined && wanted("source.fixAll") ? [...here, ...fixAll(session, snapshot)] : here;
}

/** What `policyc check --fix` does. */
function fixAll(session: Session, snapshot: Snapshot): Action[] {
  const { source } = snapshot;
  const { text, titles } = fixSource(source, each => session.compileAs(each).diagnostics);
  if (text === source.text) return [];
  const changes = [{ source: source.name, edits: [{ start: 0, end: source.text.length, text }] }];
  const edit = workspaceEdit(changes, session.places(snapshot), session.uris);
  return [{ title: `apply ${titles.length} fixes`, kind: "source.fixAll", edit }];
}

export const COMMANDS = {
  showProgram: "policyc.showProgram",
  showGraph: "policyc.showGraph",
  runTests: "policyc.runTests",
  tryCall: "policyc.tryCall",
} as const satisfies { readonly [command in Lens["command"] | "tryCall"]: string };

export async function lenses(session: Session, document: TextDocument): Promise<CodeLens[]> {
  const snapshot = await session.looks.whole(document);
  const places = session.places(snapshot);
  return codeLenses(snapshot).map(({ span, title, command, policy }) => ({
    range: places.rangeOf(span),
    command: { title, command: COMMANDS[command], arguments: [document.uri, policy] },
  }));
}

/** Text for a person to read: the client shows it. Arguments: the document's URI, a policy's name, and for tryCall a call. */
export async function execute(session: Session, command: string, args: readonly unknown[]): Promise<string> {
  const [uri, policy, call] = args;
  const document = typeof uri === "string" ? session.find(uri) : undefined;
  if (document === undefined || typeof policy !== "string") {
    throw new ResponseError(ErrorCodes.InvalidParams, `${command} takes an open document's URI and a policy's name`);
  }
  const snapshot = await session.looks.whole(document);
  const filters = filtersOf(snapshot, policy);
  if (filters.length === 0) return `policy ${policy} has no program: see the mistakes in its text\n`;
  switch (command) {
    case COMMANDS.showProgram:
      return filters.map(filter => listing(filter, snapshot.sources)).join("\n");
    case COMMANDS.showGraph:
      return dotOf(filters.map(filter => graphOf(filter, snapshot.sources)));
    case COMMANDS.runTests:
      return testsOf(snapshot, policy);
    case COMMANDS.tryCall:
      if (typeof call !== "string") throw new ResponseError(ErrorCodes.InvalidParams, "which call is to be tried?");
      return tryCall(snapshot, policy, call)
        .map(line => `${line}\n`)
        .join("");
    default:
      throw new ResponseError(ErrorCodes.InvalidParams, `there is no command ${command}`);
  }
}

function testsOf({ result, source }: Snapshot, policy: string): string {
  const reports = result === undefined ? [] : testPolicies(result.tests, result.filters);
  const rows = reports
    .filter(report => report.policy === policy)
    .flatMap(({ tests }) => tests.flatMap(test => test.rows));
  if (rows.length === 0) return `policy ${policy} has no tests\n`;
  return rows
    .map(({ passed, row }) => {
      const { start, end } = row.span;
      return `${passed ? "holds" : "FAILS"}  line ${position(source, start).line}: ${source.text.slice(start, end)}\n`;
    })
    .join("");
}
