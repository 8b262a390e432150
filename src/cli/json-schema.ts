// JSON that somebody may have edited, checked against a schema of grammar/: everything behind this trusts its shape.

import { Ajv, type ErrorObject } from "ajv";

/** What is wrong with a value, or undefined: `/rules/crossing must be equal to one of the allowed values`. */
export function schemaError(schema: object, value: unknown): ErrorObject | undefined {
  const ajv = new Ajv();
  return ajv.validate(schema, value) ? undefined : ajv.errors![0]!;
}

export function showSchemaError({ instancePath, message, params }: ErrorObject): string {
  const extra = "additionalProperty" in params ? ` (${params.additionalProperty})` : "";
  const allowed = "allowedValues" in params ? `: ${params.allowedValues.join(", ")}` : "";
  return `${instancePath === "" ? "the whole" : instancePath} ${message}${extra}${allowed}`;
}
