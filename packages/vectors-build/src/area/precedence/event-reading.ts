import { idOf } from "../../cast.ts";
import type { LogCase } from "../../log-case.ts";
import { delivered, offer, PARTIES, terms, valid } from "../../story.ts";
import { at } from "../../time.ts";
import { two } from "./event-pair.ts";

const policy = (requirements: readonly unknown[], payout: unknown = { kind: "all-or-nothing" }) => ({
  policy: { requirements, payout },
});
const overlap = { parties: { ...PARTIES, seller: { id: idOf("buyer") } } };
const lateFund = { fundBy: at(24, -1) };
const noRuling = { rulingMs: 0 };
const badWeights = { kind: "weighted", weights: [{ requirement: "valid", bps: 1 }] };

/** Faults that the payload shows by itself. */
export const reading: readonly LogCase[] = [
  two(
    "event-type-schema",
    "EVENT-1",
    "EVENT_TYPE_UNKNOWN",
    "EVENT_SCHEMA",
    "event-offer",
    "The type before the schema, because the type chooses it.",
    offer(terms(), { change: { type: "x", seq: -1 } }),
  ),
  two(
    "event-requirement-payout",
    "EVENT-1",
    "POLICY_REQUIREMENT_UNKNOWN",
    "POLICY_PAYOUT_UNKNOWN",
    "event-offer",
    "Requirements before the payout.",
    offer(terms(policy([{ id: "x", kind: "oracle" }], { kind: "auction" }))),
  ),
  two(
    "event-payout-schema",
    "EVENT-1",
    "POLICY_PAYOUT_UNKNOWN",
    "EVENT_SCHEMA",
    "event-offer",
    "Kinds before the schema, so that a newer policy does not look malformed.",
    offer(terms({ ...policy([delivered], { kind: "auction" }), feeBps: -1 })),
  ),
  two(
    "event-schema-instant",
    "EVENT-1",
    "EVENT_SCHEMA",
    "TIME_INSTANT",
    "event-offer",
    "The schema before instants.",
    offer(terms({ feeBps: -1 }), { change: { at: "2026-02-30T09:00:00.000Z" } }),
  ),
  two(
    "event-instant-actor",
    "LOG-8",
    "TIME_INSTANT",
    "EVENT_ACTOR",
    "event-offer",
    "An event is read before it is applied.",
    offer(terms({ acceptBy: "2026-02-30T09:00:00.000Z" }), { by: "stranger" }),
  ),
  two(
    "offer-actor-overlap",
    "EVENT-5",
    "EVENT_ACTOR",
    "EVENT_PARTIES_OVERLAP",
    "event-offer",
    "The author before the terms.",
    offer(terms(overlap), { by: "stranger" }),
  ),
  two(
    "offer-overlap-deadline",
    "EVENT-6",
    "EVENT_PARTIES_OVERLAP",
    "EVENT_DEADLINE_ORDER",
    "event-offer",
    "Parties before deadlines.",
    offer(terms({ ...overlap, ...lateFund })),
  ),
  two(
    "offer-deadline-dispute",
    "EVENT-7",
    "EVENT_DEADLINE_ORDER",
    "EVENT_DISPUTE_TERMS",
    "event-offer",
    "Deadlines before dispute terms.",
    offer(terms({ ...lateFund, ...noRuling })),
  ),
  two(
    "offer-dispute-name",
    "EVENT-8",
    "EVENT_DISPUTE_TERMS",
    "EVENT_NAME_DUPLICATE",
    "event-offer",
    "Dispute terms before the policy.",
    offer(terms({ ...noRuling, ...policy([delivered, delivered]) })),
  ),
  two(
    "offer-name-checker",
    "EVENT-9",
    "EVENT_NAME_DUPLICATE",
    "POLICY_CHECKER_UNKNOWN",
    "event-offer",
    "Of one requirement its name comes first.",
    offer(terms(policy([delivered, { ...valid, id: "delivered", checker: "nobody" }]))),
  ),
  two(
    "offer-checker-operator",
    "POLICY-4",
    "POLICY_CHECKER_UNKNOWN",
    "POLICY_OPERATOR",
    "event-offer",
    "Then its checker, then its operator.",
    offer(terms(policy([{ ...valid, checker: "nobody", value: "x" }]))),
  ),
  two(
    "offer-operator-name-later",
    "POLICY-5",
    "POLICY_OPERATOR",
    "EVENT_NAME_DUPLICATE",
    "event-offer",
    "Requirements are judged one by one: a fault of the first comes before any of the second.",
    offer(terms(policy([{ ...valid, value: "x" }, { ...valid }]))),
  ),
  two(
    "offer-operator-weights",
    "POLICY-5",
    "POLICY_OPERATOR",
    "POLICY_WEIGHTS",
    "event-offer",
    "Requirements before the payout.",
    offer(terms(policy([{ ...valid, value: "x" }], badWeights))),
  ),
  two(
    "offer-check-tiers",
    "POLICY-7",
    "POLICY_CHECK_UNKNOWN",
    "POLICY_TIERS",
    "event-offer-tiers",
    "The check before the tiers.",
    offer(terms(policy([valid], { kind: "tiers", check: "x", pointer: "", tiers: [{ below: 1, bps: 1 }] }))),
  ),
  two(
    "offer-check-cap",
    "POLICY-7",
    "POLICY_CHECK_UNKNOWN",
    "MONEY_CAP",
    "event-offer-cap-equals-amount",
    "The check before the cap.",
    offer(terms(policy([valid], { kind: "per-unit", check: "x", pointer: "", unitValue: "1", cap: "48001" }))),
  ),
];
