import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesOf, FULL, TestLog, termsOf, testCast, trustOf } from "@settld/testkit";
import { expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));
const BUNDLES = FULL ? 20_000 : 300;
const RSS_MIB_MAX = 200;

// The program itself says how much it took, when it ends: no polling that could miss the peak.
const TELL_PEAK = `data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))`;

test(`${BUNDLES} bundles stay within ${RSS_MIB_MAX} MiB`, { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-many-"));
  try {
    const cast = await testCast();
    for (let index = 0; index < BUNDLES; index += 1) {
      const nonce = index.toString(16).padStart(32, "0");
      const log = new TestLog(cast).open(termsOf({ nonce })).submit(3).attest(4, { validityBps: 10_000 }).wait(100);
      writeFileSync(join(folder, `${index}.settld`), await log.bundle());
    }
    const trust = join(folder, "trust.json");
    writeFileSync(trust, bytesOf(trustOf(cast)));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", TELL_PEAK, BIN, "verify", folder, "--trust", trust],
      { encoding: "utf8", maxBuffer: 1 << 28 },
    );
    expect(status, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(`${BUNDLES} files: ${BUNDLES} accept, 0 reject, 0 indeterminate`);
    const peak = Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024;
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(RSS_MIB_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
