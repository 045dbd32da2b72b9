/**
 * Judges the reference implementation by every conformance vector. It also runs without vitest, bundled into one file,
 * on every runtime that is promised (`packages/repo/src/runtimes.ts`), so it uses nothing of vitest but `test`.
 */
import { deepStrictEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expand, type Vector, type VectorFile, vectorsOf } from "settld-conform";
import { test } from "vitest";
import type { Input } from "./answer.ts";
import { answer } from "./ops.ts";

// More than a runner judges: pointer and index are for people, and the reference has them right as well.
const judge = async (vector: Vector): Promise<void> => {
  const found = await answer(vector.op, expand(vector.input) as Input);
  const declared = Object.keys(vector.facts ?? {});
  deepStrictEqual(
    {
      verdict: found.verdict,
      code: found.code,
      // "" and absent both mean the whole payload.
      ...(vector.pointer === undefined ? {} : { pointer: found.pointer ?? "" }),
      ...(vector.index === undefined ? {} : { index: found.index }),
      ...(vector.facts === undefined
        ? {}
        : { facts: Object.fromEntries(declared.map((name) => [name, found.facts[name]])) }),
    },
    {
      verdict: vector.verdict,
      code: vector.code,
      ...(vector.pointer === undefined ? {} : { pointer: vector.pointer }),
      ...(vector.index === undefined ? {} : { index: vector.index }),
      ...(vector.facts === undefined ? {} : { facts: vector.facts }),
    },
  );
};

const base = process.env["SETTLD_VECTORS"] ?? join(dirname(fileURLToPath(import.meta.url)), "../../../../vectors");

for (const area of readdirSync(base, { withFileTypes: true })) {
  if (!area.isDirectory() || area.name === "node_modules" || area.name === "requirements") continue;
  for (const name of readdirSync(join(base, area.name)).sort()) {
    const file = JSON.parse(readFileSync(join(base, area.name, name), "utf8")) as VectorFile;
    for (const vector of vectorsOf(`${area.name}/${name}`, file)) {
      test(`${vector.op} ${vector.id}`, () => judge(vector));
    }
  }
}
