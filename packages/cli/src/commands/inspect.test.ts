import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalize, parseJson, utf8 } from "@settld/protocol";
import { type Cast, sealTrust, settledLog, TestLog, termsOf, testCast, trustOf } from "@settld/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { runMain } from "../testing/run-main.ts";

const dir = mkdtempSync(join(tmpdir(), "settld-inspect-"));
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};
let cast: Cast;
let file: string;

beforeAll(async () => {
  cast = await testCast();
  file = put("a.settld", await settledLog(cast).bundle({ trust: [await sealTrust(cast, trustOf(cast))] }));
  return () => rmSync(dir, { recursive: true });
});

test("shows timeline and ledger, and that nothing is verified", async () => {
  const { stdout, stderr, exitCode } = await runMain("inspect", file);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const [first] = stdout.split("\n");
  expect(first).toContain("NOT VERIFIED");
  expect(stdout).toMatch(
    /#0 {2}2026-03-02T09:00:00\.000Z {2}agreement\.offered +https:\/\/buyer\.example +480\.00 USD/,
  );
  expect(stdout).toContain("fee 2.5 %, holdback 10 %");
  expect(stdout).toMatch(/escrow +480\.00 +-480\.00 +0\.00\n/);
  expect(stdout).toMatch(/seller https:\/\/seller\.example +421\.20 +46\.80 +468\.00\n/);
  expect(stdout).toMatch(/sum +0\.00 +0\.00 +0\.00 +0\.00\n/);
  expect(stdout).toContain("invariant holds: every transaction adds up to 0");
});

test("says the same as canonical JSON", async () => {
  const { stdout } = await runMain("inspect", file, "--format", "json");
  const line = stdout.trimEnd();
  expect(canonicalize(parseJson(utf8(line)))).toBe(line);
  expect(JSON.parse(line)).toMatchObject({
    file,
    verified: false,
    status: "closed",
    balances: { buyer: "-48000", escrow: "0", holdback: "0", seller: "46800", fee: "1200" },
    invariant: { holds: true },
    evidence: { inline: 1, withheld: 0 },
    trustDocuments: 1,
    receipt: true,
    problem: null,
  });
});

test("needs no true signature, and says so", async () => {
  // The buyer's key is nobody's: verify would reject, inspect must still call it unverified and show it.
  const forged = new TestLog({ ...cast, buyer: cast.stranger }).open();
  const { stdout, exitCode } = await runMain("inspect", put("forged.settld", await forged.bundle()));
  expect(exitCode).toBe(0);
  expect(stdout).toContain("NOT VERIFIED");
});

describe("a broken bundle", () => {
  test.each<[string, (text: string) => string, RegExp, number]>([
    ["is shown as far as it can be read", (text) => text.slice(0, -5), /^Broken: BUNDLE_TRUNCATED: line 13: /m, 9],
    ["may lack an event", (text) => drop(text, 3), /^Broken: LOG_SEQ_MISMATCH \(event 2\): /m, 8],
    ["may have a line that is none", (text) => insert(text, 3, "{}"), /^Broken: BUNDLE_LINE: line 4: /m, 2],
    ["may be no bundle", () => "hello\n", /^Broken: BUNDLE_HEADER: line 1: /m, 0],
    ["may be empty", () => "", /^Broken: BUNDLE_HEADER: /m, 0],
    ["may have no event", (text) => `${text.split("\n")[0]}\n`, /^Broken: BUNDLE_EMPTY: /m, 0],
  ])("%s", async (_name, edit, broken, shown) => {
    const text = Buffer.from(
      await settledLog(cast).bundle({ trust: [await sealTrust(cast, trustOf(cast))] }),
    ).toString();
    const { stdout, exitCode } = await runMain("inspect", put("broken.settld", edit(text)));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(broken);
    expect(stdout.match(/^ +#\d+ {2}2026/gm) ?? []).toHaveLength(shown);
  });
});

test("shows what parties wrote as text only", async () => {
  const log = new TestLog(cast).add("agreement.offered", "buyer", 0, termsOf());
  log.add("agreement.cancelled", "buyer", 1, { reason: "\u001b[2J\u202eno\n::error::x" });
  const { stdout } = await runMain("inspect", put("hostile.settld", await log.bundle()));
  expect(stdout).toContain("cancels: \\u{1b}[2J\\u{202e}no\\u{a}::error::x");
});

test("a file that cannot be read is one line and exit 2", async () => {
  const { stdout, stderr, exitCode } = await runMain("inspect", join(dir, "none"));
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  expect(stderr).toMatch(
    /^settld: CLI_INPUT: expected a readable file, found no such file or folder \(ENOENT\): .*none\n$/,
  );
});

function drop(text: string, index: number): string {
  return text.split("\n").toSpliced(index, 1).join("\n");
}

function insert(text: string, index: number, line: string): string {
  return text.split("\n").toSpliced(index, 0, line).join("\n");
}
