import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJson, root } from "../workspace.ts";
import { type Direction, directionsOf } from "./direction.ts";
import { diffSchema } from "./schema-diff.ts";

const files = Object.fromEntries(
  globSync("{schemas,vectors}/*.schema.json", { cwd: root }).map((path) => [
    path.replaceAll("\\", "/"),
    readJson<unknown>(join(root, path)),
  ]),
);
const directions = directionsOf(files);
const adapter = "schemas/adapter.schema.json#/$defs";

test.each<[place: string, direction: Direction]>([
  ["schemas/event.schema.json#/$defs/WorkSubmitted", "both"],
  ["schemas/trust.schema.json#", "both"],
  ["schemas/common.schema.json#/$defs/digest", "both"],
  ["schemas/report.schema.json#", "output"],
  ["schemas/report.schema.json#/$defs/finding", "output"],
  ["schemas/conformance-report.schema.json#", "output"],
  ["schemas/conformance-baseline.schema.json#", "input"],
  ["vectors/vector.schema.json#", "output"],
  [`${adapter}/RunnerHello`, "output"],
  [`${adapter}/AdapterCase`, "output"],
  [`${adapter}/input.digest`, "output"],
  [`${adapter}/AdapterOk`, "input"],
  [`${adapter}/facts.digest`, "input"],
  // What both sides say is everyone's.
  [`${adapter}/CaseId`, "both"],
])("%s is written by: %s", (place, direction) => {
  expect(directions.get(place)).toBe(direction);
});

test("a schema that nobody placed is everyone's", () => {
  expect(
    directionsOf({ "schemas/new.schema.json": { type: "object", $defs: { a: {} } } }).get(
      "schemas/new.schema.json#/$defs/a",
    ),
  ).toBe("both");
});

const message = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };

test.each<[what: string, now: object, runner: string, answer: string]>([
  ["a new member", { ...message, properties: { ...message.properties, more: {} } }, "additive", "breaking"],
  ["a member that may be missing", { ...message, required: [] }, "breaking", "additive"],
])("the adapter protocol: %s is judged by who reads it", (_what, now, runner, answer) => {
  expect(diffSchema({ where: "x", direction: "output" }, message, now)).toMatchObject([{ level: runner }]);
  expect(diffSchema({ where: "x", direction: "input" }, message, now)).toMatchObject([{ level: answer }]);
});
