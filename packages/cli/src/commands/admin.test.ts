import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { SCOPES } from "@settld/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownProgram } from "../demo/apart.ts";
import { runMain } from "../testing/run-main.ts";
import { startServe } from "../testing/serve-process.ts";
import { storyStore } from "../testing/story-store.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-admin-"));
const at = (name: string): string => join(scratch, name);
/** A copy of the story's store, to break. */
const copy = (name: string): string => {
  cpSync(at("story"), at(name), { recursive: true });
  return at(name);
};
const alter = (folder: string, sql: string): void => {
  const database = new DatabaseSync(join(folder, "store.db"));
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
};

beforeAll(() => storyStore(at("story")));
afterAll(() => rmSync(scratch, { recursive: true }));

test("no command over a store makes one", async () => {
  for (const args of [
    ["admin", "keys", "create", "--tenant", "acme"],
    ["admin", "keys", "list"],
    ["admin", "keys", "revoke", "key_x"],
    ["admin", "export", "--out", at("nothing")],
    ["reconcile"],
  ]) {
    const run = await runMain(...args, "--dir", at("missing"));
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toMatch(/^settld: CLI_INPUT: expected the store of a server, found no such file .*\n$/);
  }
  mkdirSync(at("empty"));
  expect((await runMain("reconcile", "--dir", at("empty"))).stderr).toContain(
    `found no such file or folder (ENOENT): ${join(at("empty"), "store.db")} (settld serve makes one,`,
  );
  rmSync(at("empty"), { recursive: true });
  expect(readdirSync(scratch)).toEqual(["story"]);
});

test("another database, or a store of a later version, is left as it is", async () => {
  const folder = copy("later");
  const database = new DatabaseSync(join(folder, "store.db"));
  database.exec("PRAGMA user_version = 9999");
  database.close();
  expect(await runMain("reconcile", "--dir", folder)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^settld: STORE_VERSION: .*\n$/),
  });
});

describe("settld reconcile", () => {
  test("agrees with a whole store, also while it is served, and says so for people and programs", async () => {
    const human = await runMain("reconcile", "--dir", at("story"));
    expect(human).toMatchObject({ exitCode: 0, stderr: "" });
    expect(human.stdout).toMatch(/^the book agrees with its logs\n +3 {2}agreements\n +48 {2}events/);
    const json = await runMain("reconcile", "--dir", at("story"), "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({ object: "audit", ok: true, agreements: 3, findings: [] });
    const serve = await startServe(scratch, ["--dir", "served"]);
    expect(await runMain("reconcile", "--dir", at("served"))).toMatchObject({ exitCode: 0 });
    expect(await serve.end("SIGTERM")).toBe(0);
  });

  test("names every difference, with exit code 1", async () => {
    const folder = copy("wrong");
    alter(folder, "UPDATE accounts SET balance = '1' WHERE n = (SELECT min(n) FROM accounts WHERE kind = 'escrow')");
    alter(folder, "UPDATE transactions SET type = 'x' WHERE n = 1");
    const run = await runMain("reconcile", "--dir", folder);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/^settld: STORE_RECONCILIATION: expected a book that agrees with its logs: .*\n$/);
    expect(run.stdout).toMatch(/^\d differences/);
    expect(run.stdout).toMatch(/^balance {2,}escrow USD\/2 sha256:\w+ {2,}expected 0, found 1$/m);
    expect(run.stdout).toMatch(/^transaction +sha256:/m);
    const json = JSON.parse((await runMain("reconcile", "--dir", folder, "--format", "json")).stdout);
    expect(json).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ what: "balance" })]),
    });
  });
});

