import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonText } from "../files.ts";
import type { Issue } from "../issues/snapshot.ts";
import { KPIS } from "../plan-data.ts";
import { passed } from "../testing/sample-plan.ts";
import { accept, historyFaults, inputOf, keptDigests, type Release } from "./history.ts";
import { type Model, readModel } from "./model.ts";
import { radar } from "./radar.ts";
import { deltasOf, reportFiles } from "./report.ts";
import {
  band,
  base,
  cap,
  ceiling,
  compute,
  credit,
  debt,
  gate,
  type Input,
  type Scores,
  type Shown,
  scoreOf,
  scoresOf,
} from "./steps.ts";

const model = readModel();
const commands = [
  ...new Set(Object.values(model.kpis).flatMap(({ evidence }) => evidence.flatMap(({ command }) => command ?? []))),
];
const issue = (state: "OPEN" | "CLOSED", sev: string, type: string, more: Partial<Issue> = {}): Issue => ({
  number: 1,
  title: "",
  state,
  labels: [{ name: "kpi:automation_depth" }, { name: `sev:${sev}` }, { name: `type:${type}` }],
  url: "",
  ...more,
});
const measures = { passed: 3000, noticed: 90, mutants: 100, accepted: 3, p95SettlementMs: 50 };
const input = (more: Partial<Input> = {}): Input => ({
  asOf: "2026-11-21",
  model,
  issues: [],
  results: Object.fromEntries(commands.map((run) => [run, { ...passed, measures }])),
  old: [],
  file: "results.json",
  digest: () => "sha256:0",
  ...more,
});
const scoreIn = (more: Partial<Input>): Scores => scoresOf(compute(input(more)));

test("the owner's identifiers, exactly", () => {
  expect(Object.keys(model.kpis)).toEqual([
    "technical_completeness",
    "automation_depth",
    "authority_modeling",
    "enterprise_readiness",
    "scalability",
    "data_integration",
    "economic_measurability",
    "operational_maturity",
  ]);
  expect(model).toMatchObject({
    slaDays: { P0: 3, P1: 7, P2: 21, P3: 45 },
    severityWeights: { P0: 1.2, P1: 1, P2: 0.6, P3: 0.3 },
    typeWeights: { bug: 1, security: 1, feature: 0.8, chore: 0.5 },
    credit: 0.15,
    debt: 0.2,
    p0OpenCap: 6,
    tiers: { unverified: 3, simulated: 6, real: 8.5, production: 10 },
  });
});

describe("steps, by hand", () => {
  const shown = (score: number, tier: Shown["tier"], weight = 1): Shown => ({
    command: "x",
    file: "f",
    digest: "d",
    standing: "passed",
    tier,
    weight,
    score,
    note: "",
  });

  test("base, ceiling and band are means by weight", () => {
    const evidence = [shown(10, "real", 3), shown(2, "simulated", 1)];
    expect(base(evidence)).toBe(8);
    expect(ceiling(evidence, model)).toBe(7.88);
    expect(band(6, evidence, model)).toEqual([5.38, 6.63]);
    expect(base([])).toBe(0);
  });

  test("credit and debt", () => {
    const closed = [issue("CLOSED", "P0", "security"), issue("CLOSED", "P1", "chore")];
    expect(credit(closed, model)).toBe(0.26); // 0.15 * (1.2 * 1 + 1.0 * 0.5), to two decimals
    const young = { createdAt: "2026-11-20T00:00:00Z" };
    expect(debt([issue("OPEN", "P0", "feature", young)], model, "2026-11-21")).toBe(0.19); // 0.2 * 1.2 * 0.8
    expect(debt([issue("OPEN", "P0", "feature", young)], model, "2026-11-24")).toBe(0.38); // older than 3 days
    expect(debt([issue("OPEN", "P0", "feature")], model, "2026-11-21")).toBe(0.38); // nobody says how old
    expect(debt([issue("OPEN", "P2", "bug", young)], model, "2026-12-11")).toBe(0.12); // 21 days are allowed
    expect(debt([issue("OPEN", "P2", "bug", young)], model, "2026-12-12")).toBe(0.24);
    expect(debt(closed, model, "2026-11-21") + credit([issue("OPEN", "P0", "bug")], model)).toBe(0);
  });

  test("cap while a P0 is open, and only then", () => {
    expect(cap(8.2, [issue("OPEN", "P0", "bug")], model)).toBe(6);
    expect(cap(8.2, [issue("CLOSED", "P0", "bug"), issue("OPEN", "P1", "bug")], model)).toBe(8.2);
    expect(cap(5.5, [issue("OPEN", "P0", "bug")], model)).toBe(5.5);
    expect(cap(11, [], model)).toBe(10);
  });

  test("figures: at least, at most, a share, and one that was not printed", () => {
    const result = { measures: { passed: 50, of: 200, ms: 400 } };
    expect(scoreOf({ measure: "passed", aim: 100 }, result)).toBe(5);
    expect(scoreOf({ measure: "passed", per: "of", aim: 0.5 }, result)).toBe(5);
    expect(scoreOf({ measure: "ms", atMost: 100 }, result)).toBe(2.5);
    expect(scoreOf({ measure: "ms", atMost: 500 }, result)).toBe(10);
    expect(scoreOf({ measure: "none", aim: 1 }, result)).toBe(0);
  });
});

