import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { account, deposit, digest, stream } from "../contract/samples.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const locked = expect.objectContaining({ code: "STORE_LOCKED" });
const key = { hash: digest("key"), id: "key_1", tenant: "one", scopes: [], name: "", createdAt: 1 };

describe("the lock of a store", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "settld-lock-")), "new", "store");
  });
  afterEach(() => rm(join(folder, "..", ".."), { recursive: true, force: true }));

  test("a second store of the same process is refused, until the first is closed", async () => {
    const first = await openSqliteStore({ folder, mode: "serve" });
    await expect(openSqliteStore({ folder, mode: "serve" })).rejects.toEqual(locked);
    await first.write(deposit("alice", 0, 1n));
    await first.close();
    const second = await openSqliteStore({ folder, mode: "serve" });
    expect(await second.balance(account("available", "alice"))).toBe(1n);
    await second.close();
  });

  test("the folder of a store is for its user alone", async () => {
    const store = await openSqliteStore({ folder, mode: "serve" });
    await store.close();
    if (process.platform !== "win32") expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  test("another process is refused, and its end, in whichever way, frees the store", async () => {
    const child = spawn(
      process.execPath,
      [
        "--conditions=@settld/source",
        "--input-type=module",
        "-e",
        `import { openSqliteStore } from ${JSON.stringify(new URL("./sqlite-store.ts", import.meta.url).href)};
         await openSqliteStore({ folder: ${JSON.stringify(folder)}, mode: "serve" });
         console.log("open");
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const exit = once(child, "exit");
    try {
      await once(child.stdout, "data");
      await expect(openSqliteStore({ folder, mode: "serve" })).rejects.toEqual(locked);
    } finally {
      child.kill("SIGKILL");
      await exit;
    }
    await (await openSqliteStore({ folder, mode: "serve" })).close();
  });

  test("beside a process that serves, administrators read and write keys, and nothing that only one may", async () => {
    const server = await openSqliteStore({ folder, mode: "serve" });
    await server.write(deposit("alice", 0, 1n));
    const admin = await openSqliteStore({ folder, mode: "admin" });
    expect(await admin.balance(account("available", "alice"))).toBe(1n);
    await server.write(deposit("alice", 1, 1n));
    expect(await admin.balance(account("available", "alice"))).toBe(2n);
    expect(await admin.snapshot((reads) => reads.balance(account("available", "alice")))).toBe(2n);
    expect(await admin.write({ apiKeys: [key] })).toEqual({ ok: true });
    const trust = { version: 1, issuedAt: 1 };
    expect(await admin.write({ registry: { trust, parties: [], replace: false } })).toEqual({ ok: true });
    expect(await server.trust()).toEqual(trust);
    expect(await server.apiKey(key.hash)).toEqual(key);
    await admin.revokeApiKey("key_1", 5);
    expect((await server.apiKey(key.hash))?.revokedAt).toBe(5);
    await expect(admin.write(deposit("alice", 2, 1n))).rejects.toEqual(locked);
    await expect(admin.exclusively("a", async () => 1)).rejects.toEqual(locked);
    const limits = { bytesMax: 9, now: 1, tenant: "one" };
    await expect(admin.putEvidence(digest("a"), stream(), limits)).rejects.toEqual(locked);
    await admin.close();
    expect((await server.write(deposit("alice", 2, 1n))).ok).toBe(true);
    await server.close();
  });

  test("while nobody serves, administrators may do everything, and hold the lock once they have", async () => {
    const admin = await openSqliteStore({ folder, mode: "admin" });
    await (await openSqliteStore({ folder, mode: "serve" })).close();
    const writes = [admin.write(deposit("alice", 0, 1n)), admin.exclusively("a", () => admin.write({}))];
    expect(await Promise.all(writes)).toEqual([{ ok: true }, { ok: true }]);
    await expect(openSqliteStore({ folder, mode: "serve" })).rejects.toEqual(locked);
    await admin.close();
    await (await openSqliteStore({ folder, mode: "serve" })).close();
  });
});
