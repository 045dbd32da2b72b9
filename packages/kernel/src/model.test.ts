import { type EventPayload, INSTANT_MAX } from "@settld/protocol";
import { digestOfPayload, Model, modelShare, PATIENCE, randomOf, randomStep, runs } from "@settld/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Appended, admitEvent, advance } from "./admit.ts";
import { applyEvent } from "./apply.ts";
import { checkLedger, type Transaction } from "./ledger.ts";
import { finalOutcome, receiptOf } from "./receipt.ts";
import { type AgreementState, totalsOf } from "./state.ts";

// What the kernel does, against a model that was written from the specification alone (testkit/src/model.ts).

type Known = { payload: EventPayload; digest: ReturnType<typeof digestOfPayload> };

const MOVING: readonly string[] = ["escrow.funded", "settlement.executed", "holdback.released"];

class Walk {
  readonly model = new Model();
  state: AgreementState | undefined;
  readonly log: Known[] = [];
  readonly transactions: Transaction[] = [];
  /** States that were reached, cells that were tried, codes that were met. */
  readonly seen = new Set<string>();

  /** Takes what the kernel appended by itself: the reactions that the model expects up to a time, and no other. */
  reactions(appended: readonly Appended[], now: number): void {
    for (const { payload, digest, transaction } of appended) {
      const waiting = this.model.waitsFor();
      expect(waiting?.type).toBe(payload.type);
      expect(waiting?.immediate === true || (waiting?.due ?? Number.POSITIVE_INFINITY) <= now).toBe(true);
      expect(Date.parse(payload.at)).toBe(Math.max(now, this.model.at));
      expect(payload.body).toEqual(waiting && this.model.reactionBody(waiting));
      this.event(payload, digest, transaction);
    }
  }

  /** After a step at a time, nothing that is due may be left over. */
  settled(now: number): void {
    const waiting = this.model.waitsFor();
    expect(waiting === undefined || (!waiting.immediate && waiting.due > now)).toBe(true);
  }

  event(payload: EventPayload, digest: Known["digest"], transaction: Transaction | undefined): void {
    expect(digest).toBe(digestOfPayload(payload));
    expect(this.model.refusal(payload)).toBeUndefined();
    this.model.take(payload, digest);
    if (payload.type === "decision.made") for (const { code } of payload.body.requirements) this.seen.add(code);
    if (payload.type === "agreement.offered") this.seen.add(`payout ${payload.body.policy.payout.kind}`);
    if (payload.type === "decision.made")
      this.seen.add(`${this.model.terms.policy.payout.kind} ${payload.body.outcome}`);
    if (payload.type === "agreement.closed") this.seen.add(payload.body.reason);
    this.log.push({ payload, digest });
    expect(transaction !== undefined).toBe(MOVING.includes(payload.type));
    if (transaction !== undefined) this.posted(payload, digest, transaction);
  }

  /** A transaction names its event, and accounts with everything that tells them from others; none of nothing. */
  posted(payload: EventPayload, digest: Known["digest"], transaction: Transaction): void {
    const { parties, amount } = this.model.terms;
    const owners = new Map([
      ["buyer", parties.buyer.id],
      ["seller", parties.seller.id],
      ["fee", parties.settler.id],
    ]);
    expect(transaction).toEqual({
      id: digest,
      type: payload.type,
      at: Date.parse(payload.at),
      postings: expect.anything(),
    });
    for (const { account, value } of transaction.postings) {
      const owner = owners.get(account.kind);
      const { assetCode, assetScale } = amount;
      const bound = owner === undefined ? { agreement: this.log[0]?.digest } : { owner };
      expect(account).toEqual({ kind: account.kind, ...bound, assetCode, assetScale });
      expect(value).not.toBe(0n);
    }
    this.transactions.push(transaction);
  }

  /** Kernel and model say the same, and money is neither made nor lost. */
  agree(): void {
    const { state, model } = this;
    if (state === undefined) {
      expect(model.status).toBe("none");
      return;
    }
    this.seen.add(state.status);
    expect({
      status: state.status,
      seq: state.seq,
      at: state.at,
      head: state.head,
      attempts: state.attempts,
      attempt: state.submission?.attempt ?? 0,
      balances: state.balances,
      released: state.balances.seller + state.balances.fee,
      totals: totalsOf(state),
      sizes: [...state.itemSizes],
      reason: state.reason ?? "",
    }).toEqual({
      status: model.status,
      seq: model.seq,
      at: model.at,
      head: model.head,
      attempts: model.attempts,
      attempt: model.attempts,
      balances: {
        buyer: model.buyer,
        seller: model.seller,
        escrow: model.escrow,
        holdback: model.holdback,
        fee: model.fee,
      },
      released: model.released,
      totals: model.totals(),
      sizes: [...model.sizes],
      reason: model.reason,
    });
    const { buyer, seller, escrow, holdback, fee } = state.balances;
    expect(buyer + seller + escrow + holdback + fee).toBe(0n);
    expect(escrow >= 0n && holdback >= 0n && seller >= 0n && fee >= 0n).toBe(true);
    const audit = checkLedger(this.transactions, { closed: state.status === "closed" });
    expect(audit).toEqual({ ok: true, balances: state.balances });
    if (state.status !== "closed") expect(() => receiptOf(state, state.at)).toThrow(TypeError);
  }

