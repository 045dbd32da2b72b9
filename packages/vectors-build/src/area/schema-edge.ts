import { idOf } from "../cast.ts";
import type { VectorFile } from "../format.ts";
import { EMPTY, extend, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  accept,
  cancel,
  DISPUTED,
  decide,
  delivered,
  dispute,
  ESCROW_BALANCES,
  FILE,
  FUNDED,
  fund,
  NO_BALANCES,
  offer,
  PARTIES,
  rule,
  submit,
  terms,
  valid,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

const edge = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  status: string,
  balances: object,
  ...steps: readonly Step[]
): LogCase => ({ id: `edge-${id}`, clause, why, kills, status, balances, steps });

const offered = (id: string, clause: string, why: string, kills: string, change: Record<string, unknown>): LogCase =>
  edge(id, clause, why, kills, "offered", NO_BALANCES, offer(terms(change)));

const ALL = { kind: "all-or-nothing" };
const policy = (requirements: readonly unknown[], payout: unknown = ALL) => ({ policy: { requirements, payout } });
const INTEGER_MAX = 9_007_199_254_740_991;
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...delivered, id: `r${index}` }));
const withId = (id: string) => ({ parties: { ...PARTIES, settler: { id } } });

const offers: readonly LogCase[] = [
  offered("scale-0", "MONEY-1", "An asset without minor units.", "demand a scale of at least 1", {
    amount: { value: "48000", assetCode: "JPY", assetScale: 0 },
  }),
  offered("scale-30", "MONEY-1", "The largest scale.", "compute 10 to the scale in floating point", {
    amount: { value: "48000", assetCode: "USD", assetScale: 30 },
  }),
  offered(
    "asset-with-token",
    "MONEY-1",
    "A CAIP-19 id of one token, with a dot, a percent sign and a dash in it.",
    "split ids at the first slash only",
    { amount: { value: "1", assetCode: "cosmos:Hub_4-a/erc721:0xA.b%2F-1/771769-x.%20", assetScale: 0 } },
  ),
  offered("attempts-16", "EVENT-4", "16 attempts are allowed.", "reject the limit itself", { attemptsMax: 16 }),
  offered(
    "every-operator",
    "POLICY-19",
    "The six operators, with the least and the largest integer, texts and booleans.",
    "know five operators",
    policy([
      { ...valid, id: "a", op: "eq", value: INTEGER_MAX },
      { ...valid, id: "b", op: "ne", value: -INTEGER_MAX },
      { ...valid, id: "c", op: "lt", value: 0 },
      { ...valid, id: "d", op: "le", value: 1 },
      { ...valid, id: "e", op: "gt", value: -1 },
      { ...valid, id: "f", op: "ge", value: 2 },
      { ...valid, id: "g", op: "eq", value: "" },
      { ...valid, id: "h", op: "ne", value: true },
    ]),
  ),
  offered(
    "pointer-256",
    "JSON-10",
    "A pointer has at most 256 characters; these are beyond the basic plane, and a line feed is one of them.",
    "count UTF-16 code units of pointers",
    policy([{ ...valid, pointer: `/~0~1\n${"\u{1f600}".repeat(250)}` }]),
  ),
  offered(
    "pointer-whole",
    "JSON-10",
    "The empty pointer names the whole result.",
    "demand a token",
    policy([{ ...valid, pointer: "" }]),
  ),
  offered(
    "item-digest",
    "POLICY-15",
    "The digest of what will be delivered may be agreed beforehand.",
    "refuse a digest in a requirement",
    policy([{ ...delivered, digest: FILE.evidence.digest }]),
  ),
  offered(
    "media-type-characters",
    "EVENT-4",
    "Every character that a media type may have.",
    "allow letters, digits and dashes only",
    policy([{ ...delivered, mediaType: "x-a!b#c$d&e^f_g.h+i/1.x-!#$&^_+" }]),
  ),
  offered(
    "media-type-127",
    "EVENT-4",
    "Both parts of a media type have at most 127 characters.",
    "reject the limit itself",
    policy([{ ...delivered, mediaType: `${"a".repeat(127)}/${"b".repeat(127)}` }]),
  ),
  offered(
    "name-characters",
    "EVENT-9",
    "Names that differ in a dot, a dash and an underscore are different names.",
    "compare names after normalizing punctuation",
    policy([
      { ...delivered, id: "0.a" },
      { ...delivered, id: "0-a" },
      { ...delivered, id: "0_a" },
    ]),
  ),
  offered(
    "weights-1",
    "POLICY-6",
    "One weight is everything.",
    "demand two weights",
    policy([delivered], {
      kind: "weighted",
      weights: [{ requirement: "delivered", bps: 10_000 }],
    }),
  ),
  offered(
    "weights-60",
    "POLICY-6",
    "60 weights, most of them 0.",
    "demand positive weights",
    policy(many(60), {
      kind: "weighted",
      weights: many(60).map(({ id }, index) => ({ requirement: id, bps: index === 59 ? 10_000 : 0 })),
    }),
  ),
  offered(
    "tier-bounds",
    "POLICY-8",
    "Bounds at the ends of the integers.",
    "compare bounds after subtracting them",
    policy([valid], {
      kind: "tiers",
      check: "valid",
      pointer: "/n",
      tiers: [{ below: -INTEGER_MAX, bps: 0 }, { below: INTEGER_MAX, bps: 1 }, { bps: 10_000 }],
    }),
  ),
  offered(
    "per-unit-largest",
    "MONEY-4",
    "A unit may be worth more than the cap.",
    "compare the value of a unit with the cap",
    policy([valid], {
      kind: "per-unit",
      check: "valid",
      pointer: "/n",
      unitValue: `1${"0".repeat(30)}`,
      cap: "1",
    }),
  ),
  offered(
    "every-relation",
    "EVENT-19",
    "The seven relations, by digest, by uri and by both, one of them twice.",
    "demand a uri, or different references",
    {
      references: [
        { rel: "parent", digest: FILE.evidence.digest },
        { rel: "previous", uri: "urn:a" },
        { rel: "refund-of", digest: FILE.evidence.digest, uri: "urn:a" },
        { rel: "mandate", uri: "!~" },
        { rel: "order", uri: "urn:a" },
        { rel: "invoice", uri: "urn:a" },
        { rel: "terms", uri: "urn:a" },
        { rel: "terms", uri: "urn:a" },
      ],
    },
  ),
  offered(
    "party-id-256",
    "EVENT-6",
    "An id of 256 characters.",
    "reject the limit itself",
    withId(`urn:${"x".repeat(252)}`),
  ),
  offered(
    "party-id-parts",
    "EVENT-6",
    "Port, path, query and fragment are parts of an id; only scheme and host have one case.",
    "allow lower case only",
    withId("a+b.c-1://h_o~s-t.example:65535/P%41th;x=1?Q=[y]#F!$&'()*+,"),
  ),
  offered(
    "party-id-without-host",
    "EVENT-6",
    "A URI needs no host: a DID is an id.",
    "demand https",
    withId("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
  ),
  offered(
    "party-ids-alike",
    "EVENT-6",
    "Ids are compared bytewise: a slash more is somebody else.",
    "normalize URIs before comparing",
    withId(`${idOf("buyer")}/`),
  ),
  offered("fees-largest", "MONEY-6", "Everything may be fee or holdback.", "compare bps < 10000", {
    feeBps: 10_000,
    holdbackBps: 10_000,
  }),
  offered(
    "review-0",
    "TIME-6",
    "A review of no time: what is pending counts as unanswered at once.",
    "demand a review",
    {
      reviewMs: 0,
    },
  ),
];

// Sixteen attempts without a millisecond of review: submitted and decided at one time.
const HASTY = terms({ attemptsMax: 16, reviewMs: 0 });
const attempt = (number: number): readonly Step[] => [
  submit({ attempt: number }),
  decide(
    (log) => ({
      due: at(3),
      submission: log.digests.at(-1),
      attempt: number,
      requirements: [
        { id: "delivered", code: "POLICY_MET" },
        { id: "valid", code: "POLICY_CHECK_UNATTESTED" },
      ],
      gross: "0",
      outcome: "none",
      final: number === 16,
    }),
    { hours: 3 },
  ),
];
const FIFTEEN: Log = extend(
  EMPTY,
  offer(HASTY),
  accept(),
  fund(),
  ...Array.from({ length: 15 }, (_, index) => attempt(index + 1)).flat(),
);
const SIXTY: Log = extend(EMPTY, offer(terms(policy(many(60)))), accept(), fund(), submit());
const ONE: Log = extend(EMPTY, offer(terms(policy([delivered]))), accept(), fund(), submit());
const met = (ids: readonly string[]) => ids.map((id) => ({ id, code: "POLICY_MET" }));
const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...FILE.item, name: `x${String(index).padStart(2, "0")}` }));
const [lastSubmission, lastDecision] = attempt(16) as [Step, Step];

