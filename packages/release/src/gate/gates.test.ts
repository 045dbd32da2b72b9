import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { root } from "../run.ts";
import { readJson } from "../workspace.ts";
import type { Allowlist, Evidence, EvidenceFiles } from "./evidence.ts";
import { type GateContext, gateNames, judge } from "./gates.ts";

const context: GateContext = {
  commit: "c".repeat(40),
  lockfileSha256: "d".repeat(64),
  now: "2026-11-21T12:00:00.000Z",
  allowlist: [{ id: "GHSA-old", until: "2026-12-01", reason: "only in a test" }],
};

const good: Evidence = {
  determinism: { checks: ["runs", "install", "pack"].map((name) => ({ name, ok: true, detail: "" })) },
  ledger: { reconciled: true, findings: [], transactions: 17, imbalances: [], escrowLeft: [] },
  contract: { ok: true, detail: "" },
  rollback: { ok: true, detail: "" },
  conformance: { conclusion: "conforms", executed: 3000 },
  artifacts: { verdict: "accept", findings: [], tag: "v1.0.0" },
  versions: {
    tag: "v1.0.0",
    packages: {
      settld: { version: "1.0.0", packed: "1.0.0", changelog: true },
      "@settld/protocol": { version: "1.0.0", packed: "1.0.0", changelog: true },
      "@settld/sdk": { version: "0.4.0", packed: "0.4.0", changelog: true },
    },
    fixed: [["settld", "@settld/protocol"]],
    pending: [],
    tagged: null,
  },
  advisories: {
    at: "2026-11-20T12:00:00.000Z",
    advisories: [
      { id: "GHSA-low", package: "a", severity: "moderate", title: "slow" },
      { id: "GHSA-old", package: "b", severity: "high", title: "bad" },
    ],
  },
  issues: {
    takenAt: "2026-11-21T11:00:00.000Z",
    issues: [
      { number: 1, title: "was bad", state: "CLOSED", labels: [{ name: "P0" }], url: "https://x.example/1" },
      {
        number: 2,
        title: "a wish",
        state: "OPEN",
        labels: [{ name: "P1" }, { name: "P00" }],
        url: "https://x.example/2",
      },
    ],
  },
  golden: { ok: true, detail: "" },
};

const seal = (evidence: Partial<Evidence>): EvidenceFiles =>
  Object.fromEntries(
    Object.entries(evidence).map(([name, data]) => [
      name,
      { commit: context.commit, lockfileSha256: context.lockfileSha256, at: context.now, data },
    ]),
  );

const red = (evidence: EvidenceFiles, changed: Partial<GateContext> = {}): string[] =>
  judge(evidence, { ...context, ...changed }).flatMap(({ gate, ok }) => (ok ? [] : [gate]));

test("all is green when all is well", () => {
  expect(red(seal(good))).toEqual([]);
});

