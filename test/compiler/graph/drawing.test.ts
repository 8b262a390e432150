// Pictures of graphs: boxes beside each other and inside the picture, markup that its own readers accept, texts that stay texts, the
// same bytes each time. Goldens show the graph and what other tools are given.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dotOf, mermaidOf } from "../../../src/compiler/graph/dot.ts";
import { type Graph, graphOf, showGraph } from "../../../src/compiler/graph/graph.ts";
import { layoutOf } from "../../../src/compiler/graph/layout.ts";
import { pageOf } from "../../../src/compiler/graph/page.ts";
import { svgOf } from "../../../src/compiler/graph/svg.ts";
import { escapeMarkup, wrapped } from "../../../src/compiler/graph/words.ts";
import { compile } from "../../../src/compiler/index.ts";
import { dockerPolicy, dockerProfile } from "../../docker-policy.ts";
import { testGoldens } from "../../golden.ts";
import { missingProgram, unless } from "../../needs.ts";

function graphs(text: string): readonly Graph[] {
  const { filters, sources } = compile({ name: "p.policy", text });
  return filters.map(filter => graphOf(filter, sources));
}

testGoldens(fileURLToPath(new URL("goldens", import.meta.url)), ["input"], ({ sections }) => {
  const all = graphs(sections.get("input")!);
  return new Map([
    ["graph", all.map(showGraph).join("\n")],
    ["mermaid", mermaidOf(all)],
  ]);
});

const rules = Array.from({ length: 60 }, (_, at) => `  allow ioctl if cmd == ${at} and arg == ${at + 1}\n`).join("");
const many = [
  "read",
  "write",
  "lseek",
  "mmap",
  "mprotect",
  "fcntl",
  "dup2",
  "socket",
  "kill",
  "openat",
  "fchmod",
  "ftruncate",
];
const CASES: Record<string, string> = {
  small: "policy p for x86_64, aarch64 {\n  default kill\n  allow read if fd == 0\n}\n",
  "two ABIs": "policy p for x86_64 {\n  compat i386\n  default kill\n  allow read if fd == 0\n  allow write\n}\n",
  "every verdict": `policy p for x86_64 {
  default kill-thread // policyc-ignore kill-thread: shown
  unknown trap(3)
  foreign errno(ENOSYS)
  allow read if fd == 0
  log write
  notify openat
  trace(7) mkdir
  trap rmdir
  errno(EPERM) unlink
  kill rename
}
`,
  "a long condition": `policy p for x86_64 {\n  default kill\n${rules}}\n`,
  "more ladders than a page holds": `policy p for x86_64 {\n  default kill\n${many
    .flatMap((name, at) => [`  allow ${name} if raw[0] == ${at}\n`, `  allow ${name} if raw[1] == ${at + 100}\n`])
    .join("")}${[
    "getpgid",
    "getsid",
    "close",
    "dup",
    "fsync",
    "fchdir",
    "umask",
    "alarm",
    "epoll_create",
    "inotify_init1",
    "eventfd",
    "flock",
    "tkill",
    "fdatasync",
    "pause",
  ]
    .map((name, at) => (name === "pause" ? "" : `  allow ${name} if raw[0] == ${at + 50}\n`))
    .join("")}}\n`,
};
const profile = dockerProfile();
if (profile !== undefined) CASES["Docker's profile"] = dockerPolicy(profile);

for (const [name, text] of Object.entries(CASES)) {
  test(`boxes of ${name} neither overlap nor stick out, and lines fit into them`, () => {
    const all = graphs(text);
    assert.ok(all.length > 0);
    for (const graph of all) {
      const { width, height, boxes } = layoutOf(graph);
      const list = [...boxes.values()];
      assert.is(list.length, graph.nodes.length);
      for (const [at, a] of list.entries()) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height, a.node.title);
        for (const line of a.lines) assert.ok(line.y > a.y && line.y < a.y + a.height, line.text);
        for (const exit of a.exits) assert.ok(exit > a.y && exit < a.y + a.height, a.node.title);
        for (const b of list.slice(at + 1)) {
          const isApart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
          assert.ok(isApart, `${a.node.title} and ${b.node.title}`);
        }
      }
      assert.ok(graph.nodes.length <= 45, `${graph.nodes.length} boxes are a wall`);
    }
    assert.is(svgOf(all), svgOf(graphs(text)));
  });
}

