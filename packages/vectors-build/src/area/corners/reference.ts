import type { VectorFile } from "../../format.ts";
import { EMPTY, extend, head, type Log } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import {
  ATTESTED,
  accept,
  approved,
  attest,
  cancel,
  DECIDED,
  decide,
  delivered,
  dispute,
  ESCROW_BALANCES,
  expire,
  FILE,
  FUNDED,
  fund,
  OFFERED,
  offer,
  outcomes,
  settle,
  submit,
  terms,
  WINDOW_BALANCES,
} from "../../story.ts";
import { at } from "../../time.ts";
import { fine, wrong } from "./case.ts";

const FAILED = decide({
  requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"),
  gross: "0",
  outcome: "none",
  final: false,
});
const FIRST_FAILED: Log = extend(FUNDED, submit(), attest({ result: { validityBps: 0 } }), FAILED);
const SECOND_PAID: Log = extend(
  FIRST_FAILED,
  submit({ attempt: 2 }, { hours: 5 }),
  attest((log) => ({ submission: head(log, 6) }), { hours: 6 }),
  decide((log) => ({ due: at(6), submission: head(log, 6), attempt: 2 }), { hours: 6 }),
  settle({ due: at(6) }, { hours: 6 }),
);
const LOST: Log = extend(
  EMPTY,
  offer(
    terms({
      policy: {
        requirements: [{ ...delivered, item: "other.csv" }, approved],
        payout: { kind: "all-or-nothing" },
      },
    }),
  ),
  accept(),
  fund(),
  submit(),
);
const lost = (due: number) =>
  decide(
    {
      due: at(due),
      requirements: [
        { id: "delivered", code: "POLICY_ITEM_MISSING" },
        { id: "approved", code: "POLICY_APPROVAL_TIMEOUT" },
      ],
      gross: "0",
      outcome: "none",
      final: false,
    },
    { hours: due },
  );
const ONE_INSTANT: Log = extend(
  EMPTY,
  offer(terms({ acceptBy: at(24), fundBy: at(26), submitBy: at(27) })),
  accept(),
  fund(),
  submit(),
);
const unanswered = (final: boolean) =>
  decide(
    {
      due: at(27),
      requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
      gross: "0",
      outcome: "none",
      final,
    },
    { hours: 27 },
  );

/** Events that refer to earlier ones, over several attempts. */
export const references: VectorFile = {
  path: "event/reference.json",
  op: "log.reduce",
  description: "Events that refer to earlier ones, over several attempts.",
  groups: [
    after("A first attempt failed.", FIRST_FAILED, [
      fine(
        {
          id: "reference-same-file-again",
          clause: "EVENT-11",
          why: "The same file is submitted again, with the same size.",
          kills: "refuse a digest that was submitted before",
        },
        "review",
        ESCROW_BALANCES,
        submit({ attempt: 2 }, { hours: 5 }),
      ),
      wrong(
        {
          id: "reference-other-size-later",
          clause: "EVENT-11",
          code: "EVENT_ITEM_CONFLICT",
          pointer: "/body/items/0/size",
          twin: "reference-same-file-again",
          why: "One digest has one size in the whole log, not only in one submission.",
          kills: "compare sizes within one submission",
        },
        submit({ attempt: 2, items: [{ ...FILE.item, name: "other.csv", size: 9 }] }, { hours: 5 }),
      ),
    ]),
    after("A second attempt was paid; the window is open.", SECOND_PAID, [
      fine(
        {
          id: "reference-final-decision",
          clause: "EVENT-17",
          why: "The dispute is about the decision that paid.",
          kills: "name the first decision",
        },
        "disputed",
        WINDOW_BALANCES,
        dispute((log) => ({ decision: head(log, 8) })),
      ),
      wrong(
        {
          id: "reference-earlier-decision",
          clause: "EVENT-17",
          code: "EVENT_DECISION_MISMATCH",
          pointer: "/body/decision",
          twin: "reference-final-decision",
          why: "The decision about the first attempt is one of this log, and over.",
          kills: "accept any decision of the log",
        },
        dispute((log) => ({ decision: head(log, 5) })),
      ),
      wrong(
        {
          id: "reference-settlement-as-decision",
          clause: "EVENT-17",
          code: "EVENT_DECISION_MISMATCH",
          pointer: "/body/decision",
          twin: "reference-final-decision",
          why: "A dispute is about the decision, not about the settlement that followed.",
          kills: "take the event before the dispute",
        },
        dispute((log) => ({ decision: head(log) })),
      ),
    ]),
    after("The item is missing, so nothing can be paid; an approval is still pending.", LOST, [
      fine(
        {
          id: "reference-lost-and-pending",
          clause: "POLICY-26",
          why: "At reviewBy the decision is due, as long as something was pending.",
          kills: "decide as soon as nothing can be paid",
        },
        "funded",
        ESCROW_BALANCES,
        lost(27),
      ),
      wrong(
        {
          id: "reference-lost-decided-early",
          clause: "STATE-17",
          code: "STATE_NOT_DUE",
          pointer: "/type",
          twin: "reference-lost-and-pending",
          why: "The outcome is certain, and the decision is not due before the buyer answered or reviewBy came.",
          kills: "decide as soon as nothing can be paid",
        },
        lost(4),
      ),
    ]),
    after("reviewBy and submitBy are one instant, hour 27.", ONE_INSTANT, [
      fine(
        {
          id: "reference-final-at-submit-by",
          clause: "POLICY-12",
          why: "The due of the decision is submitBy, so no further attempt is possible: it is final.",
          kills: "compare due > submitBy",
        },
        "decided",
        ESCROW_BALANCES,
        unanswered(true),
      ),
      wrong(
        {
          id: "reference-open-at-submit-by",
          clause: "POLICY-12",
          code: "POLICY_FINAL_MISMATCH",
          pointer: "/body/final",
          twin: "reference-final-at-submit-by",
          why: "The seller could not submit again in any case.",
          kills: "compare due > submitBy",
        },
        unanswered(false),
      ),
    ]),
    after("A cancelled offer.", extend(OFFERED, cancel()), [
      wrong(
        {
          id: "reference-cancelled-as-expired",
          clause: "LOG-6",
          code: "LOG_REASON_MISMATCH",
          pointer: "/body/reason",
          twin: "state-cancelled-closed",
          why: "The offer was cancelled before it could expire.",
          kills: "take the reason from whether anybody accepted",
        },
        expire({ due: at(3) }, { hours: 3 }),
      ),
    ]),
    after("More than the amount.", ATTESTED, [
      wrong(
        {
          id: "reference-awarded-above-amount",
          clause: "POLICY-10",
          code: "POLICY_GROSS_MISMATCH",
          pointer: "/body/gross",
          twin: "policy-decision",
          why: "The settler awards a unit more than there is.",
          kills: "compare gross >= the policy's",
        },
        decide({ gross: "48001" }),
      ),
    ]),
    after("More than the escrow.", DECIDED, [
      wrong(
        {
          id: "reference-settled-above-escrow",
          clause: "LEDGER-4",
          code: "LEDGER_TO_SELLER_MISMATCH",
          pointer: "/body/toSeller",
          twin: "log-cause",
          why: "The settlement pays out everything that is held as well.",
          kills: "leave the balance to the ledger",
        },
        settle({ toSeller: "46920" }),
      ),
    ]),
  ],
};