describe("evidence counts for what it is", () => {
  const run = "pnpm determinism";
  const at = scoreIn({}).automation_depth;

  test("all of it passed", () => {
    expect(scoreIn({})).toMatchObject({ technical_completeness: 8.5, automation_depth: 7, authority_modeling: 8.5 });
  });

  test("a run that failed, one that is missing, and one of another tree", () => {
    const { [run]: one, ...rest } = input().results;
    const failed = compute(input({ results: { ...rest, [run]: { ...one!, exit: 1 } } })).find(
      ({ kpi }) => kpi === "automation_depth",
    )!;
    expect(failed.evidence.find(({ command }) => command === run)).toMatchObject({
      standing: "failed",
      score: 0,
      tier: "unverified",
    });
    expect(failed.score).toBeLessThan(at);
    expect(scoreIn({ results: rest }).automation_depth).toBe(failed.score);
    const old = compute(input({ old: [run] })).find(({ kpi }) => kpi === "automation_depth")!;
    expect(old.evidence.find(({ command }) => command === run)).toMatchObject({
      standing: "old",
      score: 10,
      tier: "unverified",
    });
    expect(old.score).toBeLessThan(at);
    expect(old.band[1] - old.band[0]).toBeGreaterThan(1);
  });

  test("an open P0 caps its figure and no other", () => {
    const rows = compute(input({ issues: [issue("OPEN", "P0", "feature")] }));
    expect(rows.filter(({ isCapped }) => isCapped).map(({ kpi, score }) => [kpi, score])).toEqual([
      ["automation_depth", 6],
    ]);
  });

  test("what nobody can show counts as nothing", () => {
    const row = compute(input()).find(({ kpi }) => kpi === "economic_measurability")!;
    expect(row.evidence.find(({ command }) => command === null)).toMatchObject({
      score: 0,
      tier: "unverified",
      standing: "missing",
    });
  });
});

describe("gate and history", () => {
  const worse = (): Input => input({ results: {} });
  const names = { label: "x", commit: "c", asOf: "2026-11-21", inputs: { results: "r", issues: "i" }, old: [] };
  const start = (rows = compute(input())): readonly Release[] => {
    const found = accept([], { release: "one", ...names }, rows, model);
    if ("faults" in found) throw new Error("the baseline was refused");
    return found.releases;
  };

  test("a floor and a drop are both red", () => {
    const rows = compute(input());
    const scores = scoresOf(rows);
    expect(gate(rows, scores, model)).toEqual([]);
    expect(gate(rows, { ...scores, scalability: scores.scalability + 0.5 }, model)).toEqual([]);
    expect(gate(rows, { ...scores, scalability: scores.scalability + 0.51 }, model)).toEqual([
      expect.stringMatching(/^scalability: expected at most 0\.5 below/),
    ]);
    const strict: Model = { ...model, kpis: { ...model.kpis, scalability: { ...model.kpis.scalability, floor: 9 } } };
    expect(gate(compute(input({ model: strict })), undefined, strict)).toEqual([
      expect.stringMatching(/^scalability: expected at least 9/),
    ]);
  });

  test("a failed gate stays failed, however often it runs", () => {
    const history = start();
    let releases = history;
    for (let time = 0; time < 3; time++) {
      const found = accept(releases, { release: `two-${time}`, ...names }, compute(worse()), model);
      expect(found).toHaveProperty("faults");
      if ("releases" in found) releases = found.releases;
      expect(releases).toEqual(history);
    }
    const better = accept(releases, { release: "two", ...names }, compute(input()), model);
    expect(better).toMatchObject({
      releases: [
        { release: "one", baseline: true },
        { release: "two", baseline: false },
      ],
    });
  });

  test("neither the same name twice, nor results of another tree", () => {
    expect(accept(start(), { release: "one", ...names }, compute(input()), model)).toEqual({
      faults: ["one is in the history already"],
    });
    expect(accept(start(), { release: "two", ...names, old: ["pnpm lint"] }, compute(input()), model)).toEqual({
      faults: ["results of another tree: pnpm lint"],
    });
  });

  test("a slow slide cannot hide: each step is held against the last accepted state", () => {
    const rows = compute(input());
    const lower = rows.map((row) => ({ ...row, score: row.score - 0.6 }));
    expect(accept(start(rows), { release: "two", ...names }, lower, model)).toHaveProperty("faults");
  });
});

