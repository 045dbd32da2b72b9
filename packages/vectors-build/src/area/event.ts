import { bytesOf, idOf, keyOf } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, extend, FOREIGN, head, itemOf, type Log, payloadOf } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  accept,
  approve,
  approved,
  attest,
  cancel,
  DISPUTED,
  delivered,
  dispute,
  ESCROW_BALANCES,
  FILE,
  FUNDED,
  fund,
  NO_BALANCES,
  NO_WINDOW,
  OFFERED,
  offer,
  PARTIES,
  PARTIES_WITHOUT_ARBITER,
  REVIEW,
  rule,
  submit,
  terms,
  valid,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

type Row = readonly [
  fault: string,
  pointer: string | undefined,
  change: Record<string, unknown>,
  why: string,
  kills: string,
];

const refuse = (
  clause: string,
  code: string,
  rows: readonly Row[],
  twin = "event-offer",
  prefix = "event-offer",
): readonly LogCase[] =>
  rows.map(([fault, pointer, change, why, kills]) => ({
    id: `${prefix}-${fault}`,
    clause,
    code,
    fault,
    twin,
    ...(pointer === undefined ? {} : { pointer }),
    why,
    kills,
    steps: [offer(terms(change))],
  }));

const good = (id: string, clause: string, why: string, change: Record<string, unknown>, kills?: string): LogCase => ({
  id: `event-offer${id}`,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms(change))],
});

const party = (role: string, entry: unknown) => ({ parties: { ...PARTIES, [role]: entry } });
const policy = (requirements: readonly unknown[], payout: unknown = { kind: "all-or-nothing" }) => ({
  policy: { requirements, payout },
});
const checks = (count: number) => Array.from({ length: count }, (_, index) => ({ ...delivered, id: `r${index}` }));
const checkers = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index === 0 ? "quality" : `c${index}`, { id: idOf("checker") }]),
  );
const tiers = (...list: readonly unknown[]) =>
  policy([valid], { kind: "tiers", check: "valid", pointer: "/n", tiers: list });
const weighted = (...list: readonly (readonly [string, number])[]) =>
  policy([delivered, valid], { kind: "weighted", weights: list.map(([requirement, bps]) => ({ requirement, bps })) });
const perUnit = (cap: string) =>
  policy([valid], { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap });
const pins = (count: number) =>
  Array.from({ length: count }, (_, index) => `${keyOf("buyer").keyid.slice(0, 40)}${String(index).padStart(2, "0")}A`);
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ rel: "order", uri: `urn:order:${index}` }));

const fits: readonly LogCase[] = [
  good("", "EVENT-4", "The standard offer.", {}),
  good("-60-requirements", "EVENT-4", "60 requirements are allowed.", policy(checks(60)), "reject the limit itself"),
  good(
    "-16-checkers",
    "EVENT-4",
    "16 checkers are allowed.",
    party("checkers", checkers(16)),
    "reject the limit itself",
  ),
  good(
    "-32-tiers",
    "EVENT-4",
    "32 tiers are allowed.",
    tiers(...Array.from({ length: 31 }, (_, below) => ({ below, bps: 1 })), { bps: 0 }),
    "reject the limit itself",
  ),
  good(
    "-16-pins",
    "EVENT-4",
    "16 pinned keys are allowed.",
    party("buyer", { id: idOf("buyer"), keys: pins(16) }),
    "reject the limit itself",
  ),
  good(
    "-16-references",
    "EVENT-19",
    "16 references are allowed, and nothing follows from them.",
    { references: references(16) },
    "reject the limit itself",
  ),
  good(
    "-long-uri",
    "EVENT-4",
    "A uri has at most 2048 characters.",
    { references: [{ rel: "terms", uri: `urn:${"x".repeat(2044)}` }] },
    "reject the limit itself",
  ),
  good(
    "-long-party-id",
    "EVENT-6",
    "A party is an id, and pins are optional. (The id of the full length is in edge-party-id-256.)",
    party("buyer", { id: idOf("buyer") }),
    "demand pins",
  ),
  good(
    "-long-name",
    "EVENT-4",
    "A name has at most 64 characters.",
    policy([{ ...delivered, id: "x".repeat(64) }]),
    "reject the limit itself",
  ),
  good(
    "-text-value-astral",
    "EVENT-4",
    "256 characters beyond the basic plane are 512 code units and 1024 bytes; characters count.",
    policy([{ ...valid, op: "eq", value: "\u{1f600}".repeat(256) }]),
    "count UTF-16 code units",
  ),
  good(
    "-duration-max",
    "TIME-6",
    "Ten years is the longest duration; what follows from it saturates.",
    { reviewMs: 315_576_000_000 },
    "reject the limit itself",
  ),
  good("-no-window", "EVENT-8", "Without a window there is no arbiter, no holdback and no ruling time.", NO_WINDOW),
  good(
    "-amount-max",
    "MONEY-1",
    "10^30 can be agreed.",
    { amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 } },
    "reject the limit itself",
  ),
  good(
    "-caip-19",
    "MONEY-1",
    "Assets of blockchains have CAIP-19 ids.",
    { amount: { value: "1", assetCode: "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f", assetScale: 18 } },
    "allow ISO 4217 only",
  ),
  good(
    "-deadlines-equal",
    "EVENT-7",
    "All three deadlines may be one instant.",
    { acceptBy: at(24), fundBy: at(24), submitBy: at(24) },
    "demand strict order",
  ),
  good(
    "-checker-is-buyer",
    "EVENT-6",
    "The buyer may check the work; only the seller may not.",
    party("checkers", { quality: { id: idOf("buyer") } }),
    "keep checkers apart from everyone",
  ),
  good(
    "-weighted",
    "POLICY-6",
    "Weights for every requirement that add up to 10000.",
    weighted(["delivered", 1], ["valid", 9999]),
  ),
  good(
    "-tiers",
    "POLICY-8",
    "Two bounded tiers and an open one.",
    tiers({ below: -5, bps: 0 }, { below: 5, bps: 1 }, { bps: 2 }),
  ),
  good("-tiers-one", "POLICY-8", "One open tier is enough.", tiers({ bps: 5000 }), "demand two tiers"),
  good("-cap-equals-amount", "MONEY-4", "The cap may be the whole amount.", perUnit("48000"), "compare cap < amount"),
  good("-boolean-check", "POLICY-5", "eq and ne compare booleans.", policy([{ ...valid, op: "ne", value: false }])),
];

