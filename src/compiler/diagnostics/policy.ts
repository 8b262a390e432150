// What can be wrong with a policy that parses: one constructor a finding, which owns its wording. Callers pass facts.

import type { Diagnostic, Span } from "./diagnostic.ts";

type Related = NonNullable<Diagnostic["related"]>;

function error(code: string, span: Span, message: string, hint?: string, related?: Related): Diagnostic {
  return finding("error", code, span, message, hint, related);
}

function warning(code: string, span: Span, message: string, hint?: string, related?: Related): Diagnostic {
  return finding("warning", code, span, message, hint, related);
}

function finding(
  severity: Diagnostic["severity"],
  code: string,
  span: Span,
  message: string,
  hint: string | undefined,
  related: Related | undefined,
): Diagnostic {
  return {
    code,
    severity,
    message,
    span,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related }),
  };
}

/** A hint and, where the nearest name is known, the edit that takes it. */
function didYouMean(diagnostic: Diagnostic, nearest: string | undefined): Diagnostic {
  if (nearest === undefined) return diagnostic;
  return {
    ...diagnostic,
    hint: `did you mean \`${nearest}\`?`,
    fix: { title: `write \`${nearest}\``, edits: [{ span: diagnostic.span, text: nearest }] },
  };
}

// --- Files, groups and policies -----------------------------------------------------------------------------------

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

export function noPolicy(span: Span): Diagnostic {
  return error(
    "no-policy",
    span,
    "no policy in this file",
    "write `policy NAME for x86_64 { default kill  allow { read, write, exit_group } }`",
  );
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

export function unknownArch(span: Span, name: string, arches: readonly string[], nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-arch", span, `no architecture named \`${name}\``, `known are ${arches.join(", ")}`),
    nearest,
  );
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

export function groupCycle(span: Span, chain: readonly string[]): Diagnostic {
  return error("group-cycle", span, `this \`use\` leads back to itself: ${chain.join(" -> ")}`);
}

export function wrongArgumentCount(span: Span, group: string, want: number, got: number): Diagnostic {
  return error("group-arguments", span, `group \`${group}\` takes ${count(want, "parameter")}, here are ${got}`);
}

export function exceptWithoutRule(span: Span, group: string, name: string): Diagnostic {
  return warning("except-unused", span, `group \`${group}\` has no rule for \`${name}\``, "remove it from `except`");
}

// --- Actions ------------------------------------------------------------------------------------------------------

export function unknownAction(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error(
      "unknown-action",
      span,
      `no action named \`${name}\``,
      "actions are allow, log, notify, trace, errno, trap, kill, kill-thread",
    ),
    nearest,
  );
}

export function missingErrno(span: Span): Diagnostic {
  return error(
    "missing-errno",
    span,
    "`errno` needs the error it gives",
    "write `errno(EPERM)`; for calls that a libc probes for, `errno(ENOSYS)`",
  );
}

export function unexpectedActionValue(span: Span, action: string): Diagnostic {
  return error("action-value", span, `\`${action}\` takes no value`, `write \`${action}\` alone`);
}

export function errnoRange(span: Span, value: bigint): Diagnostic {
  return error(
    "errno-range",
    span,
    `errno ${value} does not exist: the kernel knows 0 to 4095`,
    "name it: `errno(EPERM)`",
  );
}

export function errnoZero(span: Span): Diagnostic {
  return warning("errno-zero", span, "`errno(0)` tells the program that the call succeeded, without running it");
}

export function notAnErrno(span: Span, name: string): Diagnostic {
  return warning("not-an-errno", span, `\`${name}\` is no error number`, "errors begin with E: EPERM, ENOSYS, EACCES");
}

export function actionDataRange(span: Span, action: string, value: bigint): Diagnostic {
  return error("action-data-range", span, `\`${action}(${value})\`: the data of an action has 16 bits, 0 to 65535`);
}

export function killThread(span: Span): Diagnostic {
  return warning(
    "kill-thread",
    span,
    "`kill-thread` ends one thread and leaves the others running, with whatever locks it held",
    "write `kill`, which ends the process",
  );
}

export function allowsOwnFilter(span: Span, call: string, leaf: string): Diagnostic {
  return error(
    "own-filter-escape",
    span,
    `\`${call}\` cannot be allowed beside \`${leaf}\`: a filter that the program installs itself would answer its own ${leaf === "trace" ? "traced calls" : "notifications"}`,
    `deny \`${call}\`, or use errno instead of ${leaf}`,
  );
}

// --- Calls --------------------------------------------------------------------------------------------------------

