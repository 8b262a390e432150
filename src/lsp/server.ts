// The language server: a connection over two streams, wired to the answers. It introduces itself before the compiler is loaded,
// which the first document asks for; a request waits for that. Requests that the client has withdrawn meanwhile are not answered.

import {
  type CancellationToken,
  type Connection,
  createConnection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ProposedFeatures,
  ResponseError,
  SemanticTokensBuilder,
  StreamMessageWriter,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { InlayOptions, Severities } from "../compiler/index.ts";
import { CAPABILITIES, PULLED } from "./capabilities.ts";
import type { Checks } from "./checks.ts";
import { FrameReader } from "./frames.ts";
import { createGate } from "./gate.ts";
import type { Session } from "./session.ts";
import { shippedFolder } from "./shipped.ts";
import { createUris } from "./uris.ts";

export interface Io {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly version: string;
  /** Severities that a project sets for a policy of this path; throws what is wrong with its settings. */
  readonly loadSeverities: () => Promise<(path: string) => Severities>;
}

/** Ends with the status that the process owes its client: 0 after `shutdown`, else 1. */
export function serve(io: Io): Promise<number> {
  const writer = new StreamMessageWriter(io.output);
  const reader = new FrameReader(io.input, createGate(), (error, message) => {
    const id = message === undefined ? null : (message as { readonly id?: number | string }).id;
    if (id === undefined) return; // a notification has no answer
    void writer.write({ jsonrpc: "2.0", id, error } as never).catch(() => undefined);
  });
  const connection = createConnection(ProposedFeatures.all, reader, writer, {
    connectionStrategy: {
      // What waits in line when it is withdrawn never runs.
      cancelUndispatched: message => ({
        jsonrpc: "2.0",
        id: "id" in message ? (message.id as number) : null,
        error: { code: LSPErrorCodes.RequestCancelled, message: "cancelled" },
      }),
    },
  });
  return new Promise(end => {
    const isShutDown = wire(connection, io);
    connection.onExit(() => end(isShutDown() ? 0 : 1));
    reader.onClose(() => end(isShutDown() ? 0 : 1));
    connection.listen();
  });
}

/** Loaded together, when the first text comes. */
interface Answers {
  readonly session: Session;
  readonly checks: Checks;
  readonly Outdated: typeof import("./looks.ts").Outdated;
  readonly writing: typeof import("./writing.ts");
  readonly navigating: typeof import("./navigating.ts");
  readonly shaping: typeof import("./shaping.ts");
  readonly acting: typeof import("./acting.ts");
}

function wire(connection: Connection, io: Io): () => boolean {
  const documents = new TextDocuments({
    create: TextDocument.create,
    update: (document: TextDocument, changes, version: number) => {
      // Changes are made one upon the other: one from the past would tear the text.
      if (version > document.version) return TextDocument.update(document, changes, version);
      connection.console.warn(`${document.uri}: change ${version} came after ${document.version} and is left out`);
      return document;
    },
  });
  let inlay = inlayFrom(undefined);
  const uris = createUris(shippedFolder("policies/std/"));
  let folders: string[] = [];
  let client: InitializeParams | undefined;
  let isShutDown = false;
  let loading: Promise<Answers> | undefined;
  const answers = (): Promise<Answers> => {
    loading ??= load();
    return loading;
  };

  async function load(): Promise<Answers> {
    const [severitiesFor, { createSession }, { createChecks }, { Outdated }, writing, navigating, shaping, acting] =
      await Promise.all([
        io.loadSeverities(),
        import("./session.ts"),
        import("./checks.ts"),
        import("./looks.ts"),
        import("./writing.ts"),
        import("./navigating.ts"),
        import("./shaping.ts"),
        import("./acting.ts"),
      ]);
    const capabilities = client?.capabilities ?? {};
    const session = createSession({
      ...{ uris, capabilities, severitiesFor },
      documents: () => documents.all(),
      folders: () => folders,
      warn: message => connection.window.showWarningMessage(`policyc: ${message}`),
    });
    const pulls = capabilities.textDocument?.diagnostic !== undefined;
    const { diagnostics } = capabilities.workspace ?? {};
    const checks = createChecks(session, {
      pulls,
      publish: params => void connection.sendDiagnostics(params).catch(() => undefined),
      ...(pulls &&
        diagnostics?.refreshSupport === true && {
          refresh: () => void connection.languages.diagnostics.refresh().catch(() => undefined),
        }),
    });
    return { session, checks, Outdated, writing, navigating, shaping, acting };
  }

  /** Work that nobody waits for: what goes wrong with it is told, and ends nothing. */
  const check = (work: (checks: Checks) => void): void => {
    answers()
      .then(({ checks }) => work(checks))
      .catch(error => connection.console.error(String(error)));
  };

  /** An answer about a document: when all that came before it has been read, and if it is still asked for. */
  const about =
    <P extends { readonly textDocument: { readonly uri: string } }, R>(
      answer: (answers: Answers, document: TextDocument, params: P) => R | Promise<R>,
    ) =>
    async (params: P, token: CancellationToken): Promise<R> => {
      const loaded = await answers();
      await new Promise(resolve => setImmediate(resolve)); // a cancellation may be waiting
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      const document = documents.get(params.textDocument.uri);
      if (document === undefined) {
        throw new ResponseError(ErrorCodes.InvalidParams, `${params.textDocument.uri} is not open`);
      }
      try {
        const result = await answer(loaded, document, params);
        if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
        return result;
      } catch (error) {
        if (error instanceof loaded.Outdated) throw new ResponseError(LSPErrorCodes.ContentModified, "edited");
        throw error;
      }
    };

  connection.onInitialize((params): InitializeResult => {
    client = params;
    inlay = inlayFrom(params.initializationOptions);
    const roots = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
    folders = roots.map(uri => uris.nameOf(uri).replace(/\/$/, ""));
    // A client that asks for findings is not told them unasked, and the other way round.
    const canPull = params.capabilities.textDocument?.diagnostic !== undefined;
    const capabilities = { ...CAPABILITIES, ...(canPull && { diagnosticProvider: PULLED }) };
    return { capabilities, serverInfo: { name: "policyc", version: io.version } };
  });
  connection.onInitialized(() => {
    if (client?.capabilities.workspace?.workspaceFolders === true) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = removed.map(({ uri }) => uris.nameOf(uri));
        folders = [...folders.filter(folder => !gone.includes(folder)), ...added.map(({ uri }) => uris.nameOf(uri))];
      });
    }
    const canWatch = client?.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    const watchers = [{ globPattern: "**/*.policy" }, { globPattern: "**/policyc.json" }];
    if (canWatch) void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    void answers(); // the first text will be here soon
  });
  connection.onShutdown(() => {
    isShutDown = true;
  });

  documents.onDidChangeContent(({ document }) => check(checks => checks.changed(document)));
  documents.onDidClose(({ document }) => check(checks => checks.closed(document)));
  connection.onDidChangeWatchedFiles(() => check(checks => checks.everything()));
  connection.onDidChangeConfiguration(({ settings }) => {
    inlay = inlayFrom(settings);
    check(checks => checks.everything());
  });
  documents.onDidSave(() => check(checks => checks.everything()));

  connection.languages.diagnostics.on(
    about(({ checks }, document, { previousResultId }) => checks.report(document, previousResultId)),
  );
  connection.onHover(
    about(({ session, writing }, document, { position }) => writing.hover(session, document, position)),
  );
  connection.onCompletion(
    about(({ session, writing }, document, { position }) => writing.completion(session, document, position)),
  );
  connection.onCompletionResolve(async item => {
    const { session, writing } = await answers();
    return writing.resolveItem(session, item);
  });
  connection.onSignatureHelp(
    about(({ session, writing }, document, { position }) => writing.signatureHelp(session, document, position)),
  );

  connection.onDefinition(
    about(({ session, navigating }, document, { position }) => navigating.definition(session, document, position)),
  );
  connection.onReferences(
    about(({ session, navigating }, document, { position, context }) =>
      navigating.references(session, document, position, context.includeDeclaration),
    ),
  );
  connection.onDocumentHighlight(
    about(({ session, navigating }, document, { position }) => navigating.highlights(session, document, position)),
  );
  connection.onPrepareRename(
    about(({ session, navigating }, document, { position }) => navigating.prepare(session, document, position)),
  );
  connection.onRenameRequest(
    about(({ session, navigating }, document, { position, newName }) =>
      navigating.rename(session, document, position, newName),
    ),
  );
  connection.onDocumentSymbol(
    about(({ session, navigating }, document) => navigating.documentSymbols(session, document)),
  );
  connection.onWorkspaceSymbol(async ({ query }) => {
    const { session, navigating } = await answers();
    return navigating.workspaceSymbols(session, query);
  });
  connection.onDocumentLinks(about(({ session, navigating }, document) => navigating.documentLinks(session, document)));

  connection.onDocumentFormatting(about(({ session, shaping }, document) => shaping.formatting(session, document)));
  connection.onDocumentRangeFormatting(
    about(({ session, shaping }, document, { range }) => shaping.formatting(session, document, range)),
  );
  connection.onFoldingRanges(about(({ session, shaping }, document) => shaping.foldingRanges(session, document)));
  connection.onSelectionRanges(
    about(({ session, shaping }, document, { positions }) => shaping.selectionRanges(session, document, positions)),
  );
  connection.languages.inlayHint.on(
    about(({ session, shaping }, document, { range }) => shaping.hints(session, document, range, inlay)),
  );

  const builders = new Map<string, SemanticTokensBuilder>();
  documents.onDidClose(({ document }) => builders.delete(document.uri));
  const builderOf = (uri: string): SemanticTokensBuilder => {
    const builder = builders.get(uri) ?? new SemanticTokensBuilder();
    builders.set(uri, builder);
    return builder;
  };
  const tokens = connection.languages.semanticTokens;
  tokens.on(
    about(({ session, shaping }, document) => {
      const builder = builderOf(document.uri);
      builder.previousResult("");
      shaping.tokensInto(builder, session, document);
      return builder.build();
    }),
  );
  tokens.onDelta(
    about(({ session, shaping }, document, { previousResultId }) => {
      const builder = builderOf(document.uri);
      builder.previousResult(previousResultId);
      shaping.tokensInto(builder, session, document);
      return builder.buildEdits();
    }),
  );
  tokens.onRange(
    about(({ session, shaping }, document, { range }) => {
      const builder = new SemanticTokensBuilder();
      shaping.tokensInto(builder, session, document, range);
      return builder.build();
    }),
  );

  connection.onCodeAction(
    about(({ session, checks, acting }, document, { range, context }) =>
      acting.actions(session, checks.findings(document), document, range, context),
    ),
  );
  connection.onCodeLens(about(({ session, acting }, document) => acting.lenses(session, document)));
  connection.onExecuteCommand(async ({ command, arguments: args = [] }) => {
    const { session, acting } = await answers();
    return acting.execute(session, command, args);
  });
  documents.listen(connection);
  return () => isShutDown;
}

/** `{ policyc: { inlayHints: { numbers: true } } }`, or what is inside. */
function inlayFrom(settings: unknown): InlayOptions {
  const own = (settings as { readonly policyc?: unknown } | null | undefined)?.policyc ?? settings;
  const chosen = (own as { readonly inlayHints?: Partial<InlayOptions> } | null | undefined)?.inlayHints;
  return { constants: true, numbers: false, cost: true, ...chosen };
}
