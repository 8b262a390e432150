// For the bundle only: imports through a door (src/compiler/index.ts, src/runtime/index.ts) become imports of the modules behind
// it. A bundler that splits by module keeps a door whole, so without this every command would load what any command needs.

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "esbuild";

/** `doors`: absolute paths. */
export function directImports(doors: readonly string[]): Plugin {
  const modules = new Map(doors.map(door => [door, exportsOf(door)]));
  const rewrite = (text: string, folder: string): string =>
    text.replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (statement, names: string, specifier: string) => {
      const behind = modules.get(resolve(folder, specifier));
      if (behind === undefined) return statement;
      const wanted = names.split(",").map(name => name.trim());
      const values = wanted.filter(name => name !== "" && !name.startsWith("type "));
      return values.map(name => `import { ${name} } from ${JSON.stringify(moduleOf(name, behind))};`).join(" ");
    });
  return {
    name: "direct-imports",
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/(cli|lsp|page|runtime)\/.*\.ts$/ }, ({ path }) => ({
        contents: rewrite(readFileSync(path, "utf8"), dirname(path)),
        loader: "ts",
        resolveDir: dirname(path),
      }));
    },
  };
}

/** Name -> module, and the modules whose every export goes through under "*". */
function exportsOf(door: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const text = readFileSync(door, "utf8");
  for (const [, names, specifier] of text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "([^"]+)";$/gm)) {
    const module = join(dirname(door), specifier!);
    for (const name of names!.replace(/[{}]/g, "").split(",")) found.set(name.trim().replace(/^type /, ""), module);
  }
  return found;
}

function moduleOf(imported: string, behind: ReadonlyMap<string, string>): string {
  const name = imported.split(" as ")[0]!;
  const module = behind.get(name) ?? behind.get("*");
  if (module === undefined) throw new Error(`${name} is not exported where it is imported from`);
  return module;
}
