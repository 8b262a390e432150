// Texts of a graph as lines that fit a box, the same in every format, and their escaping for markup. Whatever comes from a policy's
// text goes through escapeMarkup() before it is part of SVG or HTML.

import type { Action } from "../policy/model.ts";
import type { GraphNode } from "./graph.ts";

/** In characters. */
const WIDTH = 46;
const MOST_CALL_LINES = 3;
const MOST_CONDITION_LINES = 6;

/** Cut between words; a single long word is cut where the line ends. */
export function wrapped(text: string, width = WIDTH, most = Number.POSITIVE_INFINITY): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    // Names joined by | may part there.
    for (const word of paragraph.split(/(?<=[|\s])/)) {
      if (line !== "" && line.length + word.trimEnd().length > width) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += word;
      while (line.trimEnd().length > width) {
        lines.push(line.slice(0, width));
        line = line.slice(width);
      }
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
  }
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${lines[most - 1]!.slice(0, width - 4)} ...`];
}

/** The names of a node's calls: as many as fit, and how many there are beside. */
export function callLines({ calls, kind, title }: GraphNode): readonly string[] {
  if (calls.length === 0 || title.endsWith(calls.join(", "))) return [];
  const all = wrapped(calls.join(" "));
  const most = kind === "rest" ? 1 : MOST_CALL_LINES;
  if (all.length <= most) return all;
  const shown = all.slice(0, most);
  const left = calls.length - shown.join(" ").split(" ").length;
  return [...shown, `and ${left} more`];
}

/** `if fd == 0`, `otherwise`; none for a node of one way. */
export function wayLines({ ways }: GraphNode, at: number): readonly string[] {
  const { when } = ways[at]!;
  if (when !== undefined) return wrapped(`if ${when}`, WIDTH, MOST_CONDITION_LINES);
  return ways.length === 1 ? [] : ["otherwise"];
}

/** Verdicts are told apart without colours too: by lines and signs. */
export function titleLines({ title, action }: GraphNode): readonly string[] {
  return wrapped(action === undefined ? title : `${signOf(action)} ${title}`);
}

function signOf({ kind }: Action): string {
  switch (kind) {
    case "allow":
    case "log":
      return "+";
    case "notify":
    case "trace":
      return "?";
    case "errno":
    case "trap":
      return "-";
    case "kill":
    case "kill-thread":
      return "x";
  }
}

/** XML has no way to say most control characters, and the others know what to do with none: a sign stands for them. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, sign => (sign === "\n" || sign === "\t" ? sign : "\ufffd"));
}

/** For element content and quoted attributes of SVG and HTML. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}
