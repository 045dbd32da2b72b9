import { readFileSync } from "node:fs";
import { CODES, REVISION } from "@settld/protocol";
import { expect, test } from "vitest";
import { hasVector } from "../data.ts";
import { allScenarios, GROUPS, scenarioOf, serverRequirements } from "./catalogue.ts";
import { SERVER_CHEATS } from "./selftest/server-cheats.ts";

const spec = (name: string): string => readFileSync(new URL(`../../../../spec/${name}`, import.meta.url), "utf8");

/** Clauses of a server that nobody outside can observe, each with the reason. */
const UNSEEN: Readonly<Record<string, string>> = {
  "STORE-1": "Nobody outside can end the process, or knows when it ended; the server's own crash trials do.",
  "STORE-2": "The version and the lock of a store show when it is opened, to its operator.",
  "STORE-4": "The keys with which a server starts are its operator's.",
  "STORE-5": "How evidence is kept at rest shows to whoever reads the disk.",
  "HOOK-9": "A message would have to be watched for thirty days.",
  "HOOK-10": "It is about receivers, and the kit's own checks every delivery by it.",
};

const HEADINGS = /^## .*\(area (\w+)\)/gm;

const clausesOf = (text: string): string[] => [...text.matchAll(/^\*\*([A-Z]+-\d+)\*\*/gm)].map(([, id = ""]) => id);

test("every clause about servers has a scenario, or a reason why none is possible", () => {
  const covered = new Set(allScenarios().map(({ clause }) => clause));
  const clauses = [...clausesOf(spec("server.md")), ...clausesOf(spec("webhooks.md"))];
  expect(clauses.length).toBeGreaterThan(30);
  expect([...spec("server.md").matchAll(HEADINGS)].length).toBeGreaterThan(2);
  const open = clauses.filter(
    (clause) => /^(?:HTTP|HOOK)-/.test(clause) && !covered.has(clause) && !(clause in UNSEEN),
  );
  expect(open).toEqual([]);
  for (const clause of Object.keys(UNSEEN)) expect(covered.has(clause), `${clause} has a scenario`).toBe(false);
});

test("ids are unique, also among vectors, and say what they expect by the registry", () => {
  const all = GROUPS.flatMap(({ scenarios }) => scenarios);
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, why, code, since } of all) {
    expect(hasVector(id), id).toBe(false);
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(why, id).toMatch(/\.$/);
    expect(code === undefined || Object.hasOwn(CODES, code), `${id}: ${code}`).toBe(true);
    expect(since ?? REVISION).toBe(REVISION);
    expect(scenarioOf(id)?.id).toBe(id);
  }
});

test("the requirement set of the revision scores every scenario that it knows, and no other", () => {
  const { server } = serverRequirements().profiles;
  const scored = [...(server?.scored ?? []), ...(server?.notScored ?? []).map(({ id }) => id)].sort();
  expect(scored).toEqual(allScenarios().map(({ id }) => id));
  expect(server?.ops).toEqual(GROUPS.map(({ name }) => `server.${name}`).sort());
  expect(server?.scale).toBe("code");
});

test("every cheat is meant for scenarios that are there", () => {
  for (const { name, caughtBy } of SERVER_CHEATS) for (const id of caughtBy) expect(scenarioOf(id), name).toBeDefined();
});
