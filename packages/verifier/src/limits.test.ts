import { type AgreementState, applyEvent, placeOf, reactionBody, reactionOf, receiptOf } from "@settld/kernel";
import {
  base64Encode,
  type Code,
  canonicalBytes,
  digestOf,
  type Envelope,
  type EventType,
  type Evidence,
  encodeBundle,
  formatInstant,
  type JsonValue,
  jwkFromPublicKey,
  LIMITS,
  PAYLOAD_TYPES,
  parseEvent,
  REVISION,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import {
  type Bendable,
  bundleOf,
  bytesOf,
  digestOfPayload,
  HOUR,
  IDS,
  linesOf,
  PATIENCE,
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
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";

// A bundle at the maximum of every limit verifies; one step over each limit does not.

const cast = await testCast();
const extras = await Promise.all(Array.from({ length: 15 }, (_, index) => testSigner(`extra ${index}`)));

/** A party id of 256 characters. */
function longId(id: string): string {
  return `${id}/${"~".repeat(255 - id.length)}`;
}

const LONG = Object.fromEntries(Object.entries(IDS).map(([player, id]) => [player, longId(id)])) as Record<
  keyof typeof IDS,
  string
>;
/** 256 characters of text that take four bytes each. */
const TEXT = "\u{1f600}".repeat(256);
const LARGEST = `1${"0".repeat(30)}`;
const name64 = (index: number): string => `n${`${index}`.padStart(2, "0")}${"-".repeat(61)}`;
const POINTER = `/${"~1".repeat(127)}/`;
const trustDocument = (): Bendable => {
  const document = trustOf(cast);
  for (const party of document.parties) {
    party.id = longId(party.id);
  }
  return document;
};
const trust = parseTrust(bytesOf(trustDocument()));

type Draft = { state: AgreementState | undefined; readonly envelopes: Promise<Envelope>[]; at: number };

/** Appends an event that must fit; signatures are made while the next events are prepared. */
function append(draft: Draft, type: EventType, by: keyof typeof IDS, body: unknown): void {
  draft.at += 1000;
  const place = draft.state === undefined ? { v: REVISION, seq: 0 } : placeOf(draft.state);
  const payload = parseEvent({
    ...place,
    type,
    at: formatInstant(draft.at),
    by: LONG[by],
    body,
  } as unknown as JsonValue);
  const applied = applyEvent(draft.state, { payload, digest: digestOfPayload(payload) });
  if (!applied.ok) throw new Error(`${type} refused: ${applied.rejection.code} ${applied.rejection.message}`);
  draft.state = applied.state;
  const signers: Signer[] = by === "settler" ? [cast.settler] : [cast[by], cast.settler];
  draft.envelopes.push(signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as unknown as JsonValue), signers));
}

function react(draft: Draft): void {
  const { state } = draft;
  const reaction = state && reactionOf(state);
  if (state === undefined || reaction?.immediate !== true) throw new Error("nothing to react to");
  append(draft, reaction.type, "settler", reactionBody(state, reaction).body);
}

/** Results of exactly the largest size, and nested as deep as a payload allows. */
function largestResult(): JsonValue {
  let deep: JsonValue = 0;
  // payload, body and result are three levels around the value of the member.
  for (let level = 0; level < LIMITS.jsonDepth - 3; level += 1) deep = [deep];
  const result = { "//////": 0, deep, pad: "" };
  const size = canonicalBytes(result).length;
  return { ...result, pad: "x".repeat(LIMITS.resultBytes - size) };
}

const REQUIREMENTS = Array.from({ length: 60 }, (_, index) => ({
  id: name64(index),
  kind: "check",
  checker: name64(index % 16),
  item: name64(index % 64),
  pointer: index === 59 ? POINTER : "/pad",
  op: "eq",
  // Nothing is ever met, so that all sixteen attempts are made.
  value: "\u{1f600}".repeat(256),
}));

