/**
 * `pnpm test`: everything that a change has to pass, in one command, with a table and one summary line at the end.
 *
 *   --list         names of the steps
 *   --only NAME    only these steps (repeatable, or with commas)
 *   --full         long seeds and every runtime (`pnpm test:full`)
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./workspace.ts";

/** One thing that has to pass. */
export type Step = {
  readonly name: string;
  readonly what: string;
  readonly command: readonly [string, ...string[]];
  /** Steps that must have passed before. */
  readonly needs?: readonly string[];
  /** Steps that must have ended before, in whatever way. */
  readonly after?: readonly string[];
  /** Uses both cores or measures time, so nothing else runs beside it. */
  readonly alone?: boolean;
};

/** How a step ended. */
export type Outcome = {
  readonly step: Step;
  readonly status: "ok" | "FAILED" | "not run";
  readonly ms: number;
  readonly output: string;
};

type Skip = { readonly name: string; readonly reason: string };

/** What vitest counted. */
export type TestCount = { readonly passed: number; readonly failed: number; readonly skips: readonly Skip[] };

/** The part of vitest's JSON report that is counted. */
type VitestReport = {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

const script = (name: string, ...args: string[]): readonly [string, ...string[]] => [
  process.execPath,
  `packages/repo/src/${name}.ts`,
  ...args,
];

const pipeline = (name: string, ...args: string[]): readonly [string, ...string[]] => [
  process.execPath,
  "--conditions=@settld/source",
  `packages/pipeline/src/${name}.ts`,
  ...args,
];

const stepsFor = (full: boolean, report: string): Step[] => {
  const steps: Step[] = [
    { name: "build", what: "compile every package", command: ["turbo", "run", "build", "--output-logs=errors-only"] },
    { name: "gen", what: "generated files are current", command: script("gen", "--check") },
    { name: "lint", what: "lint and format", command: ["biome", "check", "--max-diagnostics=50"] },
    { name: "typecheck", what: "types", command: ["tsc"] },
    { name: "layers", what: "imports, dependencies, engines", command: script("layers") },
    { name: "knip", what: "dead code and dependencies", command: ["knip"] },
    {
      name: "plan",
      what: "planning is covered, current, and done where it says so",
      command: pipeline("plan", "check"),
    },
    { name: "labels", what: "the label gate of the issues", command: pipeline("issues/issues", "label-gate") },
    { name: "kpi", what: "key figures follow from their evidence", command: pipeline("kpi/kpi", "--check") },
    {
      name: "contract",
      what: "changes against contract.lock.json",
      command: script("contract", "check"),
      needs: ["build"],
    },
    {
      name: "lock",
      what: full ? "two fresh installations, byte by byte" : "lockfile and reviewed install scripts",
      command: script("lock-check", ...(full ? [] : ["--fast"])),
    },
    {
      name: "pack",
      what: full ? "two builds and packs, byte by byte" : "what is built, packed twice, byte by byte",
      command: script("pack-check", ...(full ? [] : ["--fast"])),
      needs: ["build"],
    },
    { name: "python", what: "the second implementation and its vectors", command: script("python") },
    {
      name: "fuzz",
      what: "both implementations, the same cases",
      command: script("fuzz", ...(full ? ["--cases", "20000", "--seed", "2026"] : [])),
    },
    {
      name: "adequacy",
      what: full ? "every mutant is noticed by a vector" : "a sample of mutants is noticed by the vectors",
      command: [
        process.execPath,
        "--conditions=@settld/source",
        "packages/adequacy/src/adequacy.ts",
        ...(full ? [] : ["--sample", "100"]),
      ],
      alone: true,
    },
    { name: "packages", what: "packed tarballs", command: script("packages"), needs: ["build"] },
    { name: "readme", what: "every block of the README", command: script("readme", "--check"), needs: ["build"] },
    { name: "runtimes", what: "every vector on Node, Bun and Deno", command: script("runtimes"), alone: true },
    {
      name: "unit",
      what: "unit, property and vector tests",
      command: ["vitest", "run", "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`],
      after: ["build"],
      alone: true,
    },
  ];
  if (full) {
    // Written with the packages that they exercise; a step exists when its script does.
    const long: Step[] = [
      { name: "determinism", what: "same bytes in every run and locale", command: script("determinism"), alone: true },
    ];
    steps.push({
      name: "release",
      what: "a whole release, on a local registry",
      // What else is in this list has been tested by it; determinism of the release itself is part of the release.
      command: [
        process.execPath,
        "--conditions=@settld/source",
        "packages/release/src/release.ts",
        ...["dry", "--without", "test"],
      ],
      needs: ["build"],
      alone: true,
    });
    steps.push(
      ...long
        .filter(({ name }) => existsSync(join(root, `packages/repo/src/${name}.ts`)))
        .map((step) => ({ ...step, needs: ["build"] })),
    );
  }
  return steps;
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const run = (step: Step, env: NodeJS.ProcessEnv, timeoutMs: number): Promise<Outcome> =>
  new Promise((resolve) => {
    const start = performance.now();
    const [command, ...args] = step.command;
    const chunks: Buffer[] = [];
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    const end = (status: Outcome["status"], note = ""): void =>
      resolve({
        step,
        status,
        ms: performance.now() - start,
        output: Buffer.concat(chunks).toString("utf8") + note,
      });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => end("FAILED", `${error.message}\n`));
    child.on("close", (code, signal) =>
      end(code === 0 ? "ok" : "FAILED", signal === null ? "" : `\nended by ${signal} after ${seconds(timeoutMs)}\n`),
    );
  });

const announce = ({ step, status, ms, output }: Outcome): void => {
  console.log(`\n=== ${step.name}: ${step.what} - ${status} (${seconds(ms)})`);
  if (status !== "ok") {
    console.log(output.trimEnd());
  }
};

/** Runs the steps in order, two at a time where they allow it. */
export const runAll = async (steps: readonly Step[], env: NodeJS.ProcessEnv, timeoutMs: number): Promise<Outcome[]> => {
  const selected = new Set(steps.map(({ name }) => name));
  const waiting = [...steps];
  const outcomes = new Map<string, Outcome>();
  const running = new Map<string, { readonly step: Step; readonly done: Promise<void> }>();
  const finish = (outcome: Outcome): void => {
    outcomes.set(outcome.step.name, outcome);
    running.delete(outcome.step.name);
    announce(outcome);
  };
  const ended = (name: string): boolean => !selected.has(name) || outcomes.has(name);
  while (waiting.length > 0 || running.size > 0) {
    const alone = [...running.values()].some(({ step }) => step.alone === true);
    const index =
      alone || running.size >= 2
        ? -1
        : waiting.findIndex(
            ({ needs = [], after = [], alone }) =>
              [...needs, ...after].every(ended) && (alone !== true || running.size === 0),
          );
    const step = waiting[index];
    if (step === undefined) {
      await Promise.race([...running.values()].map(({ done }) => done));
      continue;
    }
    waiting.splice(index, 1);
    const broken = (step.needs ?? []).filter((name) => (outcomes.get(name)?.status ?? "ok") !== "ok");
    if (broken.length > 0) {
      finish({ step, status: "not run", ms: 0, output: `needs ${broken.join(", ")}, which failed` });
      continue;
    }
    running.set(step.name, { step, done: run(step, env, timeoutMs).then(finish) });
  }
  return steps.flatMap(({ name }) => outcomes.get(name) ?? []);
};

/** Counts vitest's results; a report that is not there counts nothing, and its step has failed already. */
export const readTests = (report: string): TestCount => {
  if (!existsSync(report)) {
    return { passed: 0, failed: 0, skips: [] };
  }
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, name: `${relative(root, name)} > ${fullName}` })),
  );
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status === "failed").length;
  const skips = tests
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map(({ status, name }) => ({ name, reason: status }));
  return { passed, failed, skips };
};

