import { BUNDLE_HEADER, base64Encode, concatBytes, digestOf, PAYLOAD_TYPES, pae, utf8 } from "@settld/protocol";
import { type Corpus, linesOf, tryBase64 } from "../corpus.ts";
import { encodeJson, isObject, type Json, type JsonObject, tryParse, tryParseObject } from "../json.ts";
import { keyNamed } from "./trust-document.ts";

/** Something that is signed, with those who sign it. */
export type Part = {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** Thumbprints of the keys that sign, in order. */
  readonly keyids: readonly string[];
  /** The envelope as it stood, while nothing about it was changed. */
  readonly envelope?: JsonObject | undefined;
};

/** A bundle before it is a file, and what the user brings to it. */
export type Bundle = {
  readonly events: readonly Part[];
  readonly trust: readonly Part[];
  readonly evidence: readonly JsonObject[];
  readonly receipt?: Part | undefined;
  /** Members of the op's input besides the bundle: `trust` or `root`, and perhaps `now` and `evidence`. */
  readonly user: JsonObject;
};

const partOf = (envelope: JsonObject): Part | undefined => {
  const payload = tryBase64(envelope["payload"]);
  const signatures = envelope["signatures"];
  if (payload === undefined || !Array.isArray(signatures)) return undefined;
  const keyids = signatures.map((one) => (isObject(one) ? String(one["keyid"]) : ""));
  return { payloadType: String(envelope["payloadType"]), payload, keyids, envelope };
};

/** Reads a bundle that has the shape of one; `undefined` for a file that has to be changed line by line. */
export const readBundle = (file: Uint8Array, user: JsonObject): Bundle | undefined => {
  const [, ...lines] = linesOf(file);
  const values = lines.map(tryParseObject);
  const parts: Part[] = [];
  const evidence: JsonObject[] = [];
  for (const value of values) {
    if (value === undefined) return undefined;
    const part = partOf(value);
    if (part !== undefined) parts.push(part);
    else if ("digest" in value) evidence.push(value);
    else return undefined;
  }
  const of = (type: string): Part[] => parts.filter(({ payloadType }) => payloadType === type);
  const [receipt] = of(PAYLOAD_TYPES.receipt);
  return { events: of(PAYLOAD_TYPES.event), trust: of(PAYLOAD_TYPES.trust), evidence, receipt, user };
};

const SETTLER_TYPES: readonly string[] = [
  "escrow.funded",
  "decision.made",
  "settlement.executed",
  "holdback.released",
  "agreement.closed",
];

/** Keys that should sign an event: its author's, and the settler's to admit it. */
export const signersOf = (payload: Uint8Array, corpus: Corpus): string[] => {
  const value = tryParseObject(payload) ?? {};
  const role = /^https:\/\/([a-z]+)\.example/.exec(String(value["by"]))?.[1] ?? "stranger";
  const named = [...corpus.keys.values()].find(({ name }) => name === role);
  const author = (named ?? keyNamed(corpus, "stranger")).signer.keyid;
  const settler = keyNamed(corpus, "settler").signer.keyid;
  return SETTLER_TYPES.includes(String(value["type"])) || author === settler ? [author] : [author, settler];
};

/** The events of a log, to be signed by those who should. */
export const eventsOf = (payloads: readonly Uint8Array[], corpus: Corpus): Part[] =>
  payloads.map((payload) => ({ payloadType: PAYLOAD_TYPES.event, payload, keyids: signersOf(payload, corpus) }));

const bodyOf = (payload: JsonObject | undefined): JsonObject => {
  const body = payload?.["body"];
  return isObject(body) ? body : {};
};

/** The evidence lines of a log in their order, with bytes where they are known. */
export const evidenceOf = (payloads: readonly Uint8Array[], known: ReadonlyMap<string, Uint8Array>): JsonObject[] => {
  const lines = new Map<string, JsonObject>();
  for (const payload of payloads) {
    const { items } = bodyOf(tryParseObject(payload));
    for (const item of Array.isArray(items) ? items.filter(isObject) : []) {
      const digest = String(item["digest"]);
      const data = known.get(digest);
      if (lines.has(digest)) continue;
      lines.set(digest, data === undefined ? { digest, withheld: true } : { digest, data: base64Encode(data) });
    }
  }
  return [...lines.values()];
};

