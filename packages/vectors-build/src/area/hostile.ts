import { base64Encode, canonicalBytes, canonicalize, digestOf, type JsonValue } from "@settld/protocol";
import { bytesOf, keyOf, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  fileOf,
  head,
  itemOf,
  type Log,
  linesOf,
  payloadOf,
  receiptOf,
  type Step,
  sealReceipt,
} from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import { type Violation, violations } from "../schema-case.ts";
import {
  ACCEPTED,
  accept,
  approved,
  attest,
  cancel,
  close,
  DISPUTED,
  dispute,
  ESCROW_BALANCES,
  expire,
  FUNDED,
  fund,
  NO_BALANCES,
  NO_TOTALS,
  offer,
  PARTIES,
  rule,
  settle,
  submit,
  terms,
  valid,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

/** Text that attacks whoever shows, stores or compares it, and the mistake that changes or refuses it. */
const TEXTS: readonly (readonly [name: string, text: string, why: string, kills: string])[] = [
  [
    "override",
    "pay \u202e000,1\u202c USD",
    "Right-to-left override: it reads as another sum.",
    "strip characters that turn the direction of reading",
  ],
  [
    "isolates",
    "a\u2066b\u2067c\u2068d\u2069e\u061cf\u200eg\u200fh",
    "Isolates and marks of direction.",
    "strip characters that turn the direction of reading",
  ],
  ["nul", "a\u0000b", "Behind NUL the text goes on.", "end text at NUL"],
  [
    "escape-sequence",
    "a\u001b[2J\u001b[Hb\u001b[31m",
    "It clears a terminal that it is printed to.",
    "strip escape sequences",
  ],
  [
    "hyperlink",
    "\u001b]8;;https://evil.example\u0007accept\u001b]8;;\u0007",
    "A link of a terminal that shows another target.",
    "strip escape sequences",
  ],
  [
    "c1-control",
    "a\u009b2Jb\u0085c",
    "Control characters of one byte in Latin-1.",
    "read C1 control characters as something else",
  ],
  [
    "overwrite",
    "reject\raccept\b\b",
    "It goes back and writes over what stands before it.",
    "turn carriage returns into line feeds",
  ],
  ["forged-line", "a\naccept  b.settld\r\nc", "It adds a line to a report.", "turn line ends into one kind"],
  [
    "other-line-ends",
    "a\u2028b\u2029c\u000bd\u000ce",
    "Line ends that only some programs know.",
    "escape line separators in canonical form",
  ],
  [
    "no-width",
    "a\u200bb\u200dc\u2060d\ufeffe\u00adf",
    "Characters that nobody sees, a byte order mark among them.",
    "strip characters of no width",
  ],
  [
    "tags",
    "a\u{e0041}\u{e0042}\ufe0f\u{e0100}",
    "Text hidden in tags and variation selectors.",
    "drop characters that are not shown",
  ],
  ["piled-marks", `a${"\u0301".repeat(20)}`, "Twenty accents on one letter.", "normalize text"],
  [
    "decomposed",
    "e\u0301 \u212b \ufb01 \u1e9b\u0323",
    "Characters that normalization would change, each in its own way.",
    "normalize text",
  ],
  ["noncharacters", "\ufffe\uffff\u{1fffe}\u{10ffff}", "Noncharacters are text.", "replace noncharacters"],
  [
    "replacement",
    "\ufffd?",
    "A replacement character that somebody wrote, and that replaces nothing.",
    "take U+FFFD as a sign of bad UTF-8",
  ],
  ["spaces-around", " \t a \u00a0\u3000 ", "White space at both ends belongs to the text.", "trim text"],
  ["script", "<script>alert(1)</script><!-- ]]> &lt;", "Markup of a page.", "escape text where it is read"],
  ["attribute", '" onmouseover="alert(1)" x=\'`', "It ends an attribute.", "escape quotes as entities"],
  ["markdown", "[accept](javascript:alert(1)) ![x](y) `|` **b**\n# h", "Markup of a message.", "interpret markup"],
  ["formula", '=HYPERLINK("https://evil.example","x")', "A formula of a table.", "put an apostrophe in front"],
  ["formula-after-tab", "\t+1+cmd|' /C calc'!A0", "A formula behind a tab.", "strip leading white space"],
  ["cells", 'a",b\r\nc;=1', "It adds cells and rows to a table.", "double quotes where text is read"],
  [
    "ci-command",
    "::set-output name=x::y\n::error file=a::b",
    "Commands of a build log.",
    "break colons where text is read",
  ],
  [
    "ci-other-commands",
    "##vso[task.setvariable variable=x]y ##teamcity[x] ##[group]z",
    "Commands of other build logs.",
    "break commands where text is read",
  ],
  ["shell", "'; rm -rf /; $(id) `id` \\\"", "It leaves the quotes of a shell.", "strip backslashes"],
  [
    "template",
    "$\u007b7*7} {{7*7}} %s %n {0} \\u0041 \\n",
    "Templates and escapes that are text here.",
    "unescape twice",
  ],
  [
    "json",
    '"}],"body":{"toSeller":"1"},"x":[{"',
    "It looks like the rest of a document.",
    "put documents together as text",
  ],
  ["path", "../../etc/passwd\\..\\x C:\\x %2e%2e%2f", "Paths that lead out of a folder.", "clean paths in any text"],
];

const ascii = (text: string): string =>
  `"${[...text]
    .flatMap((character) => [...Array(character.length).keys()].map((index) => character.charCodeAt(index)))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("")}"`;

const strings: readonly Case[] = TEXTS.map(([name, text, why, kills]) => {
  const canonical = canonicalBytes(text);
  return {
    id: `hostile-${name}`,
    clause: "JCS-1",
    why: `${why} It is read and written without a change.`,
    kills,
    input: { bytes: field(` ${ascii(text)}\n`) },
    facts: { canonical: base64Encode(canonical), digest: digestOf(canonical) },
  };
});

const textOf = (name: string): string => TEXTS.find(([other]) => other === name)?.[1] ?? "";

const said = (id: string, why: string, kills: string, status: string, balances: object, step: Step): LogCase => ({
  id: `hostile-${id}`,
  clause: "EVENT-4",
  why,
  kills,
  status,
  balances,
  steps: [step],
});

const cancelled = [
  "nul",
  "override",
  "escape-sequence",
  "forged-line",
  "spaces-around",
  "noncharacters",
  "piled-marks",
];

const WAITING: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [valid, approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit(),
);

const members = JSON.parse(
  '{"__proto__":{"validityBps":1},"constructor":"\\u0000","toString":null,"validityBps":10000,"":{"":[[]]},"<b>":"\\u202e"}',
) as object;
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

// No encoder writes 65 levels, so the last one is put in by hand.
const tooDeep = canonicalize(payloadOf(WAITING, attest({ result: { a: deep(61) } })) as JsonValue).replace(
  "[1]",
  "[[1]]",
);

const texts: VectorFile = {
  path: "hostile/text.json",
  op: "log.reduce",
  description: "Words of people in events: they are carried, and mean nothing.",
  groups: [
    after("Reasons of a cancellation.", FUNDED, [
      ...cancelled.map((name) => {
        const [, text = "", why = "", kills = ""] = TEXTS.find(([other]) => other === name) ?? [];
        return said(
          `reason-${name}`,
          `${why} As a reason it is text like any other.`,
          kills,
          "cancelling",
          ESCROW_BALANCES,
          cancel({ body: { reason: text } }),
        );
      }),
      said(
        "reason-of-space",
        "A reason of one space has one character.",
        "trim text before its length is counted",
        "cancelling",
        ESCROW_BALANCES,
        cancel({ body: { reason: " " } }),
      ),
      said(
        "reason-of-256-marks",
        "256 characters, of which a reader sees one: a letter with 255 accents.",
        "count what is seen instead of characters",
        "cancelling",
        ESCROW_BALANCES,
        cancel({ body: { reason: `a${"\u0301".repeat(255)}` } }),
      ),
    ]),
    after("References of a payment.", ACCEPTED, [
      said(
        "funding-reference",
        "What a bank wrote down is carried.",
        "clean what comes from a rail",
        "funded",
        ESCROW_BALANCES,
        fund({ funding: { rail: "test", reference: textOf("cells") } }),
      ),
    ]),
    after("Reasons of a ruling.", DISPUTED, [
      said(
        "ruling-reason",
        "An arbiter's words are carried.",
        "clean the words of an arbiter",
        "ruled",
        WINDOW_BALANCES,
        rule({ reason: textOf("markdown") }),
      ),
    ]),
    after("Values of a check, and uris.", EMPTY, [
      said(
        "agreed-value",
        "A text that a result has to equal may be any text.",
        "clean values before they are compared",
        "offered",
        NO_BALANCES,
        offer(
          terms({
            policy: {
              requirements: [
                {
                  ...valid,
                  op: "eq",
                  value: textOf("override"),
                  pointer: `/${textOf("script").replaceAll("/", "~1")}`,
                },
              ],
              payout: { kind: "all-or-nothing" },
            },
          }),
        ),
      ),
      said(
        "reference-uri",
        "A uri is printable ASCII and never fetched.",
        "refuse uris that are dangerous to follow",
        "offered",
        NO_BALANCES,
        offer(
          terms({
            references: [
              { rel: "terms", uri: "javascript:alert(1)//<script>\"'`$\u007bx}{{x}}|;&" },
              { rel: "order", uri: "file:///etc/passwd" },
              { rel: "invoice", uri: "=1+1" },
            ],
          }),
        ),
      ),
      said(
        "party-id-script",
        "An id may look like a script; it is compared and shown, never followed.",
        "accept ids of known schemes only",
        "offered",
        NO_BALANCES,
        offer(terms({ parties: { ...PARTIES, settler: { id: "javascript:alert(1)//';=@SUM(1+1)" } } })),
      ),
    ]),
    after("Names.", FUNDED, [
      said(
        "device-names",
        "Names of devices, options and inherited members are ordinary names.",
        "refuse names that some system reserves",
        "review",
        ESCROW_BALANCES,
        submit({
          items: ["con", "nul.txt", "constructor", "0", "a..b", "x.-_"].map((name) => ({ ...itemOf(name, "x").item })),
        }),
      ),
    ]),
    after("Results of a checker.", WAITING, [
      said(
        "result-members",
        "A result may have any members; __proto__ is one of them.",
        "assign members with a setter",
        "review",
        ESCROW_BALANCES,
        attest({ result: members }),
      ),
      said(
        "result-deep",
        "61 levels of a result are 64 of the payload.",
        "count the levels of a result by itself",
        "review",
        ESCROW_BALANCES,
        attest({ result: { a: deep(61) } }),
      ),
    ]),
  ],
};

const item = "/body/items/0";
const badNames: readonly Violation[] = [
  [
    "name-with-override",
    `${item}/name`,
    "result\u202evsc.exe",
    "It reads as another kind of file.",
    "accept any text as a name",
  ],
  [
    "name-with-nul",
    `${item}/name`,
    "result.csv\u0000.exe",
    "Some systems stop reading at NUL.",
    "check names up to NUL",
  ],
  ["name-with-line", `${item}/name`, "a\nb", "It adds a line to a listing.", "match every line of a name"],
  [
    "name-like-option",
    `${item}/name`,
    "--trust",
    "A program could take it for an option.",
    "check characters, and not the first one",
  ],
  ["name-like-formula", `${item}/name`, "=1+1", "A table could compute it.", "accept any text as a name"],
  ["name-like-tag", `${item}/name`, "<img>", "A page could show it.", "accept any text as a name"],
  [
    "name-other-digits",
    `${item}/name`,
    "item\u0661",
    "A digit of another script.",
    "match digits with a class for all scripts",
  ],
  [
    "name-small-capital",
    `${item}/name`,
    "\u0131tem",
    "A letter that becomes an ASCII letter in capitals.",
    "match letters without case",
  ],
  [
    "name-kelvin",
    `${item}/name`,
    "\u212aitem",
    "The Kelvin sign becomes k in small letters, and some regular expressions know that.",
    "match with the flags u and i",
  ],
  [
    "media-type-with-line",
    `${item}/mediaType`,
    "text/csv\r\nx-evil: 1",
    "It adds a header to a response.",
    "match every line of a type",
  ],
  [
    "media-type-with-space",
    `${item}/mediaType`,
    "text/html ; charset=x",
    "A browser would read it as HTML.",
    "accept white space in types",
  ],
];

const NAMES: VectorFile = {
  path: "hostile/name.json",
  op: "log.reduce",
  description: "Names and types that are more than names: the schema keeps them out.",
  groups: [
    after("Items.", FUNDED, violations("hostile", submit(), "event-submitted", badNames)),
    after(
      "Rails.",
      ACCEPTED,
      violations("hostile", fund(), "money-funded", [
        ["rail-command", "/body/funding/rail", "sepa;rm", "A program could run it.", "accept any text as a rail"],
      ]),
    ),
    after(
      "Reason codes.",
      WINDOW,
      violations("hostile", dispute(), "state-disputed", [
        [
          "reason-code-command",
          "/body/reasonCode",
          "::error::x",
          "A build log could run it.",
          "accept any text as a code",
        ],
      ]),
    ),
    {
      comment: "Results that are too deep.",
      input: { prefix: WAITING.payloads.map((payload) => field(payload)) },
      cases: [
        {
          id: "hostile-result-too-deep",
          clause: "JSON-9",
          code: "JSON_DEPTH",
          fault: "result-of-62-levels",
          twin: "hostile-result-deep",
          index: WAITING.payloads.length,
          why: "One level more is level 65 of the payload.",
          kills: "count the levels of a result by itself",
          input: { events: [field(tooDeep)] },
        },
      ],
    },
  ],
};

// Evidence whose bytes mean something to somebody.

const EVIL = [
  itemOf("page.html", "\ufeff<!doctype html><script>alert(1)</script>\r\n", "text/html"),
  itemOf("line.jsonl", '\n{"settld":"bundle","version":1}\n{"digest":"x","withheld":true}\n', "application/jsonl"),
  itemOf("zip.slip", "PK\u0003\u0004../../x\u0000", "application/zip"),
];
const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const EVIDENCE: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit({ items: EVIL.map((one) => one.item) }),
  cancel({ hours: 4 }),
  settle({ due: at(4), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }),
  close({ due: at(4), reason: "cancelled", totals: refunded }, { hours: 4 }),
);
const evidenceReceipt = receiptOf(EVIDENCE, { at: at(4), reason: "cancelled", outcome: "none", totals: refunded });
const evidenceBundle = async (data: (bytes: Uint8Array, index: number) => Uint8Array) =>
  field(
    fileOf(
      linesOf({
        events: await envelopes(EVIDENCE),
        evidence: EVIL.map(({ evidence }, index) => ({ digest: evidence.digest, data: data(evidence.data, index) })),
        receipt: await sealReceipt(evidenceReceipt),
      }),
    ),
  );

