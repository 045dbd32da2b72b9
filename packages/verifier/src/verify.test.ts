import { canonicalize } from "@settld/protocol";
import { bytesOf, sealTrust, settledLog, TestLog, testCast, trustOf } from "@settld/testkit";
import { expect, test } from "vitest";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));

test("a settled agreement is accepted", async () => {
  const bytes = await settledLog(cast).bundle();
  const report = await verifyBundle(bytes, { trust });
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe("accept");
  expect(report.facts?.totals).toEqual({ funded: "48000", toSeller: "46800", fee: "1200", toBuyer: "0" });
  expect(canonicalize(verifyBundleSync(bytes, { trust }))).toBe(canonicalize(report));
});

test("the pinned root finds the embedded trust document", async () => {
  const log = settledLog(cast);
  const bytes = await log.bundle({ trust: [await sealTrust(cast, trustOf(cast))] });
  const report = await verifyBundle(bytes, { root: cast.registry.publicKey });
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe("accept");
});

test("an open agreement is indeterminate", async () => {
  const bytes = await new TestLog(cast).open().submit(3).bundle();
  const report = await verifyBundle(bytes, { trust });
  expect(report.verdict).toBe("indeterminate");
  expect(report.code).toBe("BUNDLE_OPEN");
});
