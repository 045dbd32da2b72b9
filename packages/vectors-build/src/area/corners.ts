import { idOf, type Player } from "../cast.ts";
import type { VectorFile } from "../format.ts";
import { EMPTY, extend, FOREIGN, head, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  ATTESTED,
  accept,
  approve,
  approved,
  attest,
  CLOSING,
  cancel,
  close,
  DECIDED,
  decide,
  delivered,
  dispute,
  ESCROW_BALANCES,
  expire,
  FILE,
  FUNDED,
  fund,
  NO_BALANCES,
  OFFERED,
  offer,
  outcomes,
  PARTIES,
  REVIEW,
  RULED,
  release,
  settle,
  submit,
  terms,
  valid,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

type Common = { readonly id: string; readonly clause: string; readonly why: string; readonly kills: string };

const fine = (common: Common, status: string, balances: object, ...steps: readonly Step[]): LogCase => ({
  ...common,
  status,
  balances,
  steps,
});
const wrong = (
  common: Common & { readonly code: string; readonly pointer: string; readonly twin: string },
  ...steps: readonly Step[]
): LogCase => ({ ...common, fault: common.id, steps });

// Who acts.

const actor = (id: string, twin: string, why: string, kills: string, ...steps: readonly Step[]): LogCase =>
  wrong({ id: `actor-${id}`, clause: "EVENT-5", code: "EVENT_ACTOR", pointer: "/by", twin, why, kills }, ...steps);

const SELLER_OFFERS: Log = extend(EMPTY, offer(terms(), { by: "seller" }));
const twoCheckers = {
  ...PARTIES,
  checkers: { quality: { id: idOf("checker") }, audit: { id: idOf("arbiter") }, own: { id: idOf("settler") } },
};
const TWO_CHECKERS: Log = extend(
  EMPTY,
  offer(
    terms({
      parties: twoCheckers,
      policy: {
        requirements: [valid, { ...valid, id: "audited", checker: "audit" }, approved],
        payout: { kind: "all-or-nothing" },
      },
    }),
  ),
  accept(),
  fund(),
  submit(),
);

const actors: VectorFile = {
  path: "event/actor.json",
  op: "log.reduce",
  description: "Whose event it is, where the first files do not say.",
  groups: [
    after("An offer by the seller.", SELLER_OFFERS, [
      fine(
        {
          id: "actor-buyer-accepts",
          clause: "EVENT-5",
          why: "The seller offered, so the buyer accepts.",
          kills: "let the seller accept always",
        },
        "accepted",
        NO_BALANCES,
        accept({ by: "buyer" }),
      ),
      actor(
        "seller-accepts-own-offer",
        "actor-buyer-accepts",
        "Nobody accepts their own offer, the seller neither.",
        "let the seller accept always",
        accept(),
      ),
    ]),
    after("Parties of an offer.", EMPTY, [
      fine(
        {
          id: "actor-checkers-of-many-parts",
          clause: "EVENT-6",
          why: "Arbiter and settler check as well; only the seller may not.",
          kills: "keep checkers apart from everyone but the buyer",
        },
        "offered",
        NO_BALANCES,
        offer(terms({ parties: twoCheckers })),
      ),
      wrong(
        {
          id: "actor-arbiter-is-buyer",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/arbiter/id",
          twin: "event-offer",
          why: "Nobody rules in their own dispute.",
          kills: "compare the arbiter with the settler only",
        },
        offer(terms({ parties: { ...PARTIES, arbiter: { id: idOf("buyer") } } })),
      ),
      wrong(
        {
          id: "actor-arbiter-is-seller",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/arbiter/id",
          twin: "event-offer",
          why: "Nobody rules in their own dispute, the seller neither.",
          kills: "compare the arbiter with the buyer only",
        },
        offer(terms({ parties: { ...PARTIES, arbiter: { id: idOf("seller") } } })),
      ),
      wrong(
        {
          id: "actor-second-checker-is-seller",
          clause: "EVENT-6",
          code: "EVENT_PARTIES_OVERLAP",
          pointer: "/body/parties/checkers/second/id",
          twin: "actor-checkers-of-many-parts",
          why: "Every checker is compared, also one that no requirement names.",
          kills: "compare the first checker only",
        },
        offer(
          terms({
            parties: { ...PARTIES, checkers: { quality: { id: idOf("checker") }, second: { id: idOf("seller") } } },
          }),
        ),
      ),
    ]),
    after("In review.", REVIEW, [
      actor(
        "buyer-cancels-in-review",
        "state-review-cancelled",
        "The buyer has seen the work and cannot cancel any more.",
        "let the buyer cancel until the decision",
        cancel({ by: "buyer", hours: 4 }),
      ),
    ]),
    after("Two checks by two checkers, and an approval.", TWO_CHECKERS, [
      fine(
        {
          id: "actor-each-checker",
          clause: "EVENT-5",
          why: "Each checker answers its own requirement.",
          kills: "let the first checker answer everything",
        },
        "review",
        ESCROW_BALANCES,
        attest(),
        attest({ requirement: "audited" }, { by: "arbiter" }),
      ),
      actor(
        "other-checker",
        "actor-each-checker",
        "The auditor answers for the quality checker: it is a checker of the offer, and not of this requirement.",
        "let any checker of the offer attest",
        attest({}, { by: "arbiter" }),
      ),
      wrong(
        {
          id: "actor-other-checker-unknown-requirement",
          clause: "EVENT-13",
          code: "EVENT_REQUIREMENT_UNKNOWN",
          pointer: "/body/requirement",
          twin: "actor-each-checker",
          why: "The requirement is none, so any checker of the offer may say so, and the requirement is the fault.",
          kills: "refuse the actor when the requirement is unknown",
        },
        attest({ requirement: "other" }, { by: "arbiter" }),
      ),
      wrong(
        {
          id: "actor-checker-of-no-requirement",
          clause: "EVENT-13",
          code: "EVENT_REQUIREMENT_UNKNOWN",
          pointer: "/body/requirement",
          twin: "actor-each-checker",
          why: "The settler is a checker of the offer that no requirement names; it attests an approval.",
          kills: "know checkers by the requirements that name them",
        },
        attest({ requirement: "approved" }, { by: "settler" }),
      ),
      actor(
        "buyer-attests-unknown-requirement",
        "actor-each-checker",
        "The buyer is no checker here, whatever it attests.",
        "look for the requirement before the actor",
        attest({ requirement: "other" }, { by: "buyer" }),
      ),
      actor(
        "seller-approves",
        "approved-one-of-two",
        "The seller approves its own work.",
        "let either party approve",
        approve({}, { by: "seller" }),
      ),
    ]),
    ...(
      [
        [
          "release",
          RULED,
          "state-ruled-released",
          release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
        ],
        ["closing", CLOSING, "log-reason", close()],
      ] as const
    ).map(([name, prefix, twin, step]) =>
      after(
        `By another party: ${name}.`,
        prefix,
        (["buyer", "arbiter"] as const satisfies readonly Player[]).map((by) =>
          actor(`${by}-${name}`, twin, `The ${by} makes the settler's ${name}.`, `let the ${by} make the ${name}`, {
            ...step,
            by,
          }),
        ),
      ),
    ),
    after("In the window.", WINDOW, [
      actor(
        "arbiter-disputes",
        "state-disputed",
        "Who rules does not dispute.",
        "let the arbiter open a dispute",
        dispute({}, { by: "arbiter" }),
      ),
      actor(
        "settler-disputes",
        "state-disputed",
        "Who holds the money does not dispute.",
        "let the settler open a dispute",
        dispute({}, { by: "settler" }),
      ),
    ]),
  ],
};

// What an event refers to.

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

const references: VectorFile = {
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

// Instants that have the right shape.

const FEBRUARY = "2026-02-30T00:00:00.000Z";
const instant = (name: string, pointer: string, twin: string, why: string, ...steps: readonly Step[]): LogCase =>
  wrong(
    {
      id: `instant-${name}`,
      clause: "TIME-1",
      code: "TIME_INSTANT",
      pointer,
      twin,
      why,
      kills: "check the shape of this instant only",
    },
    ...steps,
  );
const dueOf = (step: Step): Step => {
  const { body } = step;
  return { ...step, body: (log: Log) => ({ ...(typeof body === "function" ? body(log) : body), due: FEBRUARY }) };
};

const instants: VectorFile = {
  path: "time/instant.json",
  op: "log.reduce",
  description: "Every place of an instant in an event, and the ends of time.",
  groups: [
    after("Offers.", EMPTY, [
      fine(
        { id: "instant-first", clause: "TIME-1", why: "The first instant.", kills: "treat 0 as no time" },
        "offered",
        NO_BALANCES,
        offer(terms(), { change: { at: "1970-01-01T00:00:00.000Z" } }),
      ),
      fine(
        {
          id: "instant-last",
          clause: "TIME-1",
          why: "The last instant, for the offer and all of its deadlines.",
          kills: "keep milliseconds in 48 bits with a sign",
        },
        "offered",
        NO_BALANCES,
        offer(
          terms({
            acceptBy: "9999-12-31T23:59:59.999Z",
            fundBy: "9999-12-31T23:59:59.999Z",
            submitBy: "9999-12-31T23:59:59.999Z",
          }),
          { change: { at: "9999-12-31T23:59:59.999Z" } },
        ),
      ),
      fine(
        {
          id: "instant-leap-day-2000",
          clause: "TIME-1",
          why: "2000 was a leap year.",
          kills: "divide years by 100 only",
        },
        "offered",
        NO_BALANCES,
        offer(terms(), { change: { at: "2000-02-29T23:59:59.999Z" } }),
      ),
      instant(
        "minute-60",
        "/at",
        "instant-first",
        "There are sixty minutes, from 0 to 59.",
        offer(terms(), { change: { at: "2026-03-02T09:60:00.000Z" } }),
      ),
      instant(
        "day-0",
        "/at",
        "instant-first",
        "Days count from 1.",
        offer(terms(), { change: { at: "2026-03-00T09:00:00.000Z" } }),
      ),
      instant(
        "april-31",
        "/at",
        "instant-first",
        "April has thirty days.",
        offer(terms(), { change: { at: "2026-04-31T09:00:00.000Z" } }),
      ),
      instant(
        "year-0",
        "/at",
        "instant-first",
        "Time starts in 1970.",
        offer(terms(), { change: { at: "0000-01-01T00:00:00.000Z" } }),
      ),
      instant(
        "leap-day-1900",
        "/body/fundBy",
        "instant-leap-day-2000",
        "1900 was no leap year, and is before 1970.",
        offer(terms({ fundBy: "1900-02-29T00:00:00.000Z" })),
      ),
      instant(
        "submit-by",
        "/body/submitBy",
        "event-offer",
        "submitBy is an instant like the others.",
        offer(terms({ submitBy: FEBRUARY })),
      ),
    ]),
    after("Decisions.", ATTESTED, [
      instant(
        "due-of-decision",
        "/body/due",
        "policy-decision",
        "What was due was due at a real time.",
        dueOf(decide()),
      ),
    ]),
    after("Settlements.", DECIDED, [
      instant("due-of-settlement", "/body/due", "log-cause", "What was due was due at a real time.", dueOf(settle())),
    ]),
    after("Releases.", WINDOW, [
      instant(
        "due-of-release",
        "/body/due",
        "log-cause-release",
        "What was due was due at a real time.",
        dueOf(release()),
      ),
    ]),
    after("Closings.", CLOSING, [
      instant("due-of-closing", "/body/due", "log-reason", "What was due was due at a real time.", dueOf(close())),
    ]),
    after("Acceptances.", OFFERED, [
      instant(
        "at-of-later-event",
        "/at",
        "log-chained",
        "Every event has a real time, not only the first.",
        accept({ change: { at: "2026-03-02T24:00:00.000Z" } }),
      ),
    ]),
  ],
};

// Releases, field by field.

const pairs: readonly (readonly [string, string, string, string, object, string])[] = [
  [
    "due-cause",
    "TIME_DUE_MISMATCH",
    "LOG_CAUSE_MISMATCH",
    "/body/due",
    { due: at(21), cause: FOREIGN },
    "due is compared before the cause",
  ],
  [
    "cause-seller",
    "LOG_CAUSE_MISMATCH",
    "LEDGER_TO_SELLER_MISMATCH",
    "/body/cause",
    { cause: FOREIGN, toSeller: "976" },
    "the cause is compared before the money",
  ],
  [
    "seller-fee",
    "LEDGER_TO_SELLER_MISMATCH",
    "LEDGER_FEE_MISMATCH",
    "/body/toSeller",
    { toSeller: "976", fee: "24" },
    "toSeller is compared before the fee",
  ],
  [
    "fee-buyer",
    "LEDGER_FEE_MISMATCH",
    "LEDGER_TO_BUYER_MISMATCH",
    "/body/fee",
    { fee: "26", toBuyer: "3799" },
    "the fee is compared before toBuyer",
  ],
];
const releases: VectorFile = {
  path: "precedence/release.json",
  op: "log.reduce",
  description: "Two differences in a release: the first field wins.",
  groups: [
    after(
      "After a ruling.",
      RULED,
      pairs.map(([id, code, over, pointer, change, why]) => ({
        id: `precedence-release-${id}`,
        clause: "LOG-9",
        code,
        over,
        fault: `release-${id}`,
        twin: "state-ruled-released",
        pointer,
        why: `Of a release ${why}.`,
        kills: `compare the fields of a release in another order than ${id.replace("-", ", ")}`,
        steps: [release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800", ...change }, { hours: 20 })],
      })),
    ),
  ],
};

/** Actors, references and instants in the places that the first files leave out. */
export const corners: readonly VectorFile[] = [actors, references, instants, releases];
