// What a file defines or asks for, and nothing in it uses.

import type { Diagnostic, Fix, Span } from "./diagnostic.ts";
import { warning } from "./finding.ts";

export function unusedConstant(span: Span, name: string, fix: Fix): Diagnostic {
  return { ...warning("unused-constant", span, `nothing uses the constant \`${name}\``), fix };
}

export function unusedGroup(span: Span, name: string): Diagnostic {
  return warning(
    "unused-group",
    span,
    `no \`use\` splices group \`${name}\`, so its rules decide nothing`,
    `write \`use ${name}\` in a policy, or remove the group`,
  );
}

export function unusedParameter(span: Span, name: string, group: string): Diagnostic {
  return warning(
    "unused-parameter",
    span,
    `group \`${group}\` does not use its parameter \`${name}\``,
    "remove it here and from every `use`",
  );
}

export function unusedImport(span: Span, specifier: string, fix: Fix): Diagnostic {
  return { ...warning("unused-import", span, `nothing comes from the import "${specifier}"`), fix };
}
