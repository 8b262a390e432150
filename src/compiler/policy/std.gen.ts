// Made by scripts/generate-std.ts from policies/std.

export const STANDARD_LIBRARY: { readonly [specifier: string]: string } = {
  "std/startup": "// placeholder until the groups below are written\n",
};