unless(missingProgram("xmllint", "dot"), test)("xmllint reads the pictures, graphviz draws the DOT", () => {
  for (const text of Object.values(CASES)) {
    const all = graphs(text);
    const svg = spawnSync("xmllint", ["--noout", "-"], { input: svgOf(all), encoding: "utf8" });
    assert.is(svg.status, 0, svg.stderr);
    const dot = spawnSync("dot", ["-Tplain"], { input: dotOf(all), encoding: "utf8" });
    assert.is(dot.status, 0, dot.stderr);
    const [drawn, nodes] = [
      dot.stdout.match(/^node /gm)!.length,
      all.reduce((sum, graph) => sum + graph.nodes.length, 0),
    ];
    assert.is(drawn, nodes);
  }
});

const HOSTILE = `</title></svg><script>x</script>"'&<!--]]>#quot;\\" \u0000\u001b[31m\ud800`;

/** A graph whose every text is hostile: what a policy cannot say today it may say tomorrow. */
function hostile(): Graph {
  const [graph] = graphs(CASES.small!);
  const nodes = graph!.nodes.map(node => ({
    ...node,
    title: HOSTILE,
    note: HOSTILE,
    calls: node.calls.map(() => HOSTILE),
    ways: node.ways.map(way => ({ ...way, when: HOSTILE })),
  }));
  return { ...graph!, policy: HOSTILE, nodes };
}

test("whatever a text says is text in SVG, HTML, DOT and Mermaid", () => {
  const svg = svgOf([hostile()]);
  assert.is(svg.match(/<script|<!--/g), null);
  assert.is(svg.match(/<\/svg>/g)!.length, 1);
  for (const sign of ["\u0000", "\u001b", "\ud800"]) assert.not(svg.includes(sign));
  const page = pageOf({ title: HOSTILE, body: svg, script: { text: "1", hash: "sha256-x", data: { HOSTILE } } });
  assert.is(page.match(/<script/g)!.length, 2, "its data and its own script");
  assert.is(page.match(/<\/title>/g)!.length, svg.match(/<\/title>/g)!.length + 1);
  // Each label is one quoted string: nothing is left of a line without them.
  for (const line of dotOf([hostile()])
    .split("\n")
    .filter(each => each.includes("label="))) {
    assert.match(line.replace(/"(?:\\.|[^"\\])*"/g, '""'), /^[\w\s[\]=,>-]*("")?[\w\s[\]=,>"-]*$/);
  }
  for (const line of mermaidOf([hostile()]).split("\n")) {
    assert.not.match(line.replace(/"[^"]*"/g, ""), /["'<&\\]/, line);
  }
});

unless(missingProgram("xmllint", "dot"), test)("the readers take hostile texts for texts too", () => {
  const svg = spawnSync("xmllint", ["--xpath", "count(//*[local-name()='script'])", "-"], {
    input: svgOf([hostile()]),
  });
  assert.is(String(svg.stdout).trim(), "0", String(svg.stderr));
  assert.is(spawnSync("dot", ["-Tplain"], { input: dotOf([hostile()]) }).status, 0);
});

test("escapeMarkup leaves nothing that means something", () => {
  assert.is(escapeMarkup(`a<b>&"'`), "a&#60;b&#62;&#38;&#34;&#39;");
  assert.is(escapeMarkup("\u0000\u0007\ud800\uffff"), "\ufffd\ufffd\ufffd\ufffd");
  assert.is(escapeMarkup("fine: ä 🙂\n"), "fine: ä 🙂\n");
});

test("wrapped() cuts between words, and long words where the line ends", () => {
  assert.equal(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
  assert.equal(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
  assert.equal(wrapped("a\nb", 9), ["a", "b"]);
  assert.is(wrapped("a b c d e f g h", 5, 2).length, 2);
  for (const line of wrapped("one twotwotwotwo three|four|five 6", 7)) assert.ok(line.length <= 7, line);
});

test.run();
