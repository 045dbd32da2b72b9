import type { VectorFile } from "../format.ts";
import { EMPTY, extend, itemOf, type Log } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  accept,
  approve,
  approved,
  attest,
  CANCELLING,
  DISPUTED,
  dispute,
  ESCROW_BALANCES,
  FILE,
  fund,
  OFFERED,
  offer,
  REVIEW,
  rule,
  settle,
  submit,
  terms,
  valid,
  WINDOW,
} from "../story.ts";
import { at } from "../time.ts";

// Mistakes that a first case of the same code does not notice.

const amount = (value: string) => ({ value, assetCode: "USD", assetScale: 2 });
const perUnit = (cap: string) => ({
  amount: amount("9"),
  policy: { requirements: [valid], payout: { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap } },
});
const other = itemOf("other.csv", "x");
const waiting = (...requirements: readonly unknown[]): Log =>
  extend(
    EMPTY,
    offer(terms({ policy: { requirements, payout: { kind: "all-or-nothing" } } })),
    accept(),
    fund(),
    submit(),
  );
const TWO_CHECKS = waiting(valid, { ...valid, id: "again" }, approved);
const TWO_APPROVALS = waiting(approved, { ...approved, id: "again" });
const WITHOUT_ITEM = waiting({ ...valid, item: "other.csv" }, approved);

const offers: readonly LogCase[] = [
  {
    id: "cap-of-one-digit",
    clause: "MONEY-4",
    why: "A cap of 9 and an amount of 9.",
    kills: "compare cap < amount",
    status: "offered",
    balances: { buyer: "0", seller: "0", escrow: "0", holdback: "0", fee: "0" },
    steps: [offer(terms(perUnit("9")))],
  },
  {
    id: "cap-above-amount-as-number",
    clause: "MONEY-4",
    code: "MONEY_CAP",
    fault: "cap-of-two-digits",
    twin: "cap-of-one-digit",
    pointer: "/body/policy/payout/cap",
    why: "10 is more than 9, although as text it comes before it.",
    kills: "compare money as text",
    steps: [offer(terms(perUnit("10")))],
  },
];

