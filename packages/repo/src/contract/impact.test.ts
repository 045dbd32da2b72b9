import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { impactLines, impactOf, readImpact } from "./impact.ts";

const graph = readImpact(root);

test("a clause leads to its code, its vectors, the operations that answer it, and the pages", () => {
  const impact = impactOf(graph, "JSON-3");
  expect(impact.codes).toContain("JSON_SYNTAX");
  expect(impact.vectors.length).toBeGreaterThan(50);
  expect(impact.operations).toContain("POST /v1/agreements");
  expect(impact.packages).toEqual(
    expect.arrayContaining(["@settld/spec", "@settld/schemas", "@settld/vectors", "settld-conform"]),
  );
  expect(impact.docs).toContain("docs/codes.md");
});

test.each<
  [
    start: string,
    row: "clauses" | "codes" | "schemas" | "operations" | "vectors" | "fixtures" | "packages",
    name: string,
  ]
>([
  ["BUNDLE_EVIDENCE_DIGEST", "clauses", "BUNDLE-10"],
  ["BUNDLE_EVIDENCE_DIGEST", "fixtures", "fixtures/golden/reports/act-1-altered.json"],
  ["schemas/trust.schema.json", "fixtures", "fixtures/golden/trust.json"],
  ["schemas/trust.schema.json", "clauses", "TRUST-1"],
  ["schemas/event.schema.json#/$defs/WorkSubmitted/properties/body", "packages", "@settld/protocol"],
  ["POST /v1/keys", "codes", "HTTP_FORBIDDEN"],
  ["schemas/openapi.json CreateApiKey#/required", "operations", "POST /v1/keys"],
  ["schemas/openapi.json POST /v1/keys 409 code HTTP_BODY", "operations", "POST /v1/keys"],
  ["vectors/bundle/bytes.json", "packages", "settld-conform"],
  ["spec/bytes.md JSON-3", "codes", "JSON_SYNTAX"],
  ["spec/money.md", "vectors", "(many)"],
  ["packages/verifier/dist/index.d.ts verifyBundle", "packages", "@settld/sdk"],
])("%s touches among its %s %s", (start, row, name) => {
  const impact = impactOf(graph, start);
  expect(impact.found).toBe(true);
  if (name === "(many)") expect(impact[row].length).toBeGreaterThan(10);
  else expect(impact[row]).toContain(name);
});

test("a name that nothing has is said so; the twin of one letter more is found", () => {
  expect(impactOf(graph, "JSON-999").found).toBe(false);
  expect(impactLines(impactOf(graph, "JSON-999")).join("\n")).toContain("no clause, code, file");
  expect(impactOf(graph, "JSON-9").found).toBe(true);
});

test("the table has one row a kind, with its number, and no line that is cut by a terminal", () => {
  const lines = impactLines(impactOf(graph, "JSON-3"));
  expect(lines[0]).toBe("JSON-3");
  expect(lines.slice(1, 9).map((line) => line.trim().split(" ")[0])).toEqual([
    "clauses",
    "schemas",
    "codes",
    "operations",
    "vectors",
    "fixtures",
    "packages",
    "docs",
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(160);
});
