import { idOf } from "./cast.ts";
import { EMPTY, extend, head, itemOf, type Log, type Step } from "./log-builder.ts";
import { at, HOUR } from "./time.ts";

/** The requirement about the delivered file. */
export const delivered: Readonly<Record<string, unknown>> = {
  id: "delivered",
  kind: "item",
  item: "result.csv",
  mediaType: "text/csv",
};

/** The requirement about the checker's finding. */
export const valid: Readonly<Record<string, unknown>> = {
  id: "valid",
  kind: "check",
  checker: "quality",
  item: "result.csv",
  pointer: "/validityBps",
  op: "ge",
  value: 9990,
};

/** The requirement that the buyer says yes, and silence means no. */
export const approved: Readonly<Record<string, unknown>> = { id: "approved", kind: "approval", onTimeout: "fail" };

/** The agreed amount. */
export const AMOUNT: Readonly<Record<string, unknown>> = { value: "48000", assetCode: "USD", assetScale: 2 };

/** Parties of the standard offer. */
export const PARTIES: Readonly<Record<string, unknown>> = {
  buyer: { id: idOf("buyer") },
  seller: { id: idOf("seller") },
  settler: { id: idOf("settler") },
  arbiter: { id: idOf("arbiter") },
  checkers: { quality: { id: idOf("checker") } },
};

/** The same parties without an arbiter, for terms without a dispute window. */
export const PARTIES_WITHOUT_ARBITER: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(PARTIES).filter(([role]) => role !== "arbiter"),
);

/** Terms without a dispute window: nothing is held back. */
export const NO_WINDOW: Readonly<Record<string, unknown>> = {
  parties: PARTIES_WITHOUT_ARBITER,
  holdbackBps: 0,
  disputeMs: 0,
  rulingMs: 0,
};

/** USD 480.00 for a file and a check, fee 2.5 %, holdback 10 %, 72 hours to dispute, 48 to rule. */
export const terms = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  nonce: "000102030405060708090a0b0c0d0e0f",
  parties: PARTIES,
  amount: AMOUNT,
  policy: { requirements: [delivered, valid], payout: { kind: "all-or-nothing" } },
  feeBps: 250,
  acceptBy: at(24),
  fundBy: at(48),
  submitBy: at(96),
  reviewMs: 24 * HOUR,
  attemptsMax: 3,
  holdbackBps: 1000,
  disputeMs: 72 * HOUR,
  rulingMs: 48 * HOUR,
  references: [],
  ...change,
});

type Change = Partial<Omit<Step, "type">>;
type Body = Readonly<Record<string, unknown>>;
type BodyChange = Body | ((log: Log) => Body);

const bodyOf = (base: (log: Log) => object, change: BodyChange) => (log: Log) => ({
  ...base(log),
  ...(typeof change === "function" ? change(log) : change),
});

/** The delivered file. */
export const FILE: ReturnType<typeof itemOf> = itemOf("result.csv", "a,b\n1,2\n");

/** The offer, by the buyer at hour 0. */
export const offer = (body: Body = terms(), change: Change = {}): Step => ({
  type: "agreement.offered",
  by: "buyer",
  hours: 0,
  body,
  ...change,
});

/** The acceptance, by the seller at hour 1. */
export const accept = (change: Change = {}): Step => ({
  type: "agreement.accepted",
  by: "seller",
  hours: 1,
  body: {},
  ...change,
});

/** A cancellation, by the seller at hour 3. */
export const cancel = (change: Change = {}): Step => ({
  type: "agreement.cancelled",
  by: "seller",
  hours: 3,
  body: {},
  ...change,
});

/** The funding at hour 2. */
export const fund = (body: Body = {}, change: Change = {}): Step => ({
  type: "escrow.funded",
  by: "settler",
  hours: 2,
  body: { amount: AMOUNT, funding: { rail: "test", reference: "deposit 1" }, ...body },
  ...change,
});

/** The first submission, at hour 3. */
export const submit = (body: Body = {}, change: Change = {}): Step => ({
  type: "work.submitted",
  by: "seller",
  hours: 3,
  body: { attempt: 1, items: [FILE.item], ...body },
  ...change,
});

/** The attestation of the submission that is event 3, at hour 4. */
export const attest = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "evidence.attested",
  by: "checker",
  hours: 4,
  body: bodyOf(
    (log) => ({
      submission: head(log, 3),
      subject: FILE.evidence.digest,
      requirement: "valid",
      result: { validityBps: 10000 },
    }),
    body,
  ),
  ...change,
});

/** The buyer's approval of the submission that is event 3, at hour 4. */
export const approve = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "approval.given",
  by: "buyer",
  hours: 4,
  body: bodyOf((log) => ({ submission: head(log, 3), requirement: "approved", approved: true }), body),
  ...change,
});

