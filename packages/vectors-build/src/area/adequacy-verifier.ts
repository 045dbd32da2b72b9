import { base64Encode, digestOf, type Envelope, utf8 } from "@settld/protocol";
import { bytesOf, idOf, keyOf, secondSettlerKey, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, file, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, type Log, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { ACCEPTED, ATTESTED, accept, decide, EXPIRED, expire, NO_TOTALS, OFFERED, offer, terms } from "../story.ts";
import { at } from "../time.ts";

// What a verifier does with a file that it refuses, with an event that is long, and with a log that it cannot judge.

type Parts = Parameters<typeof linesOf>[0];

const bundle = (parts: Parts) => field(fileOf(linesOf(parts)));
const own = trustDoc();
const trust = { trust: field(bytesOf(own)) };
const RECEIPT = { at: at(40), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };

// Four texts of 2 KiB: far more than most programs keep of an event while they read on.
const long: Log = extend(
  EMPTY,
  offer(
    terms({
      references: ["parent", "order", "invoice", "terms"].map((rel) => ({
        rel,
        uri: `https://${rel}.example/${"a".repeat(2000)}`,
      })),
    }),
  ),
  expire(),
);
const later: Log = extend(EMPTY, offer(terms(), { change: { v: "2027-05" } }));
const tooMuch: Log = extend(ATTESTED, decide({ gross: "47999", outcome: "partial" }));

const files: readonly Case[] = [
  {
    id: "edge-long-offer",
    clause: "LIMIT-1",
    why: "An offer of more than 8 KiB: payloads of any size up to the limit are judged alike.",
    kills: "keep the members of small events only",
    input: {
      bundle: bundle({ events: await envelopes(long), receipt: await sealReceipt(receiptOf(long, RECEIPT)) }),
      ...trust,
    },
    facts: { head: head(long), status: "closed", established: 2 },
  },
  {
    id: "edge-report-of-unknown-revision",
    clause: "EVENT-2",
    code: "EVENT_REVISION_UNKNOWN",
    verdict: "indeterminate",
    fault: "report-of-later-revision",
    twin: "bundle-short",
    pointer: "/v",
    why: "Whom the verifier trusted it can say; of the log it knows nothing, and no time at which it would hold.",
    kills: "report the given document as none, or a time of the log",
    input: {
      bundle: bundle({ events: await envelopes(later, { 0: [keyOf("buyer"), keyOf("settler")] }) }),
      ...trust,
    },
    facts: {
      trust: { digest: digestOf(bytesOf(own)), version: 1, registry: idOf("registry"), source: "own" },
      evidence: { referenced: 0, inline: 0, withheld: 0, supplied: 0 },
      receipt: null,
      time: null,
      notes: [],
      established: 0,
    },
  },
  {
    id: "edge-decision-of-other-gross",
    clause: "POLICY-10",
    code: "POLICY_GROSS_MISMATCH",
    fault: "gross-one-less-in-a-file",
    twin: "bundle-whole",
    pointer: "/body/gross",
    why: "A well-signed decision awards one cent less than the policy gives: the settler's signature does not make it right.",
    kills: "take decisions of a signed log as they are",
    input: { bundle: bundle({ events: await envelopes(tooMuch) }), ...trust },
  },
];

// Histories of refused files. The first file of each pair has the acceptance as second event.

const settler = keyOf("settler");
const secondKeyStolen = {
  trust: field(
    bytesOf(
      trustDoc(
        {},
        {
          settler: [
            trustKey(settler),
            trustKey(secondSettlerKey, { revoked: { at: at(50), reason: "compromised" as const } }),
          ],
        },
      ),
    ),
  ),
};
const told = bundle({ events: await envelopes(ACCEPTED) });
const nobodys = extend(OFFERED, accept({ change: { at: at(1, 1) } }));
const [offered, refused] = await envelopes(nobodys, { 1: [keyOf("arbiter"), keyOf("checker")] });
const [, other] = await envelopes(extend(OFFERED, accept({ change: { at: at(1, 2) } })));
if (offered === undefined || refused === undefined || other === undefined) throw new Error("both logs have two events");

const behindTheEnd = extend(EXPIRED, accept({ hours: 25 }));
const receipt = await sealReceipt(receiptOf(EXPIRED, RECEIPT));
const signatureOf = ({ signatures: [signature] }: Envelope): string => {
  if (signature === undefined) throw new Error("a receipt has one signature");
  return signature.sig;
};
const forged: Envelope = {
  ...receipt,
  signatures: [
    { keyid: settler.keyid, sig: signatureOf(await sealReceipt(receiptOf(EXPIRED, { ...RECEIPT, at: at(41) }))) },
  ],
};

const histories: readonly Case[] = [
  {
    id: "unread-good-event-behind-refused",
    clause: "LOG-7",
    why: "The second event is nobody's word, and the third would fit in its place and contradict the other file: what stands behind a rejected event is not read.",
    kills: "go on with the next event when one is refused",
    input: { bundles: [told, bundle({ events: [offered, refused, other] })], ...trust },
    facts: { heads: [head(ACCEPTED), head(OFFERED)] },
  },
  {
    id: "unread-events-before-malformed-line",
    clause: "BUNDLE-14",
    why: "The log is in order, but a line behind it is no line of a bundle: the file is refused before any event is judged, so nothing is established.",
    kills: "judge events while lines are read",
    input: {
      bundles: [told, field(fileOf([...linesOf({ events: await envelopes(EXPIRED) }), "{}"]))],
      ...trust,
    },
    facts: { heads: [head(ACCEPTED), null] },
  },
  {
    id: "unread-receipt-behind-refused-event",
    clause: "TRUST-16",
    why: "The closing is by a stolen key, and another event stands behind it: the good receipt at the end is not read, so it vouches for nothing.",
    kills: "look for a receipt although the log is refused",
    input: {
      bundles: [
        told,
        bundle({
          events: await envelopes(behindTheEnd, {
            1: [secondSettlerKey],
            2: [keyOf("seller"), secondSettlerKey],
          }),
          receipt,
        }),
      ],
      ...secondKeyStolen,
    },
    facts: { heads: [head(ACCEPTED), head(OFFERED)] },
  },
  {
    id: "unread-receipt-under-bad-signature",
    clause: "TRUST-16",
    why: "The closing is by a stolen key, and the receipt has the good key's name and a signature of something else: it vouches for nothing.",
    kills: "let a receipt vouch before its signature is checked",
    input: {
      bundles: [told, bundle({ events: await envelopes(EXPIRED, { 1: [secondSettlerKey] }), receipt: forged })],
      ...secondKeyStolen,
    },
    facts: { heads: [head(ACCEPTED), head(OFFERED)] },
  },
];

const firstLines: readonly Case[] = [
  {
    id: "limit-line-behind-empty-first",
    clause: "BUNDLE-2",
    code: "BUNDLE_HEADER",
    over: "LIMIT_LINE_BYTES",
    fault: "line-feed-before-a-line-that-is-too-long",
    twin: "limit-bundle",
    why: "The first line is empty; the second, which is too long, is not read any more.",
    kills: "take a line feed at the very beginning for none",
    input: {
      bundle: { concat: [base64Encode(utf8("\n")), { repeat: "YQ==", times: 12_582_913 }, base64Encode(utf8("\n"))] },
      ...trust,
    },
  },
];

/** What the first files left out about the ways in which a verifier stops. */
export const stops: readonly VectorFile[] = [
  file("bundle/stop.json", "bundle.verify", "Long events, unknown revisions, wrong decisions in whole files.", files),
  file("log/unread.json", "bundle.compare", "What stands behind or before a fault and is not established.", histories),
  file("limit/first-line.json", "bundle.verify", "An empty first line before one that is too long.", firstLines),
];
