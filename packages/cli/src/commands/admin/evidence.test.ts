import { spawn } from "node:child_process";
import { createDecipheriv } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { base64urlEncode, type Digest, digestOf, jwkFromPublicKey, sha256, utf8 } from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoSigner } from "../../demo/cast.ts";
import { loadServer } from "../../server/load-server.ts";
import { runChild, runMain } from "../../testing/run-main.ts";
import { startServe } from "../../testing/serve-process.ts";
import { storyStore } from "../../testing/story-store.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-evidence-"));
const at = (name: string): string => join(scratch, name);
const copy = (name: string): string => {
  cpSync(at("story"), at(name), { recursive: true });
  return at(name);
};
beforeAll(async () => {
  await storyStore(at("story"));
  // The key of the story's settler, which a server that was started by hand has in its folder.
  const { publicKey } = await demoSigner("settler");
  const d = base64urlEncode(sha256(utf8("settld demo key, everyone knows it: settler")));
  writeFileSync(join(at("story"), "settler.jwk"), JSON.stringify({ ...jwkFromPublicKey(publicKey), d }));
});
afterAll(() => rmSync(scratch, { recursive: true }));

const DAY = 86_400_000;

/** Every row of every table and every file, as text. */
function contentOf(folder: string): string {
  const database = new DatabaseSync(join(folder, "store.db"), { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const rows = tables.map(({ name }) => JSON.stringify(database.prepare(`SELECT * FROM "${String(name)}"`).all()));
  database.close();
  const files = readdirSync(join(folder, "evidence"), { recursive: true }).map(String).sort();
  return [...rows, ...files].join("\n");
}

/** Puts evidence into a store: small and large ones. */
async function fill(folder: string, count: number, keys?: string): Promise<readonly Digest[]> {
  const server = await loadServer();
  const evidenceKeys = keys === undefined ? undefined : await server.readKeyRing(keys, "keys");
  const store = await server.openSqliteStore({ folder, mode: "serve", evidenceKeys });
  const digests: Digest[] = [];
  for (let n = 0; n < count; n++) {
    const bytes = bytesOf(n);
    const digest = digestOf(bytes);
    digests.push(digest);
    const limits = { bytesMax: 1e7, now: 1, tenant: "acme" };
    await store.putEvidence(
      digest,
      (async function* () {
        yield bytes;
      })(),
      limits,
    );
  }
  await store.close();
  return digests;
}

const bytesOf = (n: number): Uint8Array => utf8(`secret ${n} `.repeat(n % 2 === 0 ? 10 : 10_000));

async function expectReadable(folder: string, digests: readonly Digest[], keys: string | undefined): Promise<void> {
  const server = await loadServer();
  const evidenceKeys = keys === undefined ? undefined : await server.readKeyRing(keys, "keys");
  const store = await server.openSqliteStore({ folder, mode: "admin", evidenceKeys });
  for (const [n, digest] of digests.entries()) {
    const parts: Uint8Array[] = [];
    for await (const part of store.readEvidence(digest)) parts.push(part);
    expect(Buffer.concat(parts).equals(bytesOf(n))).toBe(true);
  }
  await store.close();
}

/** Runs the CLI and kills it after so many milliseconds; gives whether it came to its end before. */
async function killed(args: readonly string[], ms: number): Promise<boolean> {
  const bin = fileURLToPath(new URL("../../bin.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@settld/source", bin, ...args], { stdio: "ignore" });
  const over = new Promise<boolean>((resolve) => child.on("exit", (_, signal) => resolve(signal === null)));
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  return over.finally(() => clearTimeout(timer));
}

describe("evidence keys", () => {
  test("a ring is made, grows at its head, and is for its owner alone", async () => {
    const file = at("made.keys");
    const first = await runMain("admin", "evidence-keys", "add", "--file", file);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ek_[A-Za-z0-9_-]{22}\n$/) });
    const one = readFileSync(file, "utf8");
    const second = await runMain("admin", "evidence-keys", "add", "--file", file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8").endsWith(`\n${one}`)).toBe(true);
    const { ids } = await (await loadServer()).readKeyRing(readFileSync(file, "utf8"), "ring");
    expect(ids).toEqual([second.stdout.trim(), first.stdout.trim()]);
    writeFileSync(at("other"), "no ring");
    expect(await runMain("admin", "evidence-keys", "add", "--file", at("other"))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: STORE_KEY_RING: /),
    });
    expect(readFileSync(at("other"), "utf8")).toBe("no ring");
  });

  test("a server that was started with keys does not start without them, and seals what it takes", async () => {
    const file = at("serve.keys");
    await runMain("admin", "evidence-keys", "add", "--file", file);
    const dir = at("sealed");
    const serve = await startServe(scratch, ["--dir", dir, "--evidence-keys", file]);
    const made = await runMain("admin", "keys", "create", "--dir", dir, "--tenant", "acme");
    const bytes = bytesOf(1);
    const digest = digestOf(bytes);
    const headers = { authorization: `Bearer ${made.stdout.trim()}`, "content-type": "application/octet-stream" };
    const url = `${serve.url}/v1/evidence/${digest}`;
    expect((await fetch(url, { method: "PUT", headers, body: bytes.slice() })).status).toBe(201);
    expect(digestOf(new Uint8Array(await (await fetch(url, { headers })).arrayBuffer()))).toBe(digest);
    expect(await serve.end("SIGTERM")).toBe(0);
    for (const name of readdirSync(dir, { recursive: true }).map(String)) {
      if (statSync(join(dir, name)).isFile())
        expect([name, readFileSync(join(dir, name)).includes("secret 1")]).toEqual([name, false]);
    }

    expect(await runChild(["serve", "--dir", dir, "--port", "0"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: STORE_KEY_MISSING: expected the evidence keys/),
    });
    await runMain("admin", "evidence-keys", "add", "--file", at("wrong.keys"));
    const wrong = await runChild(["serve", "--dir", dir, "--port", "0", "--evidence-keys", at("wrong.keys")]);
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("under which 1 objects are sealed") });
    // The operator may say that the key is lost; then the object stays shut and everything else goes on.
    const id = (await (await loadServer()).readKeyRing(readFileSync(file, "utf8"), "ring")).current;
    const env = { SETTLD_EVIDENCE_KEYS: `${readFileSync(at("wrong.keys"), "utf8")}lost ${id}\n` };
    const again = await startServe(scratch, ["--dir", dir], env);
    const shut = await fetch(`${again.url}/v1/evidence/${digest}`, { headers });
    expect([shut.status, ((await shut.json()) as { code: string }).code]).toEqual([503, "STORE_KEY_MISSING"]);
    expect(again.printed().stdout + again.printed().stderr).not.toContain(
      readFileSync(at("wrong.keys"), "utf8").trim(),
    );
    expect(await again.end("SIGTERM")).toBe(0);
    const both = await runChild(["serve", "--dir", dir, "--port", "0", "--evidence-keys", file], { env });
    expect(both).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: CLI_USAGE: .* found --evidence-keys and/),
    });
  });

  test("an object is opened from the text of the specification, with node:sqlite and AES alone", async () => {
    const folder = at("outside");
    const key = Buffer.from("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "hex");
    const digests = await fill(folder, 2, key.toString("base64"));
    const database = new DatabaseSync(join(folder, "store.db"), { readOnly: true });
    for (const [n, digest] of digests.entries()) {
      const row = database.prepare("SELECT file, wrapped_key FROM evidence WHERE digest = ?").get(digest);
      const name = row?.["file"] as string | null;
      const bytes = Buffer.from(
        name === null
          ? (database.prepare("SELECT bytes FROM evidence_bytes WHERE digest = ?").get(digest)?.["bytes"] as Uint8Array)
          : readFileSync(join(folder, "evidence", name.slice(0, 2), name)),
      );
      const header = bytes.subarray(0, 50 + (bytes[49] ?? 0));
      const open = (by: Uint8Array, nonce: Uint8Array, box: Buffer): Buffer => {
        const aes = createDecipheriv("aes-256-gcm", by, nonce).setAAD(header).setAuthTag(box.subarray(-16));
        return Buffer.concat([aes.update(box.subarray(0, -16)), aes.final()]);
      };
      const wrapped = Buffer.from(row?.["wrapped_key"] as Uint8Array);
      const dataKey = open(key, wrapped.subarray(0, 12), wrapped.subarray(12));
      const step = bytes.readUInt32BE(6) + 16;
      const plain: Buffer[] = [];
      for (let from = header.length, count = 0; from < bytes.length; from += step, count++) {
        const end = Buffer.from([count >>> 24, count >>> 16, count >>> 8, count, from + step < bytes.length ? 0 : 1]);
        plain.push(open(dataKey, Buffer.concat([bytes.subarray(10, 17), end]), bytes.subarray(from, from + step)));
      }
      expect(Buffer.concat(plain).equals(bytesOf(n))).toBe(true);
    }
    database.close();
  });
});

