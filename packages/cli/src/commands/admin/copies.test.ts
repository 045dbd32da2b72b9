import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "@settld/server";
import { openPostgresStore } from "@settld/server/postgres";
import { withDatabase } from "@settld/testkit/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runMain } from "../../testing/run-main.ts";
import { storyStore } from "../../testing/story-store.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-copies-"));
const story = join(scratch, "story");
const backup = (...args: readonly string[]) => runMain("admin", "backup", ...args);
const rollback = (...args: readonly string[]) => runMain("admin", "rollback", ...args);

beforeAll(() => storyStore(story));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("settld admin backup", () => {
  test("makes a store that reconciles, also of one that is served", async () => {
    const store = await openSqliteStore({ folder: story, mode: "serve" });
    const out = join(scratch, "copy");
    const run = await backup("--dir", story, "--out", out);
    await store.close();
    expect([run.exitCode, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toMatch(/copy: a store of version 1, \d+ bytes and the evidence\n$/);
    expect(readdirSync(out).sort()).toEqual(["evidence", "store.db"]);
    const audit = await runMain("reconcile", "--dir", out);
    expect([audit.exitCode, audit.stdout]).toEqual([0, expect.stringContaining("the book agrees with its logs")]);
  });

  test("takes nothing for a store that is none, and overwrites nothing", async () => {
    const none = await backup("--dir", join(scratch, "nowhere"), "--out", join(scratch, "out"));
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringMatching(/^settld: CLI_INPUT: /)]);
    expect(existsSync(join(scratch, "out"))).toBe(false);
    const twice = await backup("--dir", story, "--out", story);
    expect([twice.exitCode, twice.stderr]).toEqual([2, expect.stringContaining("not there yet, found one")]);
    expect((await backup("--dir", story)).exitCode).toBe(2);
  });
});

describe("settld admin rollback", () => {
  const wrong: readonly (readonly [string, string])[] = [
    ["0", "CLI_USAGE: --to: expected a version, found 0"],
    ["one", "CLI_USAGE: --to: expected a version, found one"],
    ["2", "STORE_VERSION: expected version 2 or newer, found 1"],
  ];

  test("says when there is nothing to take back, and what cannot be done", async () => {
    const same = await rollback("--dir", story, "--to", "1");
    expect(same).toEqual({ exitCode: 0, stdout: `${story}: a store of version 1\n`, stderr: "" });
    for (const [to, message] of wrong) {
      const run = await rollback("--dir", story, "--to", to);
      expect([run.exitCode, run.stdout, run.stderr]).toEqual([2, "", expect.stringContaining(message)]);
    }
    const none = await rollback("--dir", join(scratch, "nowhere"), "--to", "1");
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringMatching(/^settld: CLI_INPUT: /)]);
  });

  test("leaves a store alone that is served", async () => {
    const store = await openSqliteStore({ folder: story, mode: "serve" });
    const run = await rollback("--dir", story, "--to", "1");
    await store.close();
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringMatching(/^settld: STORE_LOCKED: /)]);
  });

  test("does the same in a database", async () => {
    await withDatabase(async ({ url }) => {
      const before = process.env["SETTLD_DATABASE_URL"];
      process.env["SETTLD_DATABASE_URL"] = url;
      try {
        const empty = await rollback("--database", "--to", "1");
        expect([empty.exitCode, empty.stderr]).toEqual([2, expect.stringMatching(/STORE_VERSION: .* found 0\n$/)]);
        const store = await openPostgresStore({ url, jobs: false });
        await store.putSetting("s", "1");
        const served = await rollback("--database", "--to", "1");
        await store.close();
        expect([served.exitCode, served.stderr]).toEqual([2, expect.stringMatching(/^settld: STORE_LOCKED: /)]);
        const same = await rollback("--database", "--to", "1");
        const { host, pathname } = new URL(url);
        expect(same).toEqual({ exitCode: 0, stdout: `${host}${pathname}: a store of version 1\n`, stderr: "" });
        for (const [to, message] of wrong) {
          const run = await rollback("--database", "--to", to);
          expect([run.exitCode, run.stdout, run.stderr]).toEqual([2, "", expect.stringContaining(message)]);
        }
        const both = await rollback("--database", "--dir", story, "--to", "1");
        expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining("found both")]);
      } finally {
        if (before === undefined) delete process.env["SETTLD_DATABASE_URL"];
        else process.env["SETTLD_DATABASE_URL"] = before;
      }
    });
  });
});
