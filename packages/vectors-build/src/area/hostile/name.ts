import { canonicalize, type JsonValue } from "@settld/protocol";
import { field, type VectorFile } from "../../format.ts";
import { payloadOf } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { type Violation, violations } from "../../schema-case.ts";
import { ACCEPTED, attest, dispute, FUNDED, fund, submit, WINDOW } from "../../story.ts";
import { WAITING } from "./waiting-log.ts";

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

// No encoder writes 65 levels, so the last one is put in by hand.
const tooDeep = canonicalize(payloadOf(WAITING, attest({ result: { a: deep(61) } })) as JsonValue).replace(
  "[1]",
  "[[1]]",
);

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

/** Names and types that are more than names: the schema keeps them out. */
export const NAMES: VectorFile = {
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
