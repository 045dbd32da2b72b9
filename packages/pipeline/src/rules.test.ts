import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { requirementLines } from "./coverage.ts";
import { assertData } from "./data.ts";
import { digestOf, root, staleFiles } from "./files.ts";
import { planFiles } from "./plan.ts";
import type { Plan } from "./plan-data.ts";
import { checkPlan } from "./rules.ts";
import { samplePlan, type Writable } from "./testing/sample-plan.ts";

type Draft = Writable<Plan>;

// What others still write is no matter of these rules.
const isThere = (fault: string): boolean => !/expected \S+, found none/.test(fault);

const faultsOf = (change: (plan: Draft) => void): string[] => {
  const plan = samplePlan() as Draft;
  change(plan);
  return checkPlan(root, plan as Plan).faults.filter(isThere);
};

const ticket = (plan: Draft, id: string): Draft["backlog"]["tickets"][number] =>
  plan.backlog.tickets.find((one) => one.id === id)!;
const command = (plan: Draft, id: string): string => ticket(plan, id).acceptance.command;

test("the plan of this repository holds", () => {
  expect(faultsOf(() => {})).toEqual([]);
});

describe("each fault is named, and nothing else", () => {
  test.each<[string, RegExp, (plan: Draft) => void]>([
    [
      "a requirement without a row",
      /^planning\/sources\/issue-war-plan\.md:130: no row .*No open/,
      ({ coverage }) => {
        coverage.rows = coverage.rows.filter(({ id }) => id !== "WP-130");
      },
    ],
    [
      "a row that shows nothing",
      /WP-5\d: expected a command, a file, or why/,
      ({ coverage }) => {
        delete coverage.rows.find(({ id }) => id === "WP-55")!.command;
      },
    ],
    [
      "a row that stands twice",
      /CP-5: stands twice/,
      ({ coverage }) => {
        coverage.rows.push(coverage.rows[0]!);
      },
    ],
    [
      "a command that is no script",
      /CP-54: command: expected a script of package\.json, found release:gatee/,
      ({ coverage }) => {
        coverage.rows.find(({ id }) => id === "CP-54")!.command = "pnpm release:gatee";
      },
    ],
    [
      "a target that is not in the Makefile",
      /WP-126: command: expected a target of the Makefile, found kpis/,
      ({ coverage }) => {
        coverage.rows.find(({ id }) => id === "WP-126")!.command = "make kpis";
      },
    ],
    [
      "another document of the owner",
      /coding-pipeline\.md: expected 0000/,
      ({ coverage }) => {
        coverage.documents["coding-pipeline"]!.sha256 = "0000";
      },
    ],
    [
      "done, and its command is red",
      /^SET-134: is done, and `pnpm lock:check` is red$/,
      (plan) => {
        plan.results[command(plan, "SET-134")]!.exit = 1;
        plan.tasks.phases[6]!.tasks = plan.tasks.phases[6]!.tasks.filter((one) => one.ticket !== "SET-134");
      },
    ],
    [
      "done, and its command was never run",
      /^P6-1: is done, and .* is not recorded$/,
      (plan) => {
        delete plan.results[command(plan, "SET-134")];
        ticket(plan, "SET-134").id = "SET-1340";
        plan.backlog.tickets = plan.backlog.tickets.map((one) => ({ ...one, dependencies: [] }));
        const task = plan.tasks.phases[6]!.tasks[0]!;
        delete task.ticket;
        task.command = "pnpm lock:check";
        ticket(plan, "SET-1340").status = "open";
      },
    ],
    [
      "done before what it depends on",
      /^SET-137: is done before SET-134$/,
      (plan) => {
        ticket(plan, "SET-134").status = "doing";
      },
    ],
    [
      "done, and it waits for somebody",
      /^PUB-1: is done, and waits for/,
      (plan) => {
        ticket(plan, "PUB-1").status = "done";
        ticket(plan, "PUB-1").dependencies = [];
      },
    ],
    [
      "dependencies that go round",
      /^dependencies go round: SET-134 -> SET-137 -> SET-134$/,
      (plan) => {
        ticket(plan, "SET-134").dependencies = ["SET-137"];
      },
    ],
    [
      "a dependency that is not there",
      /^SET-134: depends on SET-1, which is not there$/,
      (plan) => {
        ticket(plan, "SET-134").dependencies = ["SET-1"];
      },
    ],
    [
      "a role that nobody has heard of",
      /^SET-134: no role wizard$/,
      (plan) => {
        ticket(plan, "SET-134").owner = "wizard";
      },
    ],
    [
      "deferred without a reason in the register",
      /^GTM-1: is deferred, and planning\/deferred\.json/,
      (plan) => {
        ticket(plan, "GTM-1").status = "deferred";
      },
    ],
    [
      "in the register, and not deferred",
      /^D-4: #189 is not deferred/,
      (plan) => {
        ticket(plan, "SET-189").status = "open";
      },
    ],
    [
      "blocked without a reason",
      /^GTM-1: is blocked without a reason$/,
      (plan) => {
        delete ticket(plan, "GTM-1").reason;
        plan.tasks.phases[7]!.tasks = plan.tasks.phases[7]!.tasks.filter((one) => one.ticket !== "GTM-1");
      },
    ],
    [
      "an umbrella that closes early",
      /^UNCAP: an umbrella closes after its children; open: SET-151$/,
      (plan) => {
        plan.backlog.epics.find(({ id }) => id === "UNCAP")!.status = "done";
      },
    ],
    [
      "a stage whose command nobody lists",
      /^PROOF: stage Implementation: pnpm bench is not in/,
      (plan) => {
        plan.backlog.epics.find(({ id }) => id === "PROOF")!.stages.implementation = { command: "pnpm bench" };
      },
    ],
    [
      "a stage whose command is red",
      /^UNCAP: stage Reliability and security gate: .*: failed$/,
      (plan) => {
        const stage = plan.backlog.epics.find(({ id }) => id === "UNCAP")!.stages.reliability;
        plan.results[(stage as { command: string }).command]!.exit = 1;
        plan.tasks.phases[6]!.tasks = plan.tasks.phases[6]!.tasks.filter(({ id }) => id !== "P6-5");
      },
    ],
    [
      "a tag that nobody approved",
      /^phase 3: v0\.3\.0 is a tag, and nobody approved/,
      (plan) => {
        plan.tags = ["v0.3.0"];
      },
    ],
    [
      "an approval without its tag",
      /^phase 3: is approved, and there is no tag v0\.3\.0$/,
      (plan) => {
        plan.tasks.phases[3]!.approved = true;
      },
    ],
    [
      "a phase too few",
      /^tasks\/tasks\.yaml: expected phases 0 to 7/,
      (plan) => {
        plan.tasks.phases.pop();
      },
    ],
    [
      "a task of no ticket",
      /^P6-1: no ticket SET-2$/,
      (plan) => {
        plan.tasks.phases[6]!.tasks[0]!.ticket = "SET-2";
        plan.tasks.phases[6]!.tasks[0]!.command = "pnpm lock:check";
      },
    ],
    [
      "a layer of tests with a command that nobody lists",
      /Unit: pnpm bench is not in/,
      (plan) => {
        plan.layers[0]!.commands = ["pnpm bench"];
      },
    ],
  ])("%s", (_, message, change) => {
    expect(faultsOf(change)).toEqual([expect.stringMatching(message)]);
  });

  test("a quote that is not in the document, and the line that it stood for", () => {
    const faults = faultsOf(({ coverage }) => {
      coverage.rows[0]!.quote = "Ship quickly.";
    });
    expect(faults).toEqual([
      expect.stringMatching(/CP-5: no line of .* is "Ship quickly\."/),
      expect.stringMatching(/coding-pipeline\.md:5: no row/),
    ]);
  });

  test("a file that does not exist", () => {
    const plan = samplePlan() as Draft;
    plan.coverage.rows.find(({ id }) => id === "CP-47")!.file = "planning/jira/epics.tsv";
    expect(checkPlan(root, plan as Plan).faults).toContain(
      "planning/coverage.json: CP-47: file: expected planning/jira/epics.tsv, found none",
    );
  });
});

