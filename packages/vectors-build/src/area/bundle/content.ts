import { base64Encode, type Envelope, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { bytesOf, keyOf, seal, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import {
  append,
  EMPTY,
  envelopes,
  extend,
  FOREIGN,
  type Log,
  linesOf,
  payloadOf,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import { EXPIRED, expire, NO_TOTALS, OFFERED, offer, terms } from "../../story.ts";
import { bad } from "./case.ts";
import { CLOSING, edit, flipSig, LATE, lineOf, OFFER, RECEIPT, short, whole, withLine } from "./lines.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

const signEvent = (log: Log, index: number, ...signers: readonly ReturnType<typeof keyOf>[]): Promise<Envelope> =>
  seal(PAYLOAD_TYPES.event, log.payloads[index] ?? new Uint8Array(0), ...signers);

const withPayload = (line: string, change: (payload: Record<string, unknown>) => unknown): string =>
  edit(line, (value) => ({
    ...value,
    payload: base64Encode(
      bytesOf(
        change(
          JSON.parse(Buffer.from(value["payload"] as string, "base64").toString("utf8")) as Record<string, unknown>,
        ),
      ),
    ),
  }));

const badRevision = append(EMPTY, bytesOf(payloadOf(EMPTY, offer(terms(), { change: { v: "2027-05" } }))));
const badType = append(EMPTY, bytesOf(payloadOf(EMPTY, offer(terms(), { change: { type: "agreement.proposed" } }))));
const mixed = extend(OFFERED, { ...expire(), change: { v: "2027-05" } });
const graft = extend(OFFERED, { ...expire(), change: { prev: FOREIGN } });
const wrongTotals = extend(OFFERED, expire({ totals: { ...NO_TOTALS, toSeller: "1" } }));

const cases: readonly Case[] = [
  bad(
    "bundle-payload-changed",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "One number of the offer was changed after signing.",
    "trust payloads of signed envelopes",
    withLine(
      short,
      1,
      withPayload(OFFER, (payload) => ({ ...payload, body: { ...(payload["body"] as object), feeBps: 251 } })),
    ),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-admission-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The actor's signature is good, the settler's is not.",
    "verify the actor's signature only",
    withLine(short, 1, flipSig(OFFER, 1)),
    { pointer: "/signatures/1/sig" },
  ),
  bad(
    "bundle-last-event-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "Every event is verified, also the last.",
    "verify the first event only",
    withLine(short, 2, flipSig(CLOSING, 0)),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-receipt-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The receipt is verified, too.",
    "verify events only",
    withLine(short, 3, flipSig(RECEIPT, 0)),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-party-event-unadmitted",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "bundle-short",
    "A party event without the settler's admission has no time that anyone vouches for.",
    "accept one good signature",
    withLine(short, 1, lineOf(await signEvent(EXPIRED, 0, keyOf("buyer")))),
    { pointer: "/signatures" },
  ),
  bad(
    "bundle-settler-event-signed-twice",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "bundle-short",
    "A settler event has one signature; a second could be left out or added by anyone.",
    "accept additional signatures",
    withLine(short, 2, lineOf(await signEvent(EXPIRED, 1, keyOf("settler"), keyOf("buyer")))),
    { pointer: "/signatures" },
  ),
  bad(
    "bundle-payload-spaced",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A signed payload that is not its own canonical form.",
    "canonicalize payloads",
    withLine(
      short,
      1,
      lineOf(
        await seal(
          PAYLOAD_TYPES.event,
          utf8(JSON.stringify(JSON.parse(new TextDecoder().decode(EXPIRED.payloads[0])), null, 1)),
          keyOf("buyer"),
          keyOf("settler"),
        ),
      ),
    ),
  ),
  bad(
    "bundle-revision-unknown",
    "EVENT-2",
    "EVENT_REVISION_UNKNOWN",
    "bundle-short",
    "A well-signed log of a later revision: this verifier cannot judge it.",
    "reject unknown revisions",
    linesOf({ events: await envelopes(badRevision, { 0: [keyOf("buyer"), keyOf("settler")] }) }),
    { indeterminate: true, pointer: "/v" },
  ),
  bad(
    "bundle-type-unknown",
    "EVENT-3",
    "EVENT_TYPE_UNKNOWN",
    "bundle-short",
    "A well-signed event of no known type.",
    "skip unknown events",
    linesOf({ events: await envelopes(badType, { 0: [keyOf("buyer"), keyOf("settler")] }) }),
    { pointer: "/type" },
  ),
  bad(
    "bundle-revision-mixed",
    "EVENT-2",
    "EVENT_REVISION_MIXED",
    "bundle-short",
    "The first event is of a known revision, so a well-signed second one of another is a fault of the log.",
    "report every unknown revision as indeterminate",
    linesOf({ events: await envelopes(mixed) }),
    { pointer: "/v" },
  ),
  bad(
    "bundle-event-grafted",
    "LOG-3",
    "LOG_PREV_MISMATCH",
    "bundle-short",
    "A well-signed closing of another history.",
    "verify signatures without the chain",
    linesOf({ events: await envelopes(graft), receipt: await sealReceipt(receiptOf(graft, LATE)) }),
    { pointer: "/prev" },
  ),
  bad(
    "bundle-event-dropped",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "The acceptance was taken out.",
    "accept gaps in seq",
    whole.filter((_, index) => index !== 2),
    { pointer: "/seq" },
  ),
  bad(
    "bundle-event-twice",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "The acceptance stands twice; appending twice is harmless at a server and wrong in a file.",
    "skip repeated events",
    [...whole.slice(0, 3), whole[2] ?? "", ...whole.slice(3)],
    { pointer: "/seq" },
  ),
  bad(
    "bundle-events-swapped",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "Acceptance and funding changed places.",
    "sort events by seq",
    whole.map((line, index) => (index === 2 ? (whole[3] ?? "") : index === 3 ? (whole[2] ?? "") : line)),
    { pointer: "/seq" },
  ),
  bad(
    "bundle-totals-wrong",
    "LEDGER-8",
    "LEDGER_TOTALS_MISMATCH",
    "bundle-short",
    "The settler signed totals that the log does not give.",
    "trust what the settler signs",
    linesOf({
      events: await envelopes(wrongTotals),
      receipt: await sealReceipt(receiptOf(wrongTotals, { ...LATE, totals: { ...NO_TOTALS, toSeller: "1" } })),
    }),
    { pointer: "/body/totals" },
  ),
];

/** Signatures, payloads and the log inside a bundle. */
export const content: VectorFile = {
  path: "bundle/content.json",
  op: "bundle.verify",
  description: "Signatures, payloads and the log inside a bundle.",
  groups: [{ input: TRUST, cases }],
};