// Parties whose ids attack whoever prints a report.
const IDS = {
  buyer: "javascript:alert(1)//",
  seller: "x-a:=HYPERLINK('https://evil.example','x')",
  settler: "urn:::error%20file=a::b;$(id)&&[x](y)",
};
const parties = {
  buyer: { id: IDS.buyer },
  seller: { id: IDS.seller },
  settler: { id: IDS.settler },
  arbiter: PARTIES["arbiter"],
  checkers: {},
};
const evilOffer = offer(
  terms({
    parties,
    policy: {
      requirements: [{ id: "delivered", kind: "item", item: "x", mediaType: "text/csv" }],
      payout: { kind: "all-or-nothing" },
    },
  }),
  { change: { by: IDS.buyer } },
);
const EVIL_PARTIES: Log = extend(EMPTY, evilOffer, expire({}, { change: { by: IDS.settler } }));
const evilTrust = trustDoc({
  parties: (["buyer", "seller", "settler"] as const).map((role) => ({
    id: IDS[role],
    roles: [role],
    keys: [trustKey(keyOf(role))],
  })),
});
const evilReceipt = receiptOf(EVIL_PARTIES, {
  at: at(24),
  reason: "offer-expired",
  outcome: "none",
  totals: NO_TOTALS,
});

const bundles: readonly Case[] = [
  {
    id: "hostile-evidence",
    clause: "BUNDLE-10",
    why: "A page with a byte order mark, lines of a bundle and an archive: evidence is bytes, hashed and never opened.",
    kills: "read evidence as text, or turn its line ends",
    input: { trust: field(bytesOf(trustDoc())), bundle: await evidenceBundle((bytes) => bytes) },
    facts: {
      head: head(EVIDENCE),
      status: "closed",
      evidence: { referenced: 3, inline: 3, withheld: 0, supplied: 0 },
    },
  },
  {
    id: "hostile-evidence-line-ends",
    clause: "BUNDLE-10",
    code: "BUNDLE_EVIDENCE_DIGEST",
    fault: "carriage-return-taken-out",
    twin: "hostile-evidence",
    pointer: "/data",
    why: "The page without its byte order mark and carriage return looks the same in every editor.",
    kills: "compare text instead of bytes",
    input: {
      trust: field(bytesOf(trustDoc())),
      bundle: await evidenceBundle((bytes, index) =>
        index === 0 ? bytes.slice(3).filter((byte) => byte !== 13) : bytes,
      ),
    },
  },
  {
    id: "hostile-parties",
    clause: "EVENT-6",
    why: "Ids that are scripts, formulas and commands to somebody are in the report as they are.",
    kills: "clean ids in a report",
    input: {
      trust: field(bytesOf(evilTrust)),
      bundle: field(
        fileOf(
          linesOf({
            events: await envelopes(EVIL_PARTIES, { 0: [keyOf("buyer"), keyOf("settler")], 1: [keyOf("settler")] }),
            receipt: await sealReceipt({
              ...evilReceipt,
              predicate: {
                ...(evilReceipt["predicate"] as object),
                by: IDS.settler,
                buyer: IDS.buyer,
                seller: IDS.seller,
              },
            }),
          }),
        ),
      ),
    },
    facts: { ...IDS, head: head(EVIL_PARTIES), status: "closed", balances: NO_BALANCES },
  },
];

