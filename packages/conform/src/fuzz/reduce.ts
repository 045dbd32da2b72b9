import { base64Decode, base64Encode } from "@settld/protocol";
import { refreshed } from "./bundle/change.ts";
import { type Bundle, eventsOf, fileOf, linesOfBundle, type Part, readBundle } from "./bundle/model.ts";
import { rechain } from "./chain.ts";
import { type Corpus, linesOf } from "./corpus.ts";
import type { FuzzInput } from "./generator.ts";
import { encodeJson, isObject, type Json, type JsonObject, tryParse } from "./json.ts";
import { linksOf } from "./make/log.ts";
import { cuts, simplerJson, smallerBytes, without } from "./reduce-json.ts";

/** Members of inputs that hold bytes, by name; lists and objects of such members hold bytes as well. */
const BYTES: readonly string[] = ["bytes", "document", "jwk", "envelope", "message", "signature", "trust"];

const isCanonical = (bytes: Uint8Array, value: Json): boolean =>
  base64Encode(encodeJson(value)) === base64Encode(bytes);

/** Smaller bytes of the same kind: simpler documents where they are canonical JSON, and otherwise shorter ones. */
function* smallerField(field: string): Generator<string> {
  const bytes = base64Decode(field);
  const value = tryParse(bytes);
  if (value !== undefined && isCanonical(bytes, value)) {
    for (const simple of simplerJson(value)) yield base64Encode(encodeJson(simple));
  } else {
    for (const shorter of smallerBytes(bytes)) yield base64Encode(shorter);
  }
}

/** Shorter logs, and logs with simpler events, chained anew. */
function* smallerLogs(payloads: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  const links = linksOf(payloads);
  for (const cut of cuts(links.length)) {
    const rest = without(links, cut);
    if (rest.length > 0) yield rechain(rest).payloads;
    const raw = without(payloads, cut);
    if (raw.length > 0) yield raw;
  }
  for (const [index, { payload, was }] of [...links.entries()].reverse()) {
    if (payload instanceof Uint8Array) continue;
    for (const simple of simplerJson(payload)) {
      if (!isObject(simple)) continue;
      yield rechain(links.map((link, at) => (at === index ? { payload: simple, was } : link))).payloads;
    }
  }
}

function* smallerLogInputs(input: JsonObject): Generator<JsonObject> {
  const prefix = (input["prefix"] ?? []) as string[];
  const payloads = [...prefix, ...(input["events"] as string[])].map(base64Decode);
  if (prefix.length > 0) yield { events: payloads.map(base64Encode) };
  for (const smaller of smallerLogs(payloads)) yield { events: smaller.map(base64Encode) };
  for (const [index, payload] of payloads.entries()) {
    if (tryParse(payload) !== undefined) continue;
    for (const shorter of smallerBytes(payload)) {
      yield { events: payloads.map((one, at) => base64Encode(at === index ? shorter : one)) };
    }
  }
}

// Signed anew by the keys that signed before, so that a shorter log is not refused for its signatures.
function* smallerBundles(bundle: Bundle, corpus: Corpus): Generator<Bundle> {
  const { receipt: _receipt, ...open } = bundle;
  if (bundle.receipt !== undefined) yield { ...open, receipt: undefined };
  if (bundle.evidence.length > 0) yield { ...bundle, evidence: [] };
  for (const cut of cuts(bundle.trust.length)) yield { ...bundle, trust: without(bundle.trust, cut) };
  for (const cut of cuts(bundle.evidence.length)) yield { ...bundle, evidence: without(bundle.evidence, cut) };
  for (const payloads of smallerLogs(bundle.events.map(({ payload }) => payload))) {
    const signers = new Map(bundle.events.map((part) => [base64Encode(part.payload), part]));
    const events = eventsOf(payloads, corpus).map((part): Part => signers.get(base64Encode(part.payload)) ?? part);
    yield refreshed({ ...bundle, events }, corpus);
    yield { ...bundle, events };
  }
}

