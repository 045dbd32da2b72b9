import { BUNDLE_HEADER, utf8 } from "@settld/protocol";
import { bytesOf, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { fileOf, head } from "../../log-builder.ts";
import { CLOSED, FULL_BALANCES, FULL_TOTALS } from "../../story.ts";
import { bad, good } from "./case.ts";
import { sections } from "./container-section.ts";
import { edit, HEADER, OFFER, RECEIPT, short, shortFacts, whole, withLine } from "./lines.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

const wholeFacts = {
  agreement: head(CLOSED, 0),
  head: head(CLOSED),
  events: 9,
  status: "closed",
  outcome: "full",
  totals: FULL_TOTALS,
  balances: FULL_BALANCES,
};

const spaced = (line: string): string => line.replace(":", ": ");

const cases: readonly Case[] = [
  good("bundle-short", "BUNDLE-1", "An offer that expired: header, two events, receipt.", short, shortFacts),
  good("bundle-whole", "BUNDLE-5", "A settled agreement with its evidence.", whole, {
    ...wholeFacts,
    evidence: { referenced: 1, inline: 1, withheld: 0, supplied: 0 },
  }),
  bad(
    "bundle-empty-file",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "An empty file says nothing.",
    "accept an empty file",
    new Uint8Array(0),
  ),
  bad(
    "bundle-no-line-feed",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Without any line feed there is no first line.",
    "report a truncated file",
    utf8(BUNDLE_HEADER),
  ),
  bad(
    "bundle-header-missing",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "The first line is an event.",
    "treat the header as optional",
    short.slice(1),
  ),
  bad(
    "bundle-header-version",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Another version of the container.",
    "ignore the version",
    withLine(short, 0, HEADER.replace("1", "2")),
  ),
  bad(
    "bundle-header-spaced",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "The header is bytes, not a value.",
    "parse the header as JSON",
    withLine(short, 0, spaced(HEADER)),
  ),
  bad(
    "bundle-header-crlf",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "A file that went through a text conversion.",
    "strip carriage returns",
    utf8(short.map((line) => `${line}\r\n`).join("")),
  ),
  bad(
    "bundle-header-bom",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Editors put a byte order mark in front.",
    "strip a byte order mark",
    utf8(`\ufeff${short.map((line) => `${line}\n`).join("")}`),
  ),
  bad(
    "bundle-truncated",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "The last line feed is missing, so the download may be.",
    "take the last line without its line feed",
    utf8(short.join("\n")),
  ),
  bad(
    "bundle-truncated-in-line",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "Half a line is left over.",
    "ignore an incomplete line",
    utf8(`${short.slice(0, 3).join("\n")}\n${RECEIPT.slice(0, 40)}`),
  ),
  bad(
    "bundle-trailing-garbage",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "Bytes behind the last line feed are no line.",
    "ignore what follows the receipt",
    utf8(`${short.map((line) => `${line}\n`).join("")}x`),
  ),
  bad(
    "bundle-blank-line",
    "JSON-3",
    "JSON_SYNTAX",
    "bundle-short",
    "An empty line is no JSON; nothing in a bundle is filler.",
    "skip blank lines",
    [...short.slice(0, 2), "", ...short.slice(2)],
  ),
  bad(
    "bundle-blank-line-at-end",
    "JSON-3",
    "JSON_SYNTAX",
    "bundle-short",
    "Also at the end of the file.",
    "skip blank lines at the end",
    [...short, ""],
  ),
  bad(
    "bundle-line-spaced",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A space outside the payload is signed by nobody.",
    "parse lines without comparing bytes",
    withLine(short, 1, spaced(OFFER)),
  ),
  bad(
    "bundle-line-reordered",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "Members of an envelope in another order.",
    "parse lines without comparing bytes",
    withLine(short, 1, reorder(OFFER)),
  ),
  bad(
    "bundle-line-carriage-return",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "White space at the end of a line is white space.",
    "strip carriage returns",
    withLine(short, 1, `${OFFER}\r`),
  ),
  bad(
    "bundle-line-duplicate",
    "JSON-4",
    "JSON_DUPLICATE_NAME",
    "bundle-short",
    "A second payload in one envelope.",
    "let the last member win",
    withLine(short, 1, OFFER.replace('{"payload":', '{"payload":"","payload":')),
  ),
  bad(
    "bundle-line-utf8",
    "JSON-1",
    "JSON_UTF8",
    "bundle-short",
    "A byte that is no UTF-8.",
    "replace bad bytes",
    Buffer.concat([fileOf(short.slice(0, 1)), Buffer.from([0x22, 0xff, 0x22, 0x0a]), fileOf(short.slice(1))]),
  ),
  bad(
    "bundle-line-other",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-short",
    "A line that is neither envelope nor evidence.",
    "skip unknown lines",
    [...short.slice(0, 3), '{"comment":"x"}', RECEIPT],
  ),
  bad(
    "bundle-line-scalar",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-short",
    "A line that is no object.",
    "skip lines that are no objects",
    [...short.slice(0, 3), "1", RECEIPT],
  ),
  bad(
    "bundle-line-payload-type",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "bundle-short",
    "An envelope of a type that no section has.",
    "skip unknown envelopes",
    withLine(
      short,
      1,
      edit(OFFER, (value) => ({ ...value, payloadType: "application/vnd.other+json" })),
    ),
    { pointer: "/payloadType" },
  ),
  bad(
    "bundle-line-payload-type-number",
    "BUNDLE-4",
    "DSSE_PAYLOAD_TYPE",
    "bundle-short",
    "A line with payloadType is an envelope, of whatever type the value is.",
    "treat the line as evidence",
    withLine(
      short,
      1,
      edit(OFFER, (value) => ({ ...value, payloadType: 1 })),
    ),
    { pointer: "/payloadType" },
  ),
  ...sections,
];

function reorder(line: string): string {
  const { payload, ...rest } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ ...rest, payload });
}

/** Lines and sections. */
export const container: VectorFile = {
  path: "bundle/container.json",
  op: "bundle.verify",
  description: "Lines and sections.",
  groups: [{ input: TRUST, cases }],
};