const schema: readonly Row[] = [
  [
    "nonce-upper-case",
    undefined,
    { nonce: "000102030405060708090A0B0C0D0E0F" },
    "One nonce has one spelling.",
    "compare hex without case",
  ],
  ["nonce-short", undefined, { nonce: "00" }, "128 bits make an agreement unique.", "accept any nonce"],
  [
    "amount-zero",
    undefined,
    { amount: { value: "0", assetCode: "USD", assetScale: 2 } },
    "An agreement is about at least one minor unit.",
    "accept 0 as an amount",
  ],
  [
    "amount-number",
    undefined,
    { amount: { value: 48000, assetCode: "USD", assetScale: 2 } },
    "Money is text.",
    "accept numbers as money",
  ],
  [
    "amount-above-max",
    undefined,
    { amount: { value: `1${"0".repeat(29)}1`, assetCode: "USD", assetScale: 2 } },
    "One more than 10^30.",
    "check the number of digits only",
  ],
  [
    "asset-lower-case",
    undefined,
    { amount: { value: "1", assetCode: "usd", assetScale: 2 } },
    "Codes of ISO 4217 are upper case.",
    "compare assets without case",
  ],
  ["bps-10001", undefined, { feeBps: 10001 }, "More than everything.", "accept any fee"],
  ["bps-negative", undefined, { holdbackBps: -1 }, "Less than nothing.", "accept negative shares"],
  [
    "duration-above-max",
    undefined,
    { reviewMs: 315_576_000_001 },
    "A millisecond more than ten years.",
    "no upper limit",
  ],
  [
    "duration-negative",
    undefined,
    { disputeMs: -1 },
    "A window cannot end before it starts.",
    "accept negative durations",
  ],
  ["attempts-17", undefined, { attemptsMax: 17 }, "16 attempts are the most.", "no upper limit"],
  ["attempts-0", undefined, { attemptsMax: 0 }, "One attempt is the least.", "accept 0 attempts"],
  ["61-requirements", undefined, policy(checks(61)), "60 are the most.", "no upper limit"],
  [
    "no-requirement",
    undefined,
    policy([]),
    "A policy without requirements would always pay.",
    "accept an empty policy",
  ],
  ["17-checkers", undefined, party("checkers", checkers(17)), "16 are the most.", "no upper limit"],
  [
    "33-tiers",
    undefined,
    tiers(...Array.from({ length: 32 }, (_, below) => ({ below, bps: 1 })), { bps: 0 }),
    "32 are the most.",
    "no upper limit",
  ],
  ["17-pins", undefined, party("buyer", { id: idOf("buyer"), keys: pins(17) }), "16 are the most.", "no upper limit"],
  [
    "no-pin",
    undefined,
    party("buyer", { id: idOf("buyer"), keys: [] }),
    "An empty list would let nobody act.",
    "treat an empty list as none",
  ],
  ["17-references", undefined, { references: references(17) }, "16 are the most.", "no upper limit"],
  [
    "reference-empty",
    undefined,
    { references: [{ rel: "order" }] },
    "A reference refers to something.",
    "accept rel alone",
  ],
  [
    "long-uri-2049",
    undefined,
    { references: [{ rel: "terms", uri: `urn:${"x".repeat(2045)}` }] },
    "2048 characters are the most.",
    "no upper limit",
  ],
  [
    "name-65",
    undefined,
    policy([{ ...delivered, id: "x".repeat(65) }]),
    "64 characters are the most.",
    "no upper limit",
  ],
  [
    "name-upper-case",
    undefined,
    policy([{ ...delivered, id: "Delivered" }]),
    "Names have one case.",
    "compare names without case",
  ],
  [
    "text-value-257",
    undefined,
    policy([{ ...valid, op: "eq", value: "\u{1f600}".repeat(257) }]),
    "One character more than 256.",
    "no upper limit",
  ],
  [
    "value-fraction-text",
    undefined,
    policy([{ ...valid, value: null }]),
    "null cannot be compared with.",
    "accept any value",
  ],
  [
    "pointer-without-slash",
    undefined,
    policy([{ ...valid, pointer: "validityBps" }]),
    "Inside a document a bad pointer is a violation of the schema.",
    "report JSON_POINTER here",
  ],
  [
    "unknown-operator",
    undefined,
    policy([{ ...valid, op: "like" }]),
    "There are six operators.",
    "ignore unknown operators",
  ],
  [
    "requirement-extra-member",
    undefined,
    policy([{ ...delivered, note: "x" }]),
    "What is not understood must not be agreed.",
    "ignore unknown members",
  ],
  [
    "party-id-upper-host",
    undefined,
    party("buyer", { id: "https://Buyer.example" }),
    "Hosts have one case.",
    "compare ids without case",
  ],
  [
    "party-id-257",
    undefined,
    party("buyer", { id: `urn:${"x".repeat(253)}` }),
    "256 bytes are the most.",
    "no upper limit",
  ],
  ["party-id-space", undefined, party("buyer", { id: "urn:a b" }), "An id has no spaces.", "accept any text as id"],
  [
    "party-id-not-ascii",
    undefined,
    party("buyer", { id: "urn:b\u00fcyer" }),
    "Look-alike letters are kept out by ASCII.",
    "accept IRIs",
  ],
  [
    "media-type-upper-case",
    undefined,
    policy([{ ...delivered, mediaType: "text/CSV" }]),
    "Media types have one case.",
    "compare without case",
  ],
  [
    "terms-extra-member",
    undefined,
    { note: "x" },
    "What is not understood must not be agreed.",
    "ignore unknown members",
  ],
  [
    "instant-shape",
    undefined,
    { acceptBy: "2026-03-03T09:00:00Z" },
    "Instants have milliseconds.",
    "parse dates leniently",
  ],
];

