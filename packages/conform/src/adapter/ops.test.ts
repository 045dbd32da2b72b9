import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { allVectors, requirements } from "../data.ts";
import { OPS } from "./ops.ts";

test("ops are those that the schema describes, and vectors and profiles have no others", () => {
  const url = new URL("../../../../schemas/adapter.schema.json", import.meta.url);
  const { $defs } = JSON.parse(readFileSync(url, "utf8")) as { readonly $defs: object };
  const described = Object.keys($defs).flatMap((name) => /^input\.(.+)$/.exec(name)?.[1] ?? []);
  expect([...OPS].sort()).toEqual(described.sort());
  for (const { op } of allVectors()) expect(OPS).toContain(op);
  for (const { ops } of Object.values(requirements().profiles)) expect(OPS).toEqual(expect.arrayContaining([...ops]));
});
