// The extension: starts the language server that comes with it, and shows the texts that its commands answer with. All else (what is
// wrong, what a word means, what may follow) is the server's and reaches the editor through vscode-languageclient.

import { spawn } from "node:child_process";
import { dirname } from "node:path";
import {
  commands,
  type ExtensionContext,
  languages,
  type TextDocument,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import { LanguageClient, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const server = context.asAbsolutePath("server/cli.js");
  client = new LanguageClient("policyc", "policyc", serverOptions(server), {
    documentSelector: [{ language: "policy" }],
    initializationOptions: { policyc: settings() },
    synchronize: { configurationSection: "policyc" },
    middleware: {
      // The server's commands are registered by the client; from the palette they come without arguments.
      executeCommand: async (command, args, next) => {
        const complete = args.length > 0 ? args : await askFor(command);
        if (complete === undefined) return undefined;
        const text: unknown = await next(command, complete);
        if (typeof text === "string") await show(text);
        return text;
      },
    },
  });
  context.subscriptions.push(
    client,
    commands.registerCommand("policyc.drawGraph", () => drawGraph(server)),
    commands.registerCommand("policyc.restart", () => client?.restart()),
  );
  await client.start();
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

/** The setting is the machine's: a folder that somebody sent cannot name a program to start. */
function serverOptions(server: string): ServerOptions {
  const command = workspace.getConfiguration("policyc").get<string>("server.command") ?? "";
  if (command !== "") return { command, args: ["lsp", "--stdio"] };
  // Not as a `module`: the client would add options of its own to the command line.
  return { command: process.execPath, args: [server, "lsp", "--stdio"], options: { env: asNode() } };
}

/** The editor's own program is a Node when it is told so. */
function asNode(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: "1", NO_COLOR: "1" };
}

function settings(): unknown {
  return { inlayHints: workspace.getConfiguration("policyc").get("inlayHints") };
}

/** A document's URI, a policy's name, and a call to try; undefined where the user gave up. */
async function askFor(command: string): Promise<unknown[] | undefined> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "policy") return undefined;
  const { document, selection } = editor;
  const policy = policyAt(document, document.offsetAt(selection.active));
  if (policy === undefined) {
    await window.showInformationMessage("policyc: there is no policy in this file");
    return undefined;
  }
  const args = [document.uri.toString(), policy];
  if (command !== "policyc.tryCall") return args;
  const call = await window.showInputBox({
    prompt: `a call to try on ${policy}; what is left out stands for every value`,
    placeHolder: "write(_, 0, 5)",
  });
  return call === undefined ? undefined : [...args, call];
}

/** The last that begins above the cursor, else the first. */
function policyAt(document: TextDocument, offset: number): string | undefined {
  const found = [...document.getText().matchAll(/^[ \t]*policy[ \t]+([A-Za-z_]\w*)/gm)];
  return (found.findLast(({ index }) => index <= offset) ?? found[0])?.[1];
}

async function show(content: string): Promise<void> {
  const document = await workspace.openTextDocument({ content });
  await languages.setTextDocumentLanguage(document, "plaintext");
  await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
}

let panel: WebviewPanel | undefined;

/** The picture is a page without scripts, and may not load anything. */
async function drawGraph(server: string): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== "policy") return;
  const drawn = await graphOf(server, document);
  if (!drawn.ok) {
    await window.showErrorMessage(`policyc: ${drawn.message}`);
    return;
  }
  if (panel === undefined) {
    panel = window.createWebviewPanel("policyc.graph", "Decision graph", ViewColumn.Beside, { enableScripts: false });
    panel.onDidDispose(() => {
      panel = undefined;
    });
  }
  panel.webview.html = drawn.html;
  panel.reveal(undefined, true);
}

type Drawn = { readonly ok: true; readonly html: string } | { readonly ok: false; readonly message: string };

/** Of the text as it is in the editor; imports are read beside the file. */
function graphOf(server: string, document: TextDocument): Promise<Drawn> {
  const cwd = document.uri.scheme === "file" ? dirname(document.uri.fsPath) : undefined;
  return new Promise(resolve => {
    const child = spawn(process.execPath, [server, "graph", "-", "--format", "html"], {
      env: asNode(),
      ...(cwd && { cwd }),
    });
    const [html, message]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => html.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => message.push(text));
    child.on("error", error => resolve({ ok: false, message: error.message }));
    child.on("close", status =>
      resolve(status === 0 ? { ok: true, html: html.join("") } : { ok: false, message: message.join("") }),
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(document.getText());
  });
}