const rules: readonly LogCase[] = [
  ...refuse("POLICY-2", "POLICY_REQUIREMENT_UNKNOWN", [
    [
      "requirement-kind",
      "/body/policy/requirements/1/kind",
      policy([delivered, { id: "x", kind: "oracle" }]),
      "A newer policy must be told from a malformed one.",
      "skip unknown requirements",
    ],
  ]),
  ...refuse("POLICY-3", "POLICY_PAYOUT_UNKNOWN", [
    [
      "payout-kind",
      "/body/policy/payout/kind",
      policy([delivered], { kind: "auction" }),
      "A newer payout must be told from a malformed one.",
      "pay nothing for unknown payouts",
    ],
  ]),
  ...refuse("EVENT-6", "EVENT_PARTIES_OVERLAP", [
    [
      "buyer-is-seller",
      "/body/parties/seller/id",
      party("seller", { id: idOf("buyer") }),
      "Nobody buys from themselves.",
      "compare neighbours only",
    ],
    [
      "settler-is-buyer",
      "/body/parties/settler/id",
      party("settler", { id: idOf("buyer") }),
      "Whoever holds the escrow must be neither side.",
      "compare buyer and seller only",
    ],
    [
      "settler-is-seller",
      "/body/parties/settler/id",
      party("settler", { id: idOf("seller") }),
      "Whoever holds the escrow must be neither side.",
      "compare with the buyer only",
    ],
    [
      "arbiter-is-settler",
      "/body/parties/arbiter/id",
      party("arbiter", { id: idOf("settler") }),
      "Who executes a ruling must not make it.",
      "leave the arbiter out",
    ],
    [
      "checker-is-seller",
      "/body/parties/checkers/quality/id",
      party("checkers", { quality: { id: idOf("seller") } }),
      "Nobody attests their own work.",
      "leave checkers out",
    ],
  ]),
  ...refuse("EVENT-7", "EVENT_DEADLINE_ORDER", [
    [
      "fund-before-accept",
      "/body/fundBy",
      { fundBy: at(24, -1) },
      "Funding would be late before the acceptance is.",
      "compare submitBy only",
    ],
    [
      "submit-before-fund",
      "/body/submitBy",
      { submitBy: at(48, -1) },
      "The work would be late before it is paid for.",
      "compare fundBy only",
    ],
  ]),
  ...refuse("EVENT-8", "EVENT_DISPUTE_TERMS", [
    [
      "window-without-arbiter",
      "/body/parties/arbiter",
      { parties: PARTIES_WITHOUT_ARBITER },
      "A dispute needs somebody to rule.",
      "let disputes time out",
    ],
    [
      "window-without-ruling-time",
      "/body/rulingMs",
      { rulingMs: 0 },
      "An arbiter needs time to rule.",
      "accept rulingMs 0",
    ],
  ]),
  ...refuse(
    "EVENT-8",
    "EVENT_DISPUTE_TERMS",
    [
      [
        "holdback-without-window",
        "/body/holdbackBps",
        { ...NO_WINDOW, holdbackBps: 1 },
        "Money is held for a window that there is not.",
        "hold money without a window",
      ],
      [
        "ruling-without-window",
        "/body/rulingMs",
        { ...NO_WINDOW, rulingMs: 1 },
        "Terms that cannot take effect give one deal two forms.",
        "ignore rulingMs",
      ],
      [
        "arbiter-without-window",
        "/body/parties/arbiter",
        { ...NO_WINDOW, parties: PARTIES },
        "Terms that cannot take effect give one deal two forms.",
        "ignore the arbiter",
      ],
    ],
    "event-offer-no-window",
  ),
  ...refuse("EVENT-9", "EVENT_NAME_DUPLICATE", [
    [
      "requirement-twice",
      "/body/policy/requirements/1/id",
      policy([delivered, { ...valid, id: "delivered" }]),
      "Results could not be told apart.",
      "let the last requirement win",
    ],
  ]),
  ...refuse("POLICY-4", "POLICY_CHECKER_UNKNOWN", [
    [
      "checker-unknown",
      "/body/policy/requirements/0/checker",
      policy([{ ...valid, checker: "nobody" }]),
      "Nobody could attest.",
      "leave the check pending",
    ],
    [
      "checker-inherited",
      "/body/policy/requirements/0/checker",
      policy([{ ...valid, checker: "constructor" }]),
      "The name is in every object of JavaScript and in no offer.",
      "look checkers up with `in`",
    ],
  ]),
  ...refuse("POLICY-5", "POLICY_OPERATOR", [
    [
      "text-order",
      "/body/policy/requirements/0/op",
      policy([{ ...valid, value: "9990" }]),
      "Order of text depends on the locale.",
      "compare text by code units",
    ],
    [
      "boolean-order",
      "/body/policy/requirements/0/op",
      policy([{ ...valid, op: "lt", value: true }]),
      "true is not more than false.",
      "convert booleans to numbers",
    ],
  ]),
  ...refuse(
    "POLICY-6",
    "POLICY_WEIGHTS",
    [
      [
        "weights-9999",
        "/body/policy/payout/weights",
        weighted(["delivered", 1], ["valid", 9998]),
        "A part of the amount would belong to nobody.",
        "skip the sum",
      ],
      [
        "weights-10001",
        "/body/policy/payout/weights",
        weighted(["delivered", 2], ["valid", 9999]),
        "More than everything would be awarded.",
        "compare sum <= 10000",
      ],
      [
        "weights-missing",
        "/body/policy/payout/weights",
        weighted(["delivered", 10000]),
        "A requirement without a weight.",
        "count missing weights as 0",
      ],
      [
        "weights-order",
        "/body/policy/payout/weights",
        weighted(["valid", 9999], ["delivered", 1]),
        "One policy has one form.",
        "look weights up by name",
      ],
      [
        "weights-twice",
        "/body/policy/payout/weights",
        weighted(["delivered", 5000], ["delivered", 5000]),
        "A requirement would count twice.",
        "compare lengths only",
      ],
    ],
    "event-offer-weighted",
  ),
  ...refuse(
    "POLICY-7",
    "POLICY_CHECK_UNKNOWN",
    [
      [
        "tiers-unknown-check",
        "/body/policy/payout/check",
        policy([valid], { kind: "tiers", check: "other", pointer: "/n", tiers: [{ bps: 1 }] }),
        "There is no number to read.",
        "pay the last tier",
      ],
      [
        "tiers-check-of-other-kind",
        "/body/policy/payout/check",
        policy([delivered, valid], { kind: "tiers", check: "delivered", pointer: "/n", tiers: [{ bps: 1 }] }),
        "Only a check has a result with numbers.",
        "look the id up in any requirement",
      ],
      [
        "per-unit-unknown-check",
        "/body/policy/payout/check",
        policy([valid], { kind: "per-unit", check: "other", pointer: "/n", unitValue: "1", cap: "1" }),
        "There is no quantity to read.",
        "count 0 units",
      ],
    ],
    "event-offer-tiers",
  ),
  ...refuse(
    "POLICY-8",
    "POLICY_TIERS",
    [
      [
        "tiers-equal-bounds",
        "/body/policy/payout/tiers/1/below",
        tiers({ below: 5, bps: 1 }, { below: 5, bps: 2 }, { bps: 3 }),
        "The second tier could never match.",
        "compare with <=",
      ],
      [
        "tiers-descending",
        "/body/policy/payout/tiers/1/below",
        tiers({ below: 5, bps: 1 }, { below: 4, bps: 2 }, { bps: 3 }),
        "The order would decide.",
        "sort tiers",
      ],
      [
        "tiers-open-in-middle",
        "/body/policy/payout/tiers/0/below",
        tiers({ bps: 1 }, { bps: 2 }),
        "Nothing could reach the tiers behind an open one.",
        "stop at the first open tier",
      ],
      [
        "tiers-last-bounded",
        "/body/policy/payout/tiers/0/below",
        tiers({ below: 5, bps: 1 }),
        "Some number would match no tier.",
        "pay nothing when no tier matches",
      ],
    ],
    "event-offer-tiers",
  ),
  ...refuse(
    "MONEY-4",
    "MONEY_CAP",
    [
      [
        "cap-above-amount",
        "/body/policy/payout/cap",
        perUnit("48001"),
        "More than the escrow would be awarded.",
        "skip the check of the cap",
      ],
    ],
    "event-offer-cap-equals-amount",
  ),
];

