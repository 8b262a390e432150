// For the bundle only: what a CommonJS package requires of Node becomes an import. A bundled module has no `require`.

import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

const NAMESPACE = "node-builtin";

/** `packages`: matches the paths of the files that require. */
export function builtinImports(packages: RegExp): Plugin {
  return {
    name: "builtin-imports",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(?:node:)?[a-z_]+$/ }, ({ path, importer, kind }) => {
        const name = path.replace(/^node:/, "");
        const isOurs = kind === "require-call" && packages.test(importer) && builtinModules.includes(name);
        return isOurs ? { path: name, namespace: NAMESPACE } : undefined;
      });
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: `export * from "node:${path}"; export { default } from "node:${path}";`,
      }));
    },
  };
}
