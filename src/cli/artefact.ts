// A json artefact read back: checked against its schema, so that everything behind this trusts the shape and nothing is
// guessed from a file that somebody edited.

import schema from "../../grammar/artefact.schema.json" with { type: "json" };
import { ARTEFACT_FORMAT, type Artefact } from "../compiler/index.ts";
import { schemaError, showSchemaError } from "./json-schema.ts";
import { failure } from "./user-error.ts";

/** Throws a UserError that names what is wrong and where. */
export function readArtefact(name: string, text: string): Artefact {
  const value = parse(name, text);
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format !== ARTEFACT_FORMAT) {
    const what =
      format === undefined ? "is not an artefact of policyc: it has no format" : `has format ${JSON.stringify(format)}`;
    throw failure(`${name} ${what}`, `this policyc reads format ${ARTEFACT_FORMAT}, made by policyc build --emit json`);
  }
  const wrong = schemaError(schema, value);
  if (wrong !== undefined) throw failure(`${name} is not a valid artefact: ${showSchemaError(wrong)}`);
  return value as Artefact;
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure(`${name} is not JSON`);
  }
}