const actor: readonly LogCase[] = (["settler", "arbiter", "checker", "stranger"] as const).map((by) => ({
  id: `event-offer-by-${by}`,
  clause: "EVENT-5",
  code: "EVENT_ACTOR",
  fault: `offer-by-${by}`,
  twin: "event-offer",
  pointer: "/by",
  why: `The ${by} has nothing to offer: an offer is by the buyer or the seller.`,
  kills: "allow any party to offer",
  steps: [offer(terms(), { by })],
}));

const sellerOffer: LogCase = {
  id: "event-offer-by-seller",
  clause: "EVENT-5",
  why: "The seller may offer, too.",
  kills: "allow the buyer to offer only",
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms(), { by: "seller" })],
};

// Payloads by themselves.

const wrong = (
  id: string,
  clause: string,
  code: string,
  fault: string,
  change: Record<string, unknown>,
  why: string,
  kills: string,
  more: object = {},
): LogCase => ({
  id,
  clause,
  code,
  fault,
  twin: "event-offer",
  why,
  kills,
  steps: [offer(terms(), { change })],
  ...more,
});

const payloads: readonly LogCase[] = [
  wrong(
    "event-revision-unknown",
    "EVENT-2",
    "EVENT_REVISION_UNKNOWN",
    "later-revision",
    { v: "2027-05" },
    "A log of a later revision is neither good nor bad: this verifier cannot tell.",
    "reject unknown revisions",
    { verdict: "indeterminate", pointer: "/v" },
  ),
  wrong(
    "event-revision-case",
    "EVENT-2",
    "EVENT_REVISION_UNKNOWN",
    "upper-case-revision",
    { v: "2026-11-DRAFT" },
    "Revisions are compared exactly.",
    "compare revisions without case",
    { verdict: "indeterminate", pointer: "/v" },
  ),
  wrong(
    "event-revision-unknown-type",
    "EVENT-1",
    "EVENT_REVISION_UNKNOWN",
    "later-revision-and-type",
    { v: "2027-05", type: "agreement.proposed" },
    "The revision comes first: a later one may have other types.",
    "check the type first",
    { verdict: "indeterminate" },
  ),
  wrong(
    "event-revision-missing",
    "EVENT-2",
    "EVENT_SCHEMA",
    "no-revision",
    { v: undefined },
    "Without a revision the payload is malformed, not unknown.",
    "default to the known revision",
  ),
  wrong(
    "event-revision-number",
    "EVENT-2",
    "EVENT_SCHEMA",
    "numeric-revision",
    { v: 2026 },
    "A revision is text.",
    "treat other types as unknown",
  ),
  wrong(
    "event-type-unknown",
    "EVENT-3",
    "EVENT_TYPE_UNKNOWN",
    "unknown-type",
    { type: "agreement.proposed" },
    "There are thirteen types.",
    "skip unknown events",
    { pointer: "/type" },
  ),
  wrong(
    "event-type-inherited",
    "EVENT-3",
    "EVENT_TYPE_UNKNOWN",
    "inherited-type",
    { type: "constructor" },
    "The name is in every object of JavaScript and no type.",
    "look types up in a plain object",
    { pointer: "/type" },
  ),
  wrong(
    "event-type-missing",
    "EVENT-3",
    "EVENT_SCHEMA",
    "no-type",
    { type: undefined },
    "Without a type the payload is malformed.",
    "treat a missing type as unknown",
  ),
  wrong(
    "event-type-number",
    "EVENT-3",
    "EVENT_SCHEMA",
    "numeric-type",
    { type: 1 },
    "A type is text.",
    "treat other types as unknown",
  ),
  wrong(
    "event-offer-with-prev",
    "EVENT-4",
    "EVENT_SCHEMA",
    "offer-with-prev",
    { prev: FOREIGN },
    "An offer refers to nothing before it.",
    "ignore unknown members",
  ),
  wrong(
    "event-offer-seq-1",
    "EVENT-4",
    "EVENT_SCHEMA",
    "offer-with-seq-1",
    { seq: 1 },
    "An offer is event 0.",
    "accept any seq",
  ),
  wrong(
    "event-extra-member",
    "EVENT-4",
    "EVENT_SCHEMA",
    "extra-member",
    { note: "x" },
    "What is signed is understood as a whole or not at all.",
    "ignore unknown members",
  ),
  wrong(
    "event-at-shape",
    "EVENT-4",
    "EVENT_SCHEMA",
    "at-with-offset",
    { at: "2026-03-02T09:00:00.000+01:00" },
    "Another shape is a violation of the schema.",
    "parse dates leniently",
  ),
  wrong(
    "event-at-not-real",
    "TIME-1",
    "TIME_INSTANT",
    "at-30-february",
    { at: "2026-02-30T09:00:00.000Z" },
    "The shape is right and the day does not exist.",
    "let days overflow",
    { pointer: "/at" },
  ),
  wrong(
    "event-at-leap-second",
    "TIME-1",
    "TIME_INSTANT",
    "at-leap-second",
    { at: "2016-12-31T23:59:60.000Z" },
    "Milliseconds since 1970 have no leap seconds.",
    "accept second 60",
    { pointer: "/at" },
  ),
  ...refuse("TIME-1", "TIME_INSTANT", [
    [
      "accept-by-not-real",
      "/body/acceptBy",
      { acceptBy: "2026-04-31T00:00:00.000Z" },
      "Deadlines are instants, too.",
      "check at only",
    ],
    [
      "deadline-not-real",
      "/body/policy/requirements/0/before",
      policy([{ id: "early", kind: "deadline", before: "2026-04-31T00:00:00.000Z" }]),
      "Instants inside a policy count as well.",
      "check the terms' own instants only",
    ],
  ]),
];

