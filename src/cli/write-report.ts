// policyc report FILE: one HTML file with all that there is to know about its policies, and the compiler itself, so that its reader can
// try calls and edits. Written with mistakes in the text too: the page says what they are. Nothing in it asks a network.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { compile, escapeMarkup, hasErrors, pageOf, reportBody, type Source } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { asFailure, readImport, readSource } from "./input.ts";
import { writeFiles } from "./output.ts";
import { settingsFor } from "./settings.ts";
import { ERRORS, FINE } from "./user-error.ts";

/** Beside the bundled command line; scripts/build.ts makes it of src/page. */
const SCRIPT = new URL("./report-page.js", import.meta.url);

export function run({ options, operands }: Invocation<"report">): number {
  const read = readSource(operands[0]!);
  if (!read.ok) throw asFailure(read.diagnostic);
  const main = read.value;
  const severities = settingsFor(main.name).rules;
  // What the page's compiler will ask for: it has no files.
  const imports: { readonly from: string; readonly specifier: string; readonly source: Source }[] = [];
  const result = compile(main, {
    severities,
    read: (specifier, from) => {
      const source = readImport(specifier, from);
      if (source !== undefined) imports.push({ from, specifier, source });
      return source;
    },
  });
  const text = readFileSync(SCRIPT, "utf8");
  const hash = `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const content = pageOf({
    title: `${main.name}: report`,
    body: bodyOf(main, reportBody(result)),
    script: { text, hash, data: { name: main.name, severities, imports } },
  });
  const path = options.output ?? "-";
  if (path === "-") process.stdout.write(content);
  else writeFiles([{ path, content, mode: 0o644 }]);
  return hasErrors(result.diagnostics) ? ERRORS : FINE;
}

/** A parser of HTML drops the first newline of a textarea. */
function bodyOf({ name, text }: Source, report: string): string {
  return `<main>
<h1>${escapeMarkup(name)}</h1>
<p class="soft">Written by policyc. The compiler is in this page: edit the text or try a call, and all below is made anew. Nothing leaves the page.</p>
<div class="columns">
<div><label for="policy">The policy</label><textarea id="policy" spellcheck="false" autocapitalize="off">
${escapeMarkup(text)}</textarea></div>
<div><label for="call">Try a call</label><input id="call" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="help" placeholder="read(0, _, 5)">
<p class="soft" id="help">As in a test row: <code>write(1)</code>, <code>openat(flags: O_RDONLY)</code>, <code>i386 getpid()</code>. What is left out stands for every value.</p>
<output id="verdict" for="call policy" aria-live="polite"></output></div>
</div>
<div id="report" aria-live="off">
${report}
</div>
</main>`;
}
