import {
  type AgreementOffered,
  type Item,
  type JsonValue,
  type Payout,
  parseEvent,
  REVISION,
  type Requirement,
} from "@settld/protocol";
import { IDS, Model, PATIENCE, randomOf, randomReview, randomTerms, runs, START } from "@settld/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkOffer } from "./offer.ts";
import { evaluatePolicy, isPending } from "./policy.ts";

// Decisions alone, without a log around them: many more policies and results than whole agreements come to.

function offerOf(body: unknown): AgreementOffered {
  const at = new Date(START).toISOString();
  const payload = { v: REVISION, type: "agreement.offered", seq: 0, at, by: IDS.buyer, body };
  return parseEvent(payload as JsonValue) as AgreementOffered;
}

test(
  "offers are refused, and submissions judged, as the model does",
  () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.noShrink(fc.integer({ min: 0, max: 0xffffffff })), (seed) => {
        const pick = randomOf(seed);
        const terms = randomTerms(pick);
        const counted = terms.policy.payout.check;
        // With many requirements one always fails, and a number that is never paid for tests nothing.
        if (counted !== undefined && counted !== "nothing" && pick(2) === 0) {
          terms.policy.requirements = terms.policy.requirements.filter(({ id }: Requirement) => id === counted);
        }
        const offer = offerOf(terms);
        const model = new Model();
        const refusal = model.refusal(offer);
        expect(checkOffer(offer)?.code).toBe(refusal);
        if (refusal !== undefined) return;
        model.offer = offer;
        const { policy } = offer.body;
        for (let index = 0; index < 4; index += 1) {
          const review = randomReview(model, pick);
          model.review = review;
          const facts = { at: review.at, items: review.items, results: review.results, approvals: review.answers };
          const { requirements, gross, outcome } = evaluatePolicy(policy, model.amount, facts);
          expect({ requirements, gross }).toEqual(model.judge(review));
          expect(gross >= 0n && gross <= model.amount).toBe(true);
          expect(outcome).toBe(gross === 0n ? "none" : gross === model.amount ? "full" : "partial");
          const pending = policy.requirements.filter((requirement) => isPending(requirement, facts));
          expect(pending.map(({ id }) => id)).toEqual(model.pending());
          const kind = `${policy.payout.kind} ${outcome}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
        expect(evaluatePolicy(policy, model.amount, undefined)).toMatchObject({ gross: 0n, outcome: "none" });
      }),
      { seed: 20_260_302, numRuns: runs(3000) },
    );
    for (const kind of ["weighted partial", "tiers full", "tiers partial", "per-unit full", "per-unit partial"]) {
      expect([kind, (seen.get(kind) ?? 0) >= 20]).toEqual([kind, true]);
    }
  },
  PATIENCE,
);

// The edges of every payout, by hand (POLICY-22 to POLICY-25).

const CHECK: Requirement = { id: "c", kind: "check", checker: "k", item: "i", pointer: "/ok", op: "eq", value: true };

function grossOf(payout: Payout, amount: bigint, quantity: JsonValue, ok: JsonValue = true): bigint {
  const items: Item[] = [{ name: "i", mediaType: "a/b", digest: `sha256:${"0".repeat(64)}`, size: 1 }];
  const facts = {
    at: START,
    items,
    results: new Map<string, JsonValue>([["c", { ok, q: quantity }]]),
    approvals: new Map(),
  };
  return evaluatePolicy({ requirements: [CHECK], payout }, amount, facts).gross;
}

test("tiers: a bound belongs to the tier above it", () => {
  const tiers = [{ below: 0, bps: 0 }, { below: 10, bps: 3333 }, { below: 11, bps: 9999 }, { bps: 10_000 }];
  const payout: Payout = { kind: "tiers", check: "c", pointer: "/q", tiers };
  const cases: readonly (readonly [number, bigint])[] = [
    [-1, 0n],
    [0, 33n],
    [9, 33n],
    [10, 99n],
    [11, 100n],
    [Number.MAX_SAFE_INTEGER, 100n],
    [-Number.MAX_SAFE_INTEGER, 0n],
  ];
  for (const [quantity, gross] of cases) expect([quantity, grossOf(payout, 100n, quantity)]).toEqual([quantity, gross]);
  for (const quantity of ["5", null, true, [], {}]) expect(grossOf(payout, 100n, quantity)).toBe(0n);
  expect(grossOf(payout, 100n, 5, false)).toBe(0n);
});

test("per-unit: exact beyond 2^53, never above the cap, never below nothing", () => {
  const payout = (unitValue: string, cap: string): Payout => ({
    kind: "per-unit",
    check: "c",
    pointer: "/q",
    unitValue,
    cap,
  });
  const amount = 10n ** 30n;
  expect(grossOf(payout("3", "10"), amount, 0)).toBe(0n);
  expect(grossOf(payout("3", "10"), amount, 3)).toBe(9n);
  expect(grossOf(payout("5", "10"), amount, 2)).toBe(10n);
  expect(grossOf(payout("3", "10"), amount, 4)).toBe(10n);
  expect(grossOf(payout("3", "10"), amount, -1)).toBe(0n);
  expect(grossOf(payout("3", `${amount}`), amount, Number.MAX_SAFE_INTEGER)).toBe(27_021_597_764_222_973n);
  expect(grossOf(payout(`${amount}`, `${amount}`), amount, Number.MAX_SAFE_INTEGER)).toBe(amount);
});

test("weighted: rounded once over the sum", () => {
  const requirements: Requirement[] = ["a", "b", "c"].map((id) => ({ id, kind: "approval", onTimeout: "fail" }));
  const weights = [3333, 3333, 3334].map((bps, index) => ({ requirement: ["a", "b", "c"][index] as string, bps }));
  const judge = (amount: bigint, ...approved: string[]): bigint => {
    const approvals = new Map(approved.map((id) => [id, true]));
    const facts = { at: START, items: [], results: new Map(), approvals };
    return evaluatePolicy({ requirements, payout: { kind: "weighted", weights } }, amount, facts).gross;
  };
  // Rounded for each requirement alone this would be nothing.
  expect(judge(3n, "a", "b")).toBe(1n);
  expect(judge(2n, "a", "b")).toBe(1n);
  expect(judge(10n ** 30n, "a")).toBe(3333n * 10n ** 26n);
  expect(judge(7n, "a", "b", "c")).toBe(7n);
  expect(judge(1n, "a", "b")).toBe(0n);
});
