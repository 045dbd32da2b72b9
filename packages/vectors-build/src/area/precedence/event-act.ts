import type { Group } from "../../format.ts";
import { FOREIGN } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import {
  ACCEPTED,
  accept,
  attest,
  DISPUTED,
  dispute,
  FILE,
  FUNDED,
  fund,
  OFFERED,
  offer,
  REVIEW,
  rule,
  submit,
  terms,
  WINDOW,
} from "../../story.ts";
import { at } from "../../time.ts";
import { bend, two } from "./event-pair.ts";

const lateFund = { fundBy: at(24, -1) };

const badItems = { items: [FILE.item, { ...FILE.item, size: 9 }] };
const longResult = { result: { note: "x".repeat(17_000) } };

/** Events of the parties behind an acceptance, the funding, a submission, a settlement and a dispute. */
export const later: readonly Group[] = [
  after("Behind an acceptance.", ACCEPTED, [
    two(
      "funding-asset-value",
      "MONEY-2",
      "MONEY_ASSET_MISMATCH",
      "MONEY_AMOUNT_MISMATCH",
      "money-funded",
      "The asset before the value.",
      fund({ amount: { value: "1", assetCode: "EUR", assetScale: 2 } }),
    ),
    two(
      "funding-actor-asset",
      "LOG-8",
      "EVENT_ACTOR",
      "MONEY_ASSET_MISMATCH",
      "money-funded",
      "The author before the body.",
      fund({ amount: { value: "1", assetCode: "EUR", assetScale: 2 } }, { by: "buyer" }),
    ),
  ]),
  after("Behind the funding.", FUNDED, [
    two(
      "submission-attempt-name",
      "EVENT-10",
      "EVENT_ATTEMPT_MISMATCH",
      "EVENT_NAME_DUPLICATE",
      "event-submitted",
      "The attempt before the items.",
      submit({ attempt: 2, items: [FILE.item, FILE.item] }),
    ),
    two(
      "submission-name-conflict",
      "EVENT-9",
      "EVENT_NAME_DUPLICATE",
      "EVENT_ITEM_CONFLICT",
      "event-submitted",
      "Of one item its name comes first.",
      submit(badItems),
    ),
  ]),
  after("In review.", REVIEW, [
    two(
      "attestation-instant-result",
      "EVENT-1",
      "TIME_INSTANT",
      "LIMIT_RESULT_BYTES",
      "event-attested",
      "Instants before the size of the result.",
      { ...attest(longResult), change: { at: "2026-02-30T09:00:00.000Z" } },
    ),
    two(
      "attestation-result-place",
      "LOG-8",
      "LIMIT_RESULT_BYTES",
      "LOG_SEQ_MISMATCH",
      "event-attested",
      "An event is read before it is applied.",
      { ...attest(longResult), change: { seq: 9 } },
    ),
    two(
      "attestation-submission-requirement",
      "EVENT-12",
      "EVENT_SUBMISSION_MISMATCH",
      "EVENT_REQUIREMENT_UNKNOWN",
      "event-attested",
      "The submission before the requirement.",
      attest({ submission: FOREIGN, requirement: "x" }),
    ),
    two(
      "attestation-requirement-subject",
      "EVENT-13",
      "EVENT_REQUIREMENT_UNKNOWN",
      "EVENT_SUBJECT_MISMATCH",
      "event-attested",
      "The requirement before the subject.",
      attest({ requirement: "x", subject: FOREIGN }),
    ),
  ]),
  after("In the window.", WINDOW, [
    two(
      "dispute-decision-items",
      "EVENT-17",
      "EVENT_DECISION_MISMATCH",
      "EVENT_NAME_DUPLICATE",
      "event-disputed-by-seller",
      "The decision before the items.",
      dispute({ decision: FOREIGN, items: [FILE.item, FILE.item] }),
    ),
  ]),
  after("In dispute.", DISPUTED, [
    two(
      "ruling-dispute-range",
      "EVENT-18",
      "EVENT_DISPUTE_MISMATCH",
      "MONEY_RULING_RANGE",
      "event-ruled-all",
      "The dispute before the amount.",
      rule({ dispute: FOREIGN, toSeller: "4801" }),
    ),
  ]),
];

/** Events behind an offer. */
export const offered: Group = after("Behind an offer.", OFFERED, [
  two(
    "seq-agreement",
    "LOG-8",
    "LOG_SEQ_MISMATCH",
    "LOG_AGREEMENT_MISMATCH",
    "log-chained",
    "seq first.",
    bend(accept(), { seq: 2, agreement: FOREIGN }),
  ),
  two(
    "agreement-prev",
    "LOG-8",
    "LOG_AGREEMENT_MISMATCH",
    "LOG_PREV_MISMATCH",
    "log-chained",
    "Then agreement.",
    bend(accept(), { agreement: FOREIGN, prev: FOREIGN }),
  ),
  two(
    "prev-backwards",
    "LOG-8",
    "LOG_PREV_MISMATCH",
    "TIME_BACKWARDS",
    "log-chained",
    "Then prev.",
    bend(accept(), { prev: FOREIGN, at: at(0, -1) }),
  ),
  two(
    "timer-state",
    "LOG-8",
    "TIME_TIMER_MISSING",
    "STATE_NOT_FUNDED",
    "log-chained",
    "A missed timer before the state table.",
    submit({}, { hours: 24 }),
  ),
  two(
    "state-actor",
    "LOG-8",
    "STATE_NOT_FUNDED",
    "EVENT_ACTOR",
    "log-chained",
    "The state table before the author.",
    submit({}, { by: "stranger", hours: 2 }),
  ),
  two(
    "second-offer-place",
    "LOG-8",
    "STATE_ALREADY_OFFERED",
    "EVENT_DEADLINE_ORDER",
    "log-chained",
    "A second offer has no place; its terms are not looked at.",
    offer(terms(lateFund), { hours: 1 }),
  ),
  two(
    "mixed-type",
    "EVENT-1",
    "EVENT_REVISION_MIXED",
    "EVENT_TYPE_UNKNOWN",
    "log-chained",
    "The revision first, also in the middle of a log.",
    bend(accept(), { v: "2027-05", type: "x" }),
  ),
]);
