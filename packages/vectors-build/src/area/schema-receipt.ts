import { bytesOf, idOf, trustDoc } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  FOREIGN,
  fileOf,
  head,
  type Log,
  linesOf,
  receiptOf,
  sealReceipt,
} from "../log-builder.ts";
import { GONE, set, type Violation } from "../schema-case.ts";
import {
  accept,
  decide,
  EXPIRED,
  expire,
  FILE,
  fund,
  NO_BALANCES,
  NO_TOTALS,
  NO_WINDOW,
  offer,
  settle,
  submit,
  terms,
} from "../story.ts";
import { at } from "../time.ts";

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const events = await envelopes(EXPIRED);
const statement = receiptOf(EXPIRED, LATE);
const p = "/predicate";

const gone = (name: string, why: string, kills: string): Violation => [
  `predicate-without-${name.toLowerCase()}`,
  `${p}/${name}`,
  GONE,
  why,
  kills,
];

const rows: readonly Violation[] = [
  ["list", "", [statement], "One envelope has one statement, not a list of them.", "take the first entry of a list"],
  ["note", "/note", "x", "What the settler signs is understood as a whole.", "ignore unknown members of statements"],
  ["without-type", "/_type", GONE, "A statement of which version?", "ignore _type"],
  ["without-subject", "/subject", GONE, "A statement about nothing.", "take the subject from the predicate"],
  ["without-predicate-type", "/predicateType", GONE, "A predicate of which kind?", "ignore predicateType"],
  ["without-predicate", "/predicate", GONE, "A statement that says nothing.", "accept the subject alone"],
  [
    "type-older",
    "/_type",
    "https://in-toto.io/Statement/v0.1",
    "An older version of statements.",
    "accept any statement",
  ],
  ["subject-object", "/subject", { name: FOREIGN }, "Subjects are a list of one.", "accept a subject without a list"],
  ["subject-empty", "/subject", [], "No subject is no statement.", "take the subject from the predicate"],
  ["subject-text", "/subject/0", FOREIGN, "A subject has a name and a digest.", "accept a digest as a subject"],
  [
    "subject-note",
    "/subject/0/uri",
    "urn:x",
    "What the settler signs is understood as a whole.",
    "ignore unknown members of subjects",
  ],
  ["subject-without-name", "/subject/0/name", GONE, "The name is the agreement.", "compare the digest only"],
  ["subject-without-digest", "/subject/0/digest", GONE, "The digest is the head of the log.", "compare the name only"],
  [
    "subject-name-bare",
    "/subject/0/name",
    "1".repeat(64),
    "The agreement is named with its function.",
    "compare the digits of digests only",
  ],
  [
    "subject-digest-text",
    "/subject/0/digest",
    FOREIGN,
    "In-toto writes digests by function.",
    "accept digests of ours here",
  ],
  [
    "subject-digest-other-function",
    "/subject/0/digest/sha512",
    "00",
    "A second digest that nobody compares.",
    "ignore other functions",
  ],
  [
    "subject-digest-without-sha256",
    "/subject/0/digest",
    {},
    "No digest at all.",
    "compare the functions that are there",
  ],
  ["subject-sha256-number", "/subject/0/digest/sha256", 0, "A digest is text.", "turn numbers into text"],
  [
    "subject-sha256-prefixed",
    "/subject/0/digest/sha256",
    FOREIGN,
    "In-toto writes hexadecimal digits alone.",
    "strip a prefix",
  ],
  [
    "subject-sha256-line-feed",
    "/subject/0/digest/sha256",
    `${head(EXPIRED).slice("sha256:".length)}\n`,
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  ["predicate-list", p, [], "A predicate is an object.", "check the members only"],
  gone("v", "Of which revision?", "take the revision of the log"),
  gone("agreement", "About which agreement?", "take the subject's name"),
  gone("at", "Issued when?", "take the time of the closing"),
  gone("by", "By whom?", "take the signer"),
  gone("buyer", "Who paid?", "take the buyer of the log"),
  gone("seller", "Who worked?", "take the seller of the log"),
  gone("amount", "About how much?", "take the amount of the log"),
  gone("events", "How long is the log?", "take the number from the log"),
  gone("reason", "Why was it closed?", "take the reason from the log"),
  gone("outcome", "What came out?", "take the outcome from the log"),
  gone("totals", "How much went where?", "take the totals from the log"),
  ["agreement-short", `${p}/agreement`, "sha256:00", "A digest has 64 digits.", "compare prefixes of digests"],
  ["at-date", `${p}/at`, "2026-03-03", "An instant has a time.", "parse instants leniently"],
  [
    "by-empty",
    `${p}/by`,
    "",
    "The empty text is no id; it is malformed before it is compared.",
    "report RECEIPT_MISMATCH here",
  ],
  ["buyer-object", `${p}/buyer`, { id: idOf("buyer") }, "A receipt names ids.", "accept parties as ids"],
  ["seller-null", `${p}/seller`, null, "null is no id.", "treat null as unknown"],
  ["amount-text", `${p}/amount`, "480.00 USD", "An amount has three members.", "parse amounts of people"],
  ["events-text", `${p}/events`, "2", "A number is a number.", "turn text into numbers"],
  [
    "events-0",
    `${p}/events`,
    0,
    "No log is empty; it is malformed before it is compared.",
    "report RECEIPT_MISMATCH here",
  ],
  [
    "events-1025",
    `${p}/events`,
    1025,
    "No log is that long; it is malformed before it is compared.",
    "report RECEIPT_MISMATCH here",
  ],
  [
    "reason-other",
    `${p}/reason`,
    "expired",
    "There are four reasons; another is malformed before it is compared.",
    "report RECEIPT_MISMATCH here",
  ],
  [
    "outcome-other",
    `${p}/outcome`,
    "all",
    "There are three outcomes; another is malformed before it is compared.",
    "report RECEIPT_MISMATCH here",
  ],
  ["totals-null", `${p}/totals`, null, "Nothing is written as zeros.", "treat null as zeros"],
];

const reject = async ([name, path, value, why, kills]: Violation): Promise<Case> => ({
  id: `schema-receipt-${name}`,
  clause: "RECEIPT-2",
  code: "RECEIPT_SCHEMA",
  fault: `schema-${name}`,
  twin: "bundle-short",
  why,
  kills,
  input: {
    bundle: field(
      fileOf(linesOf({ events, receipt: await sealReceipt(path === "" ? value : set(statement, path, value)) })),
    ),
  },
});

// Half of the weight is met: the deadline is missed. Fee floor(24000 x 250 / 10000) = 600.
const HALF = extend(
  EMPTY,
  offer(
    terms({
      ...NO_WINDOW,
      policy: {
        requirements: [
          { id: "in-time", kind: "deadline", before: at(3) },
          { id: "delivered", kind: "item", item: "result.csv", mediaType: "text/csv" },
        ],
        payout: {
          kind: "weighted",
          weights: [
            { requirement: "in-time", bps: 5000 },
            { requirement: "delivered", bps: 5000 },
          ],
        },
      },
    }),
  ),
  accept(),
  fund(),
  submit(),
  decide(
    {
      due: at(3),
      requirements: [
        { id: "in-time", code: "POLICY_DEADLINE_MISSED" },
        { id: "delivered", code: "POLICY_MET" },
      ],
      gross: "24000",
      outcome: "partial",
    },
    { hours: 3 },
  ),
  settle({ due: at(3), toSeller: "23400", fee: "600", toBuyer: "24000", held: "0" }, { hours: 3 }),
  {
    ...expire({
      due: at(3),
      reason: "settled",
      totals: { funded: "48000", toSeller: "23400", fee: "600", toBuyer: "24000" },
    }),
    hours: 3,
  },
);
const UNFUNDED = extend(EMPTY, offer(), accept(), expire({ due: at(48), reason: "unfunded" }, { hours: 48 }));

const good = async (
  id: string,
  why: string,
  kills: string,
  log: Log,
  receipt: Parameters<typeof receiptOf>[1],
  balances: object,
): Promise<Case> => ({
  id: `receipt-${id}`,
  clause: "RECEIPT-3",
  why,
  kills,
  input: {
    bundle: field(
      fileOf(
        linesOf({
          events: await envelopes(log),
          evidence: id === "partial" ? [{ digest: FILE.evidence.digest }] : [],
          receipt: await sealReceipt(receiptOf(log, receipt)),
        }),
      ),
    ),
  },
  facts: {
    head: head(log),
    events: log.digests.length,
    status: "closed",
    outcome: receipt.outcome,
    reason: receipt.reason,
    totals: receipt.totals,
    balances,
  },
});

/** Receipts, member by member. */
export const schemaReceipt: VectorFile = {
  path: "schema/receipt.json",
  op: "bundle.verify",
  description:
    "Receipts with a member that is missing, malformed or too much, and outcomes and reasons that other files do not have.",
  groups: [
    {
      input: { trust: field(bytesOf(trustDoc())) },
      cases: [
        await good(
          "partial",
          "A part was awarded, the rest went back.",
          "derive the outcome from the reason",
          HALF,
          {
            at: at(3),
            reason: "settled",
            outcome: "partial",
            totals: { funded: "48000", toSeller: "23400", fee: "600", toBuyer: "24000" },
          },
          { ...NO_BALANCES, buyer: "-24000", seller: "23400", fee: "600" },
        ),
        await good(
          "unfunded",
          "Nobody funded in time.",
          "know three reasons",
          UNFUNDED,
          { at: at(48), reason: "unfunded", outcome: "none", totals: NO_TOTALS },
          NO_BALANCES,
        ),
        ...(await Promise.all(rows.map(reject))),
      ],
    },
  ],
};
