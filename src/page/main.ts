// The script of a report's page: the compiler at work on what the reader types. It makes the report anew when the text changes and says
// what each policy answers to the call in the box. Whatever it puts into the page is text, or HTML that reportBody() has escaped.

import {
  type CompileResult,
  compile,
  createSnapshot,
  reportBody,
  type Severities,
  type Source,
  tryCall,
} from "../compiler/index.ts";

/** What `policyc report` leaves in the page. */
interface Data {
  readonly name: string;
  readonly severities: Severities;
  readonly imports: readonly { readonly from: string; readonly specifier: string; readonly source: Source }[];
}

/** After the last key: a report of a long policy takes a good part of a second. */
const QUIET_MS = 300;

const data: Data = JSON.parse(element("data").textContent ?? "");
const editor = element("policy") as HTMLTextAreaElement;
const box = element("call") as HTMLInputElement;
let compiled: { readonly text: string; readonly result: CompileResult } | undefined;
let waiting: number | undefined;

editor.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    element("report").innerHTML = reportBody(current());
    answer();
  }, QUIET_MS);
});
box.addEventListener("input", answer);
answer();

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

function readImport(specifier: string, from: string): Source | undefined {
  return data.imports.find(each => each.from === from && each.specifier === specifier)?.source;
}

function current(): CompileResult {
  const text = editor.value;
  if (compiled?.text !== text) {
    const result = compile({ name: data.name, text }, { read: readImport, severities: data.severities });
    compiled = { text, result };
  }
  return compiled.result;
}

function answer(): void {
  const verdict = element("verdict");
  const call = box.value.trim();
  if (call === "") {
    verdict.textContent = "";
    return;
  }
  const result = current();
  const snapshot = createSnapshot({ name: data.name, text: editor.value }, readImport, result);
  const policies = [...new Set(result.filters.map(({ policy }) => policy))];
  const lines = policies.flatMap(policy => {
    const said = tryCall(snapshot, policy, call);
    return policies.length === 1 ? said : [`policy ${policy}`, ...said.map(line => `  ${line}`)];
  });
  verdict.textContent = policies.length > 0 ? lines.join("\n") : "the text has mistakes: see below";
}
