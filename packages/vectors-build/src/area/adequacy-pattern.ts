import { idOf } from "../cast.ts";
import type { VectorFile } from "../format.ts";
import { EMPTY, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import { type Violation, violations } from "../schema-case.ts";
import {
  ATTESTED,
  accept,
  approve,
  attest,
  cancel,
  close,
  DISPUTED,
  decide,
  delivered,
  dispute,
  FUNDED,
  fund,
  NO_BALANCES,
  offer,
  PARTIES,
  release,
  rule,
  settle,
  submit,
  terms,
} from "../story.ts";

// Texts that have a form: every character that may stand in a place, and the nearest texts that may not.

const offered = (id: string, why: string, kills: string, change: Record<string, unknown>): LogCase => ({
  id: `pattern-${id}`,
  clause: "EVENT-4",
  why,
  kills,
  status: "offered",
  balances: NO_BALANCES,
  // The offer is the buyer's, whatever the buyer is called.
  steps: [offer(terms(change), { change: { by: buyerOf(change) } })],
});

const buyerOf = ({ parties = PARTIES }: Record<string, unknown>): string =>
  (parties as { readonly buyer: { readonly id: string } }).buyer.id;

const LAST = "AEIMQUYcgkosw048";
const pin = (last: string): string => `${"-_09AZaz".repeat(6).slice(0, 42)}${last}`;
const withIds = (buyer: string, seller: string, settler: string, arbiter: string, ...checkers: readonly string[]) => ({
  parties: {
    buyer: { id: buyer },
    seller: { id: seller },
    settler: { id: settler },
    arbiter: { id: arbiter },
    checkers: Object.fromEntries([
      ["quality", { id: idOf("checker") }],
      ...checkers.map((id, at) => [`c${at}`, { id }]),
    ]),
  },
});
const asset = (assetCode: string) => ({ amount: { value: "48000", assetCode, assetScale: 2 } });
const ALL = { kind: "all-or-nothing" };

const good: readonly LogCase[] = [
  offered(
    "pin-last-character",
    "32 bytes end in one of sixteen characters, and this offer has all of them.",
    "know some of the last characters of 32 bytes",
    { parties: { ...PARTIES, buyer: { id: idOf("buyer"), keys: [...LAST].map(pin) } } },
  ),
  offered(
    "party-id-shortest",
    "A scheme of one letter, a host of one character, one digit of a port, and nothing behind a mark.",
    "demand at least two characters of a part",
    withIds("a:x", "z://h", "a://h:0", "a://h:9/", "a://h?", "a://h#"),
  ),
  offered(
    "party-id-characters",
    "Every character that each part of an id may have.",
    "allow letters and digits only",
    withIds(
      "zaz09+.-:x",
      "az:!#$%&'()*+,-./09:;=?@AZ[]_az~",
      "a://._~-az09",
      "a://h:09/!#$%&'()*+,-./09:;=?@AZ[]_az~",
      "a://h?!#$%&'()*+,-./09:;=?@AZ[]_az~",
      "a://h#!#$%&'()*+,-./09:;=?@AZ[]_az~",
    ),
  ),
  offered("asset-letters", "The first and the last letter.", "end the alphabet at Y", asset("AZA")),
  offered(
    "asset-shortest",
    "The shortest parts of a CAIP-19 id.",
    "demand more than one character of a reference",
    asset("abc:a/abc:a/a"),
  ),
  offered(
    "asset-longest",
    "The longest parts of a CAIP-19 id, with every character that each may have.",
    "reject the limits themselves",
    asset(
      `-az09-az:${"-_azAZ09".repeat(4)}/-az09-az:${"-.%azAZ09".repeat(15).slice(0, 128)}/${"-.%azAZ09".repeat(9).slice(0, 78)}`,
    ),
  ),
  offered(
    "media-type-ends",
    "Parts of one character, and the ends of the alphabet and of the digits in each place.",
    "demand two characters of a part",
    {
      policy: {
        requirements: ["a/z", "z/a", "0/9", "9/0", "aaz09/zaz09"].map((mediaType, index) => ({
          ...delivered,
          id: `r${index}`,
          mediaType,
        })),
        payout: ALL,
      },
    },
  ),
  offered(
    "name-ends",
    "The ends of the alphabet and of the digits in each place.",
    "demand a letter at the beginning of a name",
    {
      policy: {
        requirements: ["a", "z", "0", "9", "aaz09._-"].map((id) => ({ ...delivered, id })),
        payout: ALL,
      },
    },
  ),
  offered("pointer-empty-token", "A token may be empty, and so may every token.", "demand characters in a token", {
    policy: { requirements: [{ ...valid("/"), id: "one" }, valid("//a/")], payout: ALL },
  }),
  offered("uri-shortest", "A uri of one character.", "demand two characters of a uri", {
    references: [{ rel: "order", uri: "~" }],
  }),
  offered("instant-september", "The ninth month, the ninth day, and nine everywhere.", "read 09 as an octal number", {
    submitBy: "2029-09-09T09:09:09.999Z",
  }),
];

function valid(pointer: string): Record<string, unknown> {
  return { id: "valid", kind: "check", checker: "quality", item: "result.csv", pointer, op: "ge", value: 1 };
}

const instants: readonly Violation[] = (
  [
    ["year-3", "026-03-03T09:00:00.000Z"],
    ["year-5", "12026-03-03T09:00:00.000Z"],
    ["month-1", "2026-3-03T09:00:00.000Z"],
    ["month-3", "2026-003-03T09:00:00.000Z"],
    ["month-letters", "2026-ab-03T09:00:00.000Z"],
    ["day-1", "2026-03-3T09:00:00.000Z"],
    ["day-3", "2026-03-003T09:00:00.000Z"],
    ["day-letters", "2026-03-abT09:00:00.000Z"],
    ["hour-1", "2026-03-03T9:00:00.000Z"],
    ["hour-3", "2026-03-03T009:00:00.000Z"],
    ["hour-letters", "2026-03-03Tab:00:00.000Z"],
    ["minute-1", "2026-03-03T09:0:00.000Z"],
    ["minute-3", "2026-03-03T09:000:00.000Z"],
    ["minute-letters", "2026-03-03T09:ab:00.000Z"],
    ["second-1", "2026-03-03T09:00:0.000Z"],
    ["second-3", "2026-03-03T09:00:000.000Z"],
    ["second-letters", "2026-03-03T09:00:ab.000Z"],
    ["milliseconds-2", "2026-03-03T09:00:00.00Z"],
    ["milliseconds-4", "2026-03-03T09:00:00.0000Z"],
    ["milliseconds-letters", "2026-03-03T09:00:00.abcZ"],
  ] as const
).map(([name, text]) => [
  `instant-${name}`,
  "/body/acceptBy",
  text,
  "Text of another shape is no instant, before anybody asks whether it is a real time.",
  "judge a text of another shape as a time",
]);

const PIN = "/body/parties/buyer/keys";
const ID = "/body/parties/settler/id";
const ASSET = "/body/amount/assetCode";
const MEDIA = "/body/policy/requirements/0/mediaType";
const CAP = "/body/policy/payout/cap";

const bad: readonly Violation[] = [
  ...instants,
  ["nonce-33", "/body/nonce", "0".repeat(33), "Sixteen bytes and a half.", "accept longer nonces"],
  ["nonce-g", "/body/nonce", `${"0".repeat(31)}g`, "g is no digit.", "accept the letter after the last digit"],
  ["pin-prefixed", PIN, [`A${pin("A")}`], "44 characters are more than 32 bytes.", "look for a thumbprint in a text"],
  ["pin-suffixed", PIN, [`${pin("A")}B`], "A thumbprint, and one more character.", "let a thumbprint go on"],
  ["pin-standard", PIN, [pin("A").replace("-", "+")], "Thumbprints have the other alphabet.", "accept any characters"],
  ["id-digit-first", ID, "1x:y", "A scheme starts with a letter.", "look for an id in a text"],
  ["id-scheme-underscore", ID, "a_b:c", "A scheme has no underscore.", "accept any characters in a scheme"],
  ["id-without-host", ID, "a://", "There has to be a host behind the slashes.", "accept an empty host"],
  ["id-without-port", ID, "a://h:", "A colon, and no port.", "accept an empty port"],
  ["id-port-6", ID, "a://h:100000", "A port has at most five digits.", "no upper limit"],
  ["id-port-letter", ID, "a://h:x", "A port is a number.", "accept names of ports"],
  ["id-two-ports", ID, "a://h:1:2", "A host has one port.", "accept a second port"],
  ["id-scheme-alone", ID, "a:", "A scheme, and nothing that it is about.", "accept an empty rest"],
  ["asset-namespace-2", ASSET, "ab:a/abc:a", "A namespace has at least three characters.", "no lower limit"],
  ["asset-namespace-9", ASSET, "abcdefghi:a/abc:a", "A namespace has at most eight characters.", "no upper limit"],
  ["asset-namespace-upper", ASSET, "ABC:a/abc:a", "A namespace has lower case.", "accept any characters"],
  ["asset-reference-0", ASSET, "abc:/abc:a", "A chain has a name.", "accept an empty reference"],
  ["asset-reference-33", ASSET, `abc:${"a".repeat(33)}/abc:a`, "At most 32 characters.", "no upper limit"],
  ["asset-reference-dot", ASSET, "abc:a.b/abc:a", "The name of a chain has no dot.", "accept any characters"],
  ["asset-kind-2", ASSET, "abc:a/ab:a", "A kind of asset has at least three characters.", "no lower limit"],
  ["asset-kind-9", ASSET, "abc:a/abcdefghi:a", "A kind of asset has at most eight characters.", "no upper limit"],
  ["asset-kind-upper", ASSET, "abc:a/ABC:a", "A kind of asset has lower case.", "accept any characters"],
  ["asset-name-0", ASSET, "abc:a/abc:", "An asset has a name.", "accept an empty name"],
  ["asset-name-129", ASSET, `abc:a/abc:${"a".repeat(129)}`, "At most 128 characters.", "no upper limit"],
  ["asset-name-underscore", ASSET, "abc:a/abc:a_b", "An asset has no underscore.", "accept any characters"],
  ["asset-token-0", ASSET, "abc:a/abc:a/", "A token has a name.", "accept an empty token"],
  ["asset-token-79", ASSET, `abc:a/abc:a/${"a".repeat(79)}`, "At most 78 characters.", "no upper limit"],
  ["asset-token-underscore", ASSET, "abc:a/abc:a/b_c", "A token has no underscore.", "accept any characters"],
  ["asset-two-tokens", ASSET, "abc:a/abc:a/b/c", "An id has at most one token.", "accept any number of tokens"],
  ["asset-prefixed", ASSET, "XUSD", "Four letters are no currency.", "look for a code in a text"],
  ["media-type-dash-first", MEDIA, "-a/b", "A type starts with a letter or digit.", "look for a type in a text"],
  ["media-type-space", MEDIA, "a b/c", "A type has no spaces.", "accept any characters in a type"],
  ["media-type-subtype-dash", MEDIA, "a/-b", "A subtype starts with a letter or digit.", "accept any first character"],
  ["media-type-128", MEDIA, `${"a".repeat(128)}/b`, "At most 127 characters.", "no upper limit"],
  ["media-subtype-128", MEDIA, `a/${"b".repeat(128)}`, "At most 127 characters.", "no upper limit"],
];

const PER_UNIT = offer(
  terms({
    policy: {
      requirements: [valid("/n")],
      payout: { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap: "1" },
    },
  }),
);
const caps: readonly Violation[] = [
  ["cap-2e30", CAP, `2${"0".repeat(30)}`, "31 digits, and the first is no 1.", "allow any 31 digits"],
  ["cap-1e31", CAP, `1${"0".repeat(31)}`, "A 1 and 31 zeros is ten times too much.", "allow any number of zeros"],
];

const gross: readonly Violation[] = [
  ["gross-2e30", "/body/gross", `2${"0".repeat(30)}`, "31 digits, and the first is no 1.", "allow any 31 digits"],
  ["gross-1e31", "/body/gross", `1${"0".repeat(31)}`, "A 1 and 31 zeros is ten times too much.", "allow any zeros"],
  ["gross-letter", "/body/gross", "48x00", "Money is written in digits.", "read the digits up to the first letter"],
];

const codes = (code: string): Record<string, unknown> => ({
  requirements: [
    { id: "delivered", code: "POLICY_MET" },
    { id: "valid", code },
  ],
});
const CODE = "/body/requirements/1/code";
const badCodes: readonly Violation[] = [
  ["code-empty", CODE, "POLICY_", "An area and no condition.", "accept an empty condition"],
  ["code-prefixed", CODE, "XPOLICY_MET", "The area is POLICY.", "look for a code in a text"],
  ["code-41", CODE, `POLICY_${"A".repeat(41)}`, "At most 40 characters.", "no upper limit"],
];
const otherCode = (name: string, code: string, why: string, kills: string): LogCase => ({
  id: `pattern-${name}`,
  clause: "POLICY-9",
  code: "POLICY_REQUIREMENTS_MISMATCH",
  fault: name,
  twin: "log-decided-at-once",
  pointer: "/body/requirements",
  why,
  kills,
  steps: [decide(codes(code))],
});

const digests: readonly Violation[] = [
  ["digest-prefixed", "/body/items/0/digest", `x${sha("0")}`, "A digest, and something before.", "look for a digest"],
  ["digest-65", "/body/items/0/digest", `${sha("0")}0`, "65 digits.", "no upper limit"],
  ["digest-g", "/body/items/0/digest", sha("g"), "g is no digit.", "accept the letter after the last digit"],
];

function sha(last: string): string {
  return `sha256:${"0".repeat(63)}${last}`;
}

// 1023 is the last number that an event may have, and never that of the ninth one.
const numbered: readonly (readonly [string, Step])[] = [
  ["accepted", accept()],
  ["cancelled", cancel()],
  ["funded", fund()],
  ["submitted", submit()],
  ["attested", attest()],
  ["approved", approve()],
  ["decided", decide()],
  ["settled", settle()],
  ["disputed", dispute()],
  ["ruled", rule()],
  ["released", release()],
  ["closed", close()],
];
const misnumbered: readonly LogCase[] = numbered.map(([name, step]) => ({
  id: `pattern-seq-1023-${name}`,
  clause: "LOG-1",
  code: "LOG_SEQ_MISMATCH",
  fault: `seq-1023-${name}`,
  twin: "state-ruled",
  pointer: "/seq",
  why: "The number is one that an event of a log can have; this log is not that long.",
  kills: "refuse the largest number as malformed",
  steps: [{ ...step, hours: 20, change: { seq: 1023 } }],
}));

/** Texts with a form, character by character. */
export const pattern: VectorFile = {
  path: "schema/pattern.json",
  op: "log.reduce",
  description: "Every character that may stand in a text with a form, and the nearest texts that break the form.",
  groups: [
    after("Offers.", EMPTY, [...good, ...violations("pattern", offer(), "event-offer", bad)]),
    after("Offers by the unit.", EMPTY, violations("pattern", PER_UNIT, "cap-of-one-digit", caps)),
    after("Submissions.", FUNDED, violations("pattern", submit(), "state-review", digests)),
    after("Decisions.", ATTESTED, [
      ...violations("pattern", decide(), "log-decided-at-once", [...gross, ...badCodes]),
      otherCode(
        "code-shortest",
        "POLICY_Z",
        "One letter is a condition, although nothing has it.",
        "demand two letters",
      ),
      otherCode("code-40", `POLICY_${"A".repeat(40)}`, "40 characters are allowed.", "reject the limit itself"),
    ]),
    after("A log of eight events.", DISPUTED, misnumbered),
  ],
};
