import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ownDocument, servedDocument } from "./document.ts";
import { schemaFault } from "./schema-check.ts";

const NO_REFERENCES = () => ({ schema: true, base: "" });

const schemas: readonly object[] = [
  { type: "integer", minimum: 0, maximum: 5 },
  { type: ["string", "null"], minLength: 1, maxLength: 3, pattern: "^[a-z]*$" },
  { type: "array", items: { type: "integer" }, minItems: 1, maxItems: 3, uniqueItems: true },
  {
    type: "object",
    properties: { a: { const: 1 }, b: { enum: ["x", null] } },
    required: ["a"],
    additionalProperties: false,
  },
  {
    type: "object",
    propertyNames: { maxLength: 2 },
    minProperties: 1,
    maxProperties: 2,
    additionalProperties: { type: "integer" },
  },
  { anyOf: [{ type: "integer" }, { type: "string", maxLength: 2 }] },
  { oneOf: [{ type: "integer" }, { type: "integer", minimum: 3 }, { type: "boolean" }] },
  { allOf: [{ type: "object", required: ["a"] }, { not: { required: ["b"] } }] },
  // biome-ignore lint/suspicious/noThenProperty: so it is called in JSON Schema.
  { if: { type: "integer" }, then: { minimum: 2 }, else: { type: "string" } },
];

test("it judges as a full validator does, whatever the value is", () => {
  const ajv = new Ajv2020({ strict: false });
  const leaf = fc.oneof(fc.integer({ min: -2, max: 7 }), fc.constantFrom("", "a", "ab", "abcd", "x", null, true, 1.5));
  const value = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "cde"), leaf, { maxKeys: 3, noNullPrototype: true }),
  );
  for (const schema of schemas) {
    const good = ajv.compile(schema);
    fc.assert(
      fc.property(value, (one) => {
        const fault = schemaFault(one, schema, NO_REFERENCES, "");
        expect(fault === undefined, `${JSON.stringify(schema)} ${JSON.stringify(one)} ${fault}`).toBe(good(one));
      }),
      { numRuns: 300 },
    );
  }
});

test("an answer is held against the document, with everything that it refers to", () => {
  const own = ownDocument();
  const problem = { type: "about:blank" };
  expect(own.fault("account.retrieve", 418, "application/json", {})).toMatch(/status of the document/);
  expect(own.fault("account.retrieve", 200, "text/html", {})).toMatch(/expected application\/json/);
  expect(own.fault("account.retrieve", 200, "application/json", {})).toMatch(/a member object/);
  expect(own.fault("account.retrieve", 401, "application/problem+json", problem)).toBeDefined();
  expect(own.fault("server.health", 200, "application/json", { status: "ok" })).toBeUndefined();
  expect(own.operations.size).toBeGreaterThan(30);
});

test("a document of somebody else cannot hold the kit up", () => {
  const schema = { $ref: "#/components/schemas/Loop" };
  const answer = { description: "", content: { "application/json": { schema } } };
  const served = servedDocument({
    paths: { "/a": { get: { operationId: "a", responses: { "200": answer } } } },
    components: { schemas: { Loop: { $ref: "#/components/schemas/Loop" } } },
  });
  expect(served.fault("a", 200, "application/json", {})).toMatch(/a document that can be followed/);
  const slow = servedDocument({
    paths: {
      "/a": {
        get: {
          operationId: "a",
          responses: { "200": { content: { "application/json": { schema: { pattern: "^(a+)+$" } } } } },
        },
      },
    },
  });
  expect(slow.fault("a", 200, "application/json", `${"a".repeat(50)}!`)).toBeUndefined();
  for (const odd of [null, 7, [], { paths: 7 }, { paths: { "/a": null } }])
    expect(servedDocument(odd).operations.size).toBe(0);
});
