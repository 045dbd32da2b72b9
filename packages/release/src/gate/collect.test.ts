import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareFolders } from "../golden.ts";
import { root } from "../run.ts";
import { readAudit } from "./collect.ts";
import { checkPostings } from "./ledger.ts";

const GOLDEN = join(root, "fixtures/golden");

test("postings: what does not balance, and what is left in escrow, is named", () => {
  const csv = readFileSync(join(GOLDEN, "ledger.csv"), "utf8");
  const good = checkPostings(csv);
  expect(good).toMatchObject({ imbalances: [], escrowLeft: [] });
  expect(good.transactions).toBe(9);
  // One cent more for the seller.
  expect(checkPostings(csv.replace(",421.20,", ",421.21,")).imbalances).toEqual([expect.stringMatching(/USD: 1$/)]);
  // A deal whose escrow is never settled.
  const [header, first, second] = csv.split(/\r?\n/);
  expect(checkPostings([header, first, second].join("\n")).escrowLeft).toEqual([
    expect.stringMatching(/Escrow USD: 48000$/),
  ]);
});

test("golden: a changed byte, a file too many and one too few are named", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-golden-test-"));
  try {
    cpSync(GOLDEN, folder, { recursive: true });
    expect(compareFolders(GOLDEN, folder)).toEqual([]);
    const bytes = readFileSync(join(folder, "act-1.settld"));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(join(folder, "act-1.settld"), bytes);
    writeFileSync(join(folder, "more"), "");
    rmSync(join(folder, "story.txt"));
    expect(compareFolders(GOLDEN, folder)).toEqual([
      expect.stringMatching(/^act-1\.settld: differs from byte 100 on/),
      "more: is not in fixtures/golden",
      "story.txt: was not made",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("advisories are read from what pnpm prints", () => {
  const advisory = { github_advisory_id: "GHSA-x", module_name: "a", severity: "high", title: "bad", url: "" };
  expect(readAudit(JSON.stringify({ advisories: { 1: advisory }, metadata: {} }))).toEqual([
    { id: "GHSA-x", package: "a", severity: "high", title: "bad" },
  ]);
  expect(readAudit('{"advisories":{}}')).toEqual([]);
  expect(() => readAudit("")).toThrow(SyntaxError);
});