/** A step says that it left something out with a line `SKIP name: reason`. */
const readSkips = ({ output }: Outcome): Skip[] =>
  [...output.matchAll(/^SKIP ([^:\n]+): (.*)$/gm)].map(([, name = "", reason = ""]) => ({ name, reason }));

/** The table of steps, the skips by name, and alone on the last line the counts of tests plus steps. */
export const summarise = (
  outcomes: readonly Outcome[],
  tests: TestCount,
  { ms, skipsFail }: { readonly ms: number; readonly skipsFail: boolean },
): { readonly lines: readonly string[]; readonly ok: boolean } => {
  const skips = [...tests.skips, ...outcomes.flatMap(readSkips)];
  const stepsPassed = outcomes.filter(({ status }) => status === "ok").length;
  const passed = tests.passed + stepsPassed;
  const failed = tests.failed + (outcomes.length - stepsPassed) + (skipsFail ? skips.length : 0);
  const row = (name: string, status: string, ms: number): string =>
    `${name.padEnd(12)} ${status.padEnd(8)} ${seconds(ms).padStart(8)}`;
  const skipLines =
    skips.length === 0
      ? []
      : [
          "",
          skipsFail ? "skipped, which SETTLD_REQUIRE_EXTERNAL=1 counts as failed:" : "skipped:",
          ...skips.map(({ name, reason }) => `  ${name} (${reason})`),
        ];
  return {
    lines: [
      "",
      ...outcomes.map(({ step, status, ms }) => row(step.name, status, ms)),
      row("all", failed === 0 ? "ok" : "FAILED", ms),
      ...skipLines,
      "",
      `${passed} passed, ${failed} failed, ${skipsFail ? 0 : skips.length} skipped`,
    ],
    ok: failed === 0,
  };
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { list: { type: "boolean" }, only: { type: "string", multiple: true }, full: { type: "boolean" } },
  });
  const full = values.full === true;
  const temp = mkdtempSync(join(tmpdir(), "settld-check-"));
  try {
    const report = join(temp, "vitest.json");
    const all = stepsFor(full, report);
    if (values.list === true) {
      for (const { name, what } of all) {
        console.log(`${name.padEnd(12)} ${what}`);
      }
      return 0;
    }
    const only = values.only?.flatMap((names) => names.split(",")) ?? [];
    const unknown = only.filter((name) => !all.some((step) => step.name === name));
    if (unknown.length > 0) {
      console.error(`no step ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`);
      return 2;
    }
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
      DO_NOT_TRACK: "1",
      TURBO_TELEMETRY_DISABLED: "1",
      // Hundreds of small programs start from the same sources, and most of their time is reading those.
      NODE_COMPILE_CACHE: join(temp, "compiled"),
      ...(full ? { SETTLD_FULL: "1" } : {}),
    };
    const start = performance.now();
    const outcomes = await runAll(
      all.filter(({ name }) => only.length === 0 || only.includes(name)),
      env,
      full ? 4 * 3_600_000 : 15 * 60_000,
    );

    const { lines, ok } = summarise(outcomes, readTests(report), {
      ms: performance.now() - start,
      skipsFail: env["SETTLD_REQUIRE_EXTERNAL"] === "1",
    });
    console.log(lines.join("\n"));
    return ok ? 0 : 1;
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  process.exitCode = await main();
}
