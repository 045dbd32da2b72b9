import {
  type Code,
  canonicalBytes,
  digestOf,
  formatInstant,
  type JsonValue,
  PAYLOAD_TYPES,
  type Signer,
} from "@settld/protocol";
import {
  type Bendable,
  bundleOf,
  bytesOf,
  Forger,
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
  trustOf,
} from "@settld/testkit";
import { describe, expect, test } from "vitest";
import { Histories } from "./equivocation.ts";
import type { Report } from "./report.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";

// Whole lines in the wrong place, wrong hands on the pen, pieces of other logs, and settlers that miscalculate.

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));
const embedded = await sealTrust(cast, trustOf(cast));
const RICH = await richLog(cast)
  .wait(200)
  .bundle({ trust: [embedded] });
const lines = linesOf(RICH);
const last = lines.length - 1;
const types = lines.map((line: Bendable, index) => {
  if (index === 0) return "header";
  if (line.digest !== undefined) return "evidence";
  return line.payloadType === PAYLOAD_TYPES.event
    ? payloadOf(line).type
    : line.payloadType === PAYLOAD_TYPES.trust
      ? "trust"
      : "receipt";
});

function judge(bytes: Uint8Array): Report {
  return verifyBundleSync(bytes, { trust });
}

function codeOf(changed: readonly Bendable[]): [string, Code | null] {
  const { verdict, code } = judge(bundleOf(changed));
  return [verdict, code];
}

test("the whole is accepted, and has every section", () => {
  expect(judge(RICH)).toMatchObject({ verdict: "accept" });
  expect(new Set(types).size).toBe(1 + 12 + 3);
});

test.each(types.map((type, index) => [index, type] as const))("without line %i (%s)", (index, type) => {
  if (type === "header") {
    expect(judge(RICH.subarray(RICH.indexOf(0x0a) + 1)).code).toBe("BUNDLE_HEADER");
    return;
  }
  const [verdict, code] = codeOf(lines.toSpliced(index, 1));
  // The two documented exceptions: nothing vouches for a log without receipt, and an unused trust document is no loss.
  if (type === "receipt") expect([verdict, code]).toEqual(["indeterminate", "RECEIPT_MISSING"]);
  else if (type === "trust") expect([verdict, code]).toEqual(["accept", null]);
  else if (type === "agreement.offered") expect([verdict, code]).toEqual(["reject", "STATE_NO_AGREEMENT"]);
  // Evidence that is asked for next, or nothing behind it but the receipt.
  else if (type === "evidence")
    expect(code).toBe(types[index + 1] === "evidence" ? "BUNDLE_EVIDENCE_ORDER" : "BUNDLE_EVIDENCE_MISSING");
  else if (type === "agreement.closed") expect(code).toBe("RECEIPT_NOT_CLOSED");
  else expect([verdict, code]).toEqual(["reject", "LOG_SEQ_MISMATCH"]);
});

test.each(types.map((type, index) => [index, type] as const))("line %i (%s) twice", (index, type) => {
  const expected: Record<string, Code> = {
    header: "BUNDLE_LINE",
    "agreement.offered": "STATE_ALREADY_OFFERED",
    "agreement.closed": "LOG_SEQ_MISMATCH",
    trust: "TRUST_ORDER",
    evidence: "BUNDLE_EVIDENCE_DUPLICATE",
    receipt: "BUNDLE_ORDER",
  };
  expect(codeOf(lines.toSpliced(index + 1, 0, lines[index]))).toEqual(["reject", expected[type] ?? "LOG_SEQ_MISMATCH"]);
  // The same line at the end of the bundle stands behind the receipt.
  if (type !== "header") expect(codeOf([...lines, lines[index]])).toEqual(["reject", "BUNDLE_ORDER"]);
});

test.each(types.slice(1, -1).map((type, index) => [index + 1, type] as const))(
  "line %i (%s) after the next one",
  (index, type) => {
    const swapped = lines.with(index, lines[index + 1]).with(index + 1, lines[index]);
    const [verdict, code] = codeOf(swapped);
    const next = types[index + 1];
    expect(verdict).toBe("reject");
    if (type === "agreement.offered") expect(code).toBe("STATE_NO_AGREEMENT");
    else if (next === "trust") expect(code).toBe("BUNDLE_ORDER");
    else if (type === "trust") expect(code).toBe("BUNDLE_ORDER");
    else if (next === "evidence") expect(code).toBe("BUNDLE_EVIDENCE_ORDER");
    else if (type === "evidence") expect(code).toBe("BUNDLE_EVIDENCE_MISSING");
    else expect(code).toBe("LOG_SEQ_MISMATCH");
  },
);

