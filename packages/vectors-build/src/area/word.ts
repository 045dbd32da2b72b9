import type { Signer } from "@settld/protocol";
import { bytesOf, keyOf, secondBuyerKey, secondSettlerKey, type TrustKey, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  fileOf,
  head,
  type Log,
  linesOf,
  receiptOf,
  type Step,
  sealReceipt,
} from "../log-builder.ts";
import { ACCEPTED, accept, cancel, expire, NO_TOTALS, OFFERED, offer, PARTIES, settle, terms } from "../story.ts";
import { at } from "../time.ts";

// What counts as the settler's word (LOG-7): one file shows the acceptance as second event, the other something else.

type Signed = Readonly<Record<number, readonly Signer[]>>;

const file = async (log: Log, signed: Signed = {}, more: Partial<Parameters<typeof linesOf>[0]> = {}) =>
  field(fileOf(linesOf({ events: await envelopes(log, signed), ...more })));

const settler = keyOf("settler");
const buyer = keyOf("buyer");
const seller = keyOf("seller");
const trust = (keys: Parameters<typeof trustDoc>[1]) => ({ trust: field(bytesOf(trustDoc({}, keys))) });
const bothSettlerKeys = (second: Partial<TrustKey>) =>
  trust({ settler: [trustKey(settler), trustKey(secondSettlerKey, second)] });
const base = await file(ACCEPTED);

type Row = {
  readonly id: string;
  readonly why: string;
  readonly kills: string;
  /** The second event of the other file, behind the offer. */
  readonly step: Step;
  readonly by?: readonly Signer[];
  readonly input?: object;
};

const contradicts = async ({ id, why, kills, step, by, input }: Row): Promise<Case> => ({
  id: `word-${id}`,
  clause: "LOG-7",
  code: "LOG_EQUIVOCATION",
  fault: `word-${id}`,
  twin: "compare-prefix",
  index: 1,
  why,
  kills,
  input: { bundles: [base, await file(extend(OFFERED, step), by === undefined ? {} : { 1: by })], ...input },
});

const saysNothing = async ({ id, why, kills, step, by, input }: Row): Promise<Case> => ({
  id: `word-${id}`,
  clause: "LOG-7",
  why,
  kills,
  input: { bundles: [base, await file(extend(OFFERED, step), by === undefined ? {} : { 1: by })], ...input },
  facts: { heads: [head(ACCEPTED), head(OFFERED)] },
});

const byTheOfferer = accept({ by: "buyer" });
const wrongTotals = expire({ totals: { ...NO_TOTALS, toSeller: "1" } });

