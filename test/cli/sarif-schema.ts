// What SARIF 2.1.0 demands of the parts that are written here, after sections 3.13 to 3.57 of the standard: required properties,
// types, values, and no property that an object does not have.

const text = { type: "string", minLength: 1 };
const index = { type: "integer", minimum: 0 };
const fromOne = { type: "integer", minimum: 1 };

function closed(required: readonly string[], properties: object): object {
  return { type: "object", required, properties, additionalProperties: false };
}

const message = closed(["text"], { text });
const region = closed(["startLine"], {
  startLine: fromOne,
  startColumn: fromOne,
  endLine: fromOne,
  endColumn: fromOne,
});
// A URI reference (RFC 3986): no space, no character beyond ASCII.
const artifactLocation = closed(["uri"], {
  uri: { type: "string", pattern: "^[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+$" },
});
const physicalLocation = closed(["artifactLocation"], { artifactLocation, region });
const replacement = closed(["deletedRegion"], {
  deletedRegion: region,
  insertedContent: closed([], { text: { type: "string" } }),
});
const artifactChange = closed(["artifactLocation", "replacements"], {
  artifactLocation,
  replacements: { type: "array", minItems: 1, items: replacement },
});
const fix = closed(["artifactChanges"], {
  description: message,
  artifactChanges: { type: "array", minItems: 1, items: artifactChange },
});
const result = closed(["message"], {
  ruleId: text,
  ruleIndex: index,
  level: { enum: ["none", "note", "warning", "error"] },
  message,
  locations: { type: "array", items: closed([], { physicalLocation }) },
  relatedLocations: { type: "array", uniqueItems: true, items: closed([], { id: index, physicalLocation, message }) },
  fixes: { type: "array", uniqueItems: true, items: fix },
});
const rule = closed(["id"], { id: text, help: closed(["text"], { text, markdown: text }) });
const driver = closed(["name"], {
  name: text,
  version: text,
  rules: { type: "array", uniqueItems: true, items: rule },
});
const run = closed(["tool"], {
  tool: closed(["driver"], { driver }),
  columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
  results: { type: "array", items: result },
});

export const sarifSchema: object = closed(["version", "runs"], {
  $schema: text,
  version: { const: "2.1.0" },
  runs: { type: "array", items: run },
});
