// The severity rules: what is dead, redundant or crossing, whose rule it is, and what is an idiom and silent.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { resolveText } from "./resolved.ts";

const OUTER = `
group reads { allow { read, pread64 } }
group denies { errno(EPERM) { read, pread64 } }
group fallback { otherwise errno(ENOENT) readlink  allow getpid }
`;

interface Row {
  readonly is: string;
  readonly items: string;
  readonly target?: string;
  /** `severity code` of each finding. */
  readonly found: readonly string[];
}

const rows: Row[] = [
  { is: "1: impossible by itself", items: "allow read if fd == 0 and fd == 1", found: ["error impossible-condition"] },
  {
    is: "1: impossible by arithmetic over bits",
    items: "allow mmap if prot has PROT_EXEC and prot lacks PROT_EXEC",
    found: ["error impossible-condition"],
  },
  {
    is: "1: impossible on one ABI only",
    items: "allow read if count > 0x7fffffff and count > 5 and raw[2] <= 0xffffffff",
    target: "x86_64",
    found: [],
  },
  { is: "2: dead under another verdict", items: "allow read\nkill read if fd == 5", found: ["error shadowed"] },
  {
    is: "2: dead under two rules together",
    items: "errno(EPERM) read if fd < 5\nallow read if fd >= 5\nkill read if fd == 9",
    found: ["error shadowed"],
  },
  { is: "2: own rule dead under a spliced one", items: "use reads\nkill read", found: ["error shadowed"] },
  { is: "3: own under own, same verdict", items: "allow read\nallow read if fd == 5", found: ["warning redundant"] },
  {
    is: "3: the union covers it",
    items: "allow read if fd < 5\nallow read if fd >= 5\nallow read if fd == 9",
    found: ["warning redundant"],
  },
  { is: "3: own under spliced", items: "use reads\nallow read if fd == 5", found: ["hint redundant"] },
  { is: "3: spliced under spliced", items: "use reads\nuse reads", found: [] },
  { is: "4: the override idiom", items: "errno(EACCES) read\nuse reads", found: [] },
  { is: "4: partly overridden", items: "errno(EACCES) read if fd == 7\nuse reads", found: [] },
  { is: "5: two uses that disagree", items: "use reads\nuse denies", found: ["warning conflicting-uses"] },
  { is: "5: settled by an own rule", items: "allow { read, pread64 }\nuse reads\nuse denies", found: [] },
  {
    is: "6: the earlier is weaker",
    items: "allow read if fd < 5\nkill read if count > 9",
    found: ["warning crossing"],
  },
  { is: "6: deny before allow", items: "kill read if count > 9\nallow read if fd < 5", found: [] },
  { is: "6: exception before general", items: "allow read if fd == 5\nerrno(EPERM) read", found: [] },
  { is: "6: disjoint", items: "allow read if fd == 5\nerrno(EPERM) read if fd == 6", found: [] },
  { is: "7: otherwise under anything", items: "allow readlink\nuse fallback", found: [] },
  { is: "7: otherwise under otherwise", items: "otherwise allow read\notherwise kill read", found: [] },
  { is: "7: repeats the default", items: "kill ptrace\nallow read", found: ["hint repeats-default"] },
  { is: "7: an exception from a later rule does not", items: "kill read if fd == 7\nallow read", found: [] },
  {
    is: "grouped per statement",
    items: "allow { read, write }\nkill { read, write }",
    found: ["error shadowed", "error shadowed"],
  },
  {
    is: "every ABI that has the call: else silent",
    items: "allow open on x86_64\nallow open?\nallow openat",
    target: "x86_64, i386",
    found: [],
  },
];

for (const row of rows) {
  test(`${row.is}: ${row.items.replaceAll("\n", "; ")}`, () => {
    const { diagnostics } = resolveText(
      `${OUTER}policy t for ${row.target ?? "x86_64"} {\ndefault kill\n${row.items}\n}`,
    );
    assert.equal(
      diagnostics.map(d => `${d.severity} ${d.code}`),
      row.found,
      diagnostics.map(d => d.message).join("\n"),
    );
  });
}

test("a shadowed rule is shown with a call that it does not decide", () => {
  const { diagnostics } = resolveText(
    "policy t for x86_64 { default kill  allow read if fd < 9  kill read if fd == 5 }",
  );
  assert.match(diagnostics[0]!.hint ?? "", /`x86_64 read\(5, 0, 0\)` gets `allow`, not `kill`/);
  assert.is(diagnostics[0]!.related?.length, 1);
});

test("Sandbox2's own groups, all of them composed, give no noise", () => {
  const facts = new URL("../../../../shared/data/groups.json", import.meta.url);
  const { groups } = JSON.parse(readFileSync(facts, "utf8")).sandbox2 as {
    groups: {
      [name: string]: { syscall: string; when?: string; action?: string; overridable?: boolean; width?: number }[];
    };
  };
  // A policy there has one network proxy, so its two forms never meet.
  const names = Object.keys(groups).filter(name => !name.startsWith("@") && !name.includes("filter_unix_sockets"));
  assert.ok(names.length > 60);
  const text = names.map((name, i) => {
    const rules = groups[name]!.map(({ syscall, when, action = "ALLOW", overridable }) => {
      const verdict =
        action === "ALLOW" ? "allow" : action.toLowerCase().replace(/\((\w+)\)/, (_, e) => `(${e.toUpperCase()})`);
      const condition = when
        ?.replaceAll("&&", "and")
        .replaceAll("||", "or")
        .replace(/\((\w+) & (\w+)\)/g, "$1 & $2");
      return `  ${overridable ? "otherwise " : ""}${verdict} ${syscall}?${condition ? ` if ${condition}` : ""}`;
    });
    return `group g${i} {\n${rules.join("\n")}\n}`;
  });
  const uses = names.map((_, i) => `  use g${i}`).join("\n");
  const { diagnostics } = resolveText(`${text.join("\n")}\npolicy all for x86_64 {\n  default kill\n${uses}\n}`);
  const noise = diagnostics.filter(d =>
    ["shadowed", "redundant", "conflicting-uses", "crossing", "repeats-default"].includes(d.code),
  );
  assert.equal(
    noise.map(d => `${d.code} ${d.message}`),
    [],
  );
});

test.run();
