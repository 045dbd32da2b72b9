import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { selftestCommand } from "../commands/selftest.ts";
import { runCommand } from "../testing/run-command.ts";
import { CHEATS, type Cheat } from "./cheats.ts";
import { selftest, trialOf } from "./selftest.ts";

// A folder for temporary files of its own, to see what is left in it.
const folder = mkdtempSync(join(tmpdir(), "settld-selftest-"));
vi.stubEnv("TMPDIR", folder);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("the kit catches every cheat, and passes those that do nothing wrong", { timeout: 120_000 }, async () => {
  const { exitCode, stdout, error } = await runCommand(selftestCommand(), "--json");
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: undefined });
  const { trials, caught, missed } = JSON.parse(stdout) as {
    readonly trials: readonly { readonly name: string; readonly caught: boolean }[];
    readonly caught: number;
    readonly missed: number;
  };
  expect(trials.filter((trial) => !trial.caught)).toEqual([]);
  expect(trials.map(({ name }) => name)).toEqual(CHEATS.map(({ name }) => name));
  expect({ caught, missed }).toEqual({ caught: CHEATS.length, missed: 0 });
  expect(readdirSync(folder)).toEqual([]);
});

const named = (name: string): Cheat => CHEATS.find((cheat) => cheat.name === name)!;

test("red: a cheat that behaves is missed", async () => {
  // Played by the honest adapter under the name of nobody's cheat, so nothing is wrong and the kit must not say so.
  const [trial] = await selftest({ cheats: [{ ...named("accept-all"), name: "honest" }] });
  expect(trial).toMatchObject({ caught: false, exitCode: 0 });
});

test("red: an honest adapter that is refused is missed as well", async () => {
  const [trial] = await selftest({ cheats: [{ ...named("honest"), name: "next-code" }] });
  expect(trial).toMatchObject({ caught: false, exitCode: 1 });
});

const stopped = { code: "CONF_ADAPTER_MESSAGE", message: "" };
const failed = { id: "a", op: "digest", status: "wrong-facts" } as const;

test.each([
  ["another exit code", named("garbage"), { exitCode: 1, stopped, cases: [] }],
  ["another reason to stop", named("declares-nothing"), { exitCode: 3, stopped, cases: [] }],
  ["no reason to stop", named("garbage"), { exitCode: 3, stopped: null, cases: [] }],
  ["another status", named("next-code"), { exitCode: 1, stopped: null, cases: [failed] }],
])("red: %s", (_what, cheat, report) => {
  expect(trialOf(cheat, report).caught).toBe(false);
});
