import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../bin.ts", import.meta.url));
const GOLDEN = fileURLToPath(new URL("../../../../fixtures/golden", import.meta.url));

function settld(args: readonly string[], stdout: number | "pipe") {
  return spawnSync(process.execPath, ["--conditions=@settld/source", BIN, ...args], {
    cwd: GOLDEN,
    encoding: "utf8",
    stdio: ["ignore", stdout, "pipe"],
  });
}

// Exit code 1 would say that a good bundle is rejected.
test.skipIf(!existsSync("/dev/full"))("a full disk is no verdict", () => {
  const full = openSync("/dev/full", "w");
  try {
    const { status, stderr } = settld(["verify", "act-1.settld", "--trust", "trust.json"], full);
    expect(stderr).toMatch(/^settld: CLI_OUTPUT: .*ENOSPC\)\n$/);
    expect(status).toBe(2);
  } finally {
    closeSync(full);
  }
});

test("whom to trust is said once", () => {
  const { status, stderr } = settld(["verify", "act-1.settld", "--trust", "nope", "--trust", "trust.json"], "pipe");
  expect(stderr).toBe("settld: CLI_USAGE: expected --trust once, found it twice: nope and trust.json\n");
  expect(status).toBe(2);
});
