import { base64urlEncode } from "@settld/protocol";
import { bytesOf, idOf, trustDoc } from "../cast.ts";
import { type Case, field, file, type VectorFile } from "../format.ts";
import { EMPTY, extend, type Log } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  accept,
  approve,
  cancel,
  delivered,
  FILE,
  fund,
  NO_BALANCES,
  OFFERED,
  offer,
  REVIEW,
  settle,
  terms,
  valid,
} from "../story.ts";
import { at } from "../time.ts";

// Rules about one of several, and the smallest sums.

const counted = { kind: "check", checker: "quality", item: "result.csv", pointer: "/n", op: "ge", value: 0 };
const payouts = [
  ["tiers", { kind: "tiers", check: "valid", pointer: "/n", tiers: [{ below: 1, bps: 0 }, { bps: 10_000 }] }],
  ["per-unit", { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap: "1" }],
] as const;

const offers: readonly LogCase[] = payouts.map(([name, payout]) => ({
  id: `edge-offer-${name}-one-of-two`,
  clause: "POLICY-7",
  why: "The payout counts by one requirement of several.",
  kills: "demand that every requirement is the one that counts",
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms({ policy: { requirements: [delivered, valid], payout } }))],
}));

const ONE = { value: "1", assetCode: "USD", assetScale: 2 };
const ONE_FUNDED: Log = extend(EMPTY, offer(terms({ amount: ONE })), accept(), fund({ amount: ONE }));

const inOffered: readonly LogCase[] = [
  {
    id: "edge-cancelled-by-buyer",
    clause: "EVENT-5",
    why: "Before the acceptance either party may cancel, also the one that offered.",
    kills: "let the seller cancel only",
    status: "cancelling",
    balances: NO_BALANCES,
    steps: [cancel({ by: "buyer" })],
  },
  {
    id: "edge-accepted-with-policy",
    clause: "EVENT-4",
    code: "EVENT_SCHEMA",
    fault: "acceptance-with-policy",
    twin: "event-accepted",
    pointer: "/body",
    why: "An acceptance has no policy, so a kind that nobody knows is no news of a newer one.",
    kills: "look for kinds of requirements in every event",
    steps: [accept({ body: { policy: { requirements: [{ kind: "escrow" }], payout: { kind: "later" } } } })],
  },
];

const cancelled: readonly LogCase[] = [
  {
    id: "edge-cancelled-1",
    clause: "MONEY-8",
    why: "One minor unit is given back like any other sum.",
    kills: "close at once when next to nothing is in escrow",
    status: "closing",
    balances: NO_BALANCES,
    steps: [cancel(), settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "1", held: "0" }, { hours: 3 })],
  },
];

const byOther: readonly Case[] = [
  {
    id: "edge-policy-other-check",
    clause: "POLICY-18",
    why: "The payout counts by the second check; the first one's result need not have the number.",
    kills: "ask every check for the number that is paid for",
    input: {
      policy: {
        requirements: [valid, { ...counted, id: "count" }],
        payout: { kind: "per-unit", check: "count", pointer: "/n", unitValue: "100", cap: "48000" },
      },
      amount: "48000",
      facts: {
        at: at(3),
        items: [FILE.item],
        results: { valid: { validityBps: 10_000 }, count: { n: 3 } },
        approvals: {},
      },
    },
    facts: {
      requirements: [
        { id: "valid", code: "POLICY_MET" },
        { id: "count", code: "POLICY_MET" },
      ],
      gross: "300",
      outcome: "partial",
      pending: [],
    },
  },
];

// Keys in a trust document. Nobody asks whether they are points before they sign.

const LAST = "AEIMQUYcgkosw048";
const bytesWithLast = (index: number): Uint8Array => {
  const bytes = new Uint8Array(32).fill(0x5a);
  bytes[0] = 200 + index;
  bytes[31] = (0x50 & 0xf0) | index;
  return bytes;
};
const keyEntry = (x: string) => ({
  jwk: { kty: "OKP", crv: "Ed25519", x },
  notBefore: "2020-01-01T00:00:00.000Z",
  notAfter: "2040-01-01T00:00:00.000Z",
});
const documentWith = (...xs: readonly string[]) => ({
  trust: field(bytesOf({ ...trustDoc(), parties: [{ id: idOf("buyer"), roles: ["buyer"], keys: xs.map(keyEntry) }] })),
});
const sixteen = Array.from({ length: 16 }, (_, index) => base64urlEncode(bytesWithLast(index)));
if (new Set(sixteen.map((x) => x.at(-1))).size !== LAST.length) throw new Error("expected every last character");
const x = sixteen[1] ?? "";
const badKey = (name: string, text: string, why: string, kills: string): Case => ({
  id: `edge-trust-x-${name}`,
  clause: "TRUST-1",
  code: "TRUST_SCHEMA",
  fault: `x-${name}`,
  twin: "edge-trust-sixteen-keys",
  why,
  kills,
  input: documentWith(text),
});

const documents: readonly Case[] = [
  {
    id: "edge-trust-sixteen-keys",
    clause: "TRUST-1",
    why: "32 bytes end in one of sixteen characters, and these keys have all of them.",
    kills: "know some of the last characters of 32 bytes",
    input: documentWith(...sixteen),
    facts: { keys: 16 },
  },
  badKey("prefixed", `A${x}`, "44 characters are more than 32 bytes.", "look for a key in a text"),
  badKey("suffixed", `${x}B`, "A key, and one more character.", "let a key go on"),
  badKey("standard", `+${x.slice(1)}`, "Keys have the other alphabet.", "accept any characters"),
];

/** What the first files of rules leave out. */
export const rules: readonly VectorFile[] = [
  {
    path: "event/edge.json",
    op: "log.reduce",
    description: "Events about one of several, and the smallest sums.",
    groups: [
      after("Offers.", EMPTY, offers),
      after("After an offer.", OFFERED, inOffered),
      after("In review.", REVIEW, [
        {
          id: "edge-approved-unknown-requirement",
          clause: "EVENT-13",
          code: "EVENT_REQUIREMENT_UNKNOWN",
          fault: "approval-of-no-requirement",
          twin: "approved-one-of-two",
          pointer: "/body/requirement",
          why: "The policy has no requirement of this name, of whatever kind.",
          kills: "ask what was not found for its kind",
          steps: [approve({ requirement: "nothing" })],
        },
      ]),
      after("One cent in escrow.", ONE_FUNDED, cancelled),
    ],
  },
  file("policy/other.json", "policy.evaluate", "Checks that the payout does not count by.", byOther),
  file("trust/key.json", "trust.evaluate", "The text of keys in a trust document.", documents),
];