/** Values at the ends of what schemas allow. */
export const schemaEdge: VectorFile = {
  path: "schema/edge.json",
  op: "log.reduce",
  description: "Accepted values at the ends of what the schemas allow: limits, choices, optional members.",
  groups: [
    after("Offers.", EMPTY, offers),
    after("Cancellations.", FUNDED, [
      edge(
        "reason-1",
        "EVENT-4",
        "A reason of one character.",
        "demand a sentence",
        "cancelling",
        ESCROW_BALANCES,
        cancel({ body: { reason: "-" } }),
      ),
    ]),
    after("Submissions.", FUNDED, [
      edge(
        "item-sizes",
        "EVENT-11",
        "An item of no bytes and one of 2^53 - 1; digests alone say nothing about sizes.",
        "limit sizes to what can be inline",
        "review",
        ESCROW_BALANCES,
        submit({
          items: [
            { ...FILE.item, size: INTEGER_MAX },
            { ...FILE.item, name: "empty", digest: `sha256:${"0".repeat(64)}`, size: 0 },
          ],
        }),
      ),
    ]),
    after("Fifteen attempts have failed; the agreement allows sixteen.", FIFTEEN, [
      edge(
        "attempt-16",
        "EVENT-10",
        "The sixteenth and last attempt.",
        "compare attempt < attemptsMax",
        "review",
        ESCROW_BALANCES,
        lastSubmission,
      ),
      edge(
        "decision-16",
        "POLICY-12",
        "The decision about the sixteenth attempt is final.",
        "count attempts from 0",
        "decided",
        ESCROW_BALANCES,
        lastSubmission,
        lastDecision,
      ),
    ]),
    after("Sixty requirements, all about one item.", SIXTY, [
      edge(
        "decision-60",
        "POLICY-9",
        "A decision lists all sixty, in the order of the policy and not of their names.",
        "sort reasons by id",
        "decided",
        ESCROW_BALANCES,
        decide({ due: at(3), requirements: met(many(60).map(({ id }) => id)) }, { hours: 3 }),
      ),
    ]),
    after("One requirement.", ONE, [
      edge(
        "decision-1",
        "POLICY-13",
        "One requirement that is met: the decision is due at once and says POLICY_MET.",
        "write null for what is met",
        "decided",
        ESCROW_BALANCES,
        decide({ due: at(3), requirements: met(["delivered"]) }, { hours: 3 }),
      ),
    ]),
    after("Disputes.", WINDOW, [
      edge(
        "dispute-items-64",
        "EVENT-11",
        "64 items, all of them the file that was submitted, under other names.",
        "demand other files in a dispute",
        "disputed",
        WINDOW_BALANCES,
        dispute({ items: items(64) }),
      ),
    ]),
    after("Rulings.", DISPUTED, [
      edge(
        "ruling-with-reason",
        "EVENT-4",
        "A ruling may say why.",
        "refuse words in a ruling",
        "ruled",
        WINDOW_BALANCES,
        rule({ reason: "Two of twenty rows were wrong." }),
      ),
    ]),
  ],
};
