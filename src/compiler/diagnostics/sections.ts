// What can be wrong with the sections of a policy: limits, files, namespaces, network, env, hostname, program.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { didYouMean, error, names } from "./finding.ts";

export function duplicateSection(span: Span, kind: string, first: Span): Diagnostic {
  return error("duplicate-section", span, `a policy has one \`${kind}\``, "put both together", [
    { span: first, message: "the first one" },
  ]);
}

export function unknownWord(
  span: Span,
  section: string,
  word: string,
  known: readonly string[],
  nearest?: string,
): Diagnostic {
  return didYouMean(
    error("unknown-setting", span, `\`${section}\` knows no \`${word}\``, `it knows ${names(known)}`),
    nearest,
  );
}

export function duplicateSetting(span: Span, what: string, first: Span): Diagnostic {
  return error("duplicate-setting", span, `\`${what}\` is given twice`, "keep one", [
    { span: first, message: "first given here" },
  ]);
}

export function wrongUnit(span: Span, limit: string, takes: "time" | "size" | "count", example: string): Diagnostic {
  const what = { time: "a time with its unit", size: "a size in bytes, or with K, M, G", count: "a plain number" };
  return error("limit-unit", span, `\`${limit}\` takes ${what[takes]}`, `write \`${limit} ${example}\``);
}

export function badPath(span: Span, path: string, why: string): Diagnostic {
  return error("bad-path", span, `"${path}" ${why}`, "paths are absolute, and written as the kernel resolves them");
}

export function needsSize(span: Span): Diagnostic {
  return error("tmpfs-size", span, "a tmpfs without a size may fill the memory", 'write `tmpfs "/tmp" size 64M`');
}

export function sizeOfNothing(span: Span, verb: string): Diagnostic {
  return error("tmpfs-size", span, `\`${verb}\` has no size`, "only `tmpfs` takes one");
}

export function networkConflict(span: Span, word: string, other: string, first: Span): Diagnostic {
  return error("network-conflict", span, `\`${word}\` contradicts \`${other}\``, "`none` and `loopback` stand alone", [
    { span: first, message: `\`${other}\` is here` },
  ]);
}

export function badPort(span: Span, port: bigint): Diagnostic {
  return error("bad-port", span, `there is no port ${port}`, "ports are 1 to 65535");
}

export function badVariable(span: Span, name: string): Diagnostic {
  return error(
    "bad-variable",
    span,
    `\`${name}\` is no name of an environment variable`,
    "letters, digits and `_`, not beginning with a digit",
  );
}

export function badHostname(span: Span, name: string): Diagnostic {
  return error(
    "bad-hostname",
    span,
    `"${name}" is no host name`,
    "1 to 64 letters, digits, `-` and `.` (sethostname(2))",
  );
}