describe("each fault turns exactly its gate red", () => {
  const { versions, issues, advisories } = good;
  const settld = versions.packages["settld"]!;
  test.each<[keyof Evidence, string, Partial<Evidence>]>([
    [
      "determinism",
      "two runs differ",
      {
        determinism: {
          checks: [...good.determinism.checks.slice(1), { name: "runs", ok: false, detail: "1 output differs" }],
        },
      },
    ],
    ["determinism", "nothing was compared", { determinism: { checks: [] } }],
    ["ledger", "a transaction does not balance", { ledger: { ...good.ledger, imbalances: ["sha256:1"] } }],
    ["ledger", "money is left in escrow", { ledger: { ...good.ledger, escrowLeft: ["act 1: 0.01 USD"] } }],
    ["ledger", "the book differs from the logs", { ledger: { ...good.ledger, reconciled: false } }],
    ["ledger", "nothing was looked at", { ledger: { ...good.ledger, transactions: 0 } }],
    [
      "contract",
      "a change that no version announces",
      { contract: { ok: false, detail: "schemas/x.json: breaking, needs minor" } },
    ],
    ["rollback", "the drill failed", { rollback: { ok: false, detail: "1 agreement lost" } }],
    ["conformance", "a case fails", { conformance: { conclusion: "fails", executed: 3000 } }],
    ["conformance", "nothing was executed", { conformance: { conclusion: "conforms", executed: 0 } }],
    [
      "artifacts",
      "a file that was not signed",
      {
        artifacts: {
          ...good.artifacts,
          verdict: "reject",
          findings: [{ code: "REL_UNLISTED", file: "x", message: "" }],
        },
      },
    ],
    ["artifacts", "nobody said who signed", { artifacts: { ...good.artifacts, verdict: "indeterminate" } }],
    [
      "versions",
      "a tarball of another version",
      { versions: { ...versions, packages: { ...versions.packages, settld: { ...settld, packed: "0.9.0" } } } },
    ],
    [
      "versions",
      "no entry in a changelog",
      { versions: { ...versions, packages: { ...versions.packages, settld: { ...settld, changelog: false } } } },
    ],
    ["versions", "another tag", { versions: { ...versions, tag: "v1.0.1" } }],
    [
      "versions",
      "a group with two versions",
      {
        versions: {
          ...versions,
          packages: {
            ...versions.packages,
            "@settld/protocol": { version: "1.0.1", packed: "1.0.1", changelog: true },
          },
        },
      },
    ],
    ["versions", "a changeset that waits", { versions: { ...versions, pending: ["x.md"] } }],
    ["versions", "a tag that is taken", { versions: { ...versions, tagged: "e".repeat(40) } }],
    [
      "advisories",
      "a critical one",
      {
        advisories: {
          ...advisories,
          advisories: [{ id: "GHSA-new", package: "c", severity: "critical", title: "worse" }],
        },
      },
    ],
    ["advisories", "an answer of last month", { advisories: { ...advisories, at: "2026-10-21T12:00:00.000Z" } }],
    [
      "issues",
      "an open P0",
      {
        issues: {
          ...issues,
          issues: [
            {
              number: 3,
              title: "loses money",
              state: "OPEN",
              labels: [{ name: "sev:P0" }],
              url: "https://x.example/3",
            },
          ],
        },
      },
    ],
    ["issues", "a snapshot of last week", { issues: { ...issues, takenAt: "2026-11-14T12:00:00.000Z" } }],
    ["golden", "another byte than golden", { golden: { ok: false, detail: "act-1.settld differs" } }],
  ])("%s: %s", (gate, _, change) => {
    expect(red(seal({ ...good, ...change }))).toEqual([gate]);
  });

  test("advisories: an exception that has ended", () => {
    expect(
      red(seal(good), {
        now: "2026-11-22T00:00:00.000Z",
        allowlist: [{ ...context.allowlist[0]!, until: "2026-11-21" }],
      }),
    ).toEqual(["advisories"]);
  });

  test.each(gateNames)("%s: evidence is missing, of another commit or of another lockfile", (gate) => {
    const sealed = seal(good);
    const { [gate]: one, ...rest } = sealed;
    expect(red(rest)).toEqual([gate]);
    expect(red({ ...sealed, [gate]: { ...one, commit: "0".repeat(40) } })).toEqual([gate]);
    expect(red({ ...sealed, [gate]: { ...one, lockfileSha256: "0".repeat(64) } })).toEqual([gate]);
  });
});

test("the snapshot of issues takes what gh prints, and nothing without a state", () => {
  const schema = readJson<object>(join(root, "packages/release/schemas/issue-snapshot.schema.json"));
  const valid = new Ajv2020({ strict: true }).compile(schema);
  const issue = {
    number: 3,
    title: "loses money",
    state: "OPEN",
    labels: [{ id: "L1", name: "P0", description: "", color: "ff0000" }],
    milestone: null,
    createdAt: "2026-11-01T00:00:00Z",
    closedAt: null,
    url: "https://github.com/example/settld/issues/3",
  };
  expect(valid({ takenAt: context.now, repository: "example/settld", issues: [issue] })).toBe(true);
  const { state: _, ...without } = issue;
  expect(valid({ takenAt: context.now, repository: "example/settld", issues: [without] })).toBe(false);
  expect(valid({ takenAt: "yesterday", repository: "example/settld", issues: [] })).toBe(false);
});

test("every accepted weakness has a day and a reason", () => {
  const allowlist = JSON.parse(readFileSync(join(root, "packages/release/data/advisories.json"), "utf8")) as Allowlist;
  for (const { id, until, reason } of allowlist) {
    expect({ id, until }).toEqual({
      id: expect.stringMatching(/^GHSA-/),
      until: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    });
    expect(reason.length).toBeGreaterThan(20);
  }
});
