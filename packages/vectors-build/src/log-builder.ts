import {
  type BundleParts,
  digestOf,
  type Envelope,
  type Evidence,
  encodeBundle,
  PAYLOAD_TYPES,
  REVISION,
  type Signer,
  utf8,
} from "@settld/protocol";
import { bytesOf, idOf, keyOf, type Player, seal } from "./cast.ts";
import { at } from "./time.ts";

/** A log as it stands in a vector: payload bytes and their digests. It knows no rule; everything is written by hand. */
export type Log = { readonly payloads: readonly Uint8Array[]; readonly digests: readonly string[] };

/** One event to append: `hours` after the start, with its complete body. */
export type Step = {
  readonly type: string;
  readonly by: Player;
  readonly hours: number;
  /** The body, or what makes it from the digests of the events before. */
  readonly body: object | ((log: Log) => object);
  /** Members of the payload to replace; `undefined` takes one away. */
  readonly change?: Readonly<Record<string, unknown>>;
};

/** The digest of an event that is in no log. */
export const FOREIGN: string = `sha256:${"1".repeat(64)}`;

/** The empty log. */
export const EMPTY: Log = { payloads: [], digests: [] };

/** The digest of the last event, or of the one at an index. */
export const head = ({ digests }: Log, index = -1): string => {
  const found = digests.at(index);
  if (found === undefined) throw new TypeError("the log is not that long");
  return found;
};

/** The payload of a step at the end of a log. */
export const payloadOf = (log: Log, { type, by, hours, body, change = {} }: Step): Record<string, unknown> => {
  const place =
    type === "agreement.offered"
      ? { seq: 0 }
      : { seq: log.digests.length, agreement: log.digests[0], prev: log.digests.at(-1) };
  const payload = {
    v: REVISION,
    type,
    ...place,
    at: at(hours),
    by: idOf(by),
    body: typeof body === "function" ? body(log) : body,
    ...change,
  };
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
};

/** Appends raw payload bytes. */
export const append = ({ payloads, digests }: Log, bytes: Uint8Array): Log => ({
  payloads: [...payloads, bytes],
  digests: [...digests, digestOf(bytes)],
});

/** Appends events. */
export const extend = (log: Log, ...steps: readonly Step[]): Log =>
  steps.reduce((before, step) => append(before, bytesOf(payloadOf(before, step))), log);

/** What a log has beyond a shorter one. */
export const since = (log: Log, prefix: Log): readonly Uint8Array[] => log.payloads.slice(prefix.payloads.length);

const SETTLER_EVENTS: readonly unknown[] = [
  "escrow.funded",
  "decision.made",
  "settlement.executed",
  "holdback.released",
  "agreement.closed",
];

/** Who signs an event when nothing is wrong: its author, then the settler. */
export const signersOf = (payload: Uint8Array): Signer[] => {
  const { type, by } = JSON.parse(new TextDecoder().decode(payload)) as { type: string; by: string };
  const players: readonly Player[] = ["buyer", "seller", "settler", "arbiter", "checker", "stranger"];
  const author = keyOf(players.find((player) => idOf(player) === by) ?? "stranger");
  return SETTLER_EVENTS.includes(type) ? [author] : [author, keyOf("settler")];
};

/** The events of a log as envelopes; `signed` replaces the signers of some, by index. */
export const envelopes = (
  log: Log,
  signed: Readonly<Record<number, readonly Signer[]>> = {},
): Promise<readonly Envelope[]> =>
  Promise.all(
    log.payloads.map((payload, index) => seal(PAYLOAD_TYPES.event, payload, ...(signed[index] ?? signersOf(payload)))),
  );

/** An item of evidence made of text, as it stands in a submission, and its bytes. */
export const itemOf = (
  name: string,
  text: string,
  mediaType = "text/csv",
): { readonly item: Record<string, unknown>; readonly evidence: Required<Evidence> } => {
  const data = utf8(text);
  const digest = digestOf(data);
  return { item: { name, mediaType, digest, size: data.length }, evidence: { digest, data } };
};

/** What a receipt says; all of it is written by hand. */
export type ReceiptTerms = {
  readonly at: string;
  readonly reason: string;
  readonly outcome: string;
  readonly totals: object;
};

/** The payload of a receipt over a log. */
export const receiptOf = (log: Log, terms: ReceiptTerms): Record<string, unknown> => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: head(log, 0), digest: { sha256: head(log).slice("sha256:".length) } }],
  predicateType: "https://settld.dev/receipt/v1",
  predicate: {
    v: REVISION,
    agreement: head(log, 0),
    by: idOf("settler"),
    buyer: idOf("buyer"),
    seller: idOf("seller"),
    amount: { value: "48000", assetCode: "USD", assetScale: 2 },
    events: log.digests.length,
    ...terms,
  },
});

/** A receipt, signed by the settler unless somebody else is named. */
export const sealReceipt = (receipt: unknown, by: Signer = keyOf("settler")): Promise<Envelope> =>
  seal(PAYLOAD_TYPES.receipt, receipt, by);

/** The lines of a bundle without their line feeds, to be bent one by one. */
export const linesOf = (parts: BundleParts): string[] =>
  new TextDecoder().decode(encodeBundle(parts)).split("\n").slice(0, -1);

/** Lines as the bytes of a file. */
export const fileOf = (lines: readonly string[]): Uint8Array => utf8(lines.map((line) => `${line}\n`).join(""));
