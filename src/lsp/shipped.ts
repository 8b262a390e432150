// Where the files lie that come with the program: beside the bundle's folder, or beside src.

import { existsSync } from "node:fs";

/** A URI that ends in a slash; undefined where the program was installed without the folder. */
export function shippedFolder(path: string): string | undefined {
  const candidates = [new URL(`../${path}`, import.meta.url), new URL(`../../${path}`, import.meta.url)];
  return candidates.find(url => existsSync(url))?.href;
}