const rawOffer = payloadOf(EMPTY, offer());
const raw = (
  id: string,
  clause: string,
  code: string,
  fault: string,
  bytes: Uint8Array | string,
  why: string,
  kills: string,
): Case => ({
  id,
  clause,
  code,
  fault,
  twin: "event-offer",
  index: 0,
  why,
  kills,
  input: { events: [field(bytes)] },
});

const rawCases: readonly Case[] = [
  raw(
    "event-not-canonical",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "payload-pretty",
    JSON.stringify(rawOffer, null, 1),
    "The payload must be its own canonical form, or one event would have many digests.",
    "canonicalize before digesting",
  ),
  raw(
    "event-duplicate-name",
    "JSON-4",
    "JSON_DUPLICATE_NAME",
    "payload-duplicate",
    new TextDecoder().decode(bytesOf(rawOffer)).replace('"seq":0', '"seq":0,"seq":0'),
    "Payloads are strict JSON.",
    "parse payloads leniently",
  ),
  raw(
    "event-not-an-object",
    "EVENT-3",
    "EVENT_SCHEMA",
    "payload-list",
    "[]",
    "A payload is an object.",
    "read members of anything",
  ),
];

// Bodies that refer to the log.

const APPROVAL_TERMS = terms(policy([delivered, valid, approved]));
const APPROVAL_REVIEW: Log = extend(EMPTY, offer(APPROVAL_TERMS), accept(), fund(), submit());
const APPROVED: Log = extend(APPROVAL_REVIEW, approve());
const ATTESTED: Log = extend(APPROVAL_REVIEW, attest());
const second = itemOf("second.csv", "x");

