import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FULL } from "@settld/testkit";
import { describe, expect, test } from "vitest";
import { STORES } from "./drill/place.ts";
import { root } from "./workspace.ts";

describe.each(["rollback", "incident"])("the playbook %s", (name) => {
  // Real processes from the sources, and in the long form over every store; whole it is `pnpm drill:NAME --store STORE`.
  test.each(FULL ? STORES : (["sqlite"] as const))("does what it says over %s", { timeout: 240_000 }, (store) => {
    const args = [join(root, "packages/repo/src/drill.ts"), name, "--short", "--store", store];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stdout).not.toContain("FAIL");
    expect(run.stdout).toMatch(new RegExp(`drill ${name} \\(${store}\\): \\d+ steps, \\d+ checks, 0 failed`));
    expect(run.status).toBe(0);
  });

  test("names the drill, and commands and options that there are", () => {
    const path = join(root, "docs/playbooks", `${name}.md`);
    expect(existsSync(path)).toBe(true);
    const page = readFileSync(path, "utf8");
    expect(page).toContain(`pnpm drill:${name}`);
    const sources = ["serve.ts", "admin/copies.ts", "admin/export.ts", "reconcile.ts"]
      .map((file) => readFileSync(join(root, "packages/cli/src/commands", file), "utf8"))
      .concat(readFileSync(join(root, "packages/cli/src/server/store-place.ts"), "utf8"))
      .join("\n");
    const options = [...page.matchAll(/settld [^`\n]*?(--[a-z-]+)/g)].map(([, option = ""]) => option);
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(sources).toContain(`"${option}`);
  });
});

test("a drill that there is not is said so", () => {
  const run = spawnSync(process.execPath, [join(root, "packages/repo/src/drill.ts"), "fire"], { encoding: "utf8" });
  expect([run.status, run.stderr]).toEqual([2, "expected one of rollback, incident\n"]);
});
