// policyc check --upgrade 6.18: what another pin of the table would change, before the text is touched.

import { compareVersions, type Filter, TABLE_VERSION, upgradeChanges } from "../compiler/index.ts";
import { wrongUsage } from "./user-error.ts";

export function checkRelease(release: string): void {
  if (!/^\d+\.\d+$/.test(release)) throw wrongUsage(`--upgrade ${release} is no kernel release`, "write it as 6.12");
  if (compareVersions(release, TABLE_VERSION) > 0) {
    throw wrongUsage(`--upgrade ${release}: this policyc knows the calls of Linux up to ${TABLE_VERSION}`);
  }
}

export function showUpgrade(
  { name, filters }: { readonly name: string; readonly filters: readonly Filter[] },
  release: string,
): string {
  const parts = filters.map(({ policy, target, model }) => {
    const lines = upgradeChanges(model, release).map(({ arch, nr, call, since, before, after, hasRules }) => {
      const from = since === undefined ? "" : `, since ${since}`;
      return `  ${arch} ${call} (${nr}${from}): ${before} -> ${after}${hasRules ? ", where no rule decides" : ""}\n`;
    });
    const head = `${name}: ${policy} for ${target}, after ${release}: `;
    const count = `${lines.length} verdict${lines.length === 1 ? "" : "s"} would change`;
    return `${head}${lines.length === 0 ? "no verdict would change" : count}\n${lines.join("")}`;
  });
  return parts.join("");
}
