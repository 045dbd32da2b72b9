import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCommands, readTree, treeDigest } from "../commands.ts";
import { jsonText, root } from "../files.ts";
import type { Result } from "../results.ts";
import { passed } from "../testing/sample-plan.ts";
import { readHistory } from "./history.ts";

const measures = { passed: 3000, noticed: 90, mutants: 100, accepted: 3, p95SettlementMs: 50 };

describe("the program", () => {
  const copy = mkdtempSync(join(tmpdir(), "settld-kpi-copy-"));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));
  const git = (text: string): string =>
    spawnSync("sh", ["-c", `git -c user.name=x -c user.email=x@x.example ${text}`], { cwd: copy, encoding: "utf8" })
      .stdout;
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(
      process.execPath,
      ["--conditions=@settld/source", join(copy, "packages/pipeline/src/kpi/kpi.ts"), ...args],
      {
        encoding: "utf8",
        cwd: copy,
      },
    );
  const results = join(copy, "planning/results.json");

  // A tree of its own, in which everything has passed.
  beforeAll(() => {
    for (const path of [
      "planning",
      "packages/pipeline",
      "packages/release/schemas",
      "packages/output",
      "package.json",
    ]) {
      cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    writeFileSync(join(copy, ".gitignore"), "node_modules\n");
    git("init --quiet");
    const tree = readTree(copy);
    const all = readCommands(copy).map((command): [string, Result] => [
      command.run,
      { ...passed, measures, tree: treeDigest(tree, command) },
    ]);
    writeFileSync(results, jsonText({ results: Object.fromEntries(all) }));
    expect(run("--as-of", "2026-11-21")).toMatchObject({ status: 0, stderr: "" });
    git("add -A && git -c user.name=x -c user.email=x@x.example commit -qm x");
  });

  test("wants a day", () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("--as-of") });
  });

  test("--check writes nothing, and is red for a figure that does not follow", () => {
    expect(run("--check", "--strict")).toMatchObject({ status: 0 });
    const path = join(copy, "planning/kpi/kpi.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"score": (\d)/, '"score": 1$1'));
    expect(run("--check")).toMatchObject({ status: 1, stdout: expect.stringContaining("planning/kpi/kpi.json:") });
    writeFileSync(path, text);
    expect(git("status --porcelain")).toBe("");
  });

  test("--strict is red for results of another tree", () => {
    const input = join(copy, "packages/release/src");
    mkdirSync(input);
    writeFileSync(join(input, "x.ts"), "");
    expect(run("--check")).toMatchObject({ status: 0, stdout: expect.stringContaining("notice: ") });
    expect(run("--check", "--strict")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("recorded on another tree"),
    });
    rmSync(input, { recursive: true });
  });

  test("a gate that failed is red again, and leaves no trace in the history", () => {
    writeFileSync(results, readFileSync(results, "utf8").replaceAll('"exit": 0', '"exit": 1'));
    const before = readHistory(copy);
    for (let time = 0; time < 2; time++) {
      const red = run("--as-of", "2026-11-21", "--accept", "next", "--label", "x", "--commit", "c");
      expect(red).toMatchObject({ status: 1, stdout: expect.stringContaining("RED ") });
      expect(readHistory(copy)).toEqual(before);
    }
  });
});
