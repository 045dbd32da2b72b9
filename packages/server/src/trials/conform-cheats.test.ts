import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startTestServer } from "../testing/index.ts";

// Each cheat is a proxy in front of our server that does one thing wrong; the kit has to notice by the scenario that is
// meant for it, and the proxy that does nothing wrong has to pass.
const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const NODE = [process.execPath, "--conditions=@settld/source"];
const VERIFIER = `cmd:${[...NODE, source("cli/src/bin.ts"), "adapter"].map((word) => `"${word}"`).join(" ")}`;

const { realTime } = await import("../settler/timers.ts");
const server = await startTestServer({
  server: { waiting: realTime },
  limits: { requestsPerSecond: 200, requestsBurst: 400 },
});
afterAll(() => server.close());

test("the kit catches every server that cheats", { timeout: 300_000 }, async () => {
  const [node = "", ...options] = NODE;
  const args = ["selftest", "--url", server.url, "--verifier", VERIFIER, "--json"];
  const child = spawn(node, [...options, source("conform/src/bin.ts"), ...args], {
    env: { ...process.env, SETTLD_OPERATOR_KEY: server.operatorKey },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  expect(stdout, stderr).not.toBe("");
  const { trials, caught, missed, leftOut } = JSON.parse(stdout) as {
    readonly trials: readonly { readonly caught: boolean }[];
    readonly caught: number;
    readonly missed: number;
    readonly leftOut: readonly string[];
  };
  expect(trials.filter((trial) => !trial.caught)).toEqual([]);
  expect({ exitCode, missed, leftOut }).toEqual({ exitCode: 0, missed: 0, leftOut: [] });
  expect(caught).toBeGreaterThan(40);
});
