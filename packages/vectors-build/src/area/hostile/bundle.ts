import { bytesOf, keyOf, trustDoc, trustKey } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  fileOf,
  head,
  itemOf,
  type Log,
  linesOf,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import {
  accept,
  approved,
  cancel,
  close,
  expire,
  fund,
  NO_BALANCES,
  NO_TOTALS,
  offer,
  PARTIES,
  settle,
  submit,
  terms,
} from "../../story.ts";
import { at } from "../../time.ts";

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

const cases: readonly Case[] = [
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

/** Evidence and ids that mean something to somebody else. */
export const bundles: VectorFile = {
  path: "hostile/bundle.json",
  op: "bundle.verify",
  description: "Evidence and ids that mean something to somebody else.",
  groups: [{ cases }],
};