/** The statement that a settler would make over a log that is closed; a guess for every other log. */
export const receiptOf = (payloads: readonly Uint8Array[], corpus: Corpus): Part => {
  const events = payloads.map((payload) => tryParseObject(payload) ?? {});
  const [offer] = events;
  const last = events.at(-1);
  const parties = (bodyOf(offer)["parties"] ?? {}) as JsonObject;
  const party = (role: string): Json => (parties[role] as JsonObject | undefined)?.["id"] ?? null;
  const cancelled = events.some(({ type }) => type === "agreement.cancelled");
  const decision = events.filter(
    ({ type, body }) => type === "decision.made" && isObject(body) && body["final"] === true,
  );
  const agreement = digestOf(payloads[0] ?? new Uint8Array());
  const statement: JsonObject = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: agreement, digest: { sha256: digestOf(payloads.at(-1) ?? new Uint8Array()).slice(7) } }],
    predicateType: "https://settld.dev/receipt/v1",
    predicate: {
      v: offer?.["v"] ?? null,
      agreement,
      at: last?.["at"] ?? null,
      by: party("settler"),
      buyer: party("buyer"),
      seller: party("seller"),
      amount: bodyOf(offer)["amount"] ?? null,
      events: events.length,
      reason: bodyOf(last)["reason"] ?? "settled",
      outcome: cancelled ? "none" : (bodyOf(decision.at(-1))["outcome"] ?? "none"),
      totals: bodyOf(last)["totals"] ?? { funded: "0", toSeller: "0", fee: "0", toBuyer: "0" },
    },
  };
  const keyids = [keyNamed(corpus, "settler").signer.keyid];
  return { payloadType: PAYLOAD_TYPES.receipt, payload: encodeJson(statement), keyids };
};

/** The envelope of a part: the one it had, or a new one with signatures by every key whose seed is known. */
export const sealed = async (part: Part, corpus: Corpus): Promise<JsonObject> => {
  if (part.envelope !== undefined) return part.envelope;
  const message = pae(part.payloadType, part.payload);
  const signatures = await Promise.all(
    part.keyids.map(async (keyid) => {
      const key = corpus.keys.get(keyid);
      return { keyid, sig: base64Encode(key === undefined ? new Uint8Array(64) : await key.signer.sign(message)) };
    }),
  );
  return { payload: base64Encode(part.payload), payloadType: part.payloadType, signatures };
};

/** The lines of a bundle, signed, without line feeds. */
export const linesOfBundle = async (bundle: Bundle, corpus: Corpus): Promise<Uint8Array[]> => {
  const seal = (parts: readonly Part[]): Promise<JsonObject[]> =>
    Promise.all(parts.map((part) => sealed(part, corpus)));
  const receipts = bundle.receipt === undefined ? [] : [bundle.receipt];
  return [
    utf8(BUNDLE_HEADER),
    ...[...(await seal([...bundle.events, ...bundle.trust])), ...bundle.evidence, ...(await seal(receipts))].map(
      encodeJson,
    ),
  ];
};

/** Lines as a file. */
export const fileOf = (lines: readonly Uint8Array[]): Uint8Array =>
  concatBytes(...lines.flatMap((line) => [line, Uint8Array.of(0x0a)]));

/** Times at which something in a bundle was signed, in milliseconds; never empty. */
export const timesOf = ({ events, receipt }: Bundle): number[] => {
  const times = [...events, ...(receipt === undefined ? [] : [receipt])].map(({ payload }) => {
    const value = tryParse(payload);
    if (!isObject(value)) return Number.NaN;
    const predicate = value["predicate"];
    return Date.parse(String(value["at"] ?? (isObject(predicate) ? predicate["at"] : "")));
  });
  const real = times.filter((time) => !Number.isNaN(time));
  return real.length === 0 ? [0] : real;
};