function largestTerms(): Bendable {
  const keys = (player: keyof typeof IDS): string[] => [
    cast[player as "buyer"].keyid,
    ...extras.map(({ keyid }) => keyid),
  ];
  const party = (player: keyof typeof IDS): unknown => ({ id: LONG[player], keys: keys(player) });
  const reference = (index: number): unknown => ({
    rel: ["parent", "previous", "refund-of", "mandate", "order", "invoice", "terms"][index % 7],
    digest: digestOf(utf8(`reference ${index}`)),
    uri: `https://x.example/${"y".repeat(2048 - 18)}`,
  });
  return termsOf({
    parties: {
      buyer: party("buyer"),
      seller: party("seller"),
      settler: party("settler"),
      arbiter: party("arbiter"),
      checkers: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [name64(index), party("checker")])),
    },
    amount: {
      value: LARGEST,
      assetCode: `eip155xx:${"1".repeat(32)}/erc20xxx:${"a".repeat(128)}/${"7".repeat(78)}`,
      assetScale: 30,
    },
    policy: {
      requirements: REQUIREMENTS,
      payout: {
        kind: "weighted",
        weights: REQUIREMENTS.map(({ id }, index) => ({ requirement: id, bps: index === 0 ? 10_000 : 0 })),
      },
    },
    feeBps: 10_000,
    holdbackBps: 10_000,
    attemptsMax: 16,
    reviewMs: 315_576_000_000,
    disputeMs: 315_576_000_000,
    rulingMs: 315_576_000_000,
    references: Array.from({ length: 16 }, (_, index) => reference(index)),
  });
}

async function largestBundle(): Promise<Uint8Array> {
  const draft: Draft = { state: undefined, envelopes: [], at: START };
  const terms = largestTerms();
  append(draft, "agreement.offered", "buyer", terms);
  append(draft, "agreement.accepted", "seller", {});
  append(draft, "escrow.funded", "settler", { amount: terms.amount, funding: { rail: name64(0), reference: TEXT } });
  const evidence: Evidence[] = [];
  const item = (name: string, data: Uint8Array): unknown => {
    const digest = digestOf(data);
    evidence.push(evidence.length === 0 ? { digest, data } : { digest });
    const mediaType = `a${"+".repeat(126)}/b${"+".repeat(126)}`;
    return { name, mediaType, digest, size: data.length };
  };
  const result = largestResult();
  for (let attempt = 1; attempt <= 16; attempt += 1) {
    const items = Array.from({ length: 64 }, (_, index) =>
      item(
        name64(index),
        attempt === 1 && index === 0 ? new Uint8Array(LIMITS.evidenceBytes) : utf8(`item ${attempt} ${index}`),
      ),
    );
    append(draft, "work.submitted", "seller", { attempt, items });
    const { submission } = draft.state as AgreementState;
    for (const [index, { id }] of REQUIREMENTS.entries()) {
      append(draft, "evidence.attested", "checker", {
        submission: submission?.digest,
        subject: submission?.items[index % 64]?.digest,
        requirement: id,
        result: attempt === 16 || index === 0 ? result : { "//////": 1 },
      });
    }
    react(draft);
  }
  react(draft);
  append(draft, "dispute.opened", "buyer", {
    decision: draft.state?.decision?.digest,
    reasonCode: name64(1),
    items: Array.from({ length: 64 }, (_, index) => item(name64(index), utf8(`complaint ${index}`))),
  });
  append(draft, "dispute.resolved", "arbiter", { dispute: draft.state?.dispute, toSeller: LARGEST });
  react(draft);
  react(draft);
  const state = draft.state as AgreementState;
  const documents = Array.from({ length: 16 }, (_, version) => ({
    ...trustDocument(),
    version: Number.MAX_SAFE_INTEGER - 15 + version,
  }));
  return encodeBundle({
    events: await Promise.all(draft.envelopes),
    trust: await Promise.all(documents.map((document) => sealTrust(cast, document))),
    evidence,
    receipt: await seal(PAYLOAD_TYPES.receipt, receiptOf(state, state.at), cast.settler),
  });
}

let largest: Uint8Array;
beforeAll(async () => {
  largest = await largestBundle();
}, PATIENCE);

