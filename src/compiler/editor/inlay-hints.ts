// What an editor may show between the words of a part of a text: the value of each constant, the number of each call, and what
// each statement costs once the program is built.

import type { Arch } from "../abi/arch.ts";
import { syscall } from "../abi/syscalls.ts";
import type { Range } from "../format/edits.ts";
import { endOf } from "../syntax/tokens.ts";
import { costsOf, showCosts } from "./cost.ts";
import { valuesByArch } from "./describe.ts";
import { readWords } from "./reading.ts";
import { archesAt, filtersOf, type Snapshot } from "./snapshot.ts";

export interface InlayHint {
  readonly offset: number;
  readonly text: string;
  readonly kind: "value" | "number" | "cost";
  /** Markdown. */
  readonly about: string;
}

export interface InlayOptions {
  readonly constants: boolean;
  readonly numbers: boolean;
  readonly cost: boolean;
}

export function inlayHints(snapshot: Snapshot, range: Range, options: InlayOptions): readonly InlayHint[] {
  const names = readWords(snapshot.lexed.tokens)
    .filter(({ token }) => token.startOffset >= range.start && endOf(token) <= range.end)
    .flatMap(({ token, role }): InlayHint[] => {
      const isShown = (role === "constant" && options.constants) || (role === "call" && options.numbers);
      if (!isShown) return [];
      const arches = archesAt(snapshot, token.startOffset);
      const text = role === "constant" ? valueText(token.image, arches) : numberText(token.image, arches);
      const kind = role === "constant" ? "value" : "number";
      return text === undefined
        ? []
        : [{ offset: endOf(token), text, kind, about: perArch(token.image, arches, kind) }];
    });
  return [...names, ...(options.cost ? costHints(snapshot, range) : [])].sort((a, b) => a.offset - b.offset);
}

/** One value or none: where architectures differ, the first is no answer. */
function valueText(name: string, arches: readonly Arch[]): string | undefined {
  const values = [...valuesByArch(name, arches).keys()];
  if (values.length > 1) return "= by architecture";
  return values[0] === undefined || values[0] === "not defined" ? undefined : `= ${shortened(values[0])}`;
}

/** `524288 (0x80000)` is written one way only where there is little room. */
function shortened(value: string): string {
  return value.replace(/^.*\((.*)\)$/, "$1");
}

function numberText(call: string, arches: readonly Arch[]): string | undefined {
  const numbers = [...new Set(arches.flatMap(arch => syscall(arch, call)?.nr ?? []))];
  return numbers.length === 0 ? undefined : numbers.join("/");
}

function perArch(name: string, arches: readonly Arch[], kind: "value" | "number"): string {
  if (kind === "number")
    return arches.map(arch => `${arch}: ${syscall(arch, name)?.nr ?? "no such call"}`).join("\n\n");
  return [...valuesByArch(name, arches)].map(([value, on]) => `${on.join(", ")}: ${value}`).join("\n\n");
}

function costHints(snapshot: Snapshot, range: Range): readonly InlayHint[] {
  return snapshot.main.file.policies.flatMap(({ name, items }) => {
    const filters = filtersOf(snapshot, name.text);
    return items.flatMap(({ kind, span }): InlayHint[] => {
      if (kind === "const" || span.end < range.start || span.end > range.end) return [];
      const costs = costsOf(filters, span);
      const text = showCosts(costs);
      const about = costs
        .slice(0, MOST)
        .map(each => `${each.arch} \`${each.call}\`: ${showCosts([each])}`)
        .join("\n\n");
      return text === "" ? [] : [{ offset: span.end, text, kind: "cost", about }];
    });
  });
}

const MOST = 20;
