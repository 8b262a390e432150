// Valid policies at random: words from the grammar, then any white space and comments between them. What must stand on one
// line (an action and its call) does.

import fc from "fast-check";

/** A word, and whether it has to be on the line of the word before it. */
export interface Word {
  readonly text: string;
  readonly sameLine?: true;
  /** Begins a declaration, which has to be first on its line. */
  readonly first?: true;
}

type Words = readonly Word[];

const words = (...texts: string[]): Words => texts.map(text => ({ text }));
const sameLine = ([head, ...rest]: Words): Words => [{ ...head!, sameLine: true }, ...rest];
const concat = (...parts: fc.Arbitrary<Words>[]): fc.Arbitrary<Words> => fc.tuple(...parts).map(all => all.flat());
const one = (...texts: string[]): fc.Arbitrary<Words> => fc.constantFrom(...texts).map(text => words(text));
const fixed = (...texts: string[]): fc.Arbitrary<Words> => fc.constant(words(...texts));
const maybe = (part: fc.Arbitrary<Words>): fc.Arbitrary<Words> => fc.oneof(fixed(), part);
const many = (part: fc.Arbitrary<Words>, maxLength: number, minLength = 0): fc.Arbitrary<Words> =>
  fc.array(part, { minLength, maxLength }).map(parts => parts.flat());
/** Separated by commas, perhaps with one at the end. */
const listed = (part: fc.Arbitrary<Words>, maxLength: number, minLength = 1): fc.Arbitrary<Words> =>
  fc
    .tuple(fc.array(part, { minLength, maxLength }), fc.boolean())
    .map(([parts, trailing]) =>
      parts.flatMap((each, at) => (at < parts.length - 1 || trailing ? [...each, ...words(",")] : each)),
    );

const call = one("read", "write", "openat", "rt_sigprocmask", "kill", "bind", "process_vm_readv");
const argument = one("fd", "flags", "cmd", "policy", "count", "size");
const atom = fc.oneof(argument, one("A", "O_RDONLY", "PROT_READ", "$x", "0", "1", "0x1f", "64K", "10s"));

const { expression } = fc.letrec<{ expression: Words; inner: Words }>(tie => ({
  inner: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fixed("raw", "[", "3", "]"),
    concat(one("-", "~"), atom),
    concat(fixed("("), tie("expression"), fixed(")")),
    concat(fixed("(", "("), tie("expression"), fixed(")", ")")),
    concat(fixed("{"), maybe(listed(tie("expression"), 4)), fixed("}")),
    concat(one("not", "-", "~"), fixed("("), tie("expression"), fixed(")")),
  ),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("inner"),
    chain(tie("inner"), "or", "and"),
    chain(tie("inner"), "or"),
    chain(tie("inner"), "and"),
    chain(tie("inner"), "|", "&"),
    chain(tie("inner"), "|"),
    concat(maybe(fixed("not")), tie("inner"), comparison(), tie("inner")),
    concat(tie("inner"), fixed("in"), tie("inner"), fixed(".."), tie("inner")),
  ),
}));

function chain(part: fc.Arbitrary<Words>, ...operators: string[]): fc.Arbitrary<Words> {
  return concat(part, many(concat(one(...operators), part), 5, 1));
}

function comparison(): fc.Arbitrary<Words> {
  return fc.oneof(one("==", "!=", "<", ">=", "in", "has", "lacks", "only"), fixed("not", "in"), fixed("has", "any"));
}

