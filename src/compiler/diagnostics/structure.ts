// What can be wrong with how a policy is put together: files, groups, heads and targets. One constructor a finding, which
// owns its wording; callers pass facts.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { count, didYouMean, error, warning } from "./finding.ts";

export function importNotFound(span: Span, specifier: string, chain: readonly string[], nearest?: string): Diagnostic {
  const from = chain.length > 1 ? ` (imported through ${chain.join(" -> ")})` : "";
  const found = error(
    "import-not-found",
    span,
    `cannot find "${specifier}"${from}`,
    specifier.startsWith("std/")
      ? "`policyc` ships its standard library itself; this is not one of its files"
      : 'a relative import begins with "./" or "../" and names the file with its extension',
  );
  if (nearest === undefined) return found;
  return {
    ...found,
    hint: `did you mean "${nearest}"?`,
    fix: { title: `import "${nearest}"`, edits: [{ span, text: `"${nearest}"` }] },
  };
}

export function importCycle(span: Span, chain: readonly string[]): Diagnostic {
  return error(
    "import-cycle",
    span,
    `this import leads back to itself: ${chain.join(" -> ")}`,
    "move what both need to a third file",
  );
}

export function importedFileBroken(span: Span, specifier: string): Diagnostic {
  return error("import-broken", span, `"${specifier}" has errors of its own`);
}

export function duplicateName(span: Span, kind: string, name: string, first: Span): Diagnostic {
  return error("duplicate-name", span, `${kind} \`${name}\` is defined twice`, undefined, [
    { span: first, message: "first defined here" },
  ]);
}

export function constantTaken(span: Span, name: string): Diagnostic {
  return error(
    "const-taken",
    span,
    `\`${name}\` is a constant of the kernel and keeps its meaning`,
    `call yours by another name, \`MY_${name}\``,
  );
}

export function importsTooDeep(span: Span, limit: number): Diagnostic {
  return error("too-deep", span, `more than ${limit} files import each other in a row`);
}

export function unknownPolicy(span: Span, name: string, names: readonly string[], nearest?: string): Diagnostic {
  const has = names.length === 0 ? "this file has no policy" : `this file has ${names.map(n => `\`${n}\``).join(", ")}`;
  return error(
    "unknown-policy",
    span,
    `no policy named \`${name}\``,
    nearest === undefined ? has : `did you mean \`${nearest}\`?`,
  );
}

/** What distributions, compilers and `uname -m` call the architectures. */
const ARCH_ALIASES: { readonly [name: string]: string } = {
  "x86-64": "x86_64",
  amd64: "x86_64",
  x64: "x86_64",
  x86: "i386",
  i486: "i386",
  i586: "i386",
  i686: "i386",
  ia32: "i386",
  x86_x32: "x32",
  arm64: "aarch64",
  armv8: "aarch64",
  armhf: "arm",
  armel: "arm",
  armv7: "arm",
  riscv: "riscv64",
  rv64: "riscv64",
};

export function unknownArch(span: Span, name: string, arches: readonly string[], nearest?: string): Diagnostic {
  const alias = Object.hasOwn(ARCH_ALIASES, name) ? ARCH_ALIASES[name] : undefined;
  const known = `known are ${arches.join(", ")}`;
  return didYouMean(error("unknown-arch", span, `no architecture named \`${name}\``, known), alias ?? nearest);
}

export function duplicateTarget(span: Span, arch: string, first: Span): Diagnostic {
  return warning("duplicate-target", span, `\`${arch}\` is named twice`, "remove one", [
    { span: first, message: "first named here" },
  ]);
}

export function x32Target(span: Span): Diagnostic {
  return error(
    "x32-target",
    span,
    "x32 shares its audit architecture with x86_64 and cannot be a target alone",
    "write `for x86_64` and opt x32 in with `compat x32`",
  );
}

