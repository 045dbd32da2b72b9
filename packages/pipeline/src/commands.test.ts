import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Command, commandFault, measure, readTree, runCommand, treeDigest } from "./commands.ts";
import { parseDay } from "./day.ts";
import { root } from "./files.ts";
import { resultOf, standingOf } from "./results.ts";

test("a command is a script, a target or a program of the repository", () => {
  expect(commandFault(root, "pnpm lint")).toBeUndefined();
  expect(commandFault(root, "make kpi")).toBeUndefined();
  expect(commandFault(root, "node --conditions=x packages/repo/src/check.ts --list")).toBeUndefined();
  expect(commandFault(root, "pnpm toString")).toContain("expected a script");
  expect(commandFault(root, "make all")).toContain("expected a target");
  expect(commandFault(root, "node nowhere.ts")).toContain("expected a program");
  expect(commandFault(root, "curl x")).toContain("expected pnpm, make or node");
});

test("a result counts for the tree that it was made on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-pipeline-"));
  try {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ scripts: { count: "echo 3 passed; test -e in.txt" } }),
    );
    writeFileSync(join(folder, "in.txt"), "one");
    const command: Command = {
      run: "pnpm count",
      what: "",
      class: "full",
      inputs: ["in.txt"],
      measures: { passed: "(\\d+) passed" },
    };
    const before = readTree(folder);
    const result = resultOf(command, before, await runCommand(folder, command.run), "2026-11-21");
    expect(result).toMatchObject({ exit: 0, last: "3 passed", measures: { passed: 3 } });
    const results = { "pnpm count": result };
    expect(standingOf(results, command, before)).toBe("passed");
    writeFileSync(join(folder, "other.txt"), "not an input");
    expect(standingOf(results, command, readTree(folder))).toBe("passed");
    writeFileSync(join(folder, "in.txt"), "two");
    expect(standingOf(results, command, readTree(folder))).toBe("old");
    expect(treeDigest(before, command)).not.toBe(treeDigest(before, { ...command, run: "pnpm other" }));
    rmSync(join(folder, "in.txt"));
    const failed = resultOf(command, readTree(folder), await runCommand(folder, command.run), "2026-11-21");
    expect(failed).toMatchObject({ exit: 1, measures: {} });
    expect(standingOf({ "pnpm count": failed }, command)).toBe("failed");
    expect(standingOf({}, command)).toBe("missing");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("figures: the last one counts, and one that is not printed is left out", () => {
  const measures = { a: "a=(\\d+)", b: "b=(\\d+)" };
  expect(measure({ measures } as unknown as Command, "a=1\na=1,200\n".replace(",", ""))).toEqual({ a: 1200 });
});

test("a day is a day", () => {
  expect(parseDay("2026-11-21")).toBe("2026-11-21");
  for (const text of [undefined, "", "today", "2026-02-30", "2026-11-21T00:00:00Z"])
    expect(() => parseDay(text)).toThrow(RangeError);
});
