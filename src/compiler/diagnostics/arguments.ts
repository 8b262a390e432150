// What can be wrong with an argument, a value or how the two are compared.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { didYouMean, error, onList, show, warning } from "./finding.ts";

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

export function constantsTooDeep(span: Span, limit: number): Diagnostic {
  return error("too-deep", span, `more than ${limit} constants are made of each other in a row`);
}

export function ambiguousConstant(span: Span, name: string, sources: readonly string[]): Diagnostic {
  return error(
    "ambiguous-constant",
    span,
    `\`${name}\` is in ${sources.map(s => `"${s}"`).join(" and ")}`,
    "give one import a name with `as`; its constants are then its own",
  );
}

/** Definitions that multiply: `const B = {A, A}`, `const C = {B, B}`, and so on. */
export function tooManySteps(span: Span): Diagnostic {
  return error("too-complex", span, "the constants and groups of this policy multiply beyond what can be read");
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

export function pairPointer(span: Span, name: string): Diagnostic {
  return error(
    "pointer-value",
    span,
    `\`${name}\` is a pointer: a filter sees the address, never what is there`,
    "two addresses say nothing of each other; for the bare registers write `raw[0] == raw[1]`",
  );
}

export function pairMask(span: Span): Diagnostic {
  return error("pair-mask", span, "arguments are compared with each other whole, without a mask");
}

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
