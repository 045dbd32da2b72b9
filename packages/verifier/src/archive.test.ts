import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REVISION } from "@settld/protocol";
import { describe, expect, test } from "vitest";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

const archive = join(import.meta.dirname, "../../../fixtures/archive");

/** Every revision that was ever frozen. A verifier that does not know one of them any more strands its bundles. */
const frozen = ["2026-11"];

type Entry = {
  readonly name: string;
  readonly bundle: string;
  readonly digest: string;
  readonly trust?: string;
  readonly root?: string;
  readonly now?: string;
  readonly evidence?: Readonly<Record<string, string>>;
  readonly verdict: string;
  readonly code: string | null;
  readonly totals?: Readonly<Record<string, string>>;
};

const revisions = existsSync(archive) ? readdirSync(archive).sort() : [];

test("every frozen revision is in the archive, and the present one", () => {
  expect(revisions).toEqual(frozen);
  expect(frozen).toContain(REVISION);
});

describe.each(revisions)("revision %s", (revision) => {
  const folder = join(archive, revision);
  const { entries } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
    readonly entries: readonly Entry[];
  };

  test("the archive is a spread: every verdict, and many codes", () => {
    expect(new Set(entries.map(({ verdict }) => verdict))).toEqual(new Set(["accept", "reject", "indeterminate"]));
    expect(new Set(entries.map(({ code }) => code)).size).toBeGreaterThan(50);
    expect(entries.filter(({ verdict }) => verdict === "accept").length).toBeGreaterThan(20);
  });

  test.each(entries.map((entry) => [entry.name, entry] as const))("%s", async (_name, entry) => {
    const bytes = readFileSync(join(folder, entry.bundle));
    expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(entry.digest);
    const evidence = new Map(
      Object.entries(entry.evidence ?? {}).map(([digest, path]) => [digest, readFileSync(join(folder, path))]),
    );
    const options = {
      ...(entry.trust === undefined
        ? { root: Buffer.from(entry.root ?? "", "base64url") }
        : { trust: parseTrust(readFileSync(join(folder, entry.trust))) }),
      ...(entry.now === undefined ? {} : { now: Date.parse(entry.now) }),
    };
    const report = await verifyBundle(bytes, { ...options, evidence: async (digest) => evidence.get(digest) });
    const { verdict, code, facts } = report;
    expect({ verdict, code }).toEqual({ verdict: entry.verdict, code: entry.code });
    if (entry.totals !== undefined) expect(facts?.totals).toEqual(entry.totals);
    if (evidence.size === 0) expect(verifyBundleSync(bytes, options)).toEqual(report);
  });
});
