import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { files } from "./areas.ts";
import type { Case, VectorFile } from "./format.ts";
import { isFrozen, PROFILES, requirementSet, requirementSets } from "./requirements.ts";

type Set = {
  readonly profiles: Readonly<
    Record<
      string,
      {
        readonly ops: readonly string[];
        readonly scored: readonly string[];
        readonly notScored: readonly { readonly id: string; readonly reason: string }[];
      }
    >
  >;
};

const one = (id: string, more: object = {}): Case => ({ id, clause: "JSON-3", why: "", input: {}, facts: {}, ...more });
const file = (op: VectorFile["op"], ...cases: readonly Case[]): VectorFile => ({
  path: `area/${op}.json`,
  op,
  description: "",
  groups: [{ cases }],
});

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "requirements-"));
  mkdirSync(join(base, "requirements"));
});
afterEach(() => rmSync(base, { recursive: true }));

test("a profile scores the vectors of its ops, sorted, and no others", () => {
  const { profiles } = requirementSet("r", [
    file("digest", one("b"), one("a")),
    file("issue", one("c")),
    file("ledger.replay", one("d")),
  ]) as Set;
  expect(profiles["verifier-core"]?.scored).toEqual(["a", "b"]);
  expect(profiles["issuer"]?.scored).toEqual(["c"]);
  expect(profiles["kernel"]?.scored).toEqual(["d"]);
});

test("which of two faults is named counts for verifier-full and not for verifier-core", () => {
  const { profiles } = requirementSet("r", [file("bundle.verify", one("two", { over: "JSON_BOM" }))]) as Set;
  expect(profiles["verifier-core"]?.scored).toEqual([]);
  expect(profiles["verifier-core"]?.notScored).toEqual([
    { id: "two", reason: expect.stringMatching(/verifier-full/) as string },
  ]);
  expect(profiles["verifier-full"]?.scored).toEqual(["two"]);
});

test("every vector of a profile's ops is scored or has a reason", () => {
  const { profiles } = requirementSet("r", files) as Set;
  for (const [name, { ops, scored, notScored }] of Object.entries(profiles)) {
    const expected = files
      .filter(({ op }) => ops.includes(op))
      .flatMap(({ groups }) => groups.flatMap(({ cases }) => cases.map(({ id }) => id)));
    expect([...scored, ...notScored.map(({ id }) => id)].sort(), name).toEqual(expected.sort());
    expect(notScored.filter(({ reason }) => reason.trim() === "")).toEqual([]);
  }
});

test("every op of the vectors belongs to a profile", () => {
  const covered = new Set<string>(Object.values(PROFILES).flatMap(({ ops }) => ops));
  const schema = JSON.parse(
    readFileSync(resolve(import.meta.dirname, "../../../vectors/vector.schema.json"), "utf8"),
  ) as { readonly properties: { readonly op: { readonly enum: readonly string[] } } };
  expect(schema.properties.op.enum.length).toBeGreaterThan(10);
  expect(schema.properties.op.enum.filter((op) => !covered.has(op))).toEqual([]);
});

test("a draft is written anew", () => {
  writeFileSync(join(base, "requirements/2027-05-draft.json"), "old");
  const sets = requirementSets(base, "2027-05-draft", [file("digest", one("a"))]);
  expect([...sets.keys()]).toEqual(["requirements/2027-05-draft.json"]);
  expect(sets.get("requirements/2027-05-draft.json")).toContain('"a"');
});

test("a frozen set is written once and then keeps its bytes, whatever vectors come", () => {
  const path = "requirements/2026-11.json";
  const written = requirementSets(base, "2026-11", [file("digest", one("a"))]).get(path) ?? "";
  expect(written).toContain('"a"');
  writeFileSync(join(base, path), written);
  const later = requirementSets(base, "2026-11", [file("digest", one("a"), one("later"))]);
  expect(later.get(path)).toBe(written);
});

test("frozen sets of earlier revisions stay when the revision goes on, drafts do not", () => {
  writeFileSync(join(base, "requirements/2026-11.json"), "frozen");
  writeFileSync(join(base, "requirements/2026-11-draft.json"), "draft");
  const sets = requirementSets(base, "2027-05-draft", []);
  expect(sets.get("requirements/2026-11.json")).toBe("frozen");
  expect([...sets.keys()].sort()).toEqual(["requirements/2026-11.json", "requirements/2027-05-draft.json"]);
});

test.each([
  ["2026-11-draft", false],
  ["2026-11", true],
  ["2027-05-draft", false],
])("%s is frozen: %s", (revision, frozen) => {
  expect(isFrozen(revision)).toBe(frozen);
});
