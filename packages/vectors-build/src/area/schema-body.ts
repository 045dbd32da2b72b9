import type { VectorFile } from "../format.ts";
import { after } from "../log-case.ts";
import { GONE, type Violation, violations } from "../schema-case.ts";
import {
  ACCEPTED,
  ATTESTED,
  accept,
  approve,
  attest,
  CLOSING,
  cancel,
  close,
  DECIDED,
  DISPUTED,
  decide,
  dispute,
  FILE,
  FUNDED,
  fund,
  OFFERED,
  REVIEW,
  RULED,
  rule,
  settle,
  submit,
  WINDOW,
} from "../story.ts";
import { BOTH_PENDING, RULED_RELEASE } from "./schema-event.ts";

const note = (why: string): Violation => ["note", "/body/note", "x", why, "ignore unknown members of bodies"];
const item = "/body/items/0";

const cancelled: readonly Violation[] = [
  note("A second reason that nobody reads."),
  [
    "reason-empty",
    "/body/reason",
    "",
    "The empty text is no reason; without one the member is left out.",
    "accept empty text",
  ],
  ["reason-number", "/body/reason", 1, "A reason is text.", "turn numbers into text"],
  ["reason-null", "/body/reason", null, "null is not absent.", "treat null as absent"],
];

const funded: readonly Violation[] = [
  note("What was funded is understood as a whole."),
  ["without-amount", "/body/amount", GONE, "The settler says how much it holds.", "take the agreed amount"],
  ["amount-null", "/body/amount", null, "null is no amount.", "treat null as the agreed amount"],
  ["funding-text", "/body/funding", "deposit 1", "The funding names rail and reference.", "accept any text"],
  [
    "funding-without-rail",
    "/body/funding/rail",
    GONE,
    "A reference means something on its rail only.",
    "default the rail",
  ],
  [
    "funding-without-reference",
    "/body/funding/reference",
    GONE,
    "A rail alone finds no payment.",
    "default the reference",
  ],
  [
    "funding-note",
    "/body/funding/note",
    "x",
    "What was funded is understood as a whole.",
    "ignore unknown members of fundings",
  ],
  [
    "funding-rail-upper-case",
    "/body/funding/rail",
    "SEPA",
    "Rails have names like everything else.",
    "accept any text as a rail",
  ],
  [
    "funding-reference-257",
    "/body/funding/reference",
    "x".repeat(257),
    "256 characters are the most.",
    "no upper limit",
  ],
];

