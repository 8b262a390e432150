// Stands for the editor: as much of the `vscode` module as vscode-languageclient touches when one policy is open. Whatever is not
// written out here is a class that can be extended, called and asked for more. Loads the packed extension of the folder in
// argv, activates it, and does what the lines of stdin say; every answer is a line of JSON.

const Module = require("node:module");
const { join } = require("node:path");
const { createInterface } = require("node:readline");
const { pathToFileURL, fileURLToPath } = require("node:url");

const [folder, file, text, settings = "{}"] = process.argv.slice(2);
const tell = answer => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** A class of which every property is one too. */
function anything(name) {
  const made = new Map();
  const Base = class {
    constructor(...args) {
      this.args = args;
    }
    dispose() {}
    static [Symbol.hasInstance]() {
      return false;
    }
  };
  return new Proxy(Base, {
    apply: () => new Base(),
    get(target, key) {
      if (key in target || typeof key === "symbol") return target[key];
      if (!made.has(key)) made.set(key, anything(`${name}.${key}`));
      return made.get(key);
    },
  });
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}
class Range {
  constructor(start, end, ...rest) {
    const [from, to] = rest.length > 0 ? [new Position(start, end), new Position(...rest)] : [start, end];
    Object.assign(this, { start: from, end: to });
  }
}
class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}
class CodeActionKind {
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind([this.value, part].filter(Boolean).join("."));
  }
  static Empty = new CodeActionKind("");
}
class EventEmitter {
  listeners = new Set();
  event = (listener, self) => {
    const call = value => listener.call(self, value);
    this.listeners.add(call);
    return { dispose: () => this.listeners.delete(call) };
  };
  fire(value) {
    for (const listener of this.listeners) listener(value);
  }
  dispose() {}
}
class Disposable {
  constructor(dispose) {
    this.dispose = dispose ?? (() => undefined);
  }
  static from(...all) {
    return new Disposable(() => {
      for (const each of all) each.dispose();
    });
  }
}
class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() };
  cancel() {}
  dispose() {}
}
const Uri = {
  parse: uri => ({
    scheme: uri.split(":")[0],
    path: new URL(uri).pathname,
    fsPath: uri.startsWith("file:") ? fileURLToPath(uri) : uri,
    toString: () => uri,
  }),
  file: path => Uri.parse(pathToFileURL(path).href),
};

