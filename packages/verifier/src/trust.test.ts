import { type Code, formatInstant, jwkFromPublicKey, PAYLOAD_TYPES } from "@settld/protocol";
import {
  type Bendable,
  bundleOf,
  bytesOf,
  HOUR,
  IDS,
  linesOf,
  payloadOf,
  richLog,
  START,
  seal,
  sealTrust,
  settledLog,
  TestLog,
  termsOf,
  testCast,
  testSigner,
  trustOf,
} from "@settld/testkit";
import { describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";

const cast = await testCast();
const second = await testSigner("settler, second key");
const BUNDLE = await settledLog(cast).bundle();
const CLOSED_AT = payloadOf(linesOf(BUNDLE).at(-1)).predicate.at as string;
/** Events of the settled log: offered 0 h, accepted 1 h, funded 2 h, submitted 3 h, attested 4 h, ... closed 100 h. */
const AT = (hours: number, by = 0): string => formatInstant(START + hours * HOUR + by);

type Bend = (document: Bendable) => void;

function bent(bend: Bend): Bendable {
  const document = trustOf(cast);
  bend(document);
  return document;
}

function verdict(bytes: Uint8Array, bend: Bend, now?: number): [string, Code | null] {
  const report = verifyBundleSync(bytes, {
    trust: parseTrust(bytesOf(bent(bend))),
    ...(now === undefined ? {} : { now }),
  });
  return [report.verdict, report.code];
}

/** Party of a trust document by role. */
function party(document: Bendable, role: string): Bendable {
  return document.parties.find(({ roles }: Bendable) => roles.includes(role));
}

describe("documents", () => {
  const small = jwkFromPublicKey(new Uint8Array(32).fill(1, 0, 1));
  const notCanonical = jwkFromPublicKey(new Uint8Array(32).fill(0xff).with(31, 0x7f));
  const bad: readonly (readonly [string, Bend, Code])[] = [
    ["a member too many", (d) => (d.x = 1), "TRUST_SCHEMA"],
    ["an unknown role", (d) => d.parties[0].roles.push("registry"), "TRUST_SCHEMA"],
    ["no key", (d) => (d.parties[0].keys = []), "TRUST_SCHEMA"],
    ["a private key", (d) => (d.parties[0].keys[0].jwk.d = "A".repeat(43)), "TRUST_SCHEMA"],
    ["an impossible day", (d) => (d.issuedAt = "2026-02-30T00:00:00.000Z"), "TIME_INSTANT"],
    ["an empty window", (d) => (d.expiresAt = d.issuedAt), "TRUST_WINDOW"],
    [
      "an empty window of a key",
      (d) => (d.parties[2].keys[0].notAfter = d.parties[2].keys[0].notBefore),
      "TRUST_WINDOW",
    ],
    [
      "a revocation that never was",
      (d) => (d.parties[0].keys[0].revoked = { at: "2026-13-01T00:00:00.000Z", reason: "superseded" }),
      "TIME_INSTANT",
    ],
    [
      "a party twice",
      (d) =>
        d.parties.push({
          ...d.parties[0],
          keys: [{ ...d.parties[0].keys[0], jwk: jwkFromPublicKey(cast.stranger.publicKey) }],
        }),
      "TRUST_PARTY_DUPLICATE",
    ],
    ["one key under two ids", (d) => d.parties.push({ ...d.parties[0], id: IDS.stranger }), "TRUST_KEY_SHARED"],
    ["one key twice under one id", (d) => d.parties[0].keys.push(d.parties[0].keys[0]), "TRUST_KEY_SHARED"],
    ["a registry that also acts", (d) => (d.registry.jwk = d.parties[0].keys[0].jwk), "TRUST_REGISTRY_ACTS"],
    ["a key of small order", (d) => (d.parties[0].keys[0].jwk = small), "KEY_SMALL_ORDER"],
    ["a registry key of small order", (d) => (d.registry.jwk = small), "KEY_SMALL_ORDER"],
    ["a key that is not canonical", (d) => (d.parties[0].keys[0].jwk = notCanonical), "KEY_NOT_CANONICAL"],
  ];

  test.each(bad)("%s", async (_, bend, code) => {
    expect(() => parseTrust(bytesOf(bent(bend)))).toThrow(expect.objectContaining({ code }));
    // Embedded and signed by the registry, whether used or not.
    const embedded = await sealTrust(cast, bent(bend));
    const bytes = bundleOf(linesOf(BUNDLE).toSpliced(-2, 0, embedded));
    const trust = parseTrust(bytesOf(trustOf(cast)));
    for (const options of [{ trust }, { root: cast.registry.publicKey }]) {
      // The registry that takes a party's key has not signed with it.
      expect(verifyBundleSync(bytes, options)).toMatchObject({ verdict: "reject", code });
    }
  });

  test("faults in order: the first by the clauses, not by the place in the document", () => {
    const worse = bent((d) => {
      d.parties[0].keys[0].notAfter = d.parties[0].keys[0].notBefore;
      d.parties.push({ ...d.parties[1] });
    });
    expect(() => parseTrust(bytesOf(worse))).toThrow(expect.objectContaining({ code: "TRUST_WINDOW" }));
    worse.expiresAt = worse.issuedAt;
    worse.registry.jwk = small;
    expect(() => parseTrust(bytesOf(worse))).toThrow(
      expect.objectContaining({ code: "TRUST_WINDOW", pointer: "/expiresAt" }),
    );
  });

  test("a key that is no point of the curve rejects only what names it", async () => {
    // y = 2 has no x.
    const jwk = jwkFromPublicKey(new Uint8Array(32).with(0, 2));
    expect(verdict(BUNDLE, (d) => d.parties[0].keys.push({ ...d.parties[0].keys[0], jwk }))).toEqual(["accept", null]);
    const lines = linesOf(BUNDLE);
    const { thumbprint } = await import("@settld/protocol");
    const keyid = thumbprint(new Uint8Array(32).with(0, 2));
    const bytes = bundleOf(
      lines.with(1, { ...lines[1], signatures: [{ ...lines[1].signatures[0], keyid }, lines[1].signatures[1]] }),
    );
    expect(verdict(bytes, (d) => d.parties[0].keys.push({ ...d.parties[0].keys[0], jwk }))).toEqual([
      "reject",
      "KEY_NOT_ON_CURVE",
    ]);
  });
});

describe("signers", () => {
  test("roles", () => {
    for (const role of ["buyer", "seller", "settler", "checker"]) {
      const other = role === "buyer" ? "seller" : "buyer";
      expect([role, ...verdict(BUNDLE, (d) => (party(d, role).roles = [other]))]).toEqual([
        role,
        "reject",
        "TRUST_ROLE",
      ]);
      // More roles than needed do no harm: the place says which one counts.
      expect(
        verdict(BUNDLE, (d) => (party(d, role).roles = ["buyer", "seller", "checker", "arbiter", "settler"])),
      ).toEqual(["accept", null]);
    }
  });

  test("a key of another party", () => {
    const swap =
      (a: string, b: string): Bend =>
      (d) => {
        const [first, other] = [party(d, a), party(d, b)];
        [first.keys, other.keys] = [other.keys, first.keys];
      };
    for (const [a, b] of [
      ["buyer", "seller"],
      ["settler", "arbiter"],
      ["checker", "seller"],
    ] as const) {
      expect(verdict(BUNDLE, swap(a, b))).toEqual(["reject", "TRUST_KEY_PARTY"]);
    }
    expect(
      verdict(BUNDLE, (d) => (party(d, "checker").keys[0].jwk = jwkFromPublicKey(cast.stranger.publicKey))),
    ).toEqual(["reject", "TRUST_KEY_UNKNOWN"]);
  });

  test("windows are half-open", () => {
    const window =
      (role: string, from: string, to: string): Bend =>
      (d) => {
        Object.assign(party(d, role).keys[0], { notBefore: from, notAfter: to });
      };
    // The checker signs once, at 4 h; the settler from 0 h to the receipt at 100 h.
    expect(verdict(BUNDLE, window("checker", AT(4), AT(4, 1)))).toEqual(["accept", null]);
    expect(verdict(BUNDLE, window("checker", AT(4, 1), AT(5)))).toEqual(["reject", "TRUST_KEY_WINDOW"]);
    expect(verdict(BUNDLE, window("checker", AT(3), AT(4)))).toEqual(["reject", "TRUST_KEY_WINDOW"]);
    expect(verdict(BUNDLE, window("settler", AT(0), formatInstant(Date.parse(CLOSED_AT) + 1)))).toEqual([
      "accept",
      null,
    ]);
    expect(verdict(BUNDLE, window("settler", AT(0), CLOSED_AT))).toEqual(["reject", "TRUST_KEY_WINDOW"]);
    expect(verdict(BUNDLE, window("settler", AT(0, 1), AT(900)))).toEqual(["reject", "TRUST_KEY_WINDOW"]);
  });

  test("revocations", () => {
    const revoke =
      (role: string, at: string, reason: string): Bend =>
      (d) => {
        party(d, role).keys[0].revoked = { at, reason };
      };
    for (const reason of ["superseded", "compromised"]) {
      // At and after: for whichever reason.
      expect(verdict(BUNDLE, revoke("checker", AT(4), reason))).toEqual(["reject", "TRUST_KEY_REVOKED"]);
      expect(verdict(BUNDLE, revoke("checker", AT(3), reason))).toEqual(["reject", "TRUST_KEY_REVOKED"]);
      // Before: the admission of a settler that was not robbed vouches for it.
      expect(verdict(BUNDLE, revoke("checker", AT(4, 1), reason))).toEqual(["accept", null]);
    }
    expect(verdict(BUNDLE, revoke("settler", AT(900), "superseded"))).toEqual(["accept", null]);
    expect(verdict(BUNDLE, revoke("settler", AT(900), "compromised"))).toEqual([
      "indeterminate",
      "TRUST_SETTLER_COMPROMISED",
    ]);
    const both: Bend = (d) => {
      revoke("settler", AT(900), "compromised")(d);
      revoke("buyer", AT(900), "compromised")(d);
    };
    expect(verdict(BUNDLE, both)).toEqual(["reject", "TRUST_KEY_COMPROMISED"]);
  });

  test("a receipt under a new key vouches for a log under a compromised one", async () => {
    const lines = linesOf(BUNDLE);
    const receipt = payloadOf(lines.at(-1));
    const again = bundleOf(lines.with(-1, await seal(PAYLOAD_TYPES.receipt, receipt, second)));
    const keys =
      (reason?: string): Bend =>
      (d) => {
        const { keys } = party(d, "settler");
        keys[0].revoked = { at: AT(900), reason: "compromised" };
        keys.push({ ...keys[0], jwk: jwkFromPublicKey(second.publicKey), revoked: reason && { at: AT(900), reason } });
        if (reason === undefined) delete keys[1].revoked;
      };
    const robbed: Bend = (d) => {
      keys()(d);
      party(d, "buyer").keys[0].revoked = { at: AT(900), reason: "compromised" };
    };
    expect(verdict(BUNDLE, keys())).toEqual(["indeterminate", "TRUST_SETTLER_COMPROMISED"]);
    expect(verdict(again, keys())).toEqual(["accept", null]);
    expect(verdict(again, keys("superseded"))).toEqual(["accept", null]);
    expect(verdict(again, robbed)).toEqual(["accept", null]);
    expect(verdict(again, keys("compromised"))).toEqual(["indeterminate", "TRUST_SETTLER_COMPROMISED"]);
    // Without the receipt nobody vouches.
    expect(verdict(bundleOf(lines.slice(0, -1)), robbed)).toEqual(["reject", "TRUST_KEY_COMPROMISED"]);
    // A later receipt is fine, an earlier one is not.
    const at = (by: number) => ({
      ...receipt,
      predicate: { ...receipt.predicate, at: formatInstant(Date.parse(CLOSED_AT) + by) },
    });
    const later = bundleOf(lines.with(-1, await seal(PAYLOAD_TYPES.receipt, at(HOUR * 24 * 365), second)));
    expect(verdict(later, keys())).toEqual(["accept", null]);
    const earlier = bundleOf(lines.with(-1, await seal(PAYLOAD_TYPES.receipt, at(-1), second)));
    expect(verdict(earlier, keys())).toEqual(["reject", "RECEIPT_BEFORE_CLOSE"]);
  });

  test("pinned keys", async () => {
    const pinned = async (role: string, ...keys: string[]): Promise<[string, Code | null]> => {
      const terms = termsOf();
      const place = role === "checker" ? terms.parties.checkers.quality : terms.parties[role];
      place.keys = keys;
      return verdict(
        await new TestLog(cast).open(terms).submit(3).attest(4, { validityBps: 10_000 }).wait(100).bundle(),
        () => {},
      );
    };
    for (const role of ["buyer", "seller", "settler", "checker"] as const) {
      expect([role, ...(await pinned(role, cast[role].keyid))]).toEqual([role, "accept", null]);
      expect([role, ...(await pinned(role, cast.stranger.keyid, cast[role].keyid))]).toEqual([role, "accept", null]);
      expect([role, ...(await pinned(role, cast.stranger.keyid))]).toEqual([role, "reject", "TRUST_KEY_PINNED"]);
    }
    expect(await pinned("arbiter", cast.stranger.keyid)).toEqual(["accept", null]);
  });

  test("the order of the checks: party, role, window, revocation, pins", async () => {
    const terms = termsOf();
    terms.parties.checkers.quality.keys = [cast.stranger.keyid];
    const log = new TestLog(cast).open(terms).submit(3).attest(4, { validityBps: 10_000 }).wait(100);
    const bytes = await log.bundle();
    const steps: readonly (readonly [Code, Bend])[] = [
      ["TRUST_KEY_PINNED", () => {}],
      ["TRUST_KEY_REVOKED", (d) => (party(d, "checker").keys[0].revoked = { at: AT(4), reason: "superseded" })],
      ["TRUST_KEY_WINDOW", (d) => (party(d, "checker").keys[0].notAfter = AT(4))],
      ["TRUST_ROLE", (d) => (d.parties[4].roles = ["arbiter"])],
      ["TRUST_KEY_PARTY", (d) => (d.parties[4].id = IDS.stranger)],
      // The signature itself comes first, and the rules of the log between the two.
      ["TRUST_KEY_UNKNOWN", (d) => d.parties.pop()],
    ];
    for (const [index, [code]] of steps.entries()) {
      const all: Bend = (d) => {
        for (const [, bend] of steps.slice(0, index + 1)) bend(d);
      };
      expect(verdict(bytes, all)).toEqual(["reject", code]);
    }
    // The actor before the admission.
    const both: Bend = (d) => {
      party(d, "seller").roles = ["buyer"];
      party(d, "settler").keys[0].notAfter = AT(1);
    };
    expect(verdict(bytes, both)).toEqual(["reject", "TRUST_ROLE"]);
  });
});

describe("time of the document", () => {
  const expiry = Date.parse("2030-01-01T00:00:00.000Z");
  const issue = Date.parse("2026-01-01T00:00:00.000Z");

  test("expired and not yet valid, half-open", () => {
    expect(verdict(BUNDLE, () => {}, expiry - 1)).toEqual(["accept", null]);
    expect(verdict(BUNDLE, () => {}, expiry)).toEqual(["indeterminate", "TRUST_EXPIRED"]);
    expect(verdict(BUNDLE, () => {}, issue)).toEqual(["accept", null]);
    expect(verdict(BUNDLE, () => {}, issue - 1)).toEqual(["indeterminate", "TRUST_NOT_YET_VALID"]);
    // By default the receipt's time counts; a document that was issued later knows more.
    expect(verdict(BUNDLE, (d) => (d.expiresAt = CLOSED_AT))).toEqual(["indeterminate", "TRUST_EXPIRED"]);
    expect(verdict(BUNDLE, (d) => (d.issuedAt = AT(24 * 300)))).toEqual(["accept", null]);
  });

  test("doubts in order, all of them reported", async () => {
    const open = await new TestLog(cast).open().bundle();
    const bend: Bend = (d) => (party(d, "settler").keys[0].revoked = { at: AT(900), reason: "compromised" });
    const report = verifyBundleSync(open, { trust: parseTrust(bytesOf(bent(bend))), now: expiry });
    expect(report.findings.map(({ code }) => code)).toEqual([
      "TRUST_SETTLER_COMPROMISED",
      "TRUST_EXPIRED",
      "BUNDLE_OPEN",
      "TIME_OVERDUE",
    ]);
    expect(report).toMatchObject({ verdict: "indeterminate", code: "TRUST_SETTLER_COMPROMISED" });
  });

  test("overdue is a note, and only for a time that was given", async () => {
    const open = await new TestLog(cast).open().bundle();
    const trust = parseTrust(bytesOf(trustOf(cast)));
    const codes = (now?: number): string[] =>
      verifyBundleSync(open, { trust, ...(now === undefined ? {} : { now }) }).findings.map(({ code }) => code);
    expect(codes()).toEqual(["BUNDLE_OPEN"]);
    expect(codes(START + 96 * HOUR - 1)).toEqual(["BUNDLE_OPEN"]);
    expect(codes(START + 96 * HOUR)).toEqual(["BUNDLE_OPEN", "TIME_OVERDUE"]);
  });

  test("a time that is none is misuse, not a verdict", () => {
    const trust = parseTrust(bytesOf(trustOf(cast)));
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, 1.5, -1, 253_402_300_800_000]) {
      expect(() => verifyBundleSync(BUNDLE, { trust, now })).toThrow(TypeError);
    }
    expect(verifyBundleSync(BUNDLE, { trust, now: 0 }).code).toBe("TRUST_NOT_YET_VALID");
    expect(verifyBundleSync(BUNDLE, { trust, now: 253_402_300_799_999 }).code).toBe("TRUST_EXPIRED");
  });
});