// Results that reach for a prototype.

const result = (json: string): JsonValue => JSON.parse(json) as JsonValue;
const looked = (id: string, why: string, kills: string, pointer: string, found: JsonValue, code: string): Case => ({
  id: `hostile-${id}`,
  clause: "POLICY-17",
  why,
  kills,
  input: {
    policy: {
      requirements: [{ ...valid, pointer, op: "eq", value: 1 }],
      payout: { kind: "all-or-nothing" },
    },
    amount: "48000",
    facts: { at: at(3), items: [itemOf("result.csv", "x").item], results: { valid: found }, approvals: {} },
  },
  facts: {
    requirements: [{ id: "valid", code }],
    gross: code === "POLICY_MET" ? "48000" : "0",
    outcome: code === "POLICY_MET" ? "full" : "none",
    pending: [],
  },
});

const results: readonly Case[] = [
  looked(
    "pointer-own-proto",
    "The result has a member __proto__ of its own, and the pointer finds it.",
    "drop __proto__ while parsing",
    "/__proto__/n",
    result('{"__proto__":{"n":1}}'),
    "POLICY_MET",
  ),
  looked(
    "pointer-inherited-proto",
    "The result has no such member; what every object inherits is not attested.",
    "resolve pointers by property access",
    "/__proto__",
    result("{}"),
    "POLICY_VALUE_MISSING",
  ),
  looked(
    "pointer-length-of-list",
    "A list has no member length.",
    "resolve pointers by property access",
    "/a/length",
    result('{"a":[1]}'),
    "POLICY_VALUE_MISSING",
  ),
  looked(
    "pointer-character-of-text",
    "A text has no members either.",
    "index text",
    "/a/0",
    result('{"a":"1"}'),
    "POLICY_VALUE_MISSING",
  ),
];

/** Text, names and bytes that attack whoever handles them. */
export const hostile: readonly VectorFile[] = [
  {
    path: "hostile/string.json",
    op: "json.parse",
    description:
      "Strings that attack whoever shows them, written in escapes: strict JSON reads them, canonical form keeps them.",
    groups: [{ cases: strings }],
  },
  texts,
  NAMES,
  {
    path: "hostile/bundle.json",
    op: "bundle.verify",
    description: "Evidence and ids that mean something to somebody else.",
    groups: [{ cases: bundles }],
  },
  {
    path: "hostile/result.json",
    op: "policy.evaluate",
    description: "Results whose members are not what they seem.",
    groups: [{ cases: results }],
  },
];
