import { CODES, type Code, type Evidence, REVISION, utf8 } from "@settld/protocol";
import { type Bendable, bundleOf, bytesOf, linesOf, settledLog, TestLog, testCast, trustOf } from "@settld/testkit";
import { describe, expect, test } from "vitest";
import { type Established, refuse } from "./conclusion.ts";
import type { Facets } from "./report.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));
const log = settledLog(cast);
const lines: readonly Bendable[] = linesOf(await log.bundle());

const PASSED: Facets = {
  container: "pass",
  signatures: "pass",
  trust: "pass",
  log: "pass",
  policy: "pass",
  ledger: "pass",
  evidence: "pass",
  receipt: "pass",
};
const NOTHING = Object.fromEntries(Object.keys(PASSED).map((name) => [name, "unknown"]));

describe("facets", () => {
  test("of an accepted bundle", async () => {
    const report = await verifyBundle(bundleOf(lines), { trust });
    expect(report.revision).toBe(REVISION);
    expect(report.facets).toEqual(PASSED);
  });

  test("of an open log, of one without a receipt, of withheld evidence, under an expired document", async () => {
    const open = await new TestLog(cast).open().submit(3).bundle();
    expect((await verifyBundle(open, { trust })).facets).toEqual({ ...PASSED, log: "open", receipt: "absent" });
    const bare = bundleOf(lines.slice(0, -1));
    expect((await verifyBundle(bare, { trust })).facets).toEqual({ ...PASSED, receipt: "absent" });
    const [item] = log.evidence as readonly Required<Evidence>[];
    const withheld = await log.bundle({ withhold: true });
    const evidence = async () => item?.data;
    expect((await verifyBundle(withheld, { trust })).facets).toEqual({ ...PASSED, evidence: "partial" });
    expect((await verifyBundle(withheld, { trust, evidence })).facets).toEqual(PASSED);
    const late = await verifyBundle(bundleOf(lines), { trust, now: trust.expiresAt });
    expect(late.facets).toEqual({ ...PASSED, trust: "unknown" });
    expect(late.findings.map(({ code }) => code)).toEqual(["TRUST_EXPIRED"]);
  });

  // The table of the section "Report" in spec/bundle.md.
  const TABLE: Readonly<Record<string, keyof Facets>> = {
    syntax: "container",
    canonical: "container",
    container: "container",
    limit: "container",
    key: "signatures",
    signature: "signatures",
    trust: "trust",
    schema: "log",
    chain: "log",
    state: "log",
    time: "log",
    policy: "policy",
    ledger: "ledger",
    receipt: "receipt",
  };
  const established: Established = {
    source: "own",
    trust: undefined,
    state: undefined,
    now: undefined,
    receipt: undefined,
    settlerCompromised: false,
    evidence: { referenced: 0, inline: 0, withheld: 0, supplied: 0 },
    chain: [],
  };

  test("of a rejection, by the category of its code", () => {
    const rejecting = (Object.keys(CODES) as Code[]).filter((code) => CODES[code].verdict === "reject");
    expect(rejecting.length).toBeGreaterThan(100);
    for (const code of rejecting) {
      const ofEvidence = code.startsWith("BUNDLE_EVIDENCE_") || code === "LIMIT_EVIDENCE_BYTES";
      const facet = ofEvidence ? "evidence" : TABLE[CODES[code].category];
      const { facets, ...rest } = refuse(established, { code, message: "" });
      expect(facets, code).toEqual({ ...NOTHING, [facet ?? "none"]: "fail" });
      expect(rest, code).toEqual({
        revision: REVISION,
        verdict: "reject",
        code,
        findings: [{ code, message: "" }],
        trust: null,
        time: null,
        facts: null,
        evidence: established.evidence,
        receipt: null,
        chain: [],
      });
    }
  });

  test("of a revision that nobody here knows", () => {
    const { verdict, facets } = refuse(established, { code: "EVENT_REVISION_UNKNOWN", message: "" });
    expect(verdict).toBe("indeterminate");
    expect(facets).toEqual(NOTHING);
  });
});