type Refusal = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly fault: string;
  readonly pointer: string;
  readonly twin: string;
  readonly why: string;
  readonly kills: string;
};
const no = (refusal: Refusal, ...steps: LogCase["steps"]): LogCase => ({ ...refusal, steps });
const yes = (
  id: string,
  clause: string,
  why: string,
  status: string,
  balances: object,
  ...steps: LogCase["steps"]
): LogCase => ({ id, clause, why, status, balances, steps });

const result = (length: number) => ({ result: { note: "x".repeat(length - '{"note":""}'.length) } });

/** Events by themselves, and their bodies. */
export const event: readonly VectorFile[] = [
  {
    path: "event/payload.json",
    op: "log.reduce",
    description: "Payloads that cannot be read, whatever the log is.",
    groups: [after("First events.", EMPTY, payloads), { comment: "Bytes of first events.", cases: rawCases }],
  },
  {
    path: "event/offer.json",
    op: "log.reduce",
    description: "Offers that can and cannot be evaluated.",
    groups: [
      after("First events.", EMPTY, [
        ...fits.map(longId),
        sellerOffer,
        ...refuse("EVENT-4", "EVENT_SCHEMA", schema),
        ...rules,
        ...actor,
      ]),
    ],
  },
  {
    path: "event/body.json",
    op: "log.reduce",
    description: "Bodies that refer to the log.",
    groups: [
      after("An accepted offer is by the other party.", OFFERED, [
        yes(
          "event-accepted",
          "EVENT-5",
          "The seller accepts what the buyer offered.",
          "accepted",
          NO_BALANCES,
          accept(),
        ),
        no(
          {
            id: "event-accepted-by-offerer",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "accepted-by-buyer",
            pointer: "/by",
            twin: "event-accepted",
            why: "Nobody accepts their own offer.",
            kills: "allow either party to accept",
          },
          accept({ by: "buyer" }),
        ),
        no(
          {
            id: "event-accepted-by-stranger",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "accepted-by-stranger",
            pointer: "/by",
            twin: "event-accepted",
            why: "Only the other party of the offer accepts.",
            kills: "allow anyone but the offerer to accept",
          },
          accept({ by: "stranger" }),
        ),
        no(
          {
            id: "event-cancelled-by-settler",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "cancelled-by-settler",
            pointer: "/by",
            twin: "state-offered-cancelled",
            why: "The settler carries out and does not decide.",
            kills: "allow the settler to cancel",
          },
          cancel({ by: "settler", hours: 1 }),
        ),
        yes(
          "event-cancelled-reason-astral",
          "EVENT-4",
          "A reason has up to 256 characters, also beyond the basic plane.",
          "cancelling",
          NO_BALANCES,
          cancel({ hours: 1, body: { reason: "\u{1f600}".repeat(256) } }),
        ),
        {
          ...no(
            {
              id: "event-cancelled-reason-257",
              clause: "EVENT-4",
              code: "EVENT_SCHEMA",
              fault: "reason-257-characters",
              pointer: "/body/reason",
              twin: "event-cancelled-reason-astral",
              why: "One character more.",
              kills: "no upper limit",
            },
            cancel({ hours: 1, body: { reason: "x".repeat(257) } }),
          ),
        },
        no(
          {
            id: "event-second-revision",
            clause: "EVENT-2",
            code: "EVENT_REVISION_MIXED",
            fault: "second-event-of-other-revision",
            pointer: "/v",
            twin: "event-accepted",
            why: "In a log of a known revision another one is a fault of the log.",
            kills: "report every unknown revision as indeterminate",
          },
          accept({ change: { v: "2027-05" } }),
        ),
      ]),
      after("Submissions.", FUNDED, [
        yes("event-submitted", "EVENT-10", "The first attempt.", "review", ESCROW_BALANCES, submit()),
        no(
          {
            id: "event-submitted-by-buyer",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "submitted-by-buyer",
            pointer: "/by",
            twin: "event-submitted",
            why: "The seller does the work.",
            kills: "allow either party to submit",
          },
          submit({}, { by: "buyer" }),
        ),
        no(
          {
            id: "event-cancelled-by-buyer-after-funding",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "cancelled-by-buyer-in-funded",
            pointer: "/by",
            twin: "state-funded-cancelled",
            why: "Once funded, only the seller can give the money back; otherwise the buyer takes the work and cancels.",
            kills: "allow either party to cancel at any time",
          },
          cancel({ by: "buyer" }),
        ),
        no(
          {
            id: "event-attempt-2-first",
            clause: "EVENT-10",
            code: "EVENT_ATTEMPT_MISMATCH",
            fault: "attempt-2-first",
            pointer: "/body/attempt",
            twin: "event-submitted",
            why: "Attempts are counted, not claimed.",
            kills: "take the attempt from the event",
          },
          submit({ attempt: 2 }),
        ),
        no(
          {
            id: "event-item-name-twice",
            clause: "EVENT-9",
            code: "EVENT_NAME_DUPLICATE",
            fault: "item-name-twice",
            pointer: "/body/items/1/name",
            twin: "event-two-items",
            why: "A requirement could read either item.",
            kills: "take the first item of a name",
          },
          submit({ items: [FILE.item, { ...second.item, name: "result.csv" }] }),
        ),
        yes(
          "event-two-items",
          "EVENT-9",
          "Two items of different names.",
          "review",
          ESCROW_BALANCES,
          submit({ items: [FILE.item, second.item] }),
        ),
        yes(
          "event-same-digest-twice",
          "EVENT-11",
          "Two names for the same bytes.",
          "review",
          ESCROW_BALANCES,
          submit({ items: [FILE.item, { ...FILE.item, name: "copy.csv" }] }),
        ),
        no(
          {
            id: "event-item-size-conflict",
            clause: "EVENT-11",
            code: "EVENT_ITEM_CONFLICT",
            fault: "one-digest-two-sizes",
            pointer: "/body/items/1/size",
            twin: "event-same-digest-twice",
            why: "The same bytes cannot have two sizes.",
            kills: "keep the last size",
          },
          submit({ items: [FILE.item, { ...FILE.item, name: "copy.csv", size: 9 }] }),
        ),
        {
          ...no(
            {
              id: "event-65-items",
              clause: "EVENT-4",
              code: "EVENT_SCHEMA",
              fault: "65-items",
              pointer: "/body/items",
              twin: "event-64-items",
              why: "64 items are the most.",
              kills: "no upper limit",
            },
            submit({ items: Array.from({ length: 65 }, (_, index) => ({ ...FILE.item, name: `i${index}` })) }),
          ),
        },
        yes(
          "event-64-items",
          "EVENT-4",
          "64 items are allowed.",
          "review",
          ESCROW_BALANCES,
          submit({
            items: [FILE.item, ...Array.from({ length: 63 }, (_, index) => ({ ...FILE.item, name: `i${index}` }))],
          }),
        ),
      ]),
      after("Attestations.", REVIEW, [
        yes(
          "event-attested",
          "EVENT-12",
          "The checker's result for the submission.",
          "review",
          ESCROW_BALANCES,
          attest(),
        ),
        no(
          {
            id: "event-attested-by-seller",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "attested-by-seller",
            pointer: "/by",
            twin: "event-attested",
            why: "Only the named checker attests.",
            kills: "allow anyone to attest",
          },
          attest({}, { by: "seller" }),
        ),
        no(
          {
            id: "event-attested-other-submission",
            clause: "EVENT-12",
            code: "EVENT_SUBMISSION_MISMATCH",
            fault: "attested-other-submission",
            pointer: "/body/submission",
            twin: "event-attested",
            why: "A result of another submission says nothing about this one.",
            kills: "ignore which submission is named",
          },
          attest((log) => ({ submission: head(log, 2) })),
        ),
        no(
          {
            id: "event-attested-unknown-requirement",
            clause: "EVENT-13",
            code: "EVENT_REQUIREMENT_UNKNOWN",
            fault: "attested-unknown-requirement",
            pointer: "/body/requirement",
            twin: "event-attested",
            why: "There is no such requirement.",
            kills: "store results under any name",
          },
          attest({ requirement: "other" }),
        ),
        no(
          {
            id: "event-attested-item-requirement",
            clause: "EVENT-13",
            code: "EVENT_REQUIREMENT_UNKNOWN",
            fault: "attested-requirement-of-kind-item",
            pointer: "/body/requirement",
            twin: "event-attested",
            why: "Only checks are attested.",
            kills: "look ids up in any requirement",
          },
          attest({ requirement: "delivered" }),
        ),
        no(
          {
            id: "event-attested-other-subject",
            clause: "EVENT-14",
            code: "EVENT_SUBJECT_MISMATCH",
            fault: "attested-other-subject",
            pointer: "/body/subject",
            twin: "event-attested",
            why: "The checker looked at other bytes.",
            kills: "ignore the subject",
          },
          attest({ subject: second.evidence.digest }),
        ),
        {
          id: "limit-result-16384",
          clause: "LIMIT-6",
          why: "A result of exactly 16384 bytes.",
          kills: "reject the limit itself",
          status: "review",
          balances: ESCROW_BALANCES,
          steps: [attest(result(16_384))],
        },
        no(
          {
            id: "limit-result-16385",
            clause: "LIMIT-6",
            code: "LIMIT_RESULT_BYTES",
            fault: "result-16385-bytes",
            pointer: "/body/result",
            twin: "limit-result-16384",
            why: "A byte more.",
            kills: "skip the limit of results",
          },
          attest(result(16_385)),
        ),
        {
          ...no(
            {
              id: "event-attested-result-list",
              clause: "EVENT-4",
              code: "EVENT_SCHEMA",
              fault: "result-list",
              pointer: "/body/result",
              twin: "event-attested",
              why: "A result is an object.",
              kills: "accept any result",
            },
            attest({ result: [] }),
          ),
        },
      ]),
      after("A policy with a check and an approval: attested already.", ATTESTED, [
        yes("event-approved", "EVENT-16", "The buyer approves.", "review", ESCROW_BALANCES, approve({}, { hours: 5 })),
        no(
          {
            id: "event-attested-twice",
            clause: "EVENT-15",
            code: "EVENT_ATTESTATION_DUPLICATE",
            fault: "attested-twice",
            pointer: "/body/requirement",
            twin: "event-approved",
            why: "A checker answers once; a second answer would replace the first.",
            kills: "let the last result win",
          },
          attest({ result: { validityBps: 0 } }, { hours: 5 }),
        ),
        no(
          {
            id: "event-approved-by-seller",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "approved-by-seller",
            pointer: "/by",
            twin: "event-approved",
            why: "The buyer approves.",
            kills: "allow either party to approve",
          },
          approve({}, { by: "seller", hours: 5 }),
        ),
        no(
          {
            id: "event-approved-other-submission",
            clause: "EVENT-12",
            code: "EVENT_SUBMISSION_MISMATCH",
            fault: "approved-other-submission",
            pointer: "/body/submission",
            twin: "event-approved",
            why: "An approval names what it approves.",
            kills: "ignore which submission is named",
          },
          approve((log) => ({ submission: head(log, 2) }), { hours: 5 }),
        ),
        no(
          {
            id: "event-approved-check",
            clause: "EVENT-13",
            code: "EVENT_REQUIREMENT_UNKNOWN",
            fault: "approved-requirement-of-kind-check",
            pointer: "/body/requirement",
            twin: "event-approved",
            why: "The buyer cannot answer for a checker.",
            kills: "look ids up in any requirement",
          },
          approve({ requirement: "valid" }, { hours: 5 }),
        ),
      ]),
      after("The same policy: approved already.", APPROVED, [
        yes(
          "event-attested-after-approval",
          "EVENT-15",
          "The check is attested after the approval.",
          "review",
          ESCROW_BALANCES,
          attest({}, { hours: 5 }),
        ),
        no(
          {
            id: "event-approved-twice",
            clause: "EVENT-16",
            code: "EVENT_APPROVAL_DUPLICATE",
            fault: "approved-twice",
            pointer: "/body/requirement",
            twin: "event-attested-after-approval",
            why: "The buyer cannot take an answer back.",
            kills: "let the last answer win",
          },
          approve({ approved: false }, { hours: 5 }),
        ),
      ]),
      after("Disputes.", WINDOW, [
        yes(
          "event-disputed-by-seller",
          "EVENT-5",
          "The seller may dispute, too.",
          "disputed",
          WINDOW_BALANCES,
          dispute({}, { by: "seller" }),
        ),
        no(
          {
            id: "event-disputed-by-checker",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "disputed-by-checker",
            pointer: "/by",
            twin: "event-disputed-by-seller",
            why: "Only the two parties dispute.",
            kills: "allow anyone to dispute",
          },
          dispute({}, { by: "checker" }),
        ),
        no(
          {
            id: "event-disputed-other-decision",
            clause: "EVENT-17",
            code: "EVENT_DECISION_MISMATCH",
            fault: "disputed-other-decision",
            pointer: "/body/decision",
            twin: "event-disputed-by-seller",
            why: "A dispute is about the final decision.",
            kills: "ignore which decision is named",
          },
          dispute((log) => ({ decision: head(log, 4) })),
        ),
        yes(
          "event-disputed-with-item",
          "EVENT-11",
          "A dispute may bring evidence.",
          "disputed",
          WINDOW_BALANCES,
          dispute({ items: [second.item] }),
        ),
        no(
          {
            id: "event-disputed-size-conflict",
            clause: "EVENT-11",
            code: "EVENT_ITEM_CONFLICT",
            fault: "size-differs-from-submission",
            pointer: "/body/items/0/size",
            twin: "event-disputed-with-item",
            why: "Sizes hold over the whole log, not only in one event.",
            kills: "compare sizes within an event",
          },
          dispute({ items: [{ ...FILE.item, size: 9 }] }),
        ),
        no(
          {
            id: "event-disputed-item-twice",
            clause: "EVENT-9",
            code: "EVENT_NAME_DUPLICATE",
            fault: "disputed-item-name-twice",
            pointer: "/body/items/1/name",
            twin: "event-disputed-with-item",
            why: "Names are unique in a dispute as in a submission.",
            kills: "check submissions only",
          },
          dispute({ items: [second.item, second.item] }),
        ),
      ]),
      after("Rulings.", DISPUTED, [
        yes(
          "event-ruled-all",
          "MONEY-5",
          "The arbiter may give the seller everything that is held.",
          "ruled",
          WINDOW_BALANCES,
          rule({ toSeller: "4800" }),
        ),
        yes("event-ruled-nothing", "MONEY-5", "Or nothing.", "ruled", WINDOW_BALANCES, rule({ toSeller: "0" })),
        no(
          {
            id: "event-ruled-too-much",
            clause: "MONEY-5",
            code: "MONEY_RULING_RANGE",
            fault: "ruled-one-above",
            pointer: "/body/toSeller",
            twin: "event-ruled-all",
            why: "Nobody can give away more than is held.",
            kills: "pay whatever is ruled",
          },
          rule({ toSeller: "4801" }),
        ),
        no(
          {
            id: "event-ruled-by-settler",
            clause: "EVENT-5",
            code: "EVENT_ACTOR",
            fault: "ruled-by-settler",
            pointer: "/by",
            twin: "event-ruled-all",
            why: "Only the arbiter rules.",
            kills: "allow the settler to rule",
          },
          rule({}, { by: "settler" }),
        ),
        no(
          {
            id: "event-ruled-other-dispute",
            clause: "EVENT-18",
            code: "EVENT_DISPUTE_MISMATCH",
            fault: "ruled-other-dispute",
            pointer: "/body/dispute",
            twin: "event-ruled-all",
            why: "A ruling names its dispute.",
            kills: "ignore which dispute is named",
          },
          rule((log) => ({ dispute: head(log, 5) })),
        ),
      ]),
    ],
  },
];

// The id of this case promises a long party id; the table above cannot give one to the author of the offer alone.
function longId(one: LogCase): LogCase {
  if (one.id !== "event-offer-long-party-id") return one;
  const id = `urn:${"x".repeat(252)}`;
  return { ...one, steps: [offer(terms(party("buyer", { id })), { change: { by: id } })] };
}
