// What the compiler calls a text, and what the client calls it. A file is its path with forward slashes, `c:/a/b.policy` on
// Windows: both are told apart by the URI alone, whatever this process runs on. Texts that are no files keep their URI.

/** The folder of the standard library's texts as files, or none: then they are documents of the scheme policyc-std. */
export interface Uris {
  readonly nameOf: (uri: string) => string;
  readonly uriOf: (name: string) => string;
}

export const STD_SCHEME = "policyc-std";

/** stdFolder: a URI that ends in a slash. */
export function createUris(stdFolder: string | undefined): Uris {
  // Clients spell one file in several ways (c%3A and c:); each gets its own spelling back.
  const spelled = new Map<string, string>();
  const std = stdFolder === undefined ? `${STD_SCHEME}:///` : pathOf(stdFolder);
  const paths = new Map<string, string>();
  const nameOf = (uri: string): string => {
    const path = paths.get(uri) ?? pathOf(uri);
    paths.set(uri, path);
    const library = path.startsWith(std) ? /^([\w-]+)\.policy$/.exec(path.slice(std.length)) : null;
    if (library !== null) return `std/${library[1]}`;
    spelled.set(path, uri);
    return path;
  };
  const uriOf = (name: string): string => {
    if (name.startsWith("std/")) return `${stdFolder ?? std}${name.slice("std/".length)}.policy`;
    return spelled.get(name) ?? (isPath(name) ? fileUri(name) : name);
  };
  return { nameOf, uriOf };
}

/** A path relative to the folder of the file that names it. */
export function resolved(specifier: string, from: string): string {
  if (/^(?:\/|[A-Za-z]:\/)/.test(specifier)) return specifier;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

export function isPath(name: string): boolean {
  return /^(?:\/|[a-z]:\/)/.test(name);
}

function pathOf(uri: string): string {
  const file = /^file:\/\/([^/]*)(\/.*)$/.exec(uri);
  if (file === null) return uri;
  const [, host, encoded] = file as unknown as [string, string, string];
  const path = decoded(encoded);
  const drive = /^\/([A-Za-z]):/.exec(path);
  if (drive !== null) return `${drive[1]!.toLowerCase()}${path.slice(2)}`;
  return host === "" || host === "localhost" ? path : `//${host}${path}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is a part of the name
  }
}

function fileUri(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  if (path.startsWith("//")) return `file:${encoded}`;
  return path.startsWith("/") ? `file://${encoded}` : `file:///${encoded}`;
}
