// The page of `policyc report` in a real browser: the reader types a policy and a call, and sees findings, verdicts and the graph that
// the command line gives; and what a hostile text tries comes to nothing. Needs `npm run build` and Chromium.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, SMALL } from "../cli/command.ts";
import { missingProgram, unless } from "../needs.ts";
import { launch, type Page } from "./browser.ts";

const browserTest = unless(missingProgram("chromium"), test);

/** One for all tests: it takes a second to start. */
let browser: Awaited<ReturnType<typeof launch>> | undefined;
test.after(() => browser?.close());

/** The report of a policy, open in the browser. */
async function inReport(files: Files, use: (page: Page) => Promise<void>, name = "p.policy"): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "policyc-report-"));
  const path = join(folder, "report.html");
  try {
    inFolder(files, ({ sh }) => sh(`policyc report '${name}' -o '${path}'`));
    browser ??= await launch();
    await browser.page.open(pathToFileURL(path).href);
    await use(browser.page);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Files = { readonly [name: string]: string };

/** As a person does: the value, then the event of the key. */
function type(page: Page, id: string, text: string): Promise<void> {
  return page.run(
    `{ const e = document.getElementById(${JSON.stringify(id)}); e.value = ${JSON.stringify(text)}; e.dispatchEvent(new Event("input")); }`,
  );
}

function textOf(page: Page, selector: string): Promise<string> {
  return page.run(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`);
}

/** Until the page says so: the compiler runs some time after the last key. */
function until(page: Page, expression: string): Promise<void> {
  return page.run(`new Promise((done, fail) => {
    const end = performance.now() + 10000;
    (function look() {
      if (${expression}) done();
      else if (performance.now() > end) fail(new Error(document.body.innerText));
      else setTimeout(look, 20);
    })();
  })`);
}

const OTHER = `policy other for x86_64 {
  default errno(EPERM)
  allow write if fd in {1, 2}
  allow { exit_group, getpid }
}
`;

browserTest("a policy that is typed is compiled, and a call is answered as eval answers it", () =>
  inReport({ "p.policy": SMALL }, async page => {
    assert.match(await textOf(page, "#report h2:nth-of-type(1)"), /What the checks say/);
    await type(page, "call", "read(0)");
    assert.match(await textOf(page, "#verdict"), /^x86_64: allow; by the rule in line 3,/);
    await type(page, "policy", OTHER);
    await until(page, `document.querySelector("#report section h2").textContent === "other for x86_64"`);
    await type(page, "call", "write(3, _, 5)");
    const told = inFolder({ "p.policy": OTHER }, ({ sh }) => sh("policyc eval p.policy 'write(3, _, 5)'").stdout);
    assert.match(told, /^ {2}errno\(EPERM\)$/m);
    assert.match(await textOf(page, "#verdict"), /^x86_64: errno\(EPERM\); by `default`/);
    await type(page, "call", "wriet(3)");
    assert.match(await textOf(page, "#verdict"), /wriet.*write/s);
    assert.equal([page.asked, page.complaints], [[], []]);
  }),
);

browserTest("the graph is that of the text: boxes, conditions and verdicts", () =>
  inReport({ "p.policy": SMALL }, async page => {
    await type(page, "policy", OTHER);
    await until(page, `document.querySelector("#report svg")?.textContent.includes("fd in {1, 2}")`);
    const verdicts = `[...document.querySelectorAll("#report svg .verdict .title")].map(e => e.textContent).sort()`;
    assert.equal(await page.run(verdicts), ["+ allow", "- errno(EPERM)", "x kill"]);
    const visible = `(b => b.width > 600 && b.height > 200)(document.querySelector("#report svg").getBoundingClientRect())`;
    assert.ok(await page.run(visible));
  }),
);

browserTest("mistakes are told as check tells them, and the report comes back when they are mended", () =>
  inReport({ "p.policy": SMALL.replace("read", "raed") }, async page => {
    const { stdout } = inFolder({ "p.policy": SMALL.replace("read", "raed") }, ({ sh }) =>
      sh("policyc check --format json p.policy"),
    );
    const [finding] = JSON.parse(stdout).diagnostics;
    const told = await textOf(page, "#report li.error");
    for (const part of [finding.message, finding.hint, finding.code, `p.policy:${finding.line}`]) {
      assert.ok(told.includes(part), `${part} is not in ${told}`);
    }
    await type(page, "policy", SMALL);
    await until(page, `document.querySelector("#report svg") !== null`);
    assert.is(await textOf(page, "#report li.error"), "");
  }),
);

browserTest("what the policy imports is in the page", () =>
  inReport(
    {
      "p.policy": `import "lib/own"\npolicy p for x86_64 {\n  default kill\n  use quiet\n}\n`,
      "lib/own": `import "more"\ngroup quiet {\n  use clock\n  allow getpid\n}\n`,
      "lib/more": "group clock {\n  allow clock_gettime\n}\n",
    },
    async page => {
      await type(page, "call", "clock_gettime()");
      assert.match(await textOf(page, "#verdict"), /^x86_64: allow/);
    },
  ),
);

const SCRIPT = `<img src=x onerror="hacked=1">`;
/** Without double quotes: findings show such a text, as in `cannot find "..."`. */
const QUOTED = "<img src=x onerror=hacked=1>";

/** A box is named by the text of a `use`. */
const FINE = `// </textarea><script>hacked=1</script></script>${SCRIPT}<!--
import "std/startup"
policy p for x86_64 {
  default kill
  use static_startup // </title></svg>${SCRIPT}
    except { brk }
}
`;
const WRONG = `import "std/${QUOTED}"
${FINE.replace("brk", `nosuchcall${SCRIPT}`)}
policy q for x86_64 { default kill hostname "${QUOTED}" }
`;

for (const [rule, text, name] of [
  ["in mistakes", WRONG, "p.policy"],
  ["in a text without mistakes", FINE, "p.policy"],
  ["in the name of the file", SMALL, `${SCRIPT}.policy`],
] as const) {
  browserTest(`markup ${rule} is text and nothing more`, () =>
    inReport(
      { [name]: text },
      async page => {
        assert.is(await page.run(`document.getElementById("policy").value`), text);
        await type(page, "call", SCRIPT);
        await type(page, "policy", `${text}// ${SCRIPT}\n`);
        await until(page, `document.querySelector("#report h2") !== null`);
        const mistakes = await page.run<number>(`document.querySelectorAll("#report li.error").length`);
        assert.is(mistakes > 0, rule === "in mistakes");
        if (mistakes > 0) assert.ok((await textOf(page, "#report ul")).includes(QUOTED));
        assert.is(await page.run("typeof hacked"), "undefined");
        assert.is(await page.run(`document.querySelectorAll("img").length`), 0);
        assert.equal([page.asked, page.complaints], [[], []]);
      },
      name,
    ),
  );
}

