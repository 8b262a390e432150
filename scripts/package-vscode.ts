// editors/vscode -> a .vsix: a zip with two XML files about the extension, and the extension with the language server inside. What
// the server shows is beside it as in the repository: the standard library and the pages of the findings.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling, bundlingOfCommands } from "./build.ts";
import { zip } from "./zip.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly version: string;
  readonly publisher: string;
  readonly engines: { readonly vscode: string };
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
}

/** Path in the archive -> content. */
export async function vscodeFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const own: Manifest = JSON.parse(read("editors/vscode/package.json"));
  const { version } = JSON.parse(read("package.json")) as { readonly version: string };
  const manifest: Manifest = { ...own, version };
  const files = new Map([
    ["extension.vsixmanifest", vsixManifest(manifest)],
    ["[Content_Types].xml", contentTypes()],
    ["extension/package.json", `${JSON.stringify(manifest, undefined, 2)}\n`],
    ["extension/LICENSE.txt", read("LICENSE")],
    ["extension/extension.js", await extensionBundle()],
    ["extension/server/cli.js", await serverBundle()],
    // The extension is a CommonJS module, as editors of this version load it; the server is not.
    ["extension/server/package.json", '{ "type": "module" }\n'],
  ]);
  for (const name of ["README.md", "language-configuration.json", "snippets.json"]) {
    files.set(`extension/${name}`, read(`editors/vscode/${name}`));
  }
  for (const folder of ["grammar", "policies/std", "docs/rules"]) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (/\.(json|policy|md)$/.test(name)) files.set(`extension/${folder}/${name}`, read(`${folder}/${name}`));
    }
  }
  return new Map([...files].map(([path, text]) => [path, Buffer.from(text, "utf8")]));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

async function extensionBundle(): Promise<string> {
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: ["editors/vscode/extension.mts"],
    format: "cjs",
    platform: "node",
    external: ["vscode"],
    write: false,
  });
  return outputFiles[0]!.text;
}

async function serverBundle(): Promise<string> {
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: ["src/cli/main.ts"],
    plugins: bundlingOfCommands,
    format: "esm",
    platform: "node",
    external: ["koffi"], // neither the server nor the graph asks for it
    write: false,
  });
  return outputFiles[0]!.text;
}

/** What the editor's installer reads (PackageManifest 2011). */
function vsixManifest({ name, displayName, description, version, publisher, engines, categories, keywords }: Manifest) {
  const text = (value: string): string => value.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${text(name)}" Version="${text(version)}" Publisher="${text(publisher)}"/>
    <DisplayName>${text(displayName)}</DisplayName>
    <Description xml:space="preserve">${text(description)}</Description>
    <Tags>${text(keywords.join(","))}</Tags>
    <Categories>${text(categories.join(","))}</Categories>
    <License>extension/LICENSE.txt</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${text(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function contentTypes(): string {
  const types = { json: "application/json", js: "application/javascript", md: "text/markdown", txt: "text/plain" };
  const all = { ...types, policy: "text/plain", vsixmanifest: "text/xml", xml: "text/xml" };
  const lines = Object.entries(all).map(
    ([ending, type]) => `  <Default Extension=".${ending}" ContentType="${type}"/>\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${lines.join("")}</Types>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = resolve(process.argv[2] ?? join(root, "editors/vscode/policyc.vsix"));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, zip(await vscodeFiles()));
  console.log(`wrote ${path}`);
}
