// What can be wrong with a comment that suppresses a finding: `// policyc-ignore CODE: reason`.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { didYouMean, error, warning } from "./finding.ts";

export function ignoreWithoutReason(span: Span, code: string | undefined): Diagnostic {
  return {
    ...error(
      "ignore-without-reason",
      span,
      code === undefined
        ? "this comment does not say what it suppresses"
        : `this comment does not say why \`${code}\` is fine here`,
      `write \`// policyc-ignore ${code ?? "CODE"}: the reason\`; without one it suppresses nothing`,
    ),
    fix: { title: "remove the comment", edits: [{ span, text: "" }] },
  };
}

export function ignoreUnknown(span: Span, code: string, nearest: string | undefined): Diagnostic {
  return didYouMean(
    warning("ignore-unknown", span, `no finding is called \`${code}\``, "findings show their names: warning[crossing]"),
    nearest,
  );
}

export function ignoreUnused(span: Span, comment: Span, code: string, isLast: boolean): Diagnostic {
  const found = warning("ignore-unused", span, `there is no \`${code}\` here to suppress`, "remove it");
  return isLast ? { ...found, fix: { title: "remove the comment", edits: [{ span: comment, text: "" }] } } : found;
}

export function ignoreError(span: Span, code: string): Diagnostic {
  return warning(
    "ignore-error",
    span,
    `\`${code}\` is an error that cannot be suppressed: without it the text has no meaning`,
    "mend what it is about",
  );
}