  /** A crash loses everything but the log; what is rebuilt from it must be the same, down to the last member. */
  crash(): void {
    let rebuilt: AgreementState | undefined;
    for (const event of this.log) {
      // A payload that was stored comes back as a new object.
      const applied = applyEvent(rebuilt, { ...event, payload: structuredClone(event.payload) });
      if (!applied.ok) throw new Error(`replay refused ${event.payload.type}: ${applied.rejection.code}`);
      rebuilt = applied.state;
    }
    expect(rebuilt).toEqual(this.state);
    this.state = rebuilt;
  }
}

/** A state that is written to throws instead of passing unnoticed; maps cannot be frozen, so replays watch them. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (!(value instanceof Map)) Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}

function walk(seed: number, steps: number): Walk {
  const pick = randomOf(seed);
  const self = new Walk();
  const { model } = self;
  for (let index = 0; index < steps; index += 1) {
    const step = randomStep(model, pick);
    freeze(self.state);
    if ("payload" in step) self.seen.add(`${model.status} ${step.payload.type}`);
    switch (step.kind) {
      case "crash":
        self.crash();
        break;
      case "advance": {
        if (self.state === undefined) break;
        const { state, appended } = advance(self.state, step.now);
        self.reactions(appended, step.now);
        self.settled(step.now);
        self.state = state;
        break;
      }
      case "apply": {
        const digest = digestOfPayload(step.payload);
        const expected = model.refusal(step.payload);
        const applied = applyEvent(self.state, { payload: step.payload, digest });
        expect(applied.ok ? undefined : applied.rejection.code).toBe(expected);
        self.seen.add(expected ?? "accepted");
        if (applied.ok) {
          self.event(step.payload, digest, applied.transaction);
          self.state = applied.state;
        }
        break;
      }
      case "admit": {
        const at = Date.parse(step.payload.at);
        const admission = admitEvent(self.state, step.payload);
        const own = admission.appended.findIndex(({ payload }) => payload === step.payload);
        expect(own >= 0).toBe(admission.ok);
        const early = Math.max(at, model.at);
        self.reactions(admission.ok ? admission.appended.slice(0, own) : admission.appended, early);
        if (model.status !== "none") self.settled(early);
        if (admission.ok) {
          const { payload, digest, transaction } = admission.appended[own] as Appended;
          self.event(payload, digest, transaction);
          self.reactions(admission.appended.slice(own + 1), at);
          self.settled(at);
        } else {
          expect(admission.rejection.code).toBe(model.refusal(step.payload));
          self.seen.add(admission.rejection.code);
        }
        self.state = admission.state;
        break;
      }
    }
    self.agree();
  }
  return self;
}

/** Lets the settler's clock run until nothing more happens. */
function finish(self: Walk, jumps: readonly number[]): void {
  for (const jump of jumps) {
    if (self.state === undefined) return;
    const now = Math.min(self.state.at + jump, INSTANT_MAX);
    const { state, appended } = advance(self.state, now);
    self.reactions(appended, now);
    self.state = state;
    self.agree();
    self.crash();
  }
}

function assertClosed(self: Walk): void {
  const { state, model } = self;
  if (state === undefined) return;
  expect(state.status).toBe("closed");
  const { escrow, holdback, buyer, seller, fee } = state.balances;
  expect([escrow, holdback]).toEqual([0n, 0n]);
  expect(buyer + seller + fee).toBe(0n);
  const totals = totalsOf(state);
  expect(BigInt(totals.toSeller) + BigInt(totals.fee) + BigInt(totals.toBuyer)).toBe(BigInt(totals.funded));
  expect([0n, model.amount]).toContain(BigInt(totals.funded));
  // Whatever the number of legs, the fee is that of the whole release (MONEY-7).
  expect(fee).toBe(modelShare(seller + fee, state.offer.body.feeBps));
  // Nobody is paid twice: one transaction an event, at most one funding, settlement and release each.
  const types = self.transactions.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(new Set(self.transactions.map(({ id }) => id)).size).toBe(types.length);
  expect(self.log.length).toBeLessThanOrEqual(1000);
  const receipt = receiptOf(state, state.at);
  expect(receipt.predicate.totals).toEqual(totals);
  expect(receipt.predicate.outcome).toBe(model.cancelled ? "none" : model.outcome);
  expect(finalOutcome(state)).toBe(receipt.predicate.outcome);
  expect(receipt.subject[0]?.digest.sha256).toBe(model.head.slice(7));
}