async function* smallerBundleInputs(input: JsonObject, corpus: Corpus): AsyncGenerator<JsonObject> {
  const { bundle: field, ...user } = input;
  const file = base64Decode(field as string);
  for (const name of ["now", "evidence"]) {
    if (!(name in user)) continue;
    const { [name]: _gone, ...rest } = input;
    yield rest;
  }
  const bundle = readBundle(file, user);
  if (bundle !== undefined) {
    for (const smaller of smallerBundles(bundle, corpus)) {
      yield { ...smaller.user, bundle: base64Encode(fileOf(await linesOfBundle(smaller, corpus))) };
    }
  }
  const lines = linesOf(file);
  for (const cut of cuts(lines.length)) yield { ...input, bundle: base64Encode(fileOf(without(lines, cut))) };
}

async function* smallerHistories(input: JsonObject, corpus: Corpus): AsyncGenerator<JsonObject> {
  const { bundles: field, ...user } = input;
  const bundles = field as string[];
  if (bundles.length > 2)
    for (const cut of cuts(bundles.length).slice(-bundles.length)) yield { ...input, bundles: without(bundles, cut) };
  for (const [index, bundle] of bundles.entries()) {
    for await (const { bundle: smaller = "", ...rest } of smallerBundleInputs({ ...user, bundle }, corpus)) {
      yield { ...rest, bundles: bundles.map((one, at) => (at === index ? smaller : one)) };
    }
  }
}

function* smallerMembers(input: JsonObject): Generator<JsonObject> {
  for (const [name, value] of Object.entries(input)) {
    if (BYTES.includes(name) && typeof value === "string") {
      for (const smaller of smallerField(value)) yield { ...input, [name]: smaller };
    } else if (name === "text" || name === "pointer") {
      const text = String(value);
      for (const cut of cuts(text.length)) yield { ...input, [name]: without([...text], cut).join("") };
    } else if (name === "facts" || name === "transactions") {
      for (const smaller of simplerJson(value)) if (typeof smaller === "object") yield { ...input, [name]: smaller };
    } else if (Array.isArray(value) && !["events", "log"].includes(name)) {
      for (const cut of cuts(value.length)) yield { ...input, [name]: without(value, cut) };
    }
  }
}

/** Whether what came out still has the members that the op asks for. */
const isWhole = (op: string, input: JsonObject): boolean => {
  const facts = input["facts"];
  if (op === "policy.evaluate" && isObject(facts)) {
    return ["at", "items", "results", "approvals"].every((name) => name in facts) && String(facts["at"]).length === 24;
  }
  const transactions = input["transactions"];
  if (op === "ledger.replay" && Array.isArray(transactions)) return transactions.every(isTransaction);
  return true;
};

const isTransaction = (value: Json): boolean =>
  isObject(value) &&
  String(value["id"]).length === 71 &&
  Array.isArray(value["postings"]) &&
  value["postings"].every(
    (posting) =>
      isObject(posting) &&
      typeof posting["value"] === "string" &&
      posting["value"] !== "" &&
      isObject(posting["account"]) &&
      ["buyer", "seller", "escrow", "holdback", "fee"].includes(String(posting["account"]["kind"])) &&
      "assetCode" in posting["account"] &&
      "assetScale" in posting["account"],
  );

/** Inputs that are smaller than the given one and of the same op, the largest steps first. */
export async function* smallerInputs({ op, input }: FuzzInput, corpus: Corpus): AsyncGenerator<JsonObject> {
  if (op === "log.reduce") yield* smallerLogInputs(input);
  else if (op === "bundle.verify") yield* smallerBundleInputs(input, corpus);
  else if (op === "bundle.compare") yield* smallerHistories(input, corpus);
  else for (const smaller of smallerMembers(input)) if (isWhole(op, smaller)) yield smaller;
}