describe("embedded documents", () => {
  const lines = linesOf(BUNDLE);
  const firstEvidence = lines.findIndex((line: Bendable) => line.digest !== undefined);
  const embed = async (...documents: Bendable[]): Promise<Uint8Array> =>
    bundleOf(
      lines.toSpliced(firstEvidence, 0, ...(await Promise.all(documents.map((document) => sealTrust(cast, document))))),
    );
  const root = cast.registry.publicKey;
  const version = (number: number, bend: Bend = () => {}): Bendable =>
    bent((d) => {
      d.version = number;
      bend(d);
    });
  const useless: Bend = (d) => d.parties.splice(0);

  test("the newest version under the pinned key is used", async () => {
    expect(verifyBundleSync(await embed(version(1, useless), version(7)), { root })).toMatchObject({
      verdict: "accept",
      trust: { version: 7, source: "embedded" },
    });
    expect(verifyBundleSync(await embed(version(1), version(7, useless)), { root })).toMatchObject({
      verdict: "reject",
      code: "TRUST_KEY_UNKNOWN",
      trust: { version: 7 },
    });
    // Versions are numbers, not text.
    expect(verifyBundleSync(await embed(version(9, useless), version(10)), { root })).toMatchObject({
      verdict: "accept",
      trust: { version: 10 },
    });
    // The later of equals, under another id of the registry.
    const alias = version(1, (d) => (d.registry.id = "https://registry.example/b"));
    expect(verifyBundleSync(await embed(version(1, useless), alias), { root })).toMatchObject({ verdict: "accept" });
    const aliasUseless = version(1, (d) => {
      d.registry.id = "https://registry.example/b";
      useless(d);
    });
    expect(verifyBundleSync(await embed(version(1), aliasUseless), { root }).code).toBe("TRUST_KEY_UNKNOWN");
  });

  test("order, other registries, missing roots", async () => {
    expect(verifyBundleSync(await embed(version(2), version(1)), { root }).code).toBe("TRUST_ORDER");
    expect(verifyBundleSync(await embed(version(1), version(1)), { root }).code).toBe("TRUST_ORDER");
    expect(verifyBundleSync(BUNDLE, { root }).code).toBe("TRUST_ROOT_MISSING");
    expect(verifyBundleSync(await embed(version(1)), { root: cast.stranger.publicKey }).code).toBe(
      "TRUST_ROOT_MISSING",
    );
    // Anybody can embed a document of their own making; only the pin makes it count.
    const own = bent((d) => {
      d.registry = { id: "https://a.example", jwk: jwkFromPublicKey(cast.stranger.publicKey) };
      d.version = 99;
      useless(d);
    });
    const sealed = await seal(PAYLOAD_TYPES.trust, own, cast.stranger);
    const both = bundleOf(lines.toSpliced(firstEvidence, 0, sealed, await sealTrust(cast, version(1))));
    expect(verifyBundleSync(both, { root })).toMatchObject({ verdict: "accept", trust: { version: 1 } });
    expect(verifyBundleSync(both, { root: cast.stranger.publicKey }).code).toBe("TRUST_KEY_UNKNOWN");
    const nameless = bent((d) => delete d.registry.jwk);
    expect(verifyBundleSync(await embed(nameless), { root }).code).toBe("TRUST_REGISTRY_KEY");
  });

  test("a pinned root and the same document of one's own give the same verdict and facts", async () => {
    const logs = [
      settledLog(cast),
      richLog(cast).wait(200),
      new TestLog(cast).open(),
      new TestLog(cast).open().submit(3),
    ];
    const bends: Bend[] = [
      () => {},
      useless,
      (d) => (party(d, "settler").roles = ["buyer"]),
      (d) => (d.expiresAt = AT(1)),
    ];
    bends.push((d) => (party(d, "settler").keys[0].revoked = { at: AT(900), reason: "compromised" }));
    for (const log of logs) {
      for (const bend of bends) {
        const document = bent(bend);
        const bytes = await log.bundle({ trust: [await sealTrust(cast, document)] });
        const source = ({ trust, ...report }: Report) => ({ ...report, trust: { ...trust, source: "" } });
        expect(source(verifyBundleSync(bytes, { root }))).toEqual(
          source(verifyBundleSync(bytes, { trust: parseTrust(bytesOf(document)) })),
        );
      }
    }
  });

  test("a document with a forged signature is never named as the one that was used", async () => {
    const sealed = await sealTrust(cast, version(1));
    const forged = {
      ...sealed,
      signatures: [{ ...sealed.signatures[0], sig: (await sealTrust(cast, version(2))).signatures[0]?.sig }],
    };
    const bytes = bundleOf(lines.toSpliced(firstEvidence, 0, forged));
    const report = verifyBundleSync(bytes, { root });
    expect(report).toMatchObject({ verdict: "reject", code: "DSSE_SIGNATURE_INVALID", trust: null, chain: [] });
    // Nor does a report count what stands behind the failure: it is the same for a verifier that stops there.
    expect(report.evidence).toEqual({ referenced: 0, inline: 0, withheld: 0, supplied: 0 });
    const own = verifyBundleSync(bytes, { trust: parseTrust(bytesOf(trustOf(cast))) });
    expect(own).toMatchObject({ code: "DSSE_SIGNATURE_INVALID", trust: null, evidence: { referenced: 0 } });
  });
});

test("exactly one of trust and root", () => {
  const trust = parseTrust(bytesOf(trustOf(cast)));
  expect(() => verifyBundleSync(BUNDLE, {} as never)).toThrow(TypeError);
  expect(() => verifyBundleSync(BUNDLE, { trust, root: cast.registry.publicKey } as never)).toThrow(TypeError);
});