test.each(types.map((type, index) => [index, type] as const))("line %i (%s) cut in the middle", (index) => {
  const text = new TextDecoder().decode(RICH).split("\n");
  const whole = text[index] as string;
  for (const share of [0, 0.3, 0.6, 0.99]) {
    const cut = text.with(index, whole.slice(0, Math.floor(whole.length * share))).join("\n");
    expect(judge(Buffer.from(cut))).toMatchObject({
      verdict: "reject",
      code: index === 0 ? "BUNDLE_HEADER" : "JSON_SYNTAX",
    });
  }
});

describe("signatures by the wrong hand", () => {
  const signers = Object.values(cast) as Signer[];
  const signed = lines.flatMap((line: Bendable, index) => (line.signatures === undefined ? [] : [index]));
  const cases = signed.flatMap((index) =>
    lines[index].signatures.map((_: unknown, place: number) => [index, types[index] as string, place] as const),
  );

  test.each(cases as [number, string, number][])("line %i (%s), signature %i", async (index, type, place) => {
    const line = lines[index];
    const payload = payloadOf(line);
    for (const signer of signers) {
      if (signer.keyid === line.signatures[place].keyid) continue;
      const [own] = (await seal(line.payloadType, payload, signer)).signatures;
      // In the own name: a good signature of somebody who has no business here.
      const others = line.signatures.with(place, own);
      const [verdict, code] = codeOf(lines.with(index, { ...line, signatures: others }));
      expect(verdict).toBe("reject");
      if (others[0].keyid === others[1]?.keyid) expect(code).toBe("DSSE_SIGNATURE_DUPLICATE");
      else if (type === "trust") expect(code).toBe("TRUST_REGISTRY_KEY");
      else if ([cast.stranger.keyid, cast.registry.keyid].includes(signer.keyid))
        expect(code).toBe("TRUST_KEY_UNKNOWN");
      else expect(code).toBe("TRUST_KEY_PARTY");
      // In the name of the one who should have signed.
      const forged = line.signatures.with(place, { keyid: line.signatures[place].keyid, sig: own?.sig });
      expect(codeOf(lines.with(index, { ...line, signatures: forged }))).toEqual(["reject", "DSSE_SIGNATURE_INVALID"]);
    }
    // One signature too few or too many.
    const missing = line.signatures.toSpliced(place, 1);
    expect(codeOf(lines.with(index, { ...line, signatures: missing }))).toEqual(["reject", "DSSE_SIGNATURE_COUNT"]);
    const [extra] = (await seal(line.payloadType, payload, cast.stranger)).signatures;
    const count = type === "trust" || type === "receipt" || line.signatures.length === 2;
    expect(codeOf(lines.with(index, { ...line, signatures: [...line.signatures, extra] }))).toEqual([
      "reject",
      // An event may have two signatures when its envelope is read; that one is too many, only its type tells.
      count ? "DSSE_SIGNATURE_COUNT" : "TRUST_KEY_UNKNOWN",
    ]);
  });

  test("two good signatures in the wrong order, or under each other's names", () => {
    for (const index of signed) {
      const line = lines[index];
      if (line.signatures.length < 2) continue;
      const [first, second] = line.signatures;
      expect(codeOf(lines.with(index, { ...line, signatures: [second, first] }))).toEqual([
        "reject",
        "TRUST_KEY_PARTY",
      ]);
      const crossed = [
        { keyid: first.keyid, sig: second.sig },
        { keyid: second.keyid, sig: first.sig },
      ];
      expect(codeOf(lines.with(index, { ...line, signatures: crossed }))).toEqual(["reject", "DSSE_SIGNATURE_INVALID"]);
    }
  });

  test("a signature over the same payload as another type of document", async () => {
    const receipt = payloadOf(lines[last]);
    const event = payloadOf(lines[1]);
    // Signed as what it is not: the type is part of what is signed (DSSE-9).
    const asEvent = await seal(PAYLOAD_TYPES.event, receipt, cast.settler);
    expect(codeOf(lines.with(last, { ...asEvent, payloadType: PAYLOAD_TYPES.receipt }))).toEqual([
      "reject",
      "DSSE_SIGNATURE_INVALID",
    ]);
    expect(codeOf(lines.with(last, asEvent))).toEqual(["reject", "BUNDLE_ORDER"]);
    const asReceipt = await seal(PAYLOAD_TYPES.receipt, event, cast.settler);
    expect(codeOf(lines.with(last, asReceipt))).toEqual(["reject", "RECEIPT_SCHEMA"]);
    expect(codeOf(lines.with(1, asReceipt))).toEqual(["reject", "BUNDLE_EMPTY"]);
    const asTrust = await seal(PAYLOAD_TYPES.trust, event, cast.registry);
    expect(codeOf(lines.with(types.indexOf("trust"), asTrust))).toEqual(["reject", "TRUST_SCHEMA"]);
    const trustAsEvent = await seal(PAYLOAD_TYPES.event, trustOf(cast), cast.buyer, cast.settler);
    expect(codeOf(lines.with(1, trustAsEvent))).toEqual(["reject", "EVENT_SCHEMA"]);
    const unknown = await seal("application/vnd.settld.event+json2", event, cast.buyer, cast.settler);
    expect(codeOf(lines.with(1, unknown))).toEqual(["reject", "DSSE_PAYLOAD_TYPE"]);
  });
});

