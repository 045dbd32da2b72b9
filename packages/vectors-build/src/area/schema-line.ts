import { base64Encode, canonicalize, type JsonValue } from "@settld/protocol";
import { bytesOf, trustDoc } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { accept, cancel, close, FILE, fund, NO_BALANCES, offer, settle, submit } from "../story.ts";
import { at } from "../time.ts";

const totals = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const log = extend(
  EMPTY,
  offer(),
  accept(),
  fund(),
  submit(),
  cancel(),
  settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
  close({ due: at(3), reason: "cancelled", totals }, { hours: 3 }),
);
const events = linesOf({ events: await envelopes(log) });
const receipt = canonicalize(
  (await sealReceipt(
    receiptOf(log, { at: at(3), reason: "cancelled", outcome: "none", totals }),
  )) as unknown as JsonValue,
);
const { digest, data } = FILE.evidence;
const bytes = base64Encode(data);
const bundle = (line: unknown) => ({
  bundle: field(fileOf([...events, canonicalize(line as JsonValue), receipt])),
});

type Row = readonly [name: string, line: unknown, why: string, kills: string];

const rows: readonly Row[] = [
  ["empty-object", {}, "A line that says nothing.", "skip empty objects"],
  ["list", [digest, bytes], "A line is an object.", "read members of lists"],
  ["null", null, "A line is an object.", "skip null"],
  ["digest-alone", { digest }, "An item without bytes says that they are withheld.", "treat missing bytes as withheld"],
  ["data-alone", { data: bytes }, "An item says which one it is.", "find the item by hashing the bytes"],
  ["digest-number", { data: bytes, digest: 1 }, "A digest is text.", "turn numbers into text"],
  [
    "digest-bare",
    { data: bytes, digest: digest.slice("sha256:".length) },
    "A digest names its function.",
    "accept bare hashes",
  ],
  [
    "digest-line-feed",
    { data: bytes, digest: `${digest}\n` },
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  ["data-null", { data: null, digest }, "null is no text, and not what withheld means.", "treat null as withheld"],
  ["data-list", { data: [...data], digest }, "Bytes are base64.", "accept bytes as numbers"],
  ["withheld-text", { digest, withheld: "true" }, "withheld is true.", "treat every text as true"],
  ["withheld-number", { digest, withheld: 1 }, "withheld is true.", "treat numbers as booleans"],
  [
    "proto-member",
    JSON.parse(`{"__proto__":{},"digest":"${digest}","withheld":true}`),
    "A member that some parsers lose is a member.",
    "count members after assigning them",
  ],
];

/** Lines of evidence, member by member. */
export const schemaLine: VectorFile = {
  path: "schema/line.json",
  op: "bundle.verify",
  description: "Lines of evidence with a member that is missing, malformed or too much.",
  groups: [
    {
      input: { trust: field(bytesOf(trustDoc())) },
      cases: [
        {
          id: "schema-line",
          clause: "BUNDLE-4",
          why: "One item, inline.",
          kills: "refuse a good line",
          input: bundle({ data: bytes, digest }),
          facts: {
            head: head(log),
            status: "closed",
            balances: NO_BALANCES,
            evidence: { referenced: 1, inline: 1, withheld: 0, supplied: 0 },
          },
        },
        ...rows.map(
          ([name, line, why, kills]): Case => ({
            id: `schema-line-${name}`,
            clause: "BUNDLE-4",
            code: "BUNDLE_LINE",
            fault: `line-${name}`,
            twin: "schema-line",
            why,
            kills,
            input: bundle(line),
          }),
        ),
      ],
    },
  ],
};