describe("what is kept of a release", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-kpi-"));
  const kept = join(folder, "planning/kpi/releases/one");
  mkdirSync(kept, { recursive: true });
  const fill = (): Release => {
    writeFileSync(join(kept, "results.json"), jsonText({ results: input().results }));
    writeFileSync(
      join(kept, "issues.json"),
      jsonText({ takenAt: "2026-11-21T00:00:00Z", repository: "x", issues: [] }),
    );
    const rows = compute(inputOf(folder, { release: "one", asOf: "2026-11-21", old: [] }, model));
    return {
      release: "one",
      label: "x",
      commit: "c",
      asOf: "2026-11-21",
      model: model.version,
      baseline: true,
      old: [],
      inputs: keptDigests(folder, "one"),
      scores: scoresOf(rows),
    };
  };

  test("gives the same figures again, and whoever changes either is seen", () => {
    const release = fill();
    expect(historyFaults(folder, [release], model)).toEqual([]);
    expect(historyFaults(folder, [{ ...release, scores: { ...release.scores, scalability: 9.9 } }], model)).toEqual([
      expect.stringMatching(/scalability: expected 6\.38|scalability: expected \d/),
    ]);
    expect(historyFaults(folder, [{ ...release, baseline: false }], model)).toEqual([
      expect.stringMatching(/the first release is the baseline/),
    ]);
    writeFileSync(join(kept, "results.json"), jsonText({ results: {} }));
    expect(historyFaults(folder, [release], model)).toEqual([
      expect.stringMatching(/what it was derived from has changed/),
    ]);
    rmSync(folder, { recursive: true });
  });
});

test("report: every step is a column, every state a row, the same bytes twice", () => {
  const rows = compute(input());
  const scores = scoresOf(rows);
  const releases = ["one", "two"].map(
    (release, index): Release => ({
      release,
      label: "a | state",
      commit: "c".repeat(40),
      asOf: "2026-11-21",
      model: "1",
      baseline: index === 0,
      old: [],
      inputs: { results: "", issues: "" },
      scores: { ...scores, scalability: index },
    }),
  );
  const make = () => reportFiles({ asOf: "2026-11-21", old: [], faults: [], rows, releases, model });
  const { files, report } = make();
  expect(make().files).toEqual(files);
  const page = files["planning/kpi/kpi.md"] ?? "";
  for (const column of ["base", "credit", "debt", "capped", "ceiling", "score", "band", "floor"])
    expect(page).toContain(`| ${column}`);
  for (const kpi of KPIS) expect(page).toContain(`\`${kpi}\``);
  expect(report.deltas.map(({ from, to, change }) => [from, to, change.scalability])).toEqual([
    ["one", "two", 1],
    ["two", "now", Math.round((scores.scalability - 1) * 100) / 100],
  ]);
  expect(deltasOf([], scores)).toEqual([]);
});

test("radar: eight named axes, and a name is text", () => {
  const scores = scoresOf(compute(input()));
  const svg = radar([{ name: '<script>"', scores, color: "#123456" }], "x");
  for (const kpi of KPIS) expect(svg).toContain(`>${kpi}</text>`);
  expect(svg).toContain("&lt;script>&quot;");
  expect(svg).not.toMatch(/NaN|undefined|<script/);
});
