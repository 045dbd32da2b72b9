import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { allVectors, findVector, hasVector, requirements, resolveId, vectorPaths, vectorsDigest } from "./data.ts";

const FOLDER = fileURLToPath(new URL("../../../vectors", import.meta.url));

test("a vector is found alone as among all", () => {
  const all = allVectors();
  for (const at of [0, 17, Math.floor(all.length / 2), all.length - 1]) {
    const vector = all[at];
    expect(findVector(vector?.id ?? "")).toEqual(vector);
  }
});

test("an unknown id says what may have been meant", () => {
  expect(() => findVector("money-decimel")).toThrow(/did you mean money-decimal/);
  expect(() => findVector("money-decimel")).toThrow(expect.objectContaining({ code: "CONF_VECTOR_UNKNOWN" }));
  // Text that stands in a file, but is no id.
  expect(() => findVector("reject")).toThrow(/expected the id of a vector/);
  expect(hasVector("money-decimal")).toBe(true);
  expect(hasVector("__proto__")).toBe(false);
  expect(resolveId("__proto__")).toBe("__proto__");
});

test("requirement sets name vectors that are there", () => {
  const ids = new Set(allVectors().map(({ id }) => id));
  for (const { scored } of Object.values(requirements().profiles)) for (const id of scored) expect(ids).toContain(id);
});

test("the digest of the vectors is what sha256sum makes of them", () => {
  const paths = [...vectorPaths(), "ALIASES.json", "requirements/2026-11.json"].sort();
  const lines = execFileSync("sha256sum", paths, { cwd: FOLDER });
  const [digest] = execFileSync("sha256sum", { input: lines }).toString().split(" ");
  expect(vectorsDigest()).toBe(`sha256:${digest}`);
});