describe("settld admin rewrap", () => {
  const ring = async (file: string): Promise<string> => {
    await runMain("admin", "evidence-keys", "add", "--file", file);
    return readFileSync(file, "utf8");
  };

  test("counts, seals, wraps anew, and says when the old key can go", async () => {
    const folder = at("rotate");
    const file = at("rotate.keys");
    const digests = await fill(folder, 4);
    const first = await ring(file);
    const content = contentOf(folder);
    const counted = await runMain("admin", "rewrap", "--dir", folder, "--evidence-keys", file, "--dry-run");
    expect(counted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("4  objects would be sealed") });
    expect(contentOf(folder)).toBe(content);
    const sealed = await runMain("admin", "rewrap", "--dir", folder, "--evidence-keys", file);
    expect(sealed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("4  objects sealed") });
    expect(contentOf(folder)).not.toContain("secret");
    await expectReadable(folder, digests, first);

    const both = await ring(file);
    const turned = await runMain("admin", "rewrap", "--dir", folder, "--evidence-keys", file, "--format", "json");
    expect(JSON.parse(turned.stdout)).toMatchObject({
      rewrapped: 4,
      sealed: 0,
      after: { old: 0, plain: 0, needed: [] },
    });
    writeFileSync(file, `${both.split("\n")[0]}\n`);
    await expectReadable(folder, digests, readFileSync(file, "utf8"));
    const nothing = await runMain("admin", "rewrap", "--dir", folder, "--evidence-keys", file);
    expect(nothing).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("no other key is needed any more") });
    expect(await runMain("admin", "rewrap", "--dir", folder)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/CLI_USAGE/),
    });
  });

  test("killed at any moment, it leaves everything readable, and ends what it began when it is run again", async () => {
    const folder = at("killed");
    const file = at("killed.keys");
    const digests = await fill(folder, 60);
    let keys = await ring(file);
    const rewrap = ["admin", "rewrap", "--dir", folder, "--evidence-keys", file];
    let broken = 0;
    for (const ms of [350, 450, 500, 550, 600, 700, 900]) {
      if (!(await killed(rewrap, ms))) broken += 1;
      await expectReadable(folder, digests, keys);
      // A new key each time: some objects are plain, some under one of several keys.
      keys = await ring(file);
    }
    expect(broken).toBeGreaterThan(0);
    expect((await runMain(...rewrap)).exitCode).toBe(0);
    const [newest = ""] = keys.split("\n");
    await expectReadable(folder, digests, newest);
    // No file is left that nobody knows, and nothing plain.
    const files = readdirSync(join(folder, "evidence"), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files).toHaveLength(30);
    for (const one of files) expect(readFileSync(join(one.parentPath, one.name)).includes("secret")).toBe(false);
  }, 60_000);
});