const arch = one("x86_64", "aarch64", "i386");
const on = concat(fixed("on"), fc.oneof(arch, concat(fixed("{"), listed(arch, 3), fixed("}"))));
const guard = concat(maybe(on), maybe(concat(fixed("if"), expression)));
const action = fc.oneof(
  one("allow", "kill", "log", "kill-thread"),
  fixed("errno", "(", "EPERM", ")"),
  fixed("trap", "(", "$x", ")"),
);
const called = fc.oneof({ weight: 5, arbitrary: call }, { weight: 1, arbitrary: fixed("syscall", "(", "335", ")") });
const target = concat(called, maybe(fixed("?")), guard);
const block = concat(fixed("{"), listed(target, 12), fixed("}"), guard);
const rule = concat(maybe(fixed("otherwise")), action, fc.oneof(target, block).map(sameLine));
const use = concat(
  fixed("use"),
  fc.oneof(fixed("startup"), fixed("s", ".", "io")).map(sameLine),
  maybe(concat(fixed("("), maybe(listed(expression, 3)), fixed(")"))),
  maybe(concat(fixed("except", "{"), listed(call, 5), fixed("}"))),
);
const constant = concat(fixed("const"), one("A", "SIZES").map(sameLine), fixed("="), expression);
/** Outside braces `policy` at the start of a line begins a policy; a constant's value has no arguments anyway. */
const outerConstant = constant.map(all => all.map(word => (word.text === "policy" ? { ...word, text: "fd" } : word)));
const item = fc.oneof(
  { weight: 5, arbitrary: rule },
  { weight: 1, arbitrary: use },
  { weight: 1, arbitrary: constant },
);
const head = fc.oneof(
  concat(one("default", "foreign"), action.map(sameLine)),
  concat(fixed("unknown"), action.map(sameLine), maybe(fixed("after", "6.12"))),
  concat(fixed("compat"), arch.map(sameLine)),
);
const path = one('"/tmp"', '"/etc/local time"', '"a // b \\" {"');
const section = fc.oneof(
  concat(fixed("limits", "{"), many(concat(one("cpu", "files", "memory"), one("10s", "64", "1G")), 5), fixed("}")),
  concat(
    fixed("files", "{"),
    many(concat(one("read", "write", "tmpfs"), maybe(fixed("?")), path, maybe(fixed("size", "64M"))), 5),
    fixed("}"),
  ),
  concat(fixed("namespaces", "{"), many(one("net", "pid", "ipc"), 5), fixed("}")),
  concat(
    fixed("network", "{"),
    many(fc.oneof(one("none", "loopback"), fixed("connect", "tcp", "443"), concat(fixed("unix"), path)), 4),
    fixed("}"),
  ),
  concat(fixed("env", "{"), many(fc.oneof(fixed("keep", "LANG"), concat(fixed("set", "A"), path)), 4), fixed("}")),
  concat(one("hostname", "program"), path),
);
const row = concat(
  action,
  concat(
    maybe(arch),
    called,
    fixed("("),
    maybe(listed(concat(maybe(fixed("fd", ":")), fc.oneof(fixed("_"), expression)), 4)),
    fixed(")"),
  ).map(sameLine),
);

const beginning = ([first, ...rest]: Words): Words => [{ ...first!, first: true }, ...rest];
const declaration = fc
  .oneof(
    concat(fixed("import"), path, maybe(fixed("as", "s"))),
    outerConstant,
    concat(
      fixed("group", "g"),
      maybe(concat(fixed("("), maybe(listed(one("$x", "$y"), 3)), fixed(")"))),
      concat(fixed("{"), many(item, 6), fixed("}")),
    ),
    concat(
      fixed("policy", "p", "for"),
      fc
        .array(arch, { minLength: 1, maxLength: 4 })
        .map(arches => arches.flatMap((each, at) => (at === 0 ? each : [...words(","), ...each]))),
      concat(fixed("{"), many(fc.oneof({ weight: 3, arbitrary: item }, head, section), 8), fixed("}")),
    ),
    concat(fixed("test", "p"), maybe(path), fixed("{"), many(row, 5), fixed("}")),
  )
  .map(beginning);

const comment = fc.constantFrom("//", "// a", "//b  ", "// { } , ( ) if", '// "', "//// policy x {");
const newLine = fc.constantFrom("\n", "\n\n", "\n\n\n\n", "\n  ", "\n\t\t ", "\n                    ");
const gapInLine = fc.constantFrom(" ", "  ", "\t");
const gap = fc.oneof(
  { weight: 12, arbitrary: gapInLine },
  { weight: 2, arbitrary: newLine },
  { weight: 1, arbitrary: fc.tuple(fc.oneof(gapInLine, newLine), comment, newLine).map(parts => parts.join("")) },
  {
    weight: 1,
    arbitrary: fc.tuple(newLine, comment, newLine, comment, newLine).map(parts => parts.join("")),
  },
);

/** Texts; nearly all of them are valid. */
export const policyText: fc.Arbitrary<string> = fc
  .array(declaration, { minLength: 1, maxLength: 4 })
  .chain(declarations => {
    const all = declarations.flat();
    const gaps = fc.array(gap, { minLength: all.length + 1, maxLength: all.length + 1 });
    return fc
      .tuple(gaps, fc.constantFrom("\n", "\n", "\r\n"), fc.constantFrom("", "\ufeff"))
      .map(([between, end, mark]) => {
        const parts = all.map(({ text, sameLine: glued, first }, at) => {
          const before = between[at]!;
          if (glued) return ` ${text}`;
          return first && !before.includes("\n") ? `\n${text}` : `${before}${text}`;
        });
        const foot = between.at(-1)!;
        return mark + (parts.join("") + foot).replaceAll("\n", end);
      });
  });

/** A text with its white space changed in places. */
export function respaced(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), gap), { minLength: 1, maxLength: 12 }))
    .map(([text, changes]) =>
      changes.reduce((changed, [place, space]) => {
        const at = changed.indexOf(" ", place % (changed.length + 1));
        return at < 0 ? changed : changed.slice(0, at) + space + changed.slice(at + 1);
      }, text),
    );
}
