import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "./folder.ts";

test("makes a folder and those above it, once or twice", async () => {
  const base = mkdtempSync(join(tmpdir(), "settld-folder-"));
  try {
    await makeFolder(join(base, "a/b/c"));
    await makeFolder(join(base, "a/b/c"));
    expect(existsSync(join(base, "a/b/c"))).toBe(true);
  } finally {
    rmSync(base, { recursive: true });
  }
});

test.skipIf(!existsSync("/proc/self"))("ends where a file system refuses with ENOENT", async () => {
  await expect(makeFolder("/proc/nope/deeper")).rejects.toMatchObject({ code: "ENOENT" });
});