export function missingDefault(span: Span, policy: string): Diagnostic {
  return error(
    "missing-default",
    span,
    `policy \`${policy}\` does not say what happens to calls that no rule decides`,
    "add `default kill` (or `default errno(EPERM)`) as its first line",
  );
}

export function duplicateHead(span: Span, kind: string, first: Span): Diagnostic {
  return error("duplicate-head", span, `\`${kind}\` is given twice`, "keep one", [
    { span: first, message: "first given here" },
  ]);
}

export function weakFallback(span: Span, kind: string, action: string): Diagnostic {
  const why =
    kind === "foreign"
      ? "numbers of another architecture mean other calls, so nothing may let them through"
      : "nobody can say today what a number will mean that the kernel has not assigned yet";
  return error(
    "weak-fallback",
    span,
    `\`${kind} ${action}\` is not possible: ${why}`,
    "use kill, kill-thread, trap or errno(...)",
  );
}

export function foreignCompat(span: Span, arch: string, targets: readonly string[]): Diagnostic {
  return error(
    "compat-arch",
    span,
    `a kernel for ${targets.join(", ")} never sees calls of \`${arch}\``,
    "`compat` takes i386 or x32 beside x86_64, and arm beside aarch64",
  );
}

export function badVersion(span: Span, text: string): Diagnostic {
  return error("bad-version", span, `\`${text}\` is not a kernel version`, "write it as `6.12`");
}

export function laterVersion(span: Span, text: string, table: string): Diagnostic {
  return warning(
    "later-version",
    span,
    `this policyc knows the calls of Linux up to ${table}`,
    `what ${text} adds to them is unknown to the policy too; write \`after ${table}\``,
  );
}

export function unknownGroup(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-group", span, `no group named \`${name}\``, "groups come from this file or its imports"),
    nearest,
  );
}

export function unknownAlias(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-import", span, `no import is called \`${name}\``, 'write `import "..." as NAME` first'),
    nearest,
  );
}

export function ambiguousGroup(span: Span, name: string, sources: readonly string[]): Diagnostic {
  return error(
    "ambiguous-group",
    span,
    `\`${name}\` is in ${sources.map(s => `"${s}"`).join(" and ")}`,
    "give one import a name with `as` and write `use NAME.group`",
  );
}

export function groupsTooDeep(span: Span, limit: number): Diagnostic {
  return error("too-deep", span, `more than ${limit} groups use each other in a row`);
}

export function tooManyRules(span: Span, limit: number): Diagnostic {
  return error(
    "too-many-rules",
    span,
    `with this the policy has more than ${limit} rules`,
    "a group that uses another twice doubles it",
  );
}

export function groupCycle(span: Span, chain: readonly string[]): Diagnostic {
  return error("group-cycle", span, `this \`use\` leads back to itself: ${chain.join(" -> ")}`);
}

export function wrongArgumentCount(span: Span, group: string, want: number, got: number): Diagnostic {
  return error("group-arguments", span, `group \`${group}\` takes ${count(want, "parameter")}, here are ${got}`);
}

export function exceptWithoutRule(span: Span, group: string, name: string): Diagnostic {
  return warning("except-unused", span, `group \`${group}\` has no rule for \`${name}\``, "remove it from `except`");
}

export function notProved(span: Span, target: string): Diagnostic {
  return error(
    "not-proved",
    span,
    `the conditions on ${target} depend on more bits at once than can be proved, so nothing is built`,
    "compare fewer arguments bit by bit with each other in one condition; write masks as `has` and `lacks`",
  );
}

export function tooLong(
  span: Span,
  length: number,
  costliest: readonly { readonly span: Span; readonly instructions: number }[],
): Diagnostic {
  return error(
    "program-too-long",
    span,
    `the program would have ${length} instructions; the kernel takes 4096`,
    "split value sets by ranges or masks, or drop argument tests that the calls do not need",
    costliest.map(rule => ({ span: rule.span, message: `${count(rule.instructions, "instruction")} for this rule` })),
  );
}
