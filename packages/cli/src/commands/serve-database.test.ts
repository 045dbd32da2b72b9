import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runChild } from "../testing/run-main.ts";
import { startServe } from "../testing/serve-process.ts";

let folder: string;
let database: TestDatabase;
let env: Record<string, string>;
const keys = ["--settler-key", "settler.jwk", "--registry-key", "registry.jwk"];
const settld = (args: readonly string[], more: Record<string, string> = {}) =>
  runChild(args, { cwd: folder, env: { ...env, ...more } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "settld-serve-database-"));
  database = await makeDatabase();
  env = { SETTLD_DATABASE_URL: database.url };
  for (const name of ["settler", "registry", "other"]) await settld(["keys", "generate", "--out", `${name}.jwk`]);
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

test("several servers over one database, their keys, and the tools beside them", async () => {
  const empty = await settld(["reconcile", "--database"]);
  expect([empty.exitCode, empty.stderr]).toEqual([
    2,
    expect.stringMatching(/STORE_VERSION: .*found an empty database/),
  ]);

  const none = await settld(["serve", "--database", "--port", "0"]);
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining("CLI_KEY: --database: expected the settler's key"),
  ]);

  const [first, second] = await Promise.all([1, 2].map(() => startServe(folder, ["--database", ...keys], env)));
  expect(first?.printed().stdout).toMatch(/PostgreSQL 127\.0\.0\.1:\d+\/settld_test_/);
  expect(first?.printed().stdout).toContain("admin keys create --database --tenant");

  const made = await settld(["admin", "keys", "create", "--database", "--tenant", "one", "--out", "one.key"]);
  expect([made.exitCode, made.stderr]).toEqual([0, expect.stringContaining("it is in one.key")]);
  const key = (await settld(["admin", "keys", "list", "--database", "--format", "json"])).stdout;
  expect(key).toContain('"tenant":"one"');
  const authorization = `Bearer ${readFileSync(join(folder, "one.key"), "utf8").trim()}`;
  for (const { url } of [first, second].filter((one) => one !== undefined)) {
    expect((await fetch(`${url}/v1/account`, { headers: { authorization } })).status).toBe(200);
  }

  const other = await settld([
    "serve",
    "--database",
    "--port",
    "0",
    "--settler-key",
    "other.jwk",
    "--registry-key",
    "registry.jwk",
  ]);
  expect([other.exitCode, other.stderr]).toEqual([
    2,
    expect.stringContaining("CLI_KEY: expected the settler's key of the last start"),
  ]);

  const audit = await settld(["reconcile", "--database"]);
  expect([audit.exitCode, audit.stdout]).toEqual([0, expect.stringContaining("the book agrees with its logs")]);
  // Evidence that nobody names, for the daily work, which is a job in the queue here.
  const work = Buffer.from("some work");
  const evidence = `/v1/evidence/sha256:${createHash("sha256").update(work).digest("hex")}`;
  const headers = { authorization, "content-type": "application/octet-stream" };
  expect((await fetch(`${first?.url}${evidence}`, { method: "PUT", headers, body: work })).status).toBe(201);
  for (const serve of [first, second]) expect(await serve?.end("SIGTERM")).toBe(0);

  const purging = await startServe(folder, ["--database", ...keys, "--retention-days", "0"], env);
  const look = async (): Promise<number> =>
    (await fetch(`${purging.url}${evidence}`, { headers: { authorization } })).status;
  await expect.poll(look, { timeout: 20_000, interval: 200 }).toBe(410);
  expect(await purging.end("SIGTERM")).toBe(0);

  const out = await settld(["admin", "export", "--database", "--registry-key", "registry.jwk", "--out", "export"]);
  expect([out.exitCode, out.stderr]).toEqual([0, ""]);
}, 120_000);

test("what stands in the way of a database is said, and never its password", async () => {
  const url = new URL(database.url);
  const wrong = Object.assign(new URL(url), { password: "s3cret-word" }).href;
  const cases: [string, RegExp][] = [
    [
      wrong,
      /HTTP_UNAVAILABLE: expected a PostgreSQL database that can be opened, found: password authentication failed/,
    ],
    [Object.assign(new URL(url), { port: "1", password: "s3cret-word" }).href, /ECONNREFUSED/],
    [Object.assign(new URL(url), { pathname: "/nowhere" }).href, /database "nowhere" does not exist/],
    ["mysql://root:s3cret-word@127.0.0.1/x", /CLI_USAGE: SETTLD_DATABASE_URL: expected a URL with postgres/],
  ];
  for (const [SETTLD_DATABASE_URL, message] of cases) {
    const {
      exitCode: code,
      stdout,
      stderr,
    } = await settld(["serve", "--database", "--port", "0", ...keys], {
      SETTLD_DATABASE_URL,
    });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("s3cret-word");
    expect(stderr).not.toMatch(/^\s+at /m);
  }
  const { exitCode: code, stderr } = await settld(["serve", "--database", "--dir", "x", ...keys]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("found both")]);
}, 120_000);