test("a result of another tree is worth a notice", () => {
  const { notices } = checkPlan(root, samplePlan(), new Map([["package.json", "sha256:0"]]));
  expect(notices).toContain("recorded on another tree: pnpm lock:check");
});

test("a ticket without a command, a figure or an owner does not fit", () => {
  const fits = (backlog: unknown): void =>
    assertData(backlog, "backlog", "packages/pipeline/schemas/backlog.schema.json");
  const { backlog } = samplePlan();
  expect(() => fits(backlog)).not.toThrow();
  for (const name of ["acceptance", "kpi", "owner", "dependencies"]) {
    const [first, ...rest] = backlog.tickets;
    const { [name as "kpi"]: _, ...without } = first!;
    expect(() => fits({ ...backlog, tickets: [without, ...rest] })).toThrow(name);
  }
  const [first, ...rest] = backlog.tickets;
  expect(() => fits({ ...backlog, tickets: [{ ...first, kpi: "velocity" }, ...rest] })).toThrow("/tickets/0/kpi");
});

test("generated pages: the same twice, and a changed one is named", () => {
  const plan = samplePlan();
  const files = planFiles(root, plan);
  expect(planFiles(root, samplePlan())).toEqual(files);
  expect(Object.keys(files).every((path) => existsSync(join(root, path)))).toBe(true);
  const path = "planning/ownership/role-roster.md";
  const changed = { [path]: files[path]!.replace("vacant", "Ada") };
  expect(staleFiles(root, { [path]: files[path]! }, "x")).toEqual([]);
  expect(staleFiles(root, changed, "pnpm plan:gen")).toEqual([expect.stringContaining(`${path}:`)]);
});

test("lines of a document: what asks for something, and what only frames it", () => {
  expect([
    ...requirementLines(
      "# A\n\nIssues:\n- one\n\n| Layer | Tooling |\n|---|---|\n| Unit | x |\n```bash\nmake kpi\n```\nWhat Day 1:\n",
    ),
  ]).toEqual([
    [4, "- one"],
    [8, "| Unit | x |"],
    [10, "make kpi"],
  ]);
});

test("the program writes nothing when it checks, and says the same twice", () => {
  const state = (): string => {
    const paths = globSync(["planning/**/*", "tasks/*", "docs/**/*"], { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return digestOf(paths.map((path) => `${digestOf(readFileSync(path))} ${path}\n`).join(""));
  };
  const run = (...args: string[]): { readonly status: number | null; readonly stdout: string } => {
    const program = join(root, "packages/pipeline/src/plan.ts");
    return spawnSync(process.execPath, ["--conditions=@settld/source", program, ...args], {
      cwd: root,
      encoding: "utf8",
    });
  };
  const before = state();
  const [first, second] = [run("check", "--no-run"), run("check", "--no-run")];
  expect(first.stdout).toMatch(/^plan: \d+ requirements, \d+ tickets, \d+ tasks, \d+ faults$/m);
  expect({ status: second.status, stdout: second.stdout }).toEqual({ status: first.status, stdout: first.stdout });
  expect(state()).toBe(before);
  expect(run("check", "--full").status).toBe(2);
  expect(run("chek").status).toBe(2);
});