const submitted: readonly Violation[] = [
  note("What was submitted is understood as a whole."),
  ["without-attempt", "/body/attempt", GONE, "A submission states its number.", "count submissions instead"],
  ["without-items", "/body/items", GONE, "A submission has items.", "default to no items"],
  ["attempt-text", "/body/attempt", "1", "A number is a number.", "turn text into numbers"],
  [
    "attempt-0",
    "/body/attempt",
    0,
    "Attempts count from 1; 0 is malformed before it is compared.",
    "leave the least attempt to EVENT-10",
  ],
  [
    "attempt-17",
    "/body/attempt",
    17,
    "No agreement has a 17th attempt; it is malformed before it is compared.",
    "leave the largest attempt to EVENT-10",
  ],
  ["items-object", "/body/items", { "result.csv": FILE.item }, "Items have an order.", "take the values of an object"],
  ["items-empty", "/body/items", [], "A submission of nothing.", "accept an empty submission"],
  ["item-digest-text", item, FILE.evidence.digest, "An item has four members.", "accept a digest as an item"],
  ["item-without-name", `${item}/name`, GONE, "Requirements find items by name.", "name items by number"],
  ["item-without-media-type", `${item}/mediaType`, GONE, "Requirements compare types.", "default the type"],
  [
    "item-without-digest",
    `${item}/digest`,
    GONE,
    "Without a digest nothing is submitted.",
    "accept items to be handed in later",
  ],
  [
    "item-without-size",
    `${item}/size`,
    GONE,
    "The size is part of what was submitted.",
    "skip BUNDLE-11 when the size is missing",
  ],
  [
    "item-note",
    `${item}/url`,
    "https://seller.example/result.csv",
    "What is at a url changes; what was submitted does not.",
    "ignore unknown members of items",
  ],
  [
    "item-name-path",
    `${item}/name`,
    "../../etc/passwd",
    "Who unpacks evidence by name must not leave the folder.",
    "accept paths as names",
  ],
  [
    "item-media-type-upper-case",
    `${item}/mediaType`,
    "Text/CSV",
    "Media types have one case.",
    "compare types without case",
  ],
  [
    "item-digest-upper-case",
    `${item}/digest`,
    FILE.evidence.digest.toUpperCase(),
    "Digests have one case.",
    "compare digests without case",
  ],
  [
    "item-digest-line-feed",
    `${item}/digest`,
    `${FILE.evidence.digest}\n`,
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  ["item-size-text", `${item}/size`, "8", "A size is a number.", "turn text into numbers"],
  ["item-size-negative", `${item}/size`, -1, "No file is shorter than nothing.", "check the digest only"],
];

const attested: readonly Violation[] = [
  note("What was attested is understood as a whole; a checker has the result for its own words."),
  [
    "without-submission",
    "/body/submission",
    GONE,
    "An attestation is about one submission.",
    "take the submission under review",
  ],
  ["without-subject", "/body/subject", GONE, "An attestation is about one item.", "take the item of the requirement"],
  [
    "without-requirement",
    "/body/requirement",
    GONE,
    "An attestation answers one requirement.",
    "answer every requirement of the checker",
  ],
  ["without-result", "/body/result", GONE, "An attestation without a finding.", "default to an empty result"],
  ["submission-number", "/body/submission", 3, "A submission is named by its digest.", "accept the number of an event"],
  ["subject-name", "/body/subject", "result.csv", "An item is named by its digest.", "accept the name of an item"],
  [
    "requirement-line-feed",
    "/body/requirement",
    "valid\n",
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  ["result-null", "/body/result", null, "A result is an object, also when nothing was found.", "treat null as empty"],
];

const approval: readonly Violation[] = [
  note("An approval under conditions is none."),
  [
    "without-submission",
    "/body/submission",
    GONE,
    "An approval is about one submission.",
    "take the submission under review",
  ],
  ["without-requirement", "/body/requirement", GONE, "An approval answers one requirement.", "answer every approval"],
  ["without-approved", "/body/approved", GONE, "An approval that says neither yes nor no.", "default to yes"],
  ["submission-short", "/body/submission", "sha256:00", "A digest has 64 digits.", "accept prefixes of digests"],
  ["requirement-empty", "/body/requirement", "", "The empty text is no name.", "accept empty names"],
  ["approved-text", "/body/approved", "yes", "Yes is true.", "treat every text as yes"],
  ["approved-number", "/body/approved", 1, "1 is not true.", "treat numbers as booleans"],
];

const decision: readonly Violation[] = [
  note("What was decided is understood as a whole."),
  ["without-due", "/body/due", GONE, "A reaction says when it was due.", "take at as due"],
  ["without-attempt", "/body/attempt", GONE, "A decision says about which attempt it is.", "count submissions instead"],
  ["without-requirements", "/body/requirements", GONE, "A decision gives its reasons.", "compare gross only"],
  ["without-gross", "/body/gross", GONE, "A decision says how much.", "derive gross from the outcome"],
  ["without-outcome", "/body/outcome", GONE, "A decision says what people read.", "derive the outcome from gross"],
  ["without-final", "/body/final", GONE, "A decision says whether it is the last.", "derive final from gross"],
  ["due-date", "/body/due", "2026-03-02", "An instant has a time.", "parse instants leniently"],
  [
    "submission-null",
    "/body/submission",
    null,
    "A decision without a submission leaves the member out.",
    "treat null as absent",
  ],
  ["attempt-text", "/body/attempt", "1", "A number is a number.", "turn text into numbers"],
  [
    "attempt-negative",
    "/body/attempt",
    -1,
    "Attempts count from 0 here; less is malformed before it is compared.",
    "leave the least attempt to EVENT-10",
  ],
  [
    "attempt-17",
    "/body/attempt",
    17,
    "No agreement has a 17th attempt; it is malformed before it is compared.",
    "leave the largest attempt to EVENT-10",
  ],
  [
    "requirements-object",
    "/body/requirements",
    { delivered: "POLICY_MET" },
    "Reasons have the order of the policy.",
    "take the entries of an object",
  ],
  [
    "requirements-empty",
    "/body/requirements",
    [],
    "An empty list is malformed before it is compared with the policy.",
    "report POLICY_REQUIREMENTS_MISMATCH here",
  ],
  [
    "requirements-61",
    "/body/requirements",
    Array.from({ length: 61 }, () => ({ id: "x", code: "POLICY_MET" })),
    "61 reasons are malformed before they are compared with the policy.",
    "report POLICY_REQUIREMENTS_MISMATCH here",
  ],
  [
    "requirement-code-alone",
    "/body/requirements/0",
    "POLICY_MET",
    "A reason names its requirement.",
    "accept codes by place",
  ],
  [
    "requirement-without-id",
    "/body/requirements/0/id",
    GONE,
    "A reason names its requirement.",
    "accept codes by place",
  ],
  [
    "requirement-without-code",
    "/body/requirements/0/code",
    GONE,
    "A requirement without its reason.",
    "count a missing code as met",
  ],
  [
    "requirement-note",
    "/body/requirements/0/note",
    "x",
    "What was decided is understood as a whole.",
    "ignore unknown members of reasons",
  ],
  ["requirement-id-number", "/body/requirements/0/id", 0, "Ids are text.", "take the requirement of that place"],
  ["requirement-met-true", "/body/requirements/0/code", true, "A reason is a code.", "treat true as met"],
  [
    "requirement-code-other-area",
    "/body/requirements/0/code",
    "JSON_SYNTAX",
    "Reasons are codes of the policy; others are malformed before they are compared.",
    "report POLICY_REQUIREMENTS_MISMATCH here",
  ],
  [
    "requirement-code-line-feed",
    "/body/requirements/0/code",
    "POLICY_MET\n",
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  ["gross-number", "/body/gross", 48_000, "Money is text.", "accept numbers as money"],
  [
    "gross-negative",
    "/body/gross",
    "-1",
    "Nobody is awarded less than nothing; it is malformed before it is compared.",
    "report POLICY_GROSS_MISMATCH here",
  ],
  ["gross-leading-zero", "/body/gross", "048000", "One value has one spelling.", "compare values as numbers"],
  [
    "outcome-upper-case",
    "/body/outcome",
    "FULL",
    "There are three outcomes in one case.",
    "report POLICY_OUTCOME_MISMATCH here",
  ],
  ["final-text", "/body/final", "true", "Yes is true.", "treat every text as true"],
];

const moved = (members: readonly string[], number: string): readonly Violation[] => [
  note("What was moved is understood as a whole."),
  ["without-due", "/body/due", GONE, "A reaction says when it was due.", "take at as due"],
  ["without-cause", "/body/cause", GONE, "Money moves for a reason.", "take prev as the cause"],
  ["due-number", "/body/due", 0, "Instants are text.", "accept milliseconds"],
  ["cause-type", "/body/cause", "decision.made", "A cause is named by its digest.", "accept the type of an event"],
  ...members.flatMap((name): Violation[] => [
    [
      `without-${name.toLowerCase()}`,
      `/body/${name}`,
      GONE,
      `${name} is written down, also when it is 0.`,
      `default ${name} to 0`,
    ],
    [
      `${name.toLowerCase()}-${number === "" ? "empty" : number.startsWith("-") ? "negative" : "number"}`,
      `/body/${name}`,
      number.startsWith("-") || number === "" ? number : Number(number),
      `${name} is money as text; anything else is malformed before it is compared.`,
      `compare ${name} as a number`,
    ],
  ]),
];

const disputed: readonly Violation[] = [
  note("What is disputed is understood as a whole."),
  ["without-decision", "/body/decision", GONE, "A dispute is about one decision.", "take the last decision"],
  ["without-reason", "/body/reasonCode", GONE, "A dispute says why.", "default the reason"],
  ["decision-number", "/body/decision", 5, "A decision is named by its digest.", "accept the number of an event"],
  ["reason-text", "/body/reasonCode", "Wrong data!", "A reason code is a name.", "accept any text as a code"],
  ["items-null", "/body/items", null, "Without items the member is left out.", "treat null as absent"],
  ["items-empty", "/body/items", [], "Without items the member is left out.", "accept an empty list"],
  [
    "items-65",
    "/body/items",
    Array.from({ length: 65 }, (_, index) => ({ ...FILE.item, name: `x${index}` })),
    "64 items are the most.",
    "check items of submissions only",
  ],
  [
    "item-without-name",
    "/body/items",
    [{ ...FILE.item, name: "" }],
    "Items of a dispute are items like others.",
    "check items of submissions only",
  ],
];

const ruled: readonly Violation[] = [
  note("A ruling under conditions is none."),
  ["without-dispute", "/body/dispute", GONE, "A ruling is about one dispute.", "take the open dispute"],
  ["without-to-seller", "/body/toSeller", GONE, "A ruling says how much.", "default to the holdback"],
  ["dispute-number", "/body/dispute", 7, "A dispute is named by its digest.", "accept the number of an event"],
  [
    "to-seller-negative",
    "/body/toSeller",
    "-1",
    "A ruling takes nothing back; less than nothing is malformed before its range is looked at.",
    "report MONEY_RULING_RANGE here",
  ],
  ["to-seller-number", "/body/toSeller", 1000, "Money is text.", "accept numbers as money"],
  ["reason-empty", "/body/reason", "", "The empty text is no reason.", "accept empty text"],
];

const closed: readonly Violation[] = [
  note("A closing is understood as a whole."),
  ["without-due", "/body/due", GONE, "A reaction says when it was due.", "take at as due"],
  ["without-reason", "/body/reason", GONE, "A closing says why.", "derive the reason from the log"],
  ["without-totals", "/body/totals", GONE, "A closing says how much in all.", "derive the totals from the log"],
  ["due-null", "/body/due", null, "null is no instant.", "treat null as at"],
  [
    "reason",
    "/body/reason",
    "done",
    "There are four reasons; another is malformed before it is compared.",
    "report LOG_REASON_MISMATCH here",
  ],
  ["totals-list", "/body/totals", ["48000", "46800", "1200", "0"], "Totals have names.", "take totals by place"],
  [
    "totals-note",
    "/body/totals/held",
    "0",
    "What is not understood must not be believed.",
    "ignore unknown members of totals",
  ],
  ...["funded", "toSeller", "fee", "toBuyer"].flatMap((name): Violation[] => [
    [
      `totals-without-${name.toLowerCase()}`,
      `/body/totals/${name}`,
      GONE,
      `The total of ${name} is written down, also when it is 0.`,
      `default the total of ${name} to 0`,
    ],
    [
      `totals-${name.toLowerCase()}-number`,
      `/body/totals/${name}`,
      0,
      `The total of ${name} is money as text; a number is malformed before it is compared.`,
      `compare the total of ${name} as a number`,
    ],
  ]),
];

/** The bodies of events other than the offer. */
export const schemaBody: VectorFile = {
  path: "schema/body.json",
  op: "log.reduce",
  description:
    "Bodies with a member that is missing, malformed or too much. What a schema refuses is refused before it is compared with anything.",
  groups: [
    after(
      "agreement.accepted.",
      OFFERED,
      violations("acceptance", accept(), "log-chained", [note("An acceptance under conditions is none.")]),
    ),
    after(
      "agreement.cancelled.",
      FUNDED,
      violations("cancellation", cancel({ body: { reason: "no time" } }), "state-funded-cancelled", cancelled),
    ),
    after("escrow.funded.", ACCEPTED, violations("funding", fund(), "money-funded", funded)),
    after("work.submitted.", FUNDED, violations("submission", submit(), "event-submitted", submitted)),
    after("evidence.attested.", REVIEW, violations("attestation", attest(), "event-attested", attested)),
    after("approval.given.", BOTH_PENDING, violations("approval", approve(), "schema-approval-given", approval)),
    after("decision.made.", ATTESTED, violations("decision", decide(), "policy-decision", decision)),
    after(
      "settlement.executed.",
      DECIDED,
      violations("settlement", settle(), "log-cause", moved(["toSeller", "fee", "toBuyer", "held"], "0")),
    ),
    after("dispute.opened.", WINDOW, violations("dispute", dispute(), "state-disputed", disputed)),
    after("dispute.resolved.", DISPUTED, violations("ruling", rule(), "state-ruled", ruled)),
    after(
      "holdback.released.",
      RULED,
      violations("release", RULED_RELEASE, "state-ruled-released", moved(["toSeller", "fee", "toBuyer"], "-1")),
    ),
    after("agreement.closed.", CLOSING, violations("closing", close(), "log-reason", closed)),
  ],
};