describe("where a finding stands", () => {
  const placeOf = async (bytes: Uint8Array): Promise<object> => {
    const { findings } = await verifyBundle(bytes, { trust });
    expect(findings.length).toBe(1);
    const [{ message: _, ...place } = { message: "" }] = findings;
    return place;
  };
  const withSignature = (index: number, at: number, change: object): Uint8Array => {
    const { signatures } = lines[index];
    return bundleOf(
      lines.with(index, { ...lines[index], signatures: signatures.with(at, { ...signatures[at], ...change }) }),
    );
  };
  const forged = { sig: Buffer.alloc(64, 1).fill(0, 32).toString("base64") };
  const offer = lines[1].signatures;

  test("line, seq and pointer of an event and its signatures", async () => {
    const other = { sig: lines[1].signatures[1].sig };
    expect(await placeOf(withSignature(2, 1, other))).toEqual({
      code: "DSSE_SIGNATURE_INVALID",
      line: 3,
      seq: 1,
      pointer: "/signatures/1/sig",
    });
    expect(await placeOf(withSignature(2, 0, forged))).toMatchObject({ line: 3, seq: 1, pointer: "/signatures/0/sig" });
    expect(await placeOf(withSignature(2, 1, { keyid: cast.stranger.keyid }))).toEqual({
      code: "TRUST_KEY_UNKNOWN",
      line: 3,
      seq: 1,
      pointer: "/signatures/1/keyid",
    });
    expect(await placeOf(bundleOf(lines.toSpliced(2, 1)))).toMatchObject({ line: 3, seq: 1 });
  });

  test("line and pointer of another line, and none of what is missing", async () => {
    expect(await placeOf(withSignature(lines.length - 1, 0, { sig: offer[0].sig }))).toEqual({
      code: "DSSE_SIGNATURE_INVALID",
      line: lines.length,
      pointer: "/signatures/0/sig",
    });
    expect(await placeOf(bundleOf(lines.with(3, {})))).toEqual({ code: "BUNDLE_LINE", line: 4 });
    expect(await placeOf(bundleOf([lines[0]]))).toEqual({ code: "BUNDLE_EMPTY" });
    expect(await placeOf(utf8("x"))).toEqual({ code: "BUNDLE_HEADER", line: 1 });
    expect(await placeOf(bundleOf(lines).subarray(0, -1))).toEqual({ code: "BUNDLE_TRUNCATED", line: lines.length });
  });

  test("of an event for which nobody vouches any more", async () => {
    const document = trustOf(cast);
    const revoked = { at: "2030-01-01T00:00:00.000Z", reason: "compromised" };
    for (const party of document.parties) party.keys[0].revoked = revoked;
    const { findings } = await verifyBundle(bundleOf(lines.slice(0, -1)), { trust: parseTrust(bytesOf(document)) });
    expect(findings).toMatchObject([{ code: "TRUST_KEY_COMPROMISED", line: 2, seq: 0 }]);
  });

  test("a signature that does not verify takes back what was read behind it", async () => {
    const {
      trust: used,
      evidence,
      receipt,
      chain,
    } = await verifyBundle(withSignature(2, 1, { sig: offer[1].sig }), {
      trust,
    });
    expect(used?.digest).toBe(trust.digest);
    expect(evidence).toEqual({ referenced: 0, inline: 0, withheld: 0, supplied: 0 });
    expect(receipt).toBeNull();
    expect(chain.length).toBe(1);
  });

  test("so does that of the receipt, also with evidence that was supplied", async () => {
    const withheld: readonly Bendable[] = linesOf(await log.bundle({ withhold: true }));
    const [item] = log.evidence as readonly Required<Evidence>[];
    const report = await verifyBundle(
      bundleOf(
        withheld.with(-1, {
          ...withheld.at(-1),
          signatures: [{ ...withheld.at(-1).signatures[0], sig: offer[0].sig }],
        }),
      ),
      { trust, evidence: async () => item?.data },
    );
    expect(report.code).toBe("DSSE_SIGNATURE_INVALID");
    expect(report.evidence).toEqual({ referenced: 1, inline: 0, withheld: 1, supplied: 0 });
  });
});