describe("spliced logs", () => {
  const other = new TestLog(cast)
    .open(termsOf({ nonce: "ffffffffffffffffffffffffffffffff" }))
    .submit(3)
    .attest(4, { validityBps: 10_000 })
    .wait(100);
  const own = settledLog(cast);

  test("an event of another agreement at its own place", async () => {
    const mine = linesOf(await own.bundle());
    const theirs = linesOf(await other.bundle());
    for (let index = 1; index <= own.appended.length; index += 1) {
      const [verdict, code] = codeOf(mine.with(index, theirs[index]));
      // The first one makes it another agreement, so the second does not fit.
      expect([index, verdict, code]).toEqual([index, "reject", "LOG_AGREEMENT_MISMATCH"]);
      // All of another log from here on.
      expect(codeOf([...mine.slice(0, index), ...theirs.slice(index)])[1]).toBe(
        index === 1 ? null : "LOG_AGREEMENT_MISMATCH",
      );
    }
  });

  test("the tail of a fork", async () => {
    // The same agreement, told twice: the settler admitted two different submissions.
    const fork = new TestLog(cast).open().submit(3, "another text").attest(4, { validityBps: 10_000 }).wait(100);
    const mine = linesOf(await own.bundle());
    const theirs = linesOf(await fork.bundle());
    const length = own.appended.length;
    expect(codeOf(theirs)[0]).toBe("accept");
    for (let cut = 5; cut <= length; cut += 1) {
      expect([cut, ...codeOf([...mine.slice(0, cut), ...theirs.slice(cut)])]).toEqual([
        cut,
        "reject",
        "LOG_PREV_MISMATCH",
      ]);
    }
    // With everything but the receipt, or the receipt alone.
    expect(codeOf(mine.with(mine.length - 1, theirs.at(-1)))).toEqual(["reject", "RECEIPT_MISMATCH"]);
  });

  test("a receipt of an earlier end, or of another agreement", async () => {
    const mine = linesOf(await own.bundle());
    const theirs = linesOf(await other.bundle());
    expect(codeOf(mine.with(mine.length - 1, theirs.at(-1)))).toEqual(["reject", "RECEIPT_MISMATCH"]);
    const open = linesOf(await new TestLog(cast).open().submit(3).bundle());
    expect(codeOf([...open, mine.at(-1)])).toEqual(["reject", "RECEIPT_NOT_CLOSED"]);
  });

  test("evidence of another log", async () => {
    const mine = linesOf(await own.bundle());
    const data = Buffer.from("nobody asked");
    const line = { digest: digestOf(data), data: data.toString("base64") };
    expect(codeOf(mine.toSpliced(-1, 0, line))).toEqual(["reject", "BUNDLE_EVIDENCE_UNREFERENCED"]);
    expect(codeOf(mine.with(-2, { ...mine.at(-2), data: data.toString("base64") }))).toEqual([
      "reject",
      "BUNDLE_EVIDENCE_DIGEST",
    ]);
    expect(codeOf(mine.with(-2, { digest: mine.at(-2).digest, withheld: true }))).toEqual(["accept", null]);
    expect(codeOf(mine.with(-2, { digest: mine.at(-2).digest, withheld: false }))).toEqual(["reject", "BUNDLE_LINE"]);
  });
});