const words: readonly Case[] = await Promise.all([
  contradicts({
    id: "of-wrong-actor",
    why: "The buyer accepts its own offer: the event is rejected, and the settler admitted it all the same.",
    kills: "compare accepted events only",
    step: byTheOfferer,
    by: [buyer, settler],
  }),
  contradicts({
    id: "of-wrong-state",
    why: "A settlement of what was never funded, signed by the settler.",
    kills: "compare events that the state table allows only",
    step: {
      ...settle(),
      hours: 1,
      body: { due: at(1), cause: head(OFFERED), toSeller: "1", fee: "0", toBuyer: "0", held: "0" },
    },
  }),
  contradicts({
    id: "of-wrong-signer",
    why: "The arbiter signed in the seller's name and the settler admitted it: whose key the actor used is the settler's to look at.",
    kills: "compare events of the right actors only",
    step: accept({ change: { at: at(1, 1) } }),
    by: [keyOf("arbiter"), settler],
  }),
  contradicts({
    id: "of-late-event",
    why: "An acceptance after acceptBy: the settler signed it in a place where only the closing could stand.",
    kills: "compare events that are in time only",
    step: accept({ hours: 25 }),
  }),

  saysNothing({
    id: "without-place-seq",
    why: "An event that claims number 2 does not contradict event 1.",
    kills: "compare events by their place in the file",
    step: { ...wrongTotals, change: { seq: 2 } },
  }),
  saysNothing({
    id: "without-place-agreement",
    why: "An event of another agreement, put here by whoever made the file.",
    kills: "leave the agreement out of the comparison",
    step: { ...wrongTotals, change: { agreement: `sha256:${"1".repeat(64)}` } },
  }),
  saysNothing({
    id: "without-place-prev",
    why: "An event of another history, whose first events nobody has shown.",
    kills: "compare events by number only",
    step: { ...wrongTotals, change: { prev: `sha256:${"1".repeat(64)}` } },
  }),
  saysNothing({
    id: "backwards",
    why: "An event from before the offer has no place behind it.",
    kills: "leave TIME-2 out of what a place is",
    step: { ...wrongTotals, change: { at: at(0, -1) } },
  }),
  saysNothing({
    id: "malformed",
    why: "What is no event says nothing, whoever signed it.",
    kills: "compare payloads that no schema describes",
    step: { ...wrongTotals, change: { note: "x" } },
  }),
  saysNothing({
    id: "of-other-revision",
    why: "An event of a revision that this log does not have.",
    kills: "compare events of any revision",
    step: { ...wrongTotals, change: { v: "2027-05" } },
  }),
  saysNothing({
    id: "without-admission",
    why: "The seller's acceptance without the settler's signature is the seller's word only.",
    kills: "compare events with one good signature",
    step: accept({ change: { at: at(1, 1) } }),
    by: [seller],
  }),
  saysNothing({
    id: "of-settler-alone",
    why: "A party event with one signature, the settler's: by its number of signatures it is no event yet.",
    kills: "look for the settler among the signatures",
    step: accept({ change: { at: at(1, 1) } }),
    by: [settler],
  }),
  saysNothing({
    id: "admitted-by-arbiter",
    why: "The second signature is the arbiter's, so the settler has not said anything.",
    kills: "take any second signature as the admission",
    step: byTheOfferer,
    by: [buyer, keyOf("arbiter")],
  }),
  saysNothing({
    id: "admitted-after-window",
    why: "The key of the admission had ended: it proves nothing about the settler any more.",
    kills: "leave windows out of LOG-7",
    step: byTheOfferer,
    by: [buyer, secondSettlerKey],
    input: bothSettlerKeys({ notAfter: at(1) }),
  }),
  contradicts({
    id: "admitted-at-end-of-window",
    why: "A millisecond earlier the key was the settler's.",
    kills: "take the first key of the settler only",
    step: byTheOfferer,
    by: [buyer, secondSettlerKey],
    input: bothSettlerKeys({ notAfter: at(1, 1) }),
  }),
  saysNothing({
    id: "admitted-after-revocation",
    why: "The key of the admission was superseded before.",
    kills: "leave revocations out of LOG-7",
    step: byTheOfferer,
    by: [buyer, secondSettlerKey],
    input: bothSettlerKeys({ revoked: { at: at(1), reason: "superseded" } }),
  }),
  saysNothing({
    id: "admitted-by-compromised-key",
    why: "Whoever stole the key could have written it, also with a time before the theft was known.",
    kills: "treat compromised like superseded",
    step: byTheOfferer,
    by: [buyer, secondSettlerKey],
    input: bothSettlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
  }),
  contradicts({
    id: "admitted-by-superseded-key",
    why: "A key that was replaced later was the settler's at the time.",
    kills: "treat superseded like compromised",
    step: byTheOfferer,
    by: [buyer, secondSettlerKey],
    input: bothSettlerKeys({ revoked: { at: at(30), reason: "superseded" } }),
  }),
  saysNothing({
    id: "good-event-of-compromised-key",
    why: "The second event is in order, but from there on the chain is what anybody with the stolen key could have written.",
    kills: "cut the chain at rejected events only",
    step: cancel({ hours: 1 }),
    by: [seller, secondSettlerKey],
    input: bothSettlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
  }),
]);

const badSignature = async (): Promise<Case> => {
  const log = extend(OFFERED, byTheOfferer);
  const [first, second] = await envelopes(log, { 1: [buyer, settler] });
  if (first === undefined || second === undefined) throw new Error("the log has two events");
  const [actor, admission] = second.signatures;
  if (actor === undefined || admission === undefined) throw new Error("a party event has two signatures");
  const signatures = [{ ...actor, sig: admission.sig }, admission];
  return {
    id: "word-under-bad-signature",
    clause: "LOG-7",
    why: "The actor's signature is not valid, so the event was never read, although the admission is good.",
    kills: "look at the admission by itself",
    input: { bundles: [base, field(fileOf(linesOf({ events: [first, { ...second, signatures }] })))] },
    facts: { heads: [head(ACCEPTED), head(OFFERED)] },
  };
};

