// What names stand for: nothing takes a kernel name, a name means one thing where it stands, and definitions end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { archesWith } from "../../../src/compiler/abi/syscalls.ts";
import { decide } from "../../../src/compiler/policy/decide.ts";
import type { Read } from "../../../src/compiler/policy/modules.ts";
import { data, modelOf, resolveText } from "./resolved.ts";

const READ = "allow read if fd == A";

interface Row {
  readonly is: string;
  readonly outer?: string;
  readonly items: string;
  readonly files?: { readonly [name: string]: string };
  readonly targets?: string;
  /** Codes of the errors and warnings. */
  readonly found: readonly string[];
}

const rows: Row[] = [
  {
    is: "a file's constant takes no kernel name",
    outer: "const PROT_EXEC = 1",
    items: "allow read",
    found: ["const-taken"],
  },
  { is: "nor does a policy's own", items: "const O_RDONLY = 1  const A = 2", found: ["const-taken"] },
  { is: "nor a group's", outer: "group g { const AF_UNIX = 2  allow read }", items: "use g", found: ["const-taken"] },
  {
    is: "nor an import's",
    outer: 'import "./a"',
    files: { "./a": "const SIGKILL = 1" },
    items: "",
    found: ["const-taken", "import-broken"],
  },
  { is: "a policy names a constant once", items: `const A = 1  const A = 2  ${READ}`, found: ["duplicate-name"] },
  {
    is: "a group names a parameter once",
    outer: "group g($a, $a) { allow read if fd == $a }",
    items: "use g(1, 2)",
    found: ["duplicate-name"],
  },
  {
    is: "a constant of two imports is not chosen by their order",
    outer: 'import "./a" import "./b"',
    files: { "./a": "const A = 1", "./b": "const A = 2" },
    items: READ,
    found: ["ambiguous-constant"],
  },
  {
    is: "unless one of them has a name",
    outer: 'import "./a" import "./b" as b',
    files: { "./a": "const A = 1", "./b": "const A = 2" },
    items: READ,
    found: [],
  },
  {
    is: "a file imported twice has each name once",
    outer: 'import "./a" import "./a"',
    files: { "./a": "const A = 1 group g { allow write }" },
    items: `${READ} use g`,
    found: [],
  },
  { is: "a set in itself", outer: "const A = {1, A}", items: "allow read if fd in A", found: ["constant-cycle"] },
  { is: "a mask in itself", outer: "const A = 1 | A", items: "allow read if fd == A", found: ["constant-cycle"] },
  {
    is: "two conditions in each other",
    outer: "const A = B and fd == 1 const B = A or fd == 2",
    items: "allow read if A",
    found: ["constant-cycle"],
  },
  {
    is: "constants made of each other have an end",
    outer: Array.from({ length: 5000 }, (_, i) => `const C${i} = ${i === 0 ? "1" : `1 | C${i - 1}`}`).join("\n"),
    items: "allow read if fd == C4999",
    found: ["too-deep"],
  },
  {
    is: "constants that double",
    outer: Array.from({ length: 64 }, (_, i) => `const C${i} = ${i === 0 ? "1" : `C${i - 1} | C${i - 1}`}`).join("\n"),
    items: "allow read if fd == C63",
    found: ["too-complex"],
  },
  {
    is: "groups that use each other have an end",
    outer: Array.from({ length: 5000 }, (_, i) => `group g${i} { ${i === 0 ? "allow read" : `use g${i - 1}`} }`).join(
      "\n",
    ),
    items: "use g4999",
    found: ["too-deep"],
  },
  {
    is: "groups that double",
    outer: Array.from(
      { length: 64 },
      (_, i) => `group g${i} { ${i === 0 ? "errno(EPERM) read" : `use g${i - 1} use g${i - 1}`} }`,
    ).join("\n"),
    items: "use g63",
    found: ["too-many-rules"],
  },
  {
    is: "except of no call at all",
    outer: "group g { allow { read, write } }",
    items: "use g except { wriet }",
    found: ["unknown-syscall"],
  },
  {
    is: "except of what one target lacks",
    outer: "group g { allow { read, open? } }",
    items: "use g except { open }",
    targets: "x86_64, aarch64",
    found: [],
  },
  {
    is: "except by a call's second name",
    outer: "group g { allow { read, sync_file_range2 on arm } }",
    items: "use g except { sync_file_range2 }",
    targets: "arm",
    found: [],
  },
  { is: "on an ABI that nothing opts in", items: "allow { read on i386, write }", found: ["on-unused"] },
  { is: "on an ABI that compat opts in", items: "compat i386 allow { read on i386, write }", found: ["compat-wider"] },
  { is: "a number that is x32's", items: "allow { syscall(520), read }", found: ["syscall-number"] },
  { is: "a kernel to come", items: "unknown errno(ENOSYS) after 99.1 allow read", found: ["later-version"] },
  { is: "pointers have no order and no likes", items: "allow rename if oldname == newname", found: ["pointer-value"] },
];

for (const { is, outer = "", items, files = {}, targets = "x86_64", found } of rows) {
  test(is, () => {
    const read: Read = name => (files[name] === undefined ? undefined : { name, text: files[name] });
    const { diagnostics } = resolveText(`${outer}\npolicy t for ${targets} {\ndefault kill\n${items}\n}`, read);
    const codes = diagnostics.filter(d => d.severity !== "hint").map(d => d.code);
    assert.equal([...new Set(codes)], [...found]);
  });
}

test("files that import each other have an end", () => {
  const next: Read = name => ({ name: `${name}x`, text: `import "${name}x"` });
  const { diagnostics } = resolveText('import "./a"\npolicy t for x86_64 { default kill }', next);
  assert.ok(diagnostics.some(d => d.code === "too-deep"));
});

test("what except takes out of one target it takes out of no other", () => {
  assert.not(archesWith("open").includes("aarch64"));
  const text = "group g { allow { read, open? } }\npolicy t for x86_64, aarch64 { default kill use g except { open } }";
  const [x86] = resolveText(text).models;
  assert.is(decide(x86!, data("x86_64", 2)).action.kind, "kill");
  assert.is(decide(x86!, data("x86_64", 0)).action.kind, "allow");
});

test("raw is the whole register on x32 too", () => {
  const model = modelOf("compat x32\nallow read on x32 if raw[0] == 1");
  const verdict = (register: bigint) => decide(model, data("x32", 0x40000000, register)).action.kind;
  assert.is(verdict(1n), "allow");
  assert.is(verdict(0x1_00000001n), "kill");
});

test("under a mask a negative constant is its 32 bits; whole, it extends its sign, alone or joined", () => {
  const verdict = (condition: string, flags: bigint) =>
    decide(modelOf(`allow mount if ${condition}`), data("x86_64", 165, 0n, 0n, 0n, flags)).action.kind;
  assert.is(verdict("flags & MS_NOUSER == MS_NOUSER", 0x80000001n), "allow");
  assert.is(verdict("flags & MS_NOUSER == MS_NOUSER", 1n), "kill");
  assert.is(verdict("flags == MS_NOUSER | MS_RDONLY", 0xffffffff_80000001n), "allow");
  assert.is(verdict("flags == MS_NOUSER | MS_RDONLY", 0x80000001n), "kill");
});

test.run();