describe("settld admin keys", () => {
  test("what is wrong is one line", async () => {
    const create = ["admin", "keys", "create", "--dir", at("story")];
    const cases: [string[], RegExp][] = [
      [create, /CLI_USAGE: required option '--tenant <name>'/],
      [[...create, "--tenant", "A\u001b[2J"], /CLI_USAGE: --tenant: expected a name/],
      [[...create, "--tenant", "a", "--scope", "all"], /CLI_USAGE: --scope: expected agreements:read, .*found "all"/],
      [[...create, "--tenant", "a", "--name", ""], /CLI_USAGE: --name: expected 1 to 256/],
      [
        ["admin", "keys", "revoke", "key_\u001b[2J", "--dir", at("story")],
        /HTTP_NOT_FOUND: expected the id of an API key/,
      ],
      [["admin"], /CLI_USAGE: expected a command/],
    ];
    for (const [args, message] of cases) {
      const run = await runMain(...args);
      expect(run).toMatchObject({ exitCode: 2, stdout: "" });
      expect(run.stderr).toMatch(message);
      expect(run.stderr).toMatch(/^[ -~]+\n$/);
    }
  });

  test("a tenant's key may do everything but operate, and is shown once", async () => {
    const dir = ["--dir", copy("keys"), "--format", "json"];
    const made = JSON.parse((await runMain("admin", "keys", "create", "--tenant", "acme", ...dir)).stdout);
    expect(made).toMatchObject({ tenant: "acme", revokedAt: null, name: "made by settld admin" });
    expect(made.scopes).toEqual(SCOPES.filter((scope) => scope !== "operator"));
    expect(made.scopes).not.toContain("operator");
    const list = await runMain("admin", "keys", "list", "--tenant", "acme", ...dir);
    expect(JSON.parse(list.stdout)).toEqual({ ...made, secret: undefined });
    expect(readFileSync(join(at("keys"), "store.db")).includes(made.secret)).toBe(false);
    const revoked = JSON.parse((await runMain("admin", "keys", "revoke", made.id, ...dir)).stdout);
    expect(revoked).toMatchObject({ id: made.id, revokedAt: expect.any(String) });
  });

  test("a key goes to a file that its owner alone can read, and never over another", async () => {
    const dir = ["--dir", copy("out")];
    const file = at("operator.key");
    const create = ["admin", "keys", "create", "--tenant", "operator", "--out", file, ...dir];
    const run = await runMain(...create);
    expect(run).toMatchObject({ exitCode: 0, stdout: "" });
    expect(run.stderr).toMatch(/^key_\w+ of operator may .*; it is in .*operator\.key\n$/);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^settld_[A-Za-z0-9_-]{43}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await runMain(...create);
    expect(again).toMatchObject({ exitCode: 2, stdout: "" });
    expect(again.stderr).toMatch(/^settld: CLI_OUTPUT: --out: expected .* not there yet, found it exists already/);
    expect(readFileSync(file, "utf8")).toBe(text);
    const json = await runMain(...create.with(6, at("second.key")), "--format", "json");
    expect(JSON.parse(json.stdout)).not.toHaveProperty("secret");
    const list = await runMain("admin", "keys", "list", "--tenant", "operator", "--format", "json", ...dir);
    // Of the story, the first, and the second: the refused one made none.
    const names = list.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).name);
    expect(names.filter((name) => name === "made by settld admin")).toHaveLength(2);
  });

  test("names do nothing to whoever lists them", async () => {
    const dir = ["--dir", copy("hostile")];
    for (const { text } of HOSTILE_NAMES) {
      const run = await runMain("admin", "keys", "create", "--tenant", "acme", `--name=${text}`, ...dir);
      expect(run).toMatchObject({ exitCode: 0 });
    }
    const human = await runMain("admin", "keys", "list", "--tenant", "acme", ...dir);
    const lines = human.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(HOSTILE_NAMES.length + 1);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(human.stdout).not.toMatch(/^\s*::|##\w*\[/m);
    const json = await runMain("admin", "keys", "list", "--tenant", "acme", "--format", "json", ...dir);
    const names = json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).name);
    expect(names).toEqual(HOSTILE_NAMES.map(({ text }) => text.replace(/\p{Cs}/gu, "\ufffd")));
  });
});

