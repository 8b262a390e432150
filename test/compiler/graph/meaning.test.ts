// The graph says what the policy says: written back as rules of the language, line by line in its order, it is a policy that the prover
// finds equal. The judge is the whole compiler, which never saw the graph; conditions are read by its parser.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Graph, graphOf } from "../../../src/compiler/graph/graph.ts";
import { compile, compose, difference, equal, type Filter, hasErrors, showCall } from "../../../src/compiler/index.ts";
import { dockerPolicy, dockerProfile } from "../../docker-policy.ts";

function filtersOf(text: string): { readonly filters: readonly Filter[]; readonly graphs: readonly Graph[] } {
  const { filters, sources, diagnostics } = compile({ name: "p.policy", text });
  assert.not(hasErrors(diagnostics), JSON.stringify(diagnostics.filter(({ severity }) => severity === "error")));
  return { filters, graphs: filters.map(filter => graphOf(filter, sources)) };
}

/** What counts as unknown is not in the graph: the same for both. */
function dated(text: string): string {
  return text.replace(/^ {2}unknown (\S+).*$/gm, "  unknown $1 after 6.12");
}

/** Calls of one ABI only: what `compat` opts in is told apart by its titles alone. */
function written({ policy, target, nodes }: Graph): string {
  const verdict = (id: string): string => nodes.find(node => node.id === id)!.title;
  const fallback = (title: string): string => {
    const node = nodes.find(each => each.kind === "rest" && each.title === title);
    return node === undefined ? "kill" : verdict(node.ways[0]!.to);
  };
  const rules = nodes.flatMap(({ kind, calls, ways }) =>
    kind !== "calls"
      ? []
      : ways.map(({ when, to }) => {
          // Alternatives are lines: `a` and `or b`.
          const condition = when
            ?.split("\n")
            .map(line => `(${line.replace(/^or /, "")})`)
            .join(" or ");
          return `  ${verdict(to)} { ${calls.join(", ")} }${condition === undefined ? "" : ` if ${condition}`}`;
        }),
  );
  return [
    `policy ${policy} for ${target} {`,
    `  default ${fallback("calls that no rule names")}`,
    `  unknown ${fallback("numbers that no call has")} after 6.12`,
    `  foreign ${fallback("calls through another ABI")}`,
    ...rules,
    "}\n",
  ].join("\n");
}

/** The policy that the graph says, where it differs from the filter's. */
function differing(filter: Filter, graph: Graph): string | undefined {
  const text = written(graph);
  const composed = compose([{ model: filter.model }, { model: filtersOf(text).filters[0]!.model }]);
  if (!composed.ok) return composed.reason;
  const [left, right] = composed.diagrams;
  return equal(left!, right!) ? undefined : `differs on ${showCall(difference(left!, right!)!.data)}:\n${text}`;
}

const ODD = `policy odd for x86_64 {
  default errno(EPERM)
  unknown errno(ENOSYS) after 6.12
  allow lseek if offset < 0 or whence in {1, 2}
  allow write if not (fd == 1 and count > 100)
  trap(7) fcntl if raw[1] == 0x100000000
  errno(EINVAL) fcntl if cmd not in {F_GETFD, F_SETFD} and arg == 3
  allow fcntl
  allow mmap if prot lacks PROT_EXEC and flags has MAP_PRIVATE and addr == 0
  kill dup2 if oldfd == newfd
  allow dup2 if oldfd < newfd
  log openat if flags has any O_CREAT|O_TRUNC
  allow openat if flags & O_ACCMODE == O_RDONLY and dfd == AT_FDCWD
  allow clone if clone_flags only CLONE_VM|CLONE_FS
  allow kill if sig >= -3
}
`;

test("odd conditions", () => {
  const { filters, graphs } = filtersOf(ODD);
  assert.is(differing(filters[0]!, graphs[0]!), undefined);
});

const folder = fileURLToPath(new URL("../../../policies/examples/", import.meta.url));
for (const name of readdirSync(folder).filter(each => each.endsWith(".policy"))) {
  test(`policies/examples/${name}`, () => {
    const { filters, graphs } = filtersOf(dated(readFileSync(`${folder}${name}`, "utf8")));
    for (const [at, filter] of filters.entries()) assert.is(differing(filter, graphs[at]!), undefined);
  });
}

const profile = dockerProfile();
if (profile !== undefined) {
  test("Docker's profile: all of it, on a page", () => {
    const { filters, graphs } = filtersOf(dated(dockerPolicy(profile)));
    assert.is(differing(filters[0]!, graphs[0]!), undefined);
    assert.ok(graphs[0]!.nodes.length < 40, `${graphs[0]!.nodes.length} boxes`);
  });
}

test("a box that says another verdict, or misses a call, is found out", () => {
  const { filters, graphs } = filtersOf(ODD);
  const wrong = (change: (node: Graph["nodes"][number]) => Graph["nodes"][number]) => {
    const nodes = graphs[0]!.nodes.map(node =>
      node.kind === "calls" && node.title.startsWith("write") ? change(node) : node,
    );
    assert.match(differing(filters[0]!, { ...graphs[0]!, nodes }) ?? "", /^differs on x86_64 p?write/);
  };
  wrong(node => ({ ...node, ways: node.ways.map(way => ({ ...way, when: way.when?.replace("100", "101") })) }));
  wrong(node => ({ ...node, calls: ["pwrite64"] }));
});

test.run();
