// What the server can do, as it tells a client before the compiler is loaded.

import { type InitializeResult, TextDocumentSyncKind } from "vscode-languageserver/node";
import { TOKEN_MODIFIERS, TOKEN_TYPES } from "../compiler/index.ts";

/** For clients that ask for findings. */
export const PULLED = { identifier: "policyc", interFileDependencies: true, workspaceDiagnostics: false };

export const CAPABILITIES: InitializeResult["capabilities"] = {
  positionEncoding: "utf-16",
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  hoverProvider: true,
  completionProvider: { resolveProvider: true, triggerCharacters: ["|", "&", "=", "$", '"', "/", ","] },
  signatureHelpProvider: { triggerCharacters: ["(", ","], retriggerCharacters: [" "] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  documentLinkProvider: {},
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  inlayHintProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
    full: { delta: true },
    range: true,
  },
  codeActionProvider: { codeActionKinds: ["quickfix", "refactor.rewrite", "refactor.extract", "source.fixAll"] },
  codeLensProvider: {},
  executeCommandProvider: {
    commands: ["policyc.showProgram", "policyc.showGraph", "policyc.runTests", "policyc.tryCall"],
  },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};