const write = line => process.stderr.write(`${line}\n`);
const log = {
  ...{
    append: write,
    appendLine: write,
    error: write,
    warn: write,
    info() {},
    debug() {},
    trace() {},
    show() {},
    dispose() {},
  },
  logLevel: 0,
  onDidChangeLogLevel: () => new Disposable(),
};
class TabInputText {
  uri = document.uri;
}
const never = () => new Disposable();
const document = {
  uri: Uri.file(file),
  fileName: file,
  languageId: "policy",
  version: 1,
  isUntitled: false,
  isDirty: false,
  isClosed: false,
  eol: 1,
  lineCount: text.split("\n").length,
  getText: () => text,
  offsetAt: ({ line, character }) => text.split("\n").slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + character,
};
const registered = new Map();
const config = JSON.parse(settings);
const fixed = {
  CodeActionKind,
  TabInputText,
  Position,
  Range,
  Diagnostic,
  EventEmitter,
  Disposable,
  CancellationTokenSource,
  Uri,
  version: "1.91.0",
  env: { appName: "fake", language: "en", uiKind: 1, onDidChangeTelemetryEnabled: never, isTelemetryEnabled: false },
  ViewColumn: { Beside: -2 },
  commands: {
    registerCommand(name, run) {
      registered.set(name, run);
      return new Disposable(() => registered.delete(name));
    },
    executeCommand: (name, ...args) => registered.get(name)?.(...args),
  },
  window: {
    activeTextEditor: { document, selection: { active: new Position(1, 0) } },
    visibleTextEditors: [],
    tabGroups: {
      all: [{ tabs: [{ input: new TabInputText(), isActive: true }], isActive: true }],
      activeTabGroup: { activeTab: { input: new TabInputText() } },
      onDidChangeTabs: never,
      onDidChangeTabGroups: never,
    },
    createOutputChannel: () => log,
    showInputBox: async () => process.env.CALL,
    showInformationMessage: async message => tell({ message }),
    showWarningMessage: async message => tell({ message }),
    showErrorMessage: async message => tell({ message }),
    showTextDocument: async shown => tell({ shown: shown.content }),
    createWebviewPanel: (_type, title, _column, options) => {
      const webview = {};
      Object.defineProperty(webview, "html", { set: html => tell({ title, options, html }) });
      return { webview, reveal() {}, onDidDispose: never };
    },
    onDidChangeActiveTextEditor: never,
    onDidChangeVisibleTextEditors: never,
  },
  workspace: {
    textDocuments: [document],
    notebookDocuments: [],
    workspaceFolders: undefined,
    isTrusted: false,
    fs: { isWritableFileSystem: () => true },
    getConfiguration: section => ({ get: (key, other) => config[[section, key].filter(Boolean).join(".")] ?? other }),
    openTextDocument: async ({ content }) => ({ content }),
    createFileSystemWatcher: () => ({ onDidCreate: never, onDidChange: never, onDidDelete: never, dispose() {} }),
    onDidChangeConfiguration: never,
    onDidOpenTextDocument: never,
    onDidChangeTextDocument: never,
    onDidCloseTextDocument: never,
    onDidSaveTextDocument: never,
    onWillSaveTextDocument: never,
    onDidChangeWorkspaceFolders: never,
    onDidOpenNotebookDocument: never,
    onDidChangeNotebookDocument: never,
    onDidCloseNotebookDocument: never,
    onDidCreateFiles: never,
    onDidRenameFiles: never,
    onDidDeleteFiles: never,
    onWillCreateFiles: never,
    onWillRenameFiles: never,
    onWillDeleteFiles: never,
  },
  languages: {
    match: (selector, { languageId }) =>
      [selector].flat().some(each => each.language === languageId || each === languageId) ? 10 : 0,
    setTextDocumentLanguage: async shown => shown,
    createDiagnosticCollection: () => ({
      set: (uri, found) => tell({ uri: uri.toString(), found: found?.map(({ message, code }) => ({ message, code })) }),
      delete() {},
      clear() {},
      has: () => false,
      dispose() {},
    }),
  },
};

function over(given, rest) {
  return new Proxy(rest, {
    get(target, key) {
      if (!(key in given)) return target[key];
      const value = given[key];
      return value?.constructor === Object && key !== "env" ? over(value, target[key]) : value;
    },
  });
}

/** Providers are what the client makes of the server's answer to `initialize`. */
function provided(languages) {
  const isProvider = key => typeof key === "string" && key.startsWith("register");
  return new Proxy(languages, {
    has: (target, key) => key in target || isProvider(key),
    get(target, key) {
      if (!isProvider(key)) return target[key];
      return () => {
        tell({ provider: key });
        return new Disposable();
      };
    },
  });
}

const vscode = over({ ...fixed, languages: provided(fixed.languages) }, anything("vscode"));

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "vscode" ? vscode : load.call(this, request, ...rest);
};

const extension = require(
  join(folder, JSON.parse(require("node:fs").readFileSync(join(folder, "package.json"), "utf8")).main),
);
const context = { subscriptions: [], asAbsolutePath: path => join(folder, path), extension: { packageJSON: {} } };
extension.activate(context).then(
  () => {
    tell({ commands: [...registered.keys()].sort() });
    createInterface({ input: process.stdin })
      .on("line", async line => {
        await registered.get(line)();
        tell({ done: line });
      })
      .on("close", async () => {
        await extension.deactivate();
        process.exit(0);
      });
  },
  error => {
    tell({ failed: String(error?.stack ?? error) });
    process.exit(1);
  },
);
