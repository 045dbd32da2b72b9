import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runChild } from "../../testing/run-main.ts";

const GOLDEN = fileURLToPath(new URL("../../../../../fixtures/golden", import.meta.url));

const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path, "base64")]),
  );

test("the story through a server over HTTP ends in the golden bytes, and leaves no server behind", async () => {
  const temp = mkdtempSync(join(tmpdir(), "settld-demo-http-"));
  try {
    const run = await runChild(["demo", "--server", "--out", join(temp, "out")], { env: { TMPDIR: temp } });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const found = /(\d+) requests to the settler, process (\d+) at (http:\S+)/.exec(run.stdout);
    expect(Number(found?.[1])).toBeGreaterThan(100);
    expect(Object.keys(contentOf(join(temp, "out")))).toEqual(Object.keys(contentOf(GOLDEN)));
    expect(contentOf(join(temp, "out"))).toEqual(contentOf(GOLDEN));
    await expect(fetch(`${found?.[3]}/healthz`)).rejects.toThrow("fetch failed");
    expect(readdirSync(temp)).toEqual(["out"]);
  } finally {
    rmSync(temp, { recursive: true });
  }
});