export function unknownSyscall(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-syscall", span, `no system call named \`${name}\``, "its number can be given: `syscall(451)`"),
    nearest,
  );
}

export function syscallNotHere(span: Span, name: string, arch: string, on: readonly string[]): Diagnostic {
  return {
    ...error(
      "syscall-not-on-arch",
      span,
      `\`${name}\` does not exist on ${arch}`,
      `write \`${name}?\` to leave the rule out where the call is missing, or \`${name} on ${onList(on)}\``,
    ),
    fix: { title: `write \`${name}?\``, edits: [{ span: { ...span, start: span.end }, text: "?" }] },
  };
}

export function neverFiltered(span: Span, name: string): Diagnostic {
  return warning(
    "never-filtered",
    span,
    `\`${name}\` never reaches a filter: the kernel runs it before seccomp`,
    "remove the rule, it decides nothing",
  );
}

export function numberRange(span: Span, value: bigint): Diagnostic {
  return error(
    "syscall-number",
    span,
    `${value} is no system call number of this architecture`,
    "numbers are below 1073741824; x32's are opted in by `compat x32`",
  );
}

export function unusedOn(span: Span, arch: string): Diagnostic {
  return warning("on-unused", span, `this policy is not for ${arch}`, `add ${arch} after \`for\`, or remove the rule`);
}

// --- Arguments and values -----------------------------------------------------------------------------------------

export function unknownArgument(
  span: Span,
  call: string,
  name: string,
  args: readonly string[],
  nearest?: string,
): Diagnostic {
  const has = args.length === 0 ? `\`${call}\` takes no arguments` : `\`${call}\` has ${args.join(", ")}`;
  const found = error("unknown-argument", span, `\`${call}\` has no argument \`${name}\``, has);
  return nearest === undefined ? found : { ...didYouMean(found, nearest), hint: `did you mean \`${nearest}\`? ${has}` };
}

export function argumentNotHere(
  span: Span,
  call: string,
  name: string,
  arch: string,
  on: readonly string[],
): Diagnostic {
  return error(
    "argument-not-on-arch",
    span,
    `\`${call}\` has no argument \`${name}\` on ${arch}`,
    `there it is passed otherwise (in memory, or split in two); limit the rule with \`on ${onList(on)}\``,
  );
}

export function rawIndex(span: Span, value: bigint): Diagnostic {
  return error("raw-index", span, `raw[${value}] does not exist`, "a call has six registers, raw[0] to raw[5]");
}

export function unknownConstant(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-constant", span, `no constant named \`${name}\``, `define it: \`const ${name} = ...\``),
    nearest,
  );
}

export function constantNotHere(span: Span, name: string, arch: string, on: readonly string[]): Diagnostic {
  return error(
    "constant-not-on-arch",
    span,
    `\`${name}\` does not exist on ${arch}`,
    `limit the rule with \`on ${onList(on)}\``,
  );
}

export function constantCycle(span: Span, name: string): Diagnostic {
  return error("constant-cycle", span, `\`${name}\` is defined by itself`);
}

export function unknownParam(span: Span, name: string, params: readonly string[], nearest?: string): Diagnostic {
  const has = params.length === 0 ? "parameters belong to a `group NAME($a)`" : `here are ${params.join(", ")}`;
  return didYouMean(error("unknown-parameter", span, `no parameter named \`${name}\``, has), nearest);
}

export function constantTooBig(span: Span, value: bigint, argument: string, type: string, bits: number): Diagnostic {
  return error(
    "constant-too-big",
    span,
    `${show(value)} does not fit \`${argument}\`, of which the kernel reads ${bits} bits (${type})`,
    bits === 64 ? undefined : `no call could ever match; the largest value is ${show((1n << BigInt(bits)) - 1n)}`,
  );
}

export function outsideType(
  span: Span,
  value: bigint,
  argument: string,
  type: string,
  low: bigint,
  high: bigint,
): Diagnostic {
  return error(
    "outside-type",
    span,
    `${show(value)} is no value of \`${argument}\` (${type}: ${show(low)} to ${show(high)}), so it has no place in an order`,
    value < 0n ? "for one bit pattern use `==`, which takes it as such" : undefined,
  );
}

export function impossible(span: Span, why: string, hint?: string): Diagnostic {
  return error("impossible-condition", span, `no call can match: ${why}`, hint);
}

export function alwaysTrue(span: Span, why: string): Diagnostic {
  return warning("always-true", span, `every call matches: ${why}`, "remove the test");
}

