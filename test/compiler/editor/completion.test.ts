// What completion offers at `|`, in texts that are being written: most of them do not parse.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { completionAt, createSnapshot, hoverAt, outlineOf, signatureAt } from "../../../src/compiler/index.ts";

const none = () => undefined;

function cursor(marked: string) {
  const offset = marked.indexOf("|");
  return { snapshot: createSnapshot({ name: "a.policy", text: marked.replace("|", "") }, none), offset };
}

/** The best of what is offered. */
function offered(marked: string): string[] {
  const { snapshot, offset } = cursor(marked);
  const { items } = completionAt(snapshot, offset);
  const best = Math.min(...items.map(({ rank }) => rank));
  return items.filter(({ rank }) => rank === best).map(({ label }) => label);
}

const body = (text: string): string => `policy p for x86_64 {\n  default kill\n  ${text}\n}\n`;

const ROWS: readonly (readonly [marked: string, has: string, lacks: string])[] = [
  ["|", "policy", "allow"],
  ["policy p for |", "aarch64", "policy"],
  ['import "std/|', "std/startup", "policy"],
  [body("|"), "allow", "if"],
  [body("errno(|"), "EPERM", "O_RDONLY"],
  [body("allow |"), "openat", "if"],
  [body("allow { read, | }"), "write", "read"],
  [body("allow { read, |"), "write", "read"],
  [body("allow read |"), "if", "read"],
  [body("allow read on |"), "x86_64", "read"],
  [body("allow read if |"), "count", "prot"],
  [body("allow read if fd == 1 and |"), "count", "prot"],
  [body("allow read if (fd |"), "in", "count"],
  [body("allow mmap if prot has PROT_READ | |".replace("| |", "& |")), "PROT_EXEC", "O_RDONLY"],
  [body("allow socket if family in {AF_UNIX, |"), "AF_INET", "PROT_READ"],
  [body("allow { read, write } if |"), "fd", "prot"],
  [body("allow mmap if prot has PROT_READ and |"), "flags", "PROT_EXEC"],
  [body("allow mmap if prot has PROT_READ and flags has |"), "MAP_SHARED", "PROT_EXEC"],
  [body("allow mmap if prot has PROT_READ or |"), "flags", "PROT_EXEC"],
  [body("allow mmap if prot has PROT_READ\n  allow openat if flags has |"), "O_RDONLY", "MAP_SHARED"],
  [body("allow { mmap if prot == 1, openat if flags has |"), "O_RDONLY", "MAP_SHARED"],
  [body("limits { |"), "memory", "hide"],
  [body("files { |"), "hide", "memory"],
  [`group g($fd) {\n  allow read if fd == |\n}\n`, "$fd", "count"],
  [`${body("")}test p {\n  |`, "allow", "use"],
  [`${body("")}test |`, "p", "allow"],
  [`${body("")}test p {\n  kill mmap(_, _, |`, "PROT_EXEC", "O_RDONLY"],
];

for (const [marked, has, lacks] of ROWS) {
  test(`offers ${has} at ${JSON.stringify(marked)}`, () => {
    const labels = offered(marked);
    assert.ok(labels.includes(has), `${has} is not among ${labels.slice(0, 15)}`);
    assert.not.ok(labels.includes(lacks), `${lacks} is among them`);
  });
}

test("nothing is offered in a comment or in a path", () => {
  assert.equal(offered("// allow |"), []);
  assert.equal(offered(body('files { read "/|" }')), []);
});

test("a signature follows the argument by name and by position", () => {
  const active = (marked: string) => {
    const { snapshot, offset } = cursor(marked);
    return signatureAt(snapshot, offset)?.active;
  };
  assert.is(active(body("allow mmap if prot == |")), 2);
  assert.is(active(`${body("")}test p {\n  kill mmap(_, |)\n}`), 1);
  assert.is(active(body("allow |")), undefined);
  // The next comparison is about no argument yet.
  for (const next of ["and |", "or |", "and not |", "and (|", "and 1 == |", ", |"]) {
    assert.is(active(body(`allow mmap if prot has PROT_READ ${next}`)), undefined, next);
  }
  assert.is(active(body("allow mmap if (prot == 1 or flags has |)")), 3);
  assert.is(active(body("allow { mmap if prot == 1, read if |")), undefined);
  assert.is(active(body("allow mmap if prot in {1, |}")), 2);
});

test("a torn text keeps its outline", () => {
  const { snapshot } = cursor(
    "policy a for x86_64 {\n  default kill\n  allow re| if (\n}\ngroup g {\n  allow read\n}\n",
  );
  assert.equal(
    outlineOf(snapshot).map(({ name }) => name),
    ["a", "g"],
  );
});

test("hover tells one word by where it stands: a call, an argument, a verb of a section", () => {
  const text = (marked: string) => {
    const { snapshot, offset } = cursor(marked);
    return hoverAt(snapshot, offset)?.text ?? "";
  };
  assert.match(text(body("allow re|ad")), "read(unsigned int fd");
  assert.match(text(body("allow read if f|d == 1")), "Argument 0 of `read`: the kernel reads 32 bits, unsigned");
  assert.is(text(body('files { re|ad "/etc" }')), "");
});

test.run();