describe("settld admin retention", () => {
  const retention = (...args: readonly string[]): ReturnType<typeof runMain> => runMain("admin", "retention", ...args);

  test("plan, apply, list: what was purged is gone, the book agrees, and a second time does nothing", async () => {
    const folder = copy("purge");
    const out = at("purge.json");
    const content = contentOf(folder);
    const planned = await retention("plan", "--dir", folder, "--closed-days", "0", "--out", out);
    expect(planned).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^plan sha256:[0-9a-f]{64} in /) });
    expect(await retention("apply", out, "--dir", folder, "--dry-run")).toMatchObject({ exitCode: 0 });
    expect(contentOf(folder)).toBe(content);
    const { purge } = JSON.parse(readFileSync(out, "utf8")) as { purge: { digest: string; agreements: string[] }[] };
    expect(purge.length).toBeGreaterThan(0);
    const other = `sha256:${"0".repeat(64)}`;
    expect(await retention("apply", out, "--dir", folder, "--digest", other)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^settld: STORE_RETENTION_PLAN: expected the plan sha256:0/),
    });
    const [held] = purge;
    const hold = await retention(
      ...["hold", "--dir", folder, "--agreement", held?.agreements[0] ?? ""],
      ...["--reason", "case 12", "--by", "counsel", "--format", "json"],
    );
    const { id } = JSON.parse(hold.stdout) as { id: string };
    const applied = await retention("apply", out, "--dir", folder, "--format", "json");
    const counts = JSON.parse(applied.stdout) as { purged: number; held: number };
    expect(counts.held).toBeGreaterThan(0);
    expect(counts.purged + counts.held).toBe(purge.length);
    expect(await retention("release", id, "--dir", folder, "--reason", "over", "--by", "counsel")).toMatchObject({
      exitCode: 0,
    });
    expect(JSON.parse((await retention("apply", out, "--dir", folder, "--format", "json")).stdout)).toMatchObject({
      purged: counts.held,
      gone: counts.purged,
    });
    const after = contentOf(folder);
    expect(await retention("apply", out, "--dir", folder)).toMatchObject({ exitCode: 0 });
    expect(contentOf(folder)).toBe(after);
    expect(await runMain("reconcile", "--dir", folder)).toMatchObject({ exitCode: 0 });
    const listed = (await retention("list", "--dir", folder, "--format", "json")).stdout.trim().split("\n");
    expect(listed.map((line) => (JSON.parse(line) as { object: string }).object)).toEqual([
      "hold",
      ...purge.map(() => "tombstone"),
    ]);
    expect((await retention("list", "--dir", folder)).stdout).toContain("case 12");
    expect(await retention("readmit", held?.digest ?? "", "--dir", folder, "--reason", "r", "--by", "b")).toMatchObject(
      { exitCode: 0 },
    );
    // An export verifies without it.
    expect(await runMain("admin", "export", "--dir", folder, "--out", at("purged-export"))).toMatchObject({
      exitCode: 0,
    });
  });

  test("killed at any moment, it has purged with a tombstone or not at all, and ends it when it is run again", async () => {
    const folder = copy("purge-killed");
    const digests = await fill(folder, 40);
    const out = at("purge-killed.json");
    await retention("plan", "--dir", folder, "--unreferenced-days", "0", "--out", out);
    const { purge } = JSON.parse(readFileSync(out, "utf8")) as { purge: { digest: Digest }[] };
    expect(purge).toHaveLength(40);
    let broken = 0;
    for (const ms of [350, 450, 500, 550, 600])
      if (!(await killed(["admin", "retention", "apply", out, "--dir", folder], ms))) broken += 1;
    expect(broken).toBeGreaterThan(0);
    const database = new DatabaseSync(join(folder, "store.db"), { readOnly: true });
    for (const digest of digests) {
      const isHere = database.prepare("SELECT 1 FROM evidence WHERE digest = ?").get(digest) !== undefined;
      const { n } = database.prepare("SELECT count(*) AS n FROM tombstones WHERE digest = ?").get(digest) as {
        n: number;
      };
      expect([digest, n]).toEqual([digest, isHere ? 0 : 1]);
    }
    database.close();
    expect(await retention("apply", out, "--dir", folder)).toMatchObject({ exitCode: 0 });
    const left = readdirSync(join(folder, "evidence"), { recursive: true }).map(String);
    for (const digest of digests) expect(left.some((name) => name.includes(digest.slice(7)))).toBe(false);
    expect(contentOf(folder)).not.toContain("secret 1 secret 1");
  }, 60_000);

  test("what is wrong with a command line or a plan is said, with exit code 2", async () => {
    const folder = copy("usage");
    writeFileSync(at("bad.json"), "{}");
    for (const [args, says] of [
      [["plan", "--out", at("x.json")], /CLI_USAGE: expected --closed-days or --unreferenced-days/],
      [["plan", "--closed-days", "-1", "--out", at("x.json")], /CLI_USAGE: --closed-days: expected days from 0/],
      [["plan", "--closed-days", "1", "--out", at("bad.json")], /CLI_OUTPUT: --out: expected to write a plan/],
      [["apply", at("bad.json")], /STORE_RETENTION_PLAN: expected a plan of/],
      [["apply", at("missing.json")], /CLI_INPUT: plan: /],
      [
        ["hold", "--reason", "r", "--by", "b"],
        /CLI_USAGE: expected one of --agreement, --tenant and --digest, found 0/,
      ],
      [["hold", "--tenant", "a", "--digest", "b", "--reason", "r", "--by", "b"], /found 2/],
      [["hold", "--digest", "b", "--reason", "r", "--by", "b"], /CLI_USAGE: --digest: expected sha256:/],
      [["hold", "--tenant", "A b", "--reason", "r", "--by", "b"], /CLI_USAGE: --tenant/],
      [["hold", "--tenant", "a", "--reason", " ", "--by", "b"], /CLI_USAGE: --reason/],
      [["release", "hold_x", "--reason", "r", "--by", "b"], /HTTP_NOT_FOUND: expected the id of a hold/],
      [["readmit", `sha256:${"0".repeat(64)}`, "--reason", "r", "--by", "b"], /HTTP_NOT_FOUND: expected purged/],
    ] as const) {
      const run = await retention(...args, "--dir", folder);
      expect([args, run.exitCode, run.stdout]).toEqual([args, 2, ""]);
      expect(run.stderr).toMatch(says);
    }
    const foreign = JSON.stringify({
      at: new Date(DAY).toISOString(),
      keep: [],
      object: "retention_plan",
      purge: [],
      rule: {},
      settler: "https://other.example",
      v: "2026-11",
    });
    writeFileSync(at("foreign.json"), foreign);
    expect(await retention("apply", at("foreign.json"), "--dir", folder)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /STORE_RETENTION_PLAN: expected a plan of .*, found one of https:\/\/other\.example/,
      ),
    });
  });
});
