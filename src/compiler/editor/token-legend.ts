// The kinds of words that a server announces before it has loaded anything else.

/** In the order of their numbers; names of the protocol where it has one that fits. */
export const TOKEN_TYPES = [
  ...["keyword", "function", "parameter", "enumMember", "variable", "type", "namespace", "class"],
  ...["number", "string", "operator", "comment", "property", "macro"],
] as const;

export const TOKEN_MODIFIERS = ["declaration", "defaultLibrary", "readonly"] as const;