export function emptyRange(span: Span, low: bigint, high: bigint): Diagnostic {
  return error(
    "empty-range",
    span,
    `the range ${show(low)}..${show(high)} is empty`,
    `write ${show(high)}..${show(low)}`,
  );
}

export function emptySet(span: Span): Diagnostic {
  return error("empty-set", span, "a set with nothing in it matches no call");
}

export function zeroFlag(span: Span, name: string, op: string, mask: string | undefined): Diagnostic {
  return error(
    "zero-flag",
    span,
    `\`${name}\` is 0: it has no bit that \`${op}\` could test`,
    mask === undefined ? `compare the whole argument: \`== ${name}\`` : `write \`& ${mask} == ${name}\``,
  );
}

export function negativeMask(span: Span): Diagnostic {
  return error(
    "negative-mask",
    span,
    "a mask is a pattern of bits and has no sign",
    "write it in hexadecimal, or with `~`",
  );
}

export function flagContainsFlag(span: Span, name: string, inner: string): Diagnostic {
  return warning(
    "flag-contains-flag",
    span,
    `\`${name}\` contains the bits of \`${inner}\`, so \`lacks ${name}\` refuses every call with \`${inner}\` too`,
    `to refuse only ${name}, write \`not (... has ${name})\``,
  );
}

export function unmaskedEnum(span: Span, argument: string, modifiers: readonly string[], mask: string): Diagnostic {
  const shown = modifiers
    .slice(0, 3)
    .map(m => `\`${m}\``)
    .join(", ");
  return warning(
    "unmasked-enum",
    span,
    `\`${argument}\` may also carry ${shown}, and then this test does not match`,
    `mask them out: \`${argument} & ${mask} == ...\``,
  );
}

export function constantFamily(
  span: Span,
  name: string,
  argument: string,
  call: string,
  examples: readonly string[],
): Diagnostic {
  return warning(
    "constant-family",
    span,
    `\`${name}\` is not a value of \`${call}\`'s \`${argument}\``,
    `its values are ${examples.join(", ")}, ...`,
  );
}

export function pointerValue(span: Span, argument: string): Diagnostic {
  return error(
    "pointer-value",
    span,
    `\`${argument}\` is a pointer: a filter sees the address, never what is there`,
    "only `== 0` and `!= 0` (null or not) can be meant",
  );
}

export function pairWidth(span: Span, left: string, leftBits: number, right: string, rightBits: number): Diagnostic {
  return error(
    "pair-width",
    span,
    `\`${left}\` has ${leftBits} bits and \`${right}\` ${rightBits}: they cannot be compared`,
  );
}

export function pairSign(span: Span, left: string, right: string): Diagnostic {
  return error(
    "pair-sign",
    span,
    `one of \`${left}\` and \`${right}\` has a sign and the other has not, so they have no order`,
  );
}

export function pairMask(span: Span): Diagnostic {
  return error("pair-mask", span, "arguments are compared with each other whole, without a mask");
}

// --- Shapes of expressions ----------------------------------------------------------------------------------------

export function needsCondition(span: Span, what: string): Diagnostic {
  return error(
    "not-a-condition",
    span,
    `${what} is not a condition`,
    "compare it: `fd == 0`, `flags has MAP_PRIVATE`, `count <= 4096`",
  );
}

export function needsValue(span: Span, what: string): Diagnostic {
  return error(
    "not-a-value",
    span,
    `${what} is not a value`,
    "here stands a number, a constant, or constants joined by `|`",
  );
}

export function needsArgument(span: Span): Diagnostic {
  return error("no-argument", span, "this compares constants with each other", "one side is an argument of the call");
}

export function needsSet(span: Span): Diagnostic {
  return error(
    "not-a-set",
    span,
    "`in` takes a set or a range",
    "write `in {1, 2}` or `in 0..9`; for one value use `==`",
  );
}

export function needsMask(span: Span): Diagnostic {
  return error("not-a-mask", span, "a set is not a mask", "join flags by `|`: `has PROT_READ | PROT_WRITE`");
}

export function computedArgument(span: Span): Diagnostic {
  return error(
    "computed-argument",
    span,
    "an argument can be masked with `&`, and nothing else can be computed from it",
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

/** Decimal, and hexadecimal too where that is how people write it. */
function show(value: bigint): string {
  const size = value < 0n ? -value : value;
  return size < 4096n ? `${value}` : `${value} (${value < 0n ? "-" : ""}0x${size.toString(16)})`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function onList(arches: readonly string[]): string {
  return arches.length === 1 ? arches[0]! : `{${arches.join(", ")}}`;
}