describe("settld admin export", () => {
  const filesIn = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();

  test("holds everything, by digest, and others verify it", async () => {
    const out = at("export");
    const run = await runMain("admin", "export", "--dir", at("story"), "--out", out, "--format", "json");
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true, agreements: 3, parties: 5, faults: [] });
    const { files } = JSON.parse(readFileSync(join(out, "export.json"), "utf8")) as {
      files: { path: string; digest: string; size: number }[];
    };
    expect(filesIn(out)).toEqual([...files.map(({ path }) => path), "export.json"].sort());
    for (const { path, digest, size } of files) {
      const bytes = readFileSync(join(out, path));
      expect([path, bytes.length]).toEqual([path, size]);
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
    }
    const key = join(out, "registry-key.jwk");
    const verify = await runMain("verify", join(out, "agreements"), "--root", key, "--evidence", join(out, "evidence"));
    expect(verify).toMatchObject({ exitCode: 0, stderr: "" });
    // Three deposits into one account log, each signed.
    const entries = readFileSync(join(out, "accounts.jsonl"), "utf8").trimEnd().split("\n");
    expect(entries.map((line) => JSON.parse(line).signatures.length)).toEqual([1, 1, 1]);
    expect(await runMain("admin", "export", "--dir", at("story"), "--out", out)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: CLI_OUTPUT: --out: expected no file or folder yet/),
    });
  });

  test("signs trust documents with the registry's key where the server does", async () => {
    const serve = await startServe(scratch, ["--dir", "own"]);
    await serve.end("SIGTERM");
    const key = join(at("own"), "registry.jwk");
    const run = (...args: string[]) => runMain("admin", "export", "--dir", at("own"), ...args);
    expect(await run("--out", at("own-export"))).toMatchObject({ exitCode: 0 });
    const { signatures } = JSON.parse(readFileSync(join(at("own-export"), "trust.json"), "utf8"));
    const thumbprint = await runMain("keys", "thumbprint", key);
    expect(signatures[0].keyid).toBe(thumbprint.stdout.trim());
    cpSync(key, at("registry.jwk"));
    rmSync(key);
    expect((await run("--out", at("own-2"))).stderr).toMatch(/^settld: CLI_INPUT: the registry's key: /);
    expect(await run("--out", at("own-2"), "--registry-key", at("registry.jwk"))).toMatchObject({ exitCode: 0 });
    const settler = ["--registry-key", join(at("own"), "settler.jwk")];
    expect((await run("--out", at("own-3"), ...settler)).stderr).toMatch(
      /^settld: CLI_KEY: expected the registry's key/,
    );
    expect(existsSync(at("own-3"))).toBe(false);
  });

  test("is written also when something does not verify, and says what", async () => {
    const folder = copy("broken");
    alter(folder, "UPDATE accounts SET balance = '1' WHERE n = (SELECT min(n) FROM accounts WHERE kind = 'escrow')");
    alter(folder, "DELETE FROM receipts WHERE agreement = (SELECT min(agreement) FROM receipts)");
    const run = await runMain("admin", "export", "--dir", folder, "--out", at("broken-export"));
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/^settld: STORE_RECONCILIATION: .*\n$/);
    expect(run.stdout).toMatch(/RECEIPT_MISSING +agreements\/\w{64}\.settld/);
    expect(run.stdout).toMatch(/STORE_RECONCILIATION +balance/);
    expect(filesIn(at("broken-export"))).toContain("export.json");
  });

  test("that is killed leaves nothing under its name", async () => {
    const [program, ...first] = ownProgram();
    const target = at("killed");
    const watcher = watch(scratch);
    const appeared = new Promise<void>((resolve) => {
      watcher.on("change", (_, name) => {
        if (String(name).startsWith(".killed.")) resolve();
      });
    });
    const child = spawn(program, [...first, "admin", "export", "--dir", at("story"), "--out", target]);
    const ended = once(child, "exit");
    await Promise.race([appeared, ended]);
    child.kill("SIGKILL");
    const [, signal] = await ended;
    watcher.close();
    expect(signal).toBe("SIGKILL");
    expect(existsSync(target)).toBe(false);
    expect(await runMain("admin", "export", "--dir", at("story"), "--out", target)).toMatchObject({ exitCode: 0 });
  });

  test("that cannot be written is nothing", async () => {
    writeFileSync(at("file"), "");
    const run = await runMain("admin", "export", "--dir", at("story"), "--out", join(at("file"), "x"));
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^settld: CLI_OUTPUT: .*\n$/) });
  });
});
