import { jwkFromPublicKey, PAYLOAD_TYPES, type Signer } from "@settld/protocol";
import {
  bundleOf,
  bytesOf,
  linesOf,
  payloadOf,
  seal,
  settledLog,
  testCast,
  testSigner,
  trustOf,
} from "@settld/testkit";
import { expect, test } from "vitest";
import { Histories } from "./equivocation.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";

const cast = await testCast();
const old = await testSigner("old settler key");
const HONEST = linesOf(await settledLog(cast).bundle());

/** Trust in the cast, with another key of the settler. */
function trustWith(key: object) {
  const document = trustOf(cast);
  document.parties[2].keys.push({ jwk: jwkFromPublicKey(old.publicKey), ...key });
  return parseTrust(bytesOf(document));
}

/** The honest log up to its submission, and then another one with a wrong attempt, under a settler key of choice. */
async function forged(settler: Signer): Promise<Uint8Array> {
  const payload = payloadOf(HONEST[4] ?? "") as { readonly body: object };
  const broken = { ...payload, body: { ...payload.body, attempt: 2 } };
  return bundleOf([...HONEST.slice(0, 4), await seal(PAYLOAD_TYPES.event, broken, cast.seller, settler)]);
}

function compare(trust: ReturnType<typeof parseTrust>, other: Uint8Array) {
  const histories = new Histories();
  histories.add(0, verifyBundleSync(bundleOf(HONEST), { trust }));
  const report = verifyBundleSync(other, { trust });
  expect(report.code).toBe("EVENT_ATTEMPT_MISMATCH");
  return histories.add(1, report)?.finding;
}

const VALID = { notBefore: "2020-01-01T00:00:00.000Z", notAfter: "2040-01-01T00:00:00.000Z" };

test("a settler's signature counts against it also over an event that breaks a rule", async () => {
  const finding = compare(trustWith(VALID), await forged(old));
  expect(finding).toMatchObject({ code: "LOG_EQUIVOCATION", seq: 3 });
});

test.each([
  ["had expired", { ...VALID, notAfter: "2021-01-01T00:00:00.000Z" }],
  ["was superseded", { ...VALID, revoked: { at: "2020-06-01T00:00:00.000Z", reason: "superseded" } }],
  ["is compromised", { ...VALID, revoked: { at: "2039-01-01T00:00:00.000Z", reason: "compromised" } }],
])("nobody frames a settler with a key that %s", async (_, key) => {
  expect(compare(trustWith(key), await forged(old))).toBeUndefined();
});

test("a log under a compromised settler key proves nothing against the settler", () => {
  const document = trustOf(cast);
  document.parties[2].keys[0].revoked = { at: "2039-01-01T00:00:00.000Z", reason: "compromised" };
  const report = verifyBundleSync(bundleOf(HONEST.slice(0, 6)), { trust: parseTrust(bytesOf(document)) });
  expect(report.chain).toEqual([]);
});
