import type { VectorFile } from "../format.ts";
import { EMPTY, extend, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import { GONE, type Violation, violations } from "../schema-case.ts";
import {
  ACCEPTED,
  ATTESTED,
  accept,
  approve,
  approved,
  attest,
  CLOSING,
  cancel,
  close,
  DECIDED,
  DISPUTED,
  decide,
  dispute,
  FUNDED,
  fund,
  OFFERED,
  offer,
  REVIEW,
  RULED,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
  WINDOW,
} from "../story.ts";
import { at } from "../time.ts";

/** A submission that waits for a check and an approval. */
export const BOTH_PENDING: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [valid, approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit(),
);

/** The release after the ruling of the standard story. */
export const RULED_RELEASE: Step = release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 });

const envelope = (type: string): readonly Violation[] => {
  const one = `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
  const One = `A${one.slice(1)}`;
  return [
    [
      "without-revision",
      "/v",
      GONE,
      `${One} without a revision is malformed; that of the log must not be put in.`,
      "take the revision from the first event",
    ],
    [
      "revision-number",
      "/v",
      2026,
      `The revision of ${one} is text; what is no text is left to the schema.`,
      "report a number as a mixed revision",
    ],
    [
      "without-agreement",
      "/agreement",
      GONE,
      `${One} that names no agreement could be put into any.`,
      "skip LOG-2 when the member is missing",
    ],
    [
      "agreement-bare",
      "/agreement",
      "1".repeat(64),
      `Hexadecimal digits alone in ${one} do not say of which function they are.`,
      "compare the digits of digests only",
    ],
    ["without-seq", "/seq", GONE, `${One} without a number claims any place.`, "count events instead of reading seq"],
    ["seq-text", "/seq", "1", `The number of ${one} is a number.`, "turn text into numbers"],
    [
      "seq-0",
      "/seq",
      0,
      `Number 0 is the offer's, so ${one} with it is malformed before its place is looked at.`,
      "leave the least seq to LOG-1",
    ],
    [
      "seq-1024",
      "/seq",
      1024,
      `No log has an event of this number, so ${one} with it is malformed before its place is looked at.`,
      "leave the largest seq to LOG-1",
    ],
    [
      "without-prev",
      "/prev",
      GONE,
      `${One} that follows nothing could stand behind any event.`,
      "skip LOG-3 when the member is missing",
    ],
    [
      "prev-upper-case",
      "/prev",
      `sha256:${"A".repeat(64)}`,
      `Digests in ${one} have one spelling.`,
      "compare digests without case",
    ],
    ["without-at", "/at", GONE, `${One} without a time is in time for every timer.`, "use the time of arrival"],
    [
      "at-without-milliseconds",
      "/at",
      "2026-03-02T09:00:00Z",
      `Instants of ${one} have milliseconds, so that one instant has one spelling.`,
      "parse instants leniently",
    ],
    ["without-by", "/by", GONE, `${One} of nobody.`, "derive the party from the first signature"],
    ["by-role", "/by", "settler", `${One} is by a party, named by its id and not by its role.`, "accept roles as ids"],
    ["without-body", "/body", GONE, `${One} that says nothing.`, "treat a missing body as empty"],
    ["body-list", "/body", [], `The body of ${one} is an object.`, "check the members of the body only"],
    ["extra-member", "/note", "x", `What is signed with ${one} is understood as a whole.`, "ignore unknown members"],
  ];
};

const OFFER: readonly Violation[] = [
  ["without-seq", "/seq", GONE, "Also the offer has a number.", "default seq to 0"],
  ["seq-text", "/seq", "0", "The number of the offer is a number.", "turn text into numbers"],
  ["seq-negative", "/seq", -1, "Nothing stands before the offer.", "check the largest seq only"],
  [
    "with-agreement",
    "/agreement",
    `sha256:${"1".repeat(64)}`,
    "The offer is the agreement and names none.",
    "ignore it",
  ],
  ["without-at", "/at", GONE, "The time of the offer is where time starts.", "use the time of arrival"],
  ["without-by", "/by", GONE, "An offer of nobody.", "derive the party from the first signature"],
  ["by-empty", "/by", "", "The empty text is no id.", "accept any text as id"],
  ["without-body", "/body", GONE, "An offer without terms.", "treat a missing body as empty"],
  ["body-null", "/body", null, "null is no body.", "treat null as empty"],
];

type Kind = readonly [type: string, prefix: Log, step: Step, twin: string];

const KINDS: readonly Kind[] = [
  ["agreement.accepted", OFFERED, accept(), "log-chained"],
  ["agreement.cancelled", FUNDED, cancel(), "state-funded-cancelled"],
  ["escrow.funded", ACCEPTED, fund(), "money-funded"],
  ["work.submitted", FUNDED, submit(), "event-submitted"],
  ["evidence.attested", REVIEW, attest(), "event-attested"],
  ["approval.given", BOTH_PENDING, approve(), "schema-approval-given"],
  ["decision.made", ATTESTED, decide(), "policy-decision"],
  ["settlement.executed", DECIDED, settle(), "log-cause"],
  ["dispute.opened", WINDOW, dispute(), "state-disputed"],
  ["dispute.resolved", DISPUTED, rule(), "state-ruled"],
  ["holdback.released", RULED, RULED_RELEASE, "state-ruled-released"],
  ["agreement.closed", CLOSING, close(), "log-reason"],
];

const approval: LogCase = {
  id: "schema-approval-given",
  clause: "EVENT-4",
  why: "An approval while a check is pending as well.",
  kills: "end the review with the first answer",
  status: "review",
  balances: { buyer: "-48000", seller: "0", escrow: "48000", holdback: "0", fee: "0" },
  steps: [approve()],
};

/** What every event has around its body. */
export const schemaEvent: VectorFile = {
  path: "schema/event.json",
  op: "log.reduce",
  description:
    "Payloads of every type with a member that is missing, malformed or too much. The schema comes before the place in the log.",
  groups: [
    after("agreement.offered.", EMPTY, violations("agreement-offered", offer(), "event-offer", OFFER)),
    ...KINDS.map(([type, prefix, step, twin]) =>
      after(`${type}.`, prefix, [
        ...(type === "approval.given" ? [approval] : []),
        ...violations(type.replace(".", "-"), step, twin, envelope(type)),
      ]),
    ),
  ],
};