/** The codes of a decision over the standard policy. */
export const outcomes = (deliveredCode: string, validCode: string): object[] => [
  { id: "delivered", code: deliveredCode },
  { id: "valid", code: validCode },
];

/** The decision that everything is in order, right after the attestation at hour 4. */
export const decide = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "decision.made",
  by: "settler",
  hours: 4,
  body: bodyOf(
    (log) => ({
      due: at(4),
      submission: head(log, 3),
      attempt: 1,
      requirements: outcomes("POLICY_MET", "POLICY_MET"),
      gross: "48000",
      outcome: "full",
      final: true,
    }),
    body,
  ),
  ...change,
});

/** The settlement of 48000: 4800 held, of 43200 a fee of 1080. */
export const settle = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "settlement.executed",
  by: "settler",
  hours: 4,
  body: bodyOf(
    (log) => ({ due: at(4), cause: head(log), toSeller: "42120", fee: "1080", toBuyer: "0", held: "4800" }),
    body,
  ),
  ...change,
});

/** The release of 4800 at the end of the window, hour 76: the fee of 48000 is 1200, and 1080 is taken already. */
export const release = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "holdback.released",
  by: "settler",
  hours: 76,
  body: bodyOf((log) => ({ due: at(76), cause: head(log), toSeller: "4680", fee: "120", toBuyer: "0" }), body),
  ...change,
});

/** The closing after the release. */
export const close = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "agreement.closed",
  by: "settler",
  hours: 76,
  body: bodyOf(() => ({ due: at(76), reason: "settled", totals: FULL_TOTALS }), body),
  ...change,
});

/** A dispute over the decision that is event 5, at hour 10. */
export const dispute = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "dispute.opened",
  by: "buyer",
  hours: 10,
  body: bodyOf((log) => ({ decision: head(log, 5), reasonCode: "wrong-data" }), body),
  ...change,
});

/** A ruling in the dispute that is event 7, at hour 20: 1000 of the 4800 go to the seller. */
export const rule = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "dispute.resolved",
  by: "arbiter",
  hours: 20,
  body: bodyOf((log) => ({ dispute: head(log, 7), toSeller: "1000" }), body),
  ...change,
});

/** The closing of an offer that nobody accepted in time. */
export const expire = (body: BodyChange = {}, change: Change = {}): Step => ({
  type: "agreement.closed",
  by: "settler",
  hours: 24,
  body: bodyOf(() => ({ due: at(24), reason: "offer-expired", totals: NO_TOTALS }), body),
  ...change,
});

/** Totals of the standard settlement. */
export const FULL_TOTALS: Readonly<Record<string, string>> = {
  funded: "48000",
  toSeller: "46800",
  fee: "1200",
  toBuyer: "0",
};

/** Totals of an agreement that was never funded. */
export const NO_TOTALS: Readonly<Record<string, string>> = { funded: "0", toSeller: "0", fee: "0", toBuyer: "0" };

/** Balances before any money moved. */
export const NO_BALANCES: Readonly<Record<string, string>> = {
  buyer: "0",
  seller: "0",
  escrow: "0",
  holdback: "0",
  fee: "0",
};

/** Balances while the whole amount is in escrow. */
export const ESCROW_BALANCES: Readonly<Record<string, string>> = { ...NO_BALANCES, buyer: "-48000", escrow: "48000" };

/** Balances in the dispute window. */
export const WINDOW_BALANCES: Readonly<Record<string, string>> = {
  buyer: "-48000",
  seller: "42120",
  escrow: "0",
  holdback: "4800",
  fee: "1080",
};

/** Balances after the standard settlement. */
export const FULL_BALANCES: Readonly<Record<string, string>> = {
  buyer: "-48000",
  seller: "46800",
  escrow: "0",
  holdback: "0",
  fee: "1200",
};

// The standard story, state by state.
export const OFFERED: Log = extend(EMPTY, offer());
export const ACCEPTED: Log = extend(OFFERED, accept());
export const FUNDED: Log = extend(ACCEPTED, fund());
export const REVIEW: Log = extend(FUNDED, submit());
export const ATTESTED: Log = extend(REVIEW, attest());
export const DECIDED: Log = extend(ATTESTED, decide());
export const WINDOW: Log = extend(DECIDED, settle());
export const DISPUTED: Log = extend(WINDOW, dispute());
export const RULED: Log = extend(DISPUTED, rule());
export const CLOSING: Log = extend(WINDOW, release());
export const CLOSED: Log = extend(CLOSING, close());
export const EXPIRED: Log = extend(OFFERED, expire());
export const CANCELLING: Log = extend(FUNDED, cancel());

/** What a log gives when it is read to its end. */
export const logFacts = (log: Log, status: string, balances: object): Record<string, unknown> => ({
  status,
  events: log.digests.length,
  head: head(log),
  balances,
});
