// The frame of our HTML pages: one file without network, in the light and the dark. In: parts of a body, escaped already; out: the
// document. The policy of the page (Content-Security-Policy) forbids everything that is not in the file: even if an escape were
// forgotten somewhere, a script of the text's would not run, as only the script of the given hash may.

import { escapeMarkup } from "./words.ts";

export interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** `sha256-...` in base64, of `text` in UTF-8. */
  readonly script?: { readonly text: string; readonly hash: string; readonly data: unknown };
}

const STYLE = `
:root { color-scheme: light dark; --ink:#1f2328; --soft:#59636e; --paper:#ffffff; --box:#f6f8fa; --line:#d1d9e0; --focus:#0a4fb0;
  --go:#116329; --fail:#8a4600; --end:#b3131f; }
@media (prefers-color-scheme: dark) { :root { --ink:#e6edf3; --soft:#9aa4af; --paper:#0d1117; --box:#161b22; --line:#3d444d;
  --focus:#79c0ff; --go:#56d364; --fail:#f0a04b; --end:#ff7b72; } }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; } h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0 .5rem; } .soft { color: var(--soft); }
code, textarea, pre, input { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
textarea, input { box-sizing: border-box; width: 100%; padding: .5rem; color: var(--ink); background: var(--box);
  border: 1px solid var(--line); border-radius: 6px; }
textarea { min-height: 18rem; resize: vertical; tab-size: 2; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
pre, output { display: block; margin: .5rem 0; padding: .5rem; background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
output { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; min-height: 1.5em; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid var(--line); } th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
label { font-weight: 600; } .drawing { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
.error strong { color: var(--end); } .warning strong { color: var(--fail); } .hint strong { color: var(--soft); } ul { padding-left: 1.25rem; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; } @media (max-width: 60rem) { .columns { display: block; } }
summary { cursor: pointer; }
`;

export function pageOf({ title, body, script }: Page): string {
  const allowed = script === undefined ? "" : `; script-src '${script.hash}'`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'${allowed}`;
  const data =
    script === undefined ? "" : `<script type="application/json" id="data">${jsonFor(script.data)}</script>\n`;
  const code = script === undefined ? "" : `<script>${script.text}</script>\n`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
${data}${code}</body>
</html>
`;
}

/** Inside a script element only `<` could end it or begin a comment. */
function jsonFor(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
