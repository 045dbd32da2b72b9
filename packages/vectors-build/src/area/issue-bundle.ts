import {
  base64Encode,
  canonicalize,
  digestOf,
  type Envelope,
  type Evidence,
  encodeBundle,
  type JsonValue,
  utf8,
} from "@settld/protocol";
import { sealTrust, trustDoc } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, itemOf, type Log, receiptOf, sealReceipt } from "../log-builder.ts";
import {
  accept,
  CLOSED,
  DISPUTED,
  dispute,
  EXPIRED,
  FILE,
  FULL_TOTALS,
  fund,
  NO_TOTALS,
  offer,
  submit,
  WINDOW,
} from "../story.ts";
import { at } from "../time.ts";

const bytes = (envelope: Envelope): string => base64Encode(utf8(canonicalize(envelope as unknown as JsonValue)));

type Parts = {
  readonly log: Log;
  readonly events?: readonly Envelope[];
  readonly trust?: readonly Envelope[];
  /** What the issuer is given, in this order. */
  readonly given?: readonly Uint8Array[];
  /** What has to stand in the file, in this order. */
  readonly expected?: readonly Evidence[];
  readonly receipt?: Envelope;
};

const input = async ({ log, events, trust = [], given = [], receipt }: Parts): Promise<Case["input"]> => ({
  what: "bundle",
  events: (events ?? (await envelopes(log))).map(bytes),
  trust: trust.map(bytes),
  evidence: given.map((data) => field(data)),
  ...(receipt === undefined ? {} : { receipt: bytes(receipt) }),
});

const good = async (id: string, clause: string, why: string, kills: string, parts: Parts): Promise<Case> => {
  const { log, events, trust = [], expected = [], receipt } = parts;
  const file = encodeBundle({
    events: events ?? (await envelopes(log)),
    trust,
    evidence: expected,
    ...(receipt === undefined ? {} : { receipt }),
  });
  return {
    id: `issue-bundle-${id}`,
    clause,
    why,
    kills,
    input: await input(parts),
    facts: { digest: digestOf(file), size: file.length },
  };
};

const submitted = (...items: readonly object[]): Log => extend(EMPTY, offer(), accept(), fund(), submit({ items }));
const second = itemOf("second.csv", "x");
const nothing = itemOf("empty.csv", "");
const foreign = utf8("nobody asked for this");
const hidden = ({ digest }: Evidence): Evidence => ({ digest });
const TWO = submitted(FILE.item, second.item);
const A = FILE.evidence;
const B = second.evidence;
const DISPUTE = extend(WINDOW, dispute({ items: [second.item, { ...FILE.item, name: "again.csv" }] }));

const expired = await sealReceipt(
  receiptOf(EXPIRED, { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS }),
);
const settled = await sealReceipt(
  receiptOf(CLOSED, { at: at(76), reason: "settled", outcome: "full", totals: FULL_TOTALS }),
);
const [first, ...rest] = await envelopes(EXPIRED);
if (first === undefined) throw new Error("a log has an event");
const damaged: Envelope = {
  ...first,
  signatures: first.signatures.map((one, index) => ({ ...one, sig: (first.signatures[1 - index] ?? one).sig })),
};

const accepted: readonly Case[] = await Promise.all([
  good("short", "CONF-10", "An offer that expired, with its receipt.", "leave out the receipt", {
    log: EXPIRED,
    receipt: expired,
  }),
  good("whole", "CONF-10", "A settled agreement with its evidence.", "put the receipt before the evidence", {
    log: CLOSED,
    given: [A.data],
    expected: [A],
    receipt: settled,
  }),
  good("open", "CONF-10", "An open log is shown without a receipt.", "demand a receipt", {
    log: DISPUTED,
    given: [A.data],
    expected: [A],
  }),
  good(
    "trust",
    "CONF-10",
    "Signed trust documents stand behind the events.",
    "put trust documents in front, because a reader needs them first",
    {
      log: EXPIRED,
      trust: [await sealTrust(trustDoc()), await sealTrust(trustDoc({ version: 2 }))],
      receipt: expired,
    },
  ),
  good("evidence", "BUNDLE-9", "Two items in the order of the submission.", "sort items by digest", {
    log: TWO,
    given: [A.data, B.data],
    expected: [A, B],
  }),
  good(
    "evidence-other-order",
    "BUNDLE-9",
    "The same two items, given the other way round: one set of items has one order.",
    "write items in the order in which they are given",
    { log: TWO, given: [B.data, A.data], expected: [A, B] },
  ),
  good(
    "evidence-withheld",
    "BUNDLE-12",
    "The first item was not given, so it is withheld and keeps its place.",
    "leave out items that are not given",
    { log: TWO, given: [B.data], expected: [hidden(A), B] },
  ),
  good("evidence-all-withheld", "BUNDLE-12", "Nothing was given.", "write no evidence section", {
    log: TWO,
    expected: [hidden(A), hidden(B)],
  }),
  good(
    "evidence-empty-item",
    "BUNDLE-10",
    "An item of no bytes was given; that is something else than an item that was not.",
    "treat no bytes as not given",
    {
      log: submitted(FILE.item, nothing.item),
      given: [nothing.evidence.data],
      expected: [hidden(A), nothing.evidence],
    },
  ),
  good("evidence-two-names", "BUNDLE-7", "One file under two names is one item.", "write a line for every name", {
    log: submitted(FILE.item, { ...FILE.item, name: "copy.csv" }),
    given: [A.data],
    expected: [A],
  }),
  good(
    "evidence-dispute",
    "BUNDLE-7",
    "The dispute adds an item and refers to one of the submission again.",
    "look at submissions only",
    { log: DISPUTE, given: [B.data, A.data], expected: [A, B] },
  ),
  good(
    "not-verified",
    "CONF-10",
    "The signatures of the offer changed places: the issuer packs what it is given, and verifiers judge it.",
    "refuse to pack what would be rejected",
    { log: EXPIRED, events: [damaged, ...rest], receipt: expired },
  ),
]);

const bad = async (fault: string, twin: string, why: string, kills: string, parts: Parts): Promise<Case> => ({
  id: `issue-bundle-${fault}`,
  clause: "BUNDLE-7",
  code: "BUNDLE_EVIDENCE_UNREFERENCED",
  fault: `bundle-with-${fault}`,
  twin: `issue-bundle-${twin}`,
  why,
  kills,
  input: await input(parts),
});

const rejected: readonly Case[] = await Promise.all([
  bad(
    "foreign-item",
    "evidence",
    "A third file that no event names.",
    "drop what nothing refers to, so that its owner believes it is in the file",
    { log: TWO, given: [A.data, foreign, B.data] },
  ),
  bad(
    "changed-item",
    "whole",
    "The file has a line feed more than the one that was submitted, so it is another file.",
    "match items by number instead of digest",
    { log: CLOSED, given: [utf8("a,b\n1,2\n\n")], receipt: settled },
  ),
  bad(
    "item-without-references",
    "short",
    "A log without submissions has no evidence.",
    "check items only where there are references",
    { log: EXPIRED, given: [new Uint8Array(0)], receipt: expired },
  ),
]);

/** Bundles to make. */
export const issueBundle: VectorFile = {
  path: "issue/bundle.json",
  op: "issue",
  description: "Bundles made of envelopes and evidence; the digest of the file tells every byte of it.",
  groups: [{ cases: [...accepted, ...rejected] }],
};