const pinned: Log = extend(
  EMPTY,
  offer(terms({ parties: { ...PARTIES, settler: { id: "https://settler.example", keys: [settler.keyid] } } })),
);
const pinnedTale = extend(pinned, accept());
const rejected = extend(OFFERED, byTheOfferer);
const otherRejected = extend(OFFERED, wrongTotals);
const expired = extend(OFFERED, expire());
const RECEIPT = { at: at(40), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };

const others: readonly Case[] = [
  {
    id: "word-of-unpinned-key",
    clause: "LOG-7",
    why: "The offer pins the settler's first key; what another key of the settler admits is not said under this agreement.",
    kills: "leave pins out of LOG-7",
    input: {
      bundles: [await file(pinnedTale), await file(extend(pinned, byTheOfferer), { 1: [buyer, secondSettlerKey] })],
      ...bothSettlerKeys({}),
    },
    facts: { heads: [head(pinnedTale), head(pinned)] },
  },
  {
    id: "word-twice",
    clause: "LOG-7",
    why: "One rejected event in two files is said once; it is the head of both.",
    kills: "count files instead of digests",
    input: {
      bundles: [await file(rejected, { 1: [buyer, settler] }), await file(rejected, { 1: [buyer, settler] })],
    },
    facts: { heads: [head(rejected), head(rejected)] },
  },
  {
    id: "word-against-word",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "two-rejected-files",
    twin: "word-twice",
    index: 1,
    why: "Both files are rejected, and in both the settler signed a second event.",
    kills: "compare with accepted files only",
    input: { bundles: [await file(rejected, { 1: [buyer, settler] }), await file(otherRejected)] },
  },
  {
    id: "word-vouched-for",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "compromised-log-with-good-receipt",
    twin: "word-not-vouched-for",
    index: 1,
    why: "The closing is by a stolen key, but a receipt under the settler's good key vouches for the log: it is the settler's word.",
    kills: "cut the chain at every compromised key",
    input: {
      bundles: [
        base,
        await file(expired, { 1: [secondSettlerKey] }, { receipt: await sealReceipt(receiptOf(expired, RECEIPT)) }),
      ],
      ...bothSettlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
    },
  },
  {
    id: "word-not-vouched-for",
    clause: "LOG-7",
    why: "The same log with a receipt under the stolen key, from before the theft was known: nobody vouches for it.",
    kills: "let any receipt vouch",
    input: {
      bundles: [
        base,
        await file(
          expired,
          { 1: [secondSettlerKey] },
          { receipt: await sealReceipt(receiptOf(expired, { ...RECEIPT, at: at(24) }), secondSettlerKey) },
        ),
      ],
      ...bothSettlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
    },
    facts: { heads: [head(ACCEPTED), head(OFFERED)] },
  },
];

// The same event under other signatures.

const twoBuyerKeys = trust({ buyer: [trustKey(buyer), trustKey(secondBuyerKey)] });

const sameEvent: readonly Case[] = [
  {
    id: "digest-of-payload",
    clause: "DIGEST-2",
    why: "The offer is signed by the buyer's first key here and by its second there: one event, because an event is its payload.",
    kills: "hash or compare envelopes",
    input: {
      bundles: [base, await file(ACCEPTED, { 0: [secondBuyerKey, settler] })],
      ...twoBuyerKeys,
    },
    facts: { heads: [head(ACCEPTED), head(ACCEPTED)] },
  },
  {
    id: "digest-of-payload-with-receipts",
    clause: "DIGEST-2",
    why: "Two receipts of different times over one log: receipts are no events and contradict nothing.",
    kills: "compare whole files",
    input: {
      bundles: await Promise.all(
        [24, 40].map(async (hours) =>
          file(expired, {}, { receipt: await sealReceipt(receiptOf(expired, { ...RECEIPT, at: at(hours) })) }),
        ),
      ),
    },
    facts: { heads: [head(expired), head(expired)] },
  },
];

/** The settler's word, and what is one event. */
export const word: VectorFile = {
  path: "log/word.json",
  op: "bundle.compare",
  description: "Which events of a rejected or doubtful file count when two files are compared.",
  groups: [
    {
      comment: "The first file has the acceptance as second event.",
      input: { trust: field(bytesOf(trustDoc())) },
      cases: [...words, await badSignature(), ...others, ...sameEvent],
    },
  ],
};
