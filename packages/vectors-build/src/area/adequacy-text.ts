import { PAYLOAD_TYPES } from "@settld/protocol";
import { bytesOf } from "../cast.ts";
import { type Case, field, file, type VectorFile } from "../format.ts";
import { FOREIGN, payloadOf } from "../log-builder.ts";
import { REVIEW } from "../story.ts";
import { made, seeds } from "./issue-envelope/signed-document.ts";

// Texts that end too early, and one that is as deep as a text may be.

const unclosed = (fault: string, input: string, why: string, kills: string): Case => ({
  id: `text-${fault}`,
  clause: "JSON-5",
  code: "JSON_SURROGATE",
  over: "JSON_SYNTAX",
  fault,
  twin: "json-surrogate-pair-escaped",
  why,
  kills,
  input: { bytes: field(input) },
});

const cut: readonly Case[] = [
  unclosed(
    "lone-surrogate-ends-the-text",
    '"\\udc00',
    "The whole escape of a lone surrogate stands before the place where the closing quote is missing.",
    "read an escape only where another character follows it",
  ),
  unclosed(
    "low-surrogate-cut-off",
    '"\\ud800\\udc0',
    "The second escape is cut off, so it is no low surrogate, and the high one stands alone before that place.",
    "take a second escape that is cut off for the low surrogate",
  ),
];

const long = field('["\u00e9\u20ac\u{1f600}",]');
const behindLong: Case = {
  id: "text-fault-behind-long-characters",
  clause: "JSON-3",
  code: "JSON_SYNTAX",
  fault: "comma-behind-characters-of-two-to-four-bytes",
  twin: "json-string-document",
  why: "Characters of two, three and four bytes, the last of them two code units in UTF-16, stand before the fault.",
  kills: "lose count of bytes and code units on the way to the fault",
  input: { bytes: long },
};

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
const deepest = payloadOf(REVIEW, {
  type: "evidence.attested",
  by: "checker",
  hours: 4,
  body: { submission: FOREIGN, subject: FOREIGN, requirement: "valid", result: { a: nested(61) } },
});

/** What the first files of texts leave out. */
export const texts: readonly VectorFile[] = [
  file("json/long.json", "json.parse", "A fault behind characters of several bytes.", [behindLong]),
  file("precedence/cut.json", "json.parse", "Surrogates before the place where a text is cut off.", cut),
  file("issue/deep.json", "issue", "A document as deep as a document may be.", [
    {
      id: "issue-document-64-deep",
      clause: "JSON-9",
      why: "Whatever can be read can be signed: 64 levels are the limit of both.",
      kills: "count the document itself as a level when writing",
      input: {
        what: "envelope",
        payloadType: PAYLOAD_TYPES.event,
        document: field(bytesOf(deepest)),
        seeds: seeds("checker", "settler"),
      },
      facts: (await made(PAYLOAD_TYPES.event, deepest, ["checker", "settler"])) as Case["input"],
    },
  ]),
];
