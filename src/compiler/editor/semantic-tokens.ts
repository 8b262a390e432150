// What each word of a text is, for colours that a pattern cannot know: whether `read` is a call, an argument or a verb.

import { endOf } from "../syntax/tokens.ts";
import type { Role } from "./place.ts";
import { readWords } from "./reading.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TOKEN_MODIFIERS, TOKEN_TYPES } from "./token-legend.ts";

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: (typeof TOKEN_TYPES)[number];
  readonly modifiers: readonly (typeof TOKEN_MODIFIERS)[number][];
}

type Look = Pick<SemanticToken, "type" | "modifiers"> | undefined;

const LOOKS: { readonly [role in Role]: Look } = {
  keyword: { type: "keyword", modifiers: [] },
  action: { type: "macro", modifiers: [] },
  operator: { type: "operator", modifiers: [] },
  number: { type: "number", modifiers: [] },
  version: { type: "number", modifiers: [] },
  string: { type: "string", modifiers: [] },
  mark: undefined,
  mistake: undefined,
  setting: { type: "property", modifiers: [] },
  call: { type: "function", modifiers: ["defaultLibrary"] },
  argument: { type: "property", modifiers: ["readonly"] },
  constant: { type: "enumMember", modifiers: ["readonly"] },
  parameter: { type: "parameter", modifiers: [] },
  arch: { type: "type", modifiers: ["defaultLibrary"] },
  anything: { type: "variable", modifiers: [] },
  group: { type: "namespace", modifiers: [] },
  alias: { type: "variable", modifiers: [] },
  policy: { type: "class", modifiers: [] },
  "group-definition": { type: "namespace", modifiers: ["declaration"] },
  "policy-definition": { type: "class", modifiers: ["declaration"] },
  "constant-definition": { type: "enumMember", modifiers: ["declaration", "readonly"] },
};

/** From top to bottom, each on one line, apart from each other. */
export function semanticTokens({ lexed }: Snapshot): readonly SemanticToken[] {
  const words = readWords(lexed.tokens).flatMap(({ token, role }): SemanticToken[] => {
    const look = LOOKS[role];
    return look === undefined ? [] : [{ start: token.startOffset, end: endOf(token), ...look }];
  });
  const comments = lexed.comments.map((comment): SemanticToken => {
    return { start: comment.startOffset, end: endOf(comment), type: "comment", modifiers: [] };
  });
  return [...words, ...comments].sort((a, b) => a.start - b.start);
}
