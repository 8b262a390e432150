// struct sockaddr in words: `AF_INET 127.0.0.1:80`, `AF_INET6 [::1]:80`, `AF_UNIX "/run/x"`. The bytes are a program's: any
// length, any content.

import { argumentConstants, constant } from "../compiler/index.ts";
import { quote } from "./escape.ts";

/** undefined for what is too short to be one. */
export function showSocketAddress(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = familyName(view.getUint16(0, true));
  if (family === "AF_UNIX") return `AF_UNIX ${unixPath(bytes.subarray(2))}`;
  if (family === "AF_INET" && bytes.length >= 8) {
    return `AF_INET ${bytes.subarray(4, 8).join(".")}:${view.getUint16(2)}`;
  }
  if (family === "AF_INET6" && bytes.length >= 24) {
    return `AF_INET6 [${shorten(bytes.subarray(8, 24))}]:${view.getUint16(2)}`;
  }
  return family;
}

/** The families have one number on every ABI. Of two names the newer. */
function familyName(value: number): string {
  const names = argumentConstants("socket", "family")?.constants ?? [];
  const found = names.filter(name => constant("x86_64", name) === BigInt(value));
  return found.find(name => name === "AF_UNIX") ?? found[0] ?? `family ${value}`;
}

/** A path ends at its NUL; an abstract name starts with one, and all of it counts. */
function unixPath(bytes: Uint8Array): string {
  if (bytes.length === 0) return "(unnamed)";
  const text = String.fromCharCode(...bytes);
  if (bytes[0] === 0) return `@${quote(text.slice(1))}`;
  return quote(text.split("\0", 1)[0]!);
}

/** RFC 5952: the longest run of zeros, of at least two, is left out. */
function shorten(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?<![0-9a-f])0(:0)+(?![0-9a-f])/g)];
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) return text;
  return `${text.slice(0, longest.index).replace(/:$/, "")}::${text.slice(longest.index + longest[0].length).replace(/^:/, "")}`;
}
