import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../files.ts";
import { readModel } from "../kpi/model.ts";
import { passed, samplePlan, type Writable } from "../testing/sample-plan.ts";
import { type GateInput, gateFaults } from "./gate.ts";
import { readLabelRules } from "./issues.ts";
import { killList, reviewOf } from "./review.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";

type Draft = Writable<Snapshot>;

const plan = samplePlan();
const { slaDays } = readModel();
const input: GateInput = { rules: readLabelRules(), ...plan };
const sample = (): Draft => structuredClone(snapshotOf(plan.backlog, plan.results)) as Draft;
const issue = (draft: Draft, number: number): Draft["issues"][number] =>
  draft.issues.find((one) => one.number === number)!;
const relabel = (draft: Draft, number: number, from: RegExp, to: readonly string[]): void => {
  const one = issue(draft, number);
  one.labels = [...one.labels.filter(({ name }) => !from.test(name)), ...to.map((name) => ({ name }))];
};
const faultsOf = (change: (draft: Draft) => void, more: Partial<GateInput> = {}): string[] => {
  const draft = sample();
  change(draft);
  return gateFaults(draft, { ...input, ...more });
};

test("the committed issues keep the rules", () => {
  expect(faultsOf(() => {})).toEqual([]);
});

describe("label gate: each fault is named, and nothing else", () => {
  test.each<[string, RegExp[], (draft: Draft) => void]>([
    [
      "a P0 without a kpi label",
      [/^#151: expected exactly one label kpi:\.\.\., found 0$/],
      (draft) => relabel(draft, 151, /^kpi:/, []),
    ],
    [
      "an invented kpi label",
      [/^#151: kpi:velocity is no label of the list$/],
      (draft) => relabel(draft, 151, /^kpi:/, ["kpi:velocity"]),
    ],
    [
      "two kpi labels",
      [/^#151: expected exactly one label kpi:\.\.\., found 2$/],
      (draft) => relabel(draft, 151, /^x/, ["kpi:scalability"]),
    ],
    ["no severity", [/^#149: expected exactly one label sev:/], (draft) => relabel(draft, 149, /^sev:/, [])],
    ["an invented severity", [/^#149: sev:P5 is no label/], (draft) => relabel(draft, 149, /^sev:/, ["sev:P5"])],
    ["no type", [/^#149: expected exactly one label type:/], (draft) => relabel(draft, 149, /^type:/, [])],
    ["an invented type", [/^#149: type:epic is no label/], (draft) => relabel(draft, 149, /^type:/, ["type:epic"])],
    [
      "no milestone",
      [/^#149: expected one of the milestones/, /^#149: is deferred, so expected the milestone M3, found none/],
      (draft) => {
        issue(draft, 149).milestone = null;
      },
    ],
    [
      "a P0 about nothing that a P0 is for",
      [/^#151: expected exactly one label surface:/],
      (draft) => relabel(draft, 151, /^surface:/, []),
    ],
    [
      "an invented surface",
      [/^#151: surface:colours is no label/],
      (draft) => relabel(draft, 151, /^surface:/, ["surface:colours"]),
    ],
    [
      "a second P0 for one surface",
      [/^#186: is a second P0 for publishing; the first is #151$/],
      (draft) => relabel(draft, 186, /^surface:/, ["surface:publishing"]),
    ],
    [
      "an umbrella that closes before its children",
      [/^#186: is closed before its child #151$/],
      (draft) => {
        Object.assign(issue(draft, 186), { state: "CLOSED", closedAt: "2026-11-22T00:00:00Z" });
      },
    ],
    [
      "closed, and nothing shows it",
      [/^#151: is closed, and `pnpm release:dry --without test` is not recorded as passed$/],
      (draft) => {
        Object.assign(issue(draft, 151), { state: "CLOSED", closedAt: "2026-11-21T00:00:00Z" });
      },
    ],
    [
      "deferred, and urgent",
      [/^#149: is deferred, so expected sev:P2 or P3, found P1$/],
      (draft) => relabel(draft, 149, /^sev:/, ["sev:P1"]),
    ],
    [
      "deferred, and soon",
      [/^#149: is deferred, so expected the milestone M3/],
      (draft) => {
        issue(draft, 149).milestone = { title: "M1: Pilot Uncap" };
      },
    ],
    [
      "twice the same issue",
      [/^#149: stands twice$/],
      (draft) => {
        draft.issues.push(issue(draft, 149));
      },
    ],
  ])("%s", (_, messages, change) => {
    expect(faultsOf(change)).toEqual(messages.map((message) => expect.stringMatching(message)));
  });

  test("a surface that is no matter of a P0", () => {
    const rules = { ...input.rules, surfaces: { ...input.rules.surfaces, publishing: "looks" } };
    expect(faultsOf(() => {}, { rules })).toEqual([
      expect.stringMatching(/^#151: P0 is for release integrity, .* and not for looks$/),
    ]);
  });

  test("a child that closes after its umbrella, and one whose command went red", () => {
    const tickets = plan.backlog.tickets.map((one) =>
      one.epic === "UNCAP" ? { ...one, status: "done" as const } : one,
    );
    const backlog = { ...plan.backlog, tickets };
    const close = (draft: Draft): void => {
      for (const number of [151, 186])
        Object.assign(issue(draft, number), { state: "CLOSED", closedAt: "2026-11-22T00:00:00Z" });
    };
    expect(faultsOf(close, { backlog })).toEqual([]);
    expect(
      faultsOf(
        (draft) => {
          close(draft);
          issue(draft, 134).closedAt = "2026-11-23T00:00:00Z";
        },
        { backlog },
      ),
    ).toEqual(["#186: was closed earlier than its child #134"]);
    const results = { ...plan.results, "pnpm lock:check": { ...passed, exit: 1 } };
    expect(faultsOf(close, { backlog, results })).toEqual([
      expect.stringMatching(/^#134: is closed, and/),
      expect.stringMatching(/^#186: is closed, and nothing verifies its child #134/),
    ]);
  });
});

test("kill list: severity first, then age, and what nobody dated before the rest", () => {
  const dated = sample();
  Object.assign(issue(dated, 152), { createdAt: "2026-11-20T00:00:00Z" });
  Object.assign(issue(dated, 149), { createdAt: "2026-09-01T00:00:00Z" });
  expect(killList(dated, "2026-11-21").map(({ number }) => number)).toEqual(
    [151, 186, 189, 191, 192, 193, 194, 199, 149, 152].filter((number) => issue(dated, number).state === "OPEN"),
  );
  expect(reviewOf(dated, "2026-11-21", slaDays)).toMatch(/\| #152 +\| P2 +\| 1 +\| +\|/);
  expect(reviewOf(dated, "2026-11-21", slaDays)).toBe(reviewOf(structuredClone(dated), "2026-11-21", slaDays));
  expect(reviewOf(dated, "2026-12-21", slaDays)).toMatch(/\| #152 +\| P2 +\| 31 +\| yes +\|/);
});

describe("the programs", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-issues-"));
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(
      process.execPath,
      ["--conditions=@settld/source", join(root, "packages/pipeline/src/issues/issues.ts"), ...args],
      { encoding: "utf8", cwd: root },
    );
  const write = (value: unknown): string => {
    const path = join(folder, "issues.json");
    writeFileSync(path, JSON.stringify(value));
    return path;
  };

  test("take what gh prints, and say the same twice", () => {
    const { issues } = JSON.parse(readFileSync(join(root, "planning/issues/snapshot.json"), "utf8")) as Snapshot;
    const path = write(issues);
    const [first, again] = [
      run("review", "--snapshot", path, "--as-of", "2026-11-21"),
      run("review", "--snapshot", path, "--as-of", "2026-11-21"),
    ];
    expect(first).toMatchObject({ status: 0, stdout: again.stdout });
    rmSync(path);
  });

  test("are red for a P0 without a figure, and a name is no instruction", () => {
    const [, , first] = sample().issues;
    const title = "::set-output name=x::\u001b[2Jgone | <b>";
    const path = write([
      { ...first, state: "OPEN", title, number: 1000, labels: [{ name: "sev:P0" }, { name: "kpi:\u001b[2J" }] },
    ]);
    const gate = run("label-gate", "--snapshot", path, "--as-of", "2026-11-21");
    expect(gate.status).toBe(1);
    expect(gate.stdout).toMatch(/^#1000: kpi:\\u\{1b\}\[2J is no label/m);
    const review = run("review", "--snapshot", path, "--as-of", "2026-11-21");
    expect(review.stdout).not.toContain("\u001b");
    expect(review.stdout).not.toMatch(/^::/m);
    expect(run("label-gate", "--snapshot", path, "--as-of", "2026-11-21", "--json").stdout).toContain('"ok":false');
  });

  test("refuse what is no snapshot, and a day that nobody gave", () => {
    expect(run("label-gate", "--snapshot", write([{ number: 1 }]), "--as-of", "2026-11-21")).toMatchObject({
      status: 2,
    });
    expect(run("label-gate", "--snapshot", write([]))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--as-of"),
    });
    rmSync(folder, { recursive: true });
  });
});
