import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type LoadTest, runLoad } from "./load.ts";
import { reportOf } from "./report.ts";

const SHORT: LoadTest = {
  store: "sqlite",
  processes: 1,
  profile: "steady",
  clients: 4,
  accounts: 2,
  duration: 2,
  warmUp: 0.5,
  reads: 0.5,
  evidence: 2_000,
  route: "any",
};

test.each([
  { ...SHORT, profile: "burst" },
  { ...SHORT, store: "postgres", processes: 2 },
] as const)("a short load of $store, $profile, ends with a clean reconciliation", async (short) => {
  const result = await runLoad(short);
  const { found, audit, problems, servers } = result;
  expect(problems).toEqual([]);
  expect(found.errors).toEqual({});
  expect(found.settlements).toBeGreaterThan(0);
  expect(audit.agreements).toBeGreaterThanOrEqual(found.made);
  expect(servers).toHaveLength(short.processes);
  const report = reportOf(result);
  expect(report).toMatch(/attest and close +\d+ /);
  expect(report).toMatch(/read bundle +\d+ /);
  expect(report).toContain("reconciliation: clean");
});

test("money out of nothing is a problem, and so is an agreement that was lost", async () => {
  const { audit, problems } = await runLoad({ ...SHORT, reads: 0 }, async ({ folder }) => {
    const store = new DatabaseSync(join(folder, "store.db"));
    const { n } = store.prepare("SELECT n FROM accounts WHERE kind = 'available' LIMIT 1").get() as { n: number };
    expect(n).toBeGreaterThan(0);
    store.exec(`UPDATE accounts SET balance = '1' WHERE n = ${n}`);
    store.close();
  });
  expect(audit.ok).toBe(false);
  expect(problems.join("\n")).toMatch(/^reconciliation: /m);
});

test("a wrong option is told before anything starts", () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ["--conditions=@settld/source", main, "--processes", "2"], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^--processes: a folder takes one process/);
  expect(status).toBe(2);
});
