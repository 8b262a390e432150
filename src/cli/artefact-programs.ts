// The programs of a json artefact, with places from its source map.

import { programOf } from "../compiler/index.ts";
import { readArtefact } from "./artefact.ts";
import { type Choice, choose, type Program, titleOf } from "./programs.ts";
import { failure } from "./user-error.ts";

export function artefactPrograms(name: string, text: string, choice: Choice): readonly Program[] {
  const { filters, origins, sources } = readArtefact(name, text);
  return choose(name, filters, choice).map(filter => {
    const instructions = programOf(filter);
    if (typeof instructions === "string") throw failure(`${name} is not a valid artefact: ${instructions}`);
    const placeOf = (index: number): string[] => {
      const place = origins[index]?.[0];
      const source = place && sources[place.source];
      return place && source ? [`${source.name}:${place.line}`] : [];
    };
    return {
      title: titleOf(name, filters.length, filter.policy, filter.arch),
      instructions,
      arch: filter.arch,
      policy: filter.policy,
      places: pc => filter.map[pc]!.flatMap(placeOf),
      origin: undefined,
    };
  });
}