const DECADE = 315_576_000_000;

// What the walks must have come across, or the property would say less than its name: all states, refusals and
// requirement outcomes, and every payout with every outcome that it can have.
const SEEN = [
  ..."offered accepted funded review decided window disputed ruled closing cancelling closed".split(" "),
  ..."settled cancelled offer-expired unfunded".split(" "),
  ...["all-or-nothing", "weighted", "tiers", "per-unit"].flatMap((kind) => [`${kind} full`, `${kind} none`]),
  ...["weighted", "tiers", "per-unit"].map((kind) => `${kind} partial`),
  ...`EVENT_ACTOR EVENT_PARTIES_OVERLAP EVENT_DEADLINE_ORDER EVENT_DISPUTE_TERMS EVENT_NAME_DUPLICATE
    EVENT_ATTEMPT_MISMATCH EVENT_ITEM_CONFLICT EVENT_SUBMISSION_MISMATCH EVENT_REQUIREMENT_UNKNOWN EVENT_SUBJECT_MISMATCH
    EVENT_ATTESTATION_DUPLICATE EVENT_APPROVAL_DUPLICATE EVENT_DECISION_MISMATCH EVENT_DISPUTE_MISMATCH LOG_SEQ_MISMATCH
    LOG_AGREEMENT_MISMATCH LOG_PREV_MISMATCH LOG_REACTION_MISSING LOG_CAUSE_MISMATCH LOG_REASON_MISMATCH TIME_BACKWARDS
    TIME_TIMER_MISSING TIME_DUE_MISMATCH STATE_NO_AGREEMENT STATE_ALREADY_OFFERED STATE_NOT_ACCEPTED
    STATE_ALREADY_ACCEPTED STATE_NOT_FUNDED STATE_ALREADY_FUNDED STATE_NO_SUBMISSION STATE_IN_REVIEW STATE_NOT_DECIDED
    STATE_ALREADY_DECIDED STATE_NOT_SETTLED STATE_ALREADY_SETTLED STATE_NOT_DISPUTED STATE_ALREADY_DISPUTED
    STATE_HOLDBACK_OPEN STATE_NOT_DUE STATE_CLOSED POLICY_CHECKER_UNKNOWN POLICY_OPERATOR POLICY_WEIGHTS
    POLICY_CHECK_UNKNOWN POLICY_TIERS MONEY_CAP MONEY_ASSET_MISMATCH MONEY_AMOUNT_MISMATCH MONEY_RULING_RANGE
    POLICY_REQUIREMENTS_MISMATCH POLICY_GROSS_MISMATCH POLICY_OUTCOME_MISMATCH POLICY_FINAL_MISMATCH
    LEDGER_TO_SELLER_MISMATCH LEDGER_FEE_MISMATCH LEDGER_TO_BUYER_MISMATCH LEDGER_HELD_MISMATCH LEDGER_TOTALS_MISMATCH
    POLICY_MET POLICY_NO_SUBMISSION POLICY_ITEM_MISSING POLICY_ITEM_MEDIA_TYPE POLICY_ITEM_DIGEST POLICY_CHECK_UNATTESTED
    POLICY_VALUE_MISSING POLICY_VALUE_TYPE POLICY_VALUE_RANGE POLICY_CHECK_FAILED POLICY_DEADLINE_MISSED
    POLICY_APPROVAL_DENIED POLICY_APPROVAL_TIMEOUT`.split(/\s+/),
];

test(
  "every random agreement does what the model says, closes, and balances",
  () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.noShrink(fc.integer({ min: 0, max: 0xffffffff })),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom([INSTANT_MAX], [DECADE, DECADE, DECADE, DECADE, DECADE], [1000, INSTANT_MAX]),
        (seed, steps, jumps) => {
          const self = walk(seed, steps);
          self.crash();
          finish(self, jumps);
          assertClosed(self);
          for (const name of self.seen) seen.add(name);
        },
      ),
      { seed: 20_260_302, numRuns: runs(2000) },
    );
    expect(SEEN.filter((name) => !seen.has(name))).toEqual([]);
  },
  PATIENCE,
);