/** More than one way to the same code. */
export const second: readonly VectorFile[] = [
  {
    path: "event/again.json",
    op: "log.reduce",
    description: "Things done twice or too early that look different from the first time.",
    groups: [
      after("Offers.", EMPTY, offers),
      after("In review.", REVIEW, [
        {
          id: "submitted-again-in-review",
          clause: "STATE-9",
          code: "STATE_IN_REVIEW",
          fault: "next-attempt-during-review",
          twin: "state-review-attested",
          pointer: "/type",
          why: "The number of the attempt is right, but the review of the first one is not over.",
          kills: "let a new submission replace the one under review",
          steps: [submit({ attempt: 2 }, { hours: 4 })],
        },
      ]),
      after("In dispute.", DISPUTED, [
        {
          id: "disputed-by-the-other-party",
          clause: "STATE-15",
          code: "STATE_ALREADY_DISPUTED",
          fault: "seller-disputes-as-well",
          twin: "state-ruled",
          pointer: "/type",
          why: "There is one dispute, whoever opened it.",
          kills: "allow a dispute for each party",
          steps: [dispute({}, { by: "seller", hours: 11 })],
        },
        {
          id: "ruled-above-as-number",
          clause: "MONEY-5",
          code: "MONEY_RULING_RANGE",
          fault: "ruled-10000-of-4800",
          twin: "event-ruled-all",
          pointer: "/body/toSeller",
          why: "10000 is more than 4800, although as text it comes before it.",
          kills: "compare money as text",
          steps: [rule({ toSeller: "10000" })],
        },
        {
          id: "ruled-the-whole-amount",
          clause: "MONEY-5",
          code: "MONEY_RULING_RANGE",
          fault: "ruled-the-amount",
          twin: "event-ruled-all",
          pointer: "/body/toSeller",
          why: "The amount is 48000, but 43200 of it have moved: a ruling is about what is held.",
          kills: "limit rulings to the amount",
          steps: [rule({ toSeller: "48000" })],
        },
      ]),
      after("Two checks and an approval wait.", TWO_CHECKS, [
        {
          id: "attested-both-checks",
          clause: "EVENT-15",
          why: "One checker answers two requirements about one item.",
          kills: "allow one attestation of an item",
          status: "review",
          balances: ESCROW_BALANCES,
          steps: [attest(), attest({ requirement: "again" })],
        },
        {
          id: "attested-otherwise",
          clause: "EVENT-15",
          code: "EVENT_ATTESTATION_DUPLICATE",
          fault: "attested-again-with-other-result",
          twin: "attested-both-checks",
          pointer: "/body/requirement",
          why: "A checker does not correct itself: the first word counts, and the second is refused.",
          kills: "let the last attestation win",
          steps: [attest({ result: { validityBps: 0 } }), attest({}, { hours: 5 })],
        },
      ]),
      after("Two approvals wait.", TWO_APPROVALS, [
        {
          id: "approved-one-of-two",
          clause: "EVENT-16",
          why: "One of two approvals is given, so the other is still pending.",
          kills: "let one approval answer for all",
          status: "review",
          balances: ESCROW_BALANCES,
          steps: [approve()],
        },
        {
          id: "approved-then-refused",
          clause: "EVENT-16",
          code: "EVENT_APPROVAL_DUPLICATE",
          fault: "refused-after-approval",
          twin: "approved-one-of-two",
          pointer: "/body/requirement",
          why: "A yes cannot be taken back.",
          kills: "let the last answer win",
          steps: [approve(), approve({ approved: false }, { hours: 5 })],
        },
      ]),
      after("The check is about an item that was not submitted; an approval waits.", WITHOUT_ITEM, [
        {
          id: "attested-missing-item",
          clause: "EVENT-14",
          code: "EVENT_SUBJECT_MISMATCH",
          fault: "item-of-the-requirement-is-missing",
          twin: "attested-both-checks",
          pointer: "/body/subject",
          why: "The submission has no item of that name, so nothing fits, not even the item that is there.",
          kills: "accept any item of the submission as subject",
          steps: [attest({ subject: FILE.evidence.digest })],
        },
        {
          id: "attested-item-from-elsewhere",
          clause: "EVENT-14",
          code: "EVENT_SUBJECT_MISMATCH",
          fault: "subject-was-never-submitted",
          twin: "attested-both-checks",
          pointer: "/body/subject",
          why: "An item of the right name may exist somewhere; it was not submitted.",
          kills: "skip the comparison when the item is missing",
          steps: [attest({ subject: other.evidence.digest })],
        },
      ]),
      after("A cancellation after funding.", CANCELLING, [
        {
          id: "ledger-cancelled-held",
          clause: "LEDGER-7",
          code: "LEDGER_HELD_MISMATCH",
          fault: "held-after-cancellation",
          twin: "state-cancelling-settled",
          pointer: "/body/held",
          why: "Everything goes back and a part of it is held as well: a cancellation holds nothing.",
          kills: "check held of decisions only",
          steps: [settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "4800" }, { hours: 3 })],
        },
      ]),
    ],
  },
  {
    path: "precedence/state.json",
    op: "log.reduce",
    description: "The state comes before the actor and the body.",
    groups: [
      after("Behind an offer.", OFFERED, [
        {
          id: "precedence-not-accepted-amount",
          clause: "STATE-4",
          code: "STATE_NOT_ACCEPTED",
          over: "MONEY_AMOUNT_MISMATCH",
          fault: "funded-less-before-acceptance",
          twin: "state-accepted",
          pointer: "/type",
          why: "Too little money for an offer that nobody accepted.",
          kills: "compare amounts before states",
          steps: [fund({ amount: amount("1") })],
        },
        {
          id: "precedence-not-accepted-actor",
          clause: "LOG-8",
          code: "STATE_NOT_ACCEPTED",
          over: "EVENT_ACTOR",
          fault: "funded-by-buyer-before-acceptance",
          twin: "state-accepted",
          pointer: "/type",
          why: "The buyer pays in, unasked and too early.",
          kills: "check actors before states",
          steps: [fund({}, { by: "buyer" })],
        },
      ]),
      after("In the window.", WINDOW, [
        {
          id: "precedence-not-disputed-actor",
          clause: "STATE-14",
          code: "STATE_NOT_DISPUTED",
          over: "EVENT_ACTOR",
          fault: "ruled-by-settler-without-dispute",
          twin: "state-disputed",
          pointer: "/type",
          why: "The settler rules where nobody disputes.",
          kills: "check actors before states",
          steps: [
            rule({}, { by: "settler", hours: 10, body: { dispute: `sha256:${"1".repeat(64)}`, toSeller: "1000" } }),
          ],
        },
      ]),
    ],
  },
];