test(
  "a bundle at the maximum of every limit is accepted",
  () => {
    const report = verifyBundleSync(largest, { trust });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      verdict: "accept",
      // 16 attempts with 62 events and the eight others; the decision without submission cannot follow a last attempt.
      facts: {
        events: 1000,
        reason: "settled",
        totals: { funded: LARGEST, toSeller: "0", fee: LARGEST, toBuyer: "0" },
      },
      evidence: { referenced: 17 * 64, inline: 1, withheld: 17 * 64 - 1 },
    });
    expect(verifyBundleSync(largest, { root: cast.registry.publicKey })).toMatchObject({
      verdict: "accept",
      trust: { version: Number.MAX_SAFE_INTEGER },
    });
  },
  PATIENCE,
);

describe("one step over", () => {
  const small = linesOfSmall();

  async function linesOfSmall(): Promise<Bendable[]> {
    return linesOf(await settledLog(cast).bundle());
  }

  function judge(lines: readonly Bendable[] | Uint8Array): Report {
    return verifyBundleSync(lines instanceof Uint8Array ? lines : bundleOf(lines), {
      trust: parseTrust(bytesOf(trustOf(cast))),
    });
  }

  /** An envelope of a type around bytes, with signatures that have the right shape. */
  const wrap = (payload: Uint8Array, payloadType: string = PAYLOAD_TYPES.event): unknown => ({
    payload: base64Encode(payload),
    payloadType,
    signatures: [{ keyid: cast.buyer.keyid, sig: base64Encode(new Uint8Array(64)) }],
  });
  const textOf = (bytes: number): Uint8Array => utf8(`"${"x".repeat(bytes - 2)}"`);

  test("events", async () => {
    const [header, offer] = await small;
    const many = (count: number): unknown[] => [header, ...Array.from({ length: count }, () => offer)];
    expect(judge(many(1024)).code).toBe("STATE_ALREADY_OFFERED");
    expect(judge(many(1025)).code).toBe("LIMIT_EVENTS");
  });

  test("payload, log and line", async () => {
    const header = (await small)[0];
    expect(judge([header, wrap(textOf(LIMITS.payloadBytes))]).code).toBe(
      "EVENT_SCHEMA".replace("EVENT_SCHEMA", judgeShape(header)),
    );
    expect(judge([header, wrap(textOf(LIMITS.payloadBytes + 1))]).code).toBe("LIMIT_PAYLOAD_BYTES");
    const full = Array.from({ length: 32 }, () => wrap(textOf(LIMITS.payloadBytes)));
    expect(judge([header, ...full]).code).not.toBe("LIMIT_LOG_BYTES");
    expect(judge([header, ...full, wrap(utf8("1"))]).code).toBe("LIMIT_LOG_BYTES");
    const start = utf8('{"settld":"bundle","version":1}\n');
    const line = (bytes: number): Uint8Array => Buffer.concat([start, textOf(bytes), Buffer.from("\n")]);
    expect(judge(line(LIMITS.lineBytes)).code).toBe("BUNDLE_LINE");
    expect(judge(line(LIMITS.lineBytes + 1)).code).toBe("LIMIT_LINE_BYTES");
    // Also without an end, and as the first line.
    expect(judge(line(LIMITS.lineBytes + 1).subarray(0, -1)).code).toBe("LIMIT_LINE_BYTES");
    expect(judge(line(LIMITS.lineBytes).subarray(0, -1)).code).toBe("BUNDLE_TRUNCATED");
    expect(judge(new Uint8Array(LIMITS.lineBytes + 1)).code).toBe("LIMIT_LINE_BYTES");
  });

  // What a lone text as an event comes to: all-zero signatures are refused before the payload is looked at.
  function judgeShape(header: Bendable): Code {
    return judge([header, wrap(utf8('"x"'))]).code as Code;
  }

  test("trust documents", async () => {
    const lines = await small;
    const sealed = await Promise.all(
      Array.from({ length: 17 }, (_, version) => sealTrust(cast, { ...trustOf(cast), version })),
    );
    expect(judge(lines.toSpliced(-2, 0, ...sealed.slice(1))).verdict).toBe("accept");
    expect(judge(lines.toSpliced(-2, 0, ...sealed)).code).toBe("LIMIT_TRUST_DOCUMENTS");
  });

  test("evidence", async () => {
    const over = new Uint8Array(LIMITS.evidenceBytes + 1);
    const log = new TestLog(cast).open();
    const item = { name: "big", mediaType: "text/csv", digest: digestOf(over), size: over.length };
    log.add("work.submitted", "seller", 3, { attempt: 1, items: [item] });
    log.evidence.push({ digest: item.digest, data: over });
    expect(judge(await log.bundle()).code).toBe("LIMIT_EVIDENCE_BYTES");
    expect(judge(await log.bundle({ withhold: true })).code).toBe("BUNDLE_OPEN");
  });

  test("a checker's result", async () => {
    const exact = (by: number): unknown => ({ validityBps: 10_000, pad: "x".repeat(LIMITS.resultBytes - 30 + by) });
    expect(canonicalBytes(exact(0) as JsonValue).length).toBe(LIMITS.resultBytes);
    const log = new TestLog(cast).open().submit(3).attest(4, exact(0)).wait(100);
    expect(judge(await log.bundle()).verdict).toBe("accept");
    const lines = linesOf(await log.bundle());
    const attested = { ...(log.last("evidence.attested").payload as Bendable) };
    const over = await seal(
      PAYLOAD_TYPES.event,
      { ...attested, body: { ...attested.body, result: exact(1) } },
      cast.checker,
      cast.settler,
    );
    expect(judge(lines.with(5, over)).code).toBe("LIMIT_RESULT_BYTES");
  });

  test("depth of a line and of a payload", async () => {
    const [header] = await small;
    const nested = (depth: number): Uint8Array => utf8(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const start = utf8('{"settld":"bundle","version":1}\n');
    const line = (depth: number): Uint8Array => Buffer.concat([start, nested(depth), Buffer.from("\n")]);
    expect(judge(line(64)).code).toBe("BUNDLE_LINE");
    expect(judge(line(65)).code).toBe("JSON_DEPTH");
    expect(judge(line(100_000)).code).toBe("JSON_DEPTH");
    expect(judge([header, wrap(nested(65))]).code).toBe("JSON_DEPTH");
  });

  // Each number of entries and length of text that a schema bounds, in the offer that is largest already.
  const over: readonly (readonly [string, (terms: Bendable) => unknown])[] = [
    ["61 requirements", (t) => t.policy.requirements.push({ ...REQUIREMENTS[0], id: "more" })],
    ["61 weights", (t) => t.policy.payout.weights.push({ requirement: "more", bps: 0 })],
    [
      "33 tiers",
      (t) =>
        (t.policy.payout = {
          kind: "tiers",
          check: name64(0),
          pointer: "",
          tiers: Array.from({ length: 33 }, (_, index) => (index === 32 ? { bps: 1 } : { below: index, bps: 1 })),
        }),
    ],
    ["17 checkers", (t) => (t.parties.checkers[name64(16)] = { id: LONG.checker })],
    ["17 pinned keys", (t) => t.parties.buyer.keys.push(cast.stranger.keyid)],
    ["no pinned key", (t) => (t.parties.buyer.keys = [])],
    ["17 references", (t) => t.references.push(t.references[0])],
    ["a uri of 2049 characters", (t) => (t.references[0].uri += "y")],
    ["17 attempts", (t) => (t.attemptsMax = 17)],
    ["an amount above 10^30", (t) => (t.amount.value = `2${"0".repeat(30)}`)],
    ["10^30 + 1", (t) => (t.amount.value = `${10n ** 30n + 1n}`)],
    ["an amount of nothing", (t) => (t.amount.value = "0")],
    ["a scale of 31", (t) => (t.amount.assetScale = 31)],
    ["an asset code that is too long", (t) => (t.amount.assetCode += "7")],
    ["10001 bps", (t) => (t.feeBps = 10_001)],
    ["a longer duration", (t) => (t.reviewMs = 315_576_000_001)],
    ["a name of 65 characters", (t) => (t.policy.requirements[0].id += "-")],
    ["a pointer of 257 characters", (t) => (t.policy.requirements[59].pointer += "x")],
    ["a value of 257 characters", (t) => (t.policy.requirements[0].value += "x")],
    ["an id of 257 characters", (t) => (t.parties.buyer.id += "~")],
    ["a nonce of 31 digits", (t) => (t.nonce = t.nonce.slice(1))],
  ];

  test("the offer at its maximum fits", () => {
    const draft: Draft = { state: undefined, envelopes: [], at: START };
    append(draft, "agreement.offered", "buyer", largestTerms());
    expect(POINTER.length).toBe(256);
    expect(draft.state?.status).toBe("offered");
  });

  test.each(over)("%s", async (_, bend) => {
    const body = largestTerms();
    bend(body);
    const payload = { v: REVISION, type: "agreement.offered", seq: 0, at: formatInstant(START), by: LONG.buyer, body };
    const bytes = encodeBundle({ events: [await seal(PAYLOAD_TYPES.event, payload, cast.buyer, cast.settler)] });
    expect(verifyBundleSync(bytes, { trust })).toMatchObject({ verdict: "reject", code: "EVENT_SCHEMA" });
  });

  const bodies: readonly (readonly [string, EventType, keyof typeof IDS, () => unknown])[] = [
    [
      "65 items",
      "work.submitted",
      "seller",
      () => ({
        attempt: 1,
        items: Array.from({ length: 65 }, (_, index) => ({
          name: name64(index),
          mediaType: "a/b",
          digest: digestOf(utf8("x")),
          size: 1,
        })),
      }),
    ],
    ["no item", "work.submitted", "seller", () => ({ attempt: 1, items: [] })],
    [
      "a media type that is too long",
      "work.submitted",
      "seller",
      () => ({
        attempt: 1,
        items: [{ name: "x", mediaType: `a/b${"+".repeat(127)}`, digest: digestOf(utf8("x")), size: 1 }],
      }),
    ],
    [
      "a size beyond 2^53-1",
      "work.submitted",
      "seller",
      () => ({ attempt: 1, items: [{ name: "x", mediaType: "a/b", digest: digestOf(utf8("x")), size: -1 }] }),
    ],
    ["a text of 257 characters", "agreement.cancelled", "seller", () => ({ reason: `${TEXT}x` })],
    ["an empty text", "agreement.cancelled", "seller", () => ({ reason: "" })],
  ];

  test.each(bodies)("%s", async (_, type, by, body) => {
    const log = new TestLog(cast).open();
    const payload = {
      ...placeOf(log.state as AgreementState),
      type,
      at: formatInstant(START + 3 * HOUR),
      by: IDS[by],
      body: body(),
    };
    const bytes = encodeBundle({
      events: [...(await log.envelopes()), await seal(PAYLOAD_TYPES.event, payload, cast[by], cast.settler)],
    });
    expect(judge(bytes)).toMatchObject({ verdict: "reject", code: "EVENT_SCHEMA", findings: [{ seq: 3 }] });
  });

  test("a trust document of one's own", () => {
    const pad = (bytes: number): Uint8Array => {
      const text = JSON.stringify(trustOf(cast));
      return utf8(text + " ".repeat(bytes - text.length));
    };
    expect(parseTrust(pad(LIMITS.payloadBytes)).version).toBe(1);
    expect(() => parseTrust(pad(LIMITS.payloadBytes + 1))).toThrow(
      expect.objectContaining({ code: "LIMIT_JSON_BYTES" }),
    );
    const many = trustOf(cast);
    many.parties[0].keys = Array.from({ length: 65 }, () => many.parties[0].keys[0]);
    expect(() => parseTrust(bytesOf(many))).toThrow(expect.objectContaining({ code: "TRUST_SCHEMA" }));
    many.parties[0].keys = extras
      .slice(0, 15)
      .map(({ publicKey }) => ({ ...trustOf(cast).parties[0].keys[0], jwk: jwkFromPublicKey(publicKey) }));
    expect(parseTrust(bytesOf(many)).keys.size).toBe(19);
  });
});
