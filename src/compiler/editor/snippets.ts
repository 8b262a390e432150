// Texts with holes, for completion: `${1:name}` is filled by the user, `$0` is where the cursor ends.

function hole(at: number, text: string): string {
  return `\${${at}:${text}}`;
}

export const POLICY = `policy ${hole(1, "name")} for ${hole(2, "x86_64")} {\n  default ${hole(3, "kill")}\n\n  $0\n}`;
export const GROUP = `group ${hole(1, "name")} {\n  $0\n}`;
export const IMPORT = `import "${hole(1, "std/startup")}"$0`;
export const CONST = `const ${hole(1, "NAME")} = $0`;
export const TEST = `test ${hole(1, "policy")} {\n  $0\n}`;
export const ERRNO = `errno(${hole(1, "EPERM")})`;

export function block(word: string): string {
  return `${word} {\n  $0\n}`;
}
