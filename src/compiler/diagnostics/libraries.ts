// What breaks programs whose own code never changed: calls that a C library makes in other words, tries first, or expects a
// certain error from; and what a test costs that decides nothing.

import type { Diagnostic, Fix, Span } from "./diagnostic.ts";
import { hint, warning } from "./finding.ts";

export function missingSibling(
  span: Span,
  facts: {
    readonly call: string;
    readonly sibling: string;
    readonly verdict: string;
    readonly how: "replaced" | "tried-first" | "beside" | "other-libc";
    readonly why: string;
    readonly fix: Fix | undefined;
  },
): Diagnostic {
  const found = siblingFinding(span, facts);
  return facts.fix === undefined ? found : { ...found, fix: facts.fix };
}

function siblingFinding(
  span: Span,
  { call, sibling, verdict, how, why }: Parameters<typeof missingSibling>[1],
): Diagnostic {
  switch (how) {
    case "replaced":
      return warning(
        "missing-sibling",
        span,
        `\`${call}\` is allowed, \`${sibling}\` gets \`${verdict}\`: it is what ${why} calls`,
        `allow \`${sibling}\` as well`,
      );
    case "tried-first":
      return warning(
        "missing-sibling",
        span,
        `\`${call}\` is allowed, \`${sibling}\` gets \`${verdict}\`: it comes first in ${why}, and \`${call}\` only after ENOSYS`,
        `add \`errno(ENOSYS) ${sibling}\`, or allow it as well`,
      );
    case "beside":
      return warning(
        "missing-sibling",
        span,
        `\`${call}\` is allowed, \`${sibling}\` gets \`${verdict}\`: ${why}`,
        `allow \`${sibling}\`, or answer it with \`errno(ENOSYS)\``,
      );
    case "other-libc":
      return hint(
        "missing-sibling",
        span,
        `\`${call}\` is allowed, \`${sibling}\` gets \`${verdict}\`: ${why} by \`${sibling}\``,
        `allow \`${sibling}\` as well, unless the program is never linked against it`,
      );
  }
}

export function needsEnosys(
  span: Span,
  facts: {
    readonly call: string;
    readonly verdict: string;
    readonly how: "needs" | "expects";
    readonly by: string;
    readonly fix: Fix | undefined;
  },
): Diagnostic {
  const { call, verdict, how, by, fix } = facts;
  const found =
    how === "needs"
      ? warning(
          "needs-enosys",
          span,
          `\`${call}\` gets \`${verdict}\`: only ENOSYS makes ${by} fall back`,
          "write `errno(ENOSYS)`: what a kernel without the call answers",
        )
      : hint(
          "needs-enosys",
          span,
          `\`${call}\` gets \`${verdict}\`; kernels without it answer ENOSYS, and that is what ${by} can expect`,
          "write `errno(ENOSYS)`",
        );
  return fix === undefined ? found : { ...found, fix };
}

export function missingRestart(span: Span, call: string, verdict: string, fix: Fix): Diagnostic {
  return {
    ...warning(
      "missing-restart-syscall",
      span,
      `\`${call}\` is allowed, \`restart_syscall\` gets \`${verdict}\`: by it the kernel resumes a sleep after SIGSTOP and SIGCONT`,
      "allow `restart_syscall`: it does nothing but go on with the call that was interrupted",
    ),
    fix,
  };
}

export function costsCache(span: Span, call: string, argument: string): Diagnostic {
  return hint(
    "costs-cache",
    span,
    `this test of \`${argument}\` refuses only what the kernel refuses itself, and costs \`${call}\` its place in the kernel's cache`,
    "without a test the call is decided once, and the filter never runs for it again (Linux 5.11 and later)",
  );
}

export function nearSizeLimit(span: Span, target: string, length: number): Diagnostic {
  return warning(
    "near-size-limit",
    span,
    `the program for ${target} has ${length} instructions; the kernel takes 4096`,
    "split value sets by ranges or masks, or drop argument tests that the calls do not need",
  );
}