browserTest("a script that got in by a forgotten escape would not run, nor could it send anything", () =>
  inReport({ "p.policy": SMALL }, async page => {
    await page.run(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(SCRIPT)})`);
    await page.run(
      `{ const s = document.createElement("script"); s.textContent = "hacked=1"; document.body.append(s); }`,
    );
    assert.is(await page.run(`fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused")`), "refused");
    assert.is(await page.run("typeof hacked"), "undefined");
    assert.ok(page.complaints.some(text => /Content Security Policy/.test(text)));
  }),
);

browserTest("every field has its name, the picture its words, and the page follows the light", () =>
  inReport({ "p.policy": SMALL }, async page => {
    assert.ok(await page.run(`[...document.querySelectorAll("input, textarea")].every(e => e.labels.length === 1)`));
    assert.is(await page.run(`document.documentElement.lang`), "en");
    assert.ok(await page.run(`[...document.querySelectorAll("svg")].every(e => e.getAttribute("aria-label") !== "")`));
    const colours = `[document.body, document.querySelector("svg .paper")].map(e => getComputedStyle(e)[e.tagName === "BODY" ? "backgroundColor" : "fill"])`;
    await page.prefer("prefers-color-scheme", "light");
    assert.equal(await page.run(colours), ["rgb(255, 255, 255)", "rgb(255, 255, 255)"]);
    await page.prefer("prefers-color-scheme", "dark");
    assert.equal(await page.run(colours), ["rgb(13, 17, 23)", "rgb(13, 17, 23)"]);
    // For whoever wants to look: POLICYC_PICTURES=DIR.
    const folder = process.env.POLICYC_PICTURES;
    if (folder !== undefined) writeFileSync(join(folder, "report-dark.png"), await page.picture());
  }),
);

test.run();