// A settler that writes what does not follow, signs it, and lets everything after it be signed again. Every field of
// every reaction is caught by exactly its own code, wherever the log goes on from there.
describe("settlers that miscalculate", () => {
  const forger = new Forger(richLog(cast).wait(200));
  const wrong: readonly (readonly [type: string, nth: number, field: string, value: JsonValue, code: Code])[] = [
    ["decision.made", 0, "due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["decision.made", 0, "submission", digestOf(Buffer.from("x")), "EVENT_SUBMISSION_MISMATCH"],
    ["decision.made", 0, "attempt", 2, "EVENT_ATTEMPT_MISMATCH"],
    ["decision.made", 0, "gross", "1", "POLICY_GROSS_MISMATCH"],
    ["decision.made", 0, "outcome", "partial", "POLICY_OUTCOME_MISMATCH"],
    ["decision.made", 0, "final", true, "POLICY_FINAL_MISMATCH"],
    ["decision.made", 1, "attempt", 1, "EVENT_ATTEMPT_MISMATCH"],
    ["decision.made", 1, "gross", "48000", "POLICY_GROSS_MISMATCH"],
    ["decision.made", 1, "outcome", "full", "POLICY_OUTCOME_MISMATCH"],
    ["decision.made", 1, "final", false, "POLICY_FINAL_MISMATCH"],
    ["settlement.executed", 0, "due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["settlement.executed", 0, "cause", digestOf(Buffer.from("x")), "LOG_CAUSE_MISMATCH"],
    ["settlement.executed", 0, "toSeller", "1", "LEDGER_TO_SELLER_MISMATCH"],
    ["settlement.executed", 0, "fee", "1", "LEDGER_FEE_MISMATCH"],
    ["settlement.executed", 0, "toBuyer", "1", "LEDGER_TO_BUYER_MISMATCH"],
    ["settlement.executed", 0, "held", "1", "LEDGER_HELD_MISMATCH"],
    ["holdback.released", 0, "due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["holdback.released", 0, "cause", digestOf(Buffer.from("x")), "LOG_CAUSE_MISMATCH"],
    ["holdback.released", 0, "toSeller", "9000", "LEDGER_TO_SELLER_MISMATCH"],
    ["holdback.released", 0, "fee", "0", "LEDGER_FEE_MISMATCH"],
    ["holdback.released", 0, "toBuyer", "0", "LEDGER_TO_BUYER_MISMATCH"],
    ["agreement.closed", 0, "due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["agreement.closed", 0, "reason", "cancelled", "LOG_REASON_MISMATCH"],
    ["escrow.funded", 0, "amount", { value: "47999", assetCode: "USD", assetScale: 2 }, "MONEY_AMOUNT_MISMATCH"],
    ["escrow.funded", 0, "amount", { value: "48000", assetCode: "USD", assetScale: 3 }, "MONEY_ASSET_MISMATCH"],
  ];

  test.each(wrong)("%s (%i): %s = %j", async (type, nth, field, value, code) => {
    const forgery = forger.parts();
    const index = forger.indexOf(type, nth);
    forgery.events[index].body[field] = value;
    forger.rechain(forgery, index);
    // Chaining again must not undo what was bent.
    if (field === "cause" || field === "submission") forgery.events[index].body[field] = value;
    const report = judge(await forger.sign(forgery));
    expect(report).toMatchObject({
      verdict: "reject",
      code,
      findings: [{ code, seq: index, pointer: expect.stringContaining(`/body/${field}`) }],
    });
    // The events before it are established; it is the settler's word all the same (LOG-7), and nothing follows.
    expect(report.chain.length).toBe(index + 1);
    expect(report.chain.at(-1)).toBe(digestOf(canonicalBytes(forgery.events[index])));
  });

  test.each(["funded", "toSeller", "fee", "toBuyer"])("totals: %s", async (name) => {
    const forgery = forger.parts();
    const index = forger.indexOf("agreement.closed");
    forgery.events[index].body.totals[name] = "7";
    forger.rechain(forgery, index);
    expect(judge(await forger.sign(forgery))).toMatchObject({ verdict: "reject", code: "LEDGER_TOTALS_MISMATCH" });
    // The same lie in the receipt alone.
    const second = forger.parts();
    second.receipt.predicate.totals[name] = "7";
    expect(judge(await forger.sign(second))).toMatchObject({ verdict: "reject", code: "RECEIPT_MISMATCH" });
  });

  test("requirements: another code, order, number or name", async () => {
    const index = forger.indexOf("decision.made", 1);
    const honest = forger.parts().events[index].body.requirements;
    const lies = [
      honest.with(3, { id: "liked", code: "POLICY_MET" }),
      honest.with(3, { id: "liked", code: "POLICY_APPROVAL_TIMEOUT" }),
      honest.toReversed(),
      honest.slice(1),
      [...honest, honest[0]],
      honest.with(0, { id: "__proto__".replaceAll("_", "-").slice(2), code: "POLICY_MET" }),
    ];
    for (const lie of lies) {
      const forgery = forger.parts();
      forgery.events[index].body.requirements = lie;
      forger.rechain(forgery, index);
      expect(judge(await forger.sign(forgery))).toMatchObject({
        verdict: "reject",
        code: "POLICY_REQUIREMENTS_MISMATCH",
      });
    }
  });

  test("a reaction that is left out, made early, or made by somebody else", async () => {
    const index = forger.indexOf("settlement.executed");
    const early = forger.parts();
    early.events[index].by = IDS.buyer;
    forger.rechain(early, index);
    expect(judge(await forger.sign(early)).code).toBe("EVENT_ACTOR");
    // The log without the settlement, places moved up, everything signed again.
    const forgery = forger.parts();
    const skipped = new TestLog(cast);
    skipped.appended.push(...richLog(cast).wait(200).appended.toSpliced(index, 1));
    const shorter = new Forger(skipped);
    const parts = shorter.parts();
    for (let seq = index; seq < parts.events.length; seq += 1) {
      parts.events[seq].seq = seq;
      parts.events[seq].prev = digestOf(canonicalBytes(parts.events[seq - 1]));
    }
    parts.evidence.push(...forgery.evidence);
    expect(judge(await shorter.sign(parts))).toMatchObject({
      code: "LOG_REACTION_MISSING",
      findings: [{ seq: index }],
    });
  });

  test("a timer that was not honoured", async () => {
    // Accepted on time, funded exactly when the timer fires: at equality the timer wins (TIME-3).
    for (const [by, code] of [
      [-1, null],
      [0, "TIME_TIMER_MISSING"],
      [HOUR, "TIME_TIMER_MISSING"],
    ] as const) {
      const short = new Forger(new TestLog(cast).open());
      const parts = short.parts();
      parts.events[2].at = formatInstant(START + 48 * HOUR + by);
      expect(judge(await short.sign(parts)).code).toBe(code ?? "BUNDLE_OPEN");
    }
  });
});

describe("two histories", () => {
  const chainOf = async (log: TestLog): Promise<Report> => judge(await log.bundle());

  test("contradict each other, extend each other, or have nothing to do with each other", async () => {
    const base = await chainOf(new TestLog(cast).open());
    const longer = await chainOf(settledLog(cast));
    const fork = await chainOf(new TestLog(cast).open().submit(3, "another text"));
    const unrelated = await chainOf(new TestLog(cast).open(termsOf({ nonce: "ffffffffffffffffffffffffffffffff" })));
    const histories = new Histories();
    expect(histories.add(0, base)).toBeUndefined();
    expect(histories.add(1, base)).toBeUndefined();
    expect(histories.add(2, longer)).toBeUndefined();
    expect(histories.add(3, unrelated)).toBeUndefined();
    expect(histories.add(4, base)).toBeUndefined();
    expect(histories.add(5, fork)).toMatchObject({
      agreement: base.chain[0],
      histories: [2, 5],
      finding: { code: "LOG_EQUIVOCATION", seq: 3 },
    });
    expect(histories.add(6, { chain: [] })).toBeUndefined();
  });

  test("are found in any order, also when one of them is rejected further on", async () => {
    const honest = await chainOf(settledLog(cast));
    const forger = new Forger(
      new TestLog(cast).open().submit(3, "another text").attest(4, { validityBps: 10_000 }).wait(100),
    );
    const forgery = forger.parts();
    const index = forger.indexOf("settlement.executed");
    forgery.events[index].body.fee = "1";
    forger.rechain(forgery, index);
    const rejected = judge(await forger.sign(forgery));
    expect(rejected.verdict).toBe("reject");
    for (const pair of [
      [honest, rejected],
      [rejected, honest],
    ] as const) {
      const histories = new Histories();
      expect(histories.add(0, pair[0])).toBeUndefined();
      expect(histories.add(1, pair[1])?.finding).toMatchObject({ code: "LOG_EQUIVOCATION", seq: 3 });
    }
  });

  test("a forged history proves nothing: only what was established is compared", async () => {
    const honest = await chainOf(settledLog(cast));
    // Somebody else writes a fork, and cannot sign the settler's part of it.
    const fork = linesOf(await new TestLog(cast).open().submit(3, "another text").bundle());
    const line = fork[4];
    const [sig] = (await seal(line.payloadType, payloadOf(line), cast.stranger)).signatures;
    const forged = judge(
      bundleOf(fork.with(4, { ...line, signatures: [line.signatures[0], { ...line.signatures[1], sig: sig?.sig }] })),
    );
    expect(forged).toMatchObject({ verdict: "reject", code: "DSSE_SIGNATURE_INVALID" });
    expect(forged.chain).toEqual(honest.chain.slice(0, 3));
    const histories = new Histories();
    histories.add(0, honest);
    expect(histories.add(1, forged)).toBeUndefined();
  });
});
