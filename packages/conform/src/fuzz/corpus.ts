import { base64Decode, digestOf } from "@settld/protocol";
import { expand, type Vector } from "../vectors.ts";
import { type Lore, placeOf, walkJson } from "./change-json.ts";
import { type Json, type JsonObject, tryParseObject } from "./json.ts";
import type { TestKey } from "./keys.ts";
import type { Random } from "./random.ts";
import { codesIn } from "./tally.ts";

/** A vector with its recipes expanded. */
export type Sample = { readonly id: string; readonly op: string; readonly input: JsonObject; readonly sound: boolean };

/** A log of a vector: the bytes of its payloads. */
export type LogSample = { readonly id: string; readonly payloads: readonly Uint8Array[]; readonly sound: boolean };

/** A bundle of a vector with what the user brings to it. */
export type BundleSample = {
  readonly id: string;
  readonly bundle: Uint8Array;
  readonly user: JsonObject;
  readonly sound: boolean;
};

/** What generators start from. Nothing in it says what is right. */
export type Corpus = {
  /** Samples of an op whose inputs are small; empty when there is none. */
  readonly samples: (op: string) => readonly Sample[];
  /** Vectors with inputs too large to change often; they are about limits. */
  readonly large: readonly Vector[];
  readonly logs: readonly LogSample[];
  readonly bundles: readonly BundleSample[];
  /** Bytes of JSON documents: whole inputs of the parsers, payloads, trust documents. */
  readonly documents: readonly Uint8Array[];
  /** Evidence by digest. */
  readonly evidence: ReadonlyMap<string, Uint8Array>;
  /** Trust documents of users and of bundles, as far as they are JSON objects. */
  readonly trusts: readonly JsonObject[];
  /** Values that payloads of a type have at a place. */
  readonly loreOf: (type: string) => Lore;
  readonly keys: ReadonlyMap<string, TestKey>;
  /** Codes that the vectors of some ops declare, sorted: what can be reached. */
  readonly codesOf: (ops: readonly string[]) => readonly string[];
};

/** Inputs above this many characters are large; the longest usual vector has a quarter of it. */
const LARGE_CHARS = 100_000;

const bytesIn = (value: unknown): Uint8Array[] =>
  Array.isArray(value) ? value.flatMap(bytesIn) : typeof value === "string" ? [base64Decode(value)] : [];

/** Gathers what generators need from the vectors, in their order. */
export const corpusOf = (vectors: readonly Vector[], keys: ReadonlyMap<string, TestKey>): Corpus => {
  const samples = new Map<string, Sample[]>();
  const large: Vector[] = [];
  for (const vector of vectors) {
    const { id, op, verdict } = vector;
    // Recipes are for large inputs, so they are asked about their size before they are expanded.
    const input = sizeOf(vector.input) > LARGE_CHARS ? undefined : (expand(vector.input) as JsonObject);
    if (input === undefined) large.push(vector);
    else samples.set(op, [...(samples.get(op) ?? []), { id, op, input, sound: verdict !== "reject" }]);
  }
  const of = (op: string): readonly Sample[] => samples.get(op) ?? [];
  const logs = of("log.reduce").map(({ id, input, sound }) => ({
    id,
    sound,
    payloads: [...bytesIn(input["prefix"] ?? []), ...bytesIn(input["events"])],
  }));
  const bundles = [
    ...of("bundle.verify").map(({ id, input: { bundle, ...user }, sound }) => ({
      id,
      sound,
      bundle: base64Decode(bundle as string),
      user,
    })),
    ...of("bundle.compare").flatMap(({ id, input: { bundles: all, ...user }, sound }) =>
      bytesIn(all).map((bundle) => ({ id, bundle, user, sound })),
    ),
  ];
  const found = gather(bundles);
  const payloads = [...logs.flatMap((log) => log.payloads), ...found.payloads];
  const trustBytes = [
    ...of("trust.evaluate").flatMap(({ input }) => bytesIn(input["trust"])),
    ...bundles.flatMap(({ user }) => bytesIn(user["trust"])),
    ...found.trusts,
  ];
  return {
    samples: of,
    large,
    logs,
    bundles,
    documents: distinct([
      ...["json.parse", "jcs.canonicalize"].flatMap((op) => of(op).flatMap(({ input }) => bytesIn(input["bytes"]))),
      ...of("pointer.resolve").flatMap(({ input }) => bytesIn(input["document"])),
      ...payloads,
      ...trustBytes,
    ]),
    evidence: found.evidence,
    trusts: objectsIn(trustBytes),
    loreOf: loreOf(objectsIn(payloads)),
    keys,
    codesOf: (ops) => codesOf(vectors.filter((vector) => ops.includes(vector.op))),
  };
};

const codesOf = (vectors: readonly Vector[]): string[] =>
  [...new Set(vectors.flatMap(({ code, facts }) => [...(code === null ? [] : [code]), ...codesIn(facts)]))].sort();

/**
 * One of some samples, more often one that its vector does not reject: in the others a fault stands already, and a
 * second one behind it shows nothing.
 */
export const pickSound = <T extends { readonly sound: boolean }>(samples: readonly T[], random: Random): T => {
  const sound = samples.filter((sample) => sample.sound);
  return random.pick(sound.length > 0 && random.chance(75) ? sound : samples);
};

const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if ("repeat" in value && "times" in value) return String(value.repeat).length * Number(value.times);
  return Object.values(value).reduce((sum: number, member) => sum + sizeOf(member), 0);
};

const distinct = (all: readonly Uint8Array[]): Uint8Array[] => [
  ...new Map(all.map((bytes) => [digestOf(bytes), bytes])).values(),
];

const objectsIn = (all: readonly Uint8Array[]): JsonObject[] =>
  distinct(all)
    .map(tryParseObject)
    .filter((value) => value !== undefined);

/** Decodes what should be base64; `undefined` when it is none. */
export const tryBase64 = (text: Json | undefined): Uint8Array | undefined => {
  if (typeof text !== "string") return undefined;
  try {
    return base64Decode(text);
  } catch {
    return undefined;
  }
};

const gather = (bundles: readonly BundleSample[]) => {
  const payloads: Uint8Array[] = [];
  const trusts: Uint8Array[] = [];
  const evidence = new Map<string, Uint8Array>();
  for (const { bundle } of bundles) {
    for (const line of linesOf(bundle)) {
      const value = tryParseObject(line);
      const payload = tryBase64(value?.["payload"]);
      const data = tryBase64(value?.["data"]);
      const type = String(value?.["payloadType"]);
      if (payload !== undefined && type.includes("event")) payloads.push(payload);
      if (payload !== undefined && type.includes("trust")) trusts.push(payload);
      if (data !== undefined) evidence.set(digestOf(data), data);
    }
  }
  return { payloads, trusts, evidence };
};

/** The lines of a file without their line feeds; what stands behind the last line feed is a line as well. */
export const linesOf = (file: Uint8Array): Uint8Array[] => {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < file.length) {
    const end = file.indexOf(0x0a, from);
    lines.push(file.subarray(from, end === -1 ? file.length : end));
    from = end === -1 ? file.length : end + 1;
  }
  return lines;
};

const VALUES_MAX = 64;

const loreOf = (payloads: readonly JsonObject[]): Corpus["loreOf"] => {
  const values = new Map<string, Map<string, Json>>();
  for (const payload of payloads) {
    for (const [path, value] of walkJson(payload)) {
      if (path.length === 0) continue;
      const key = `${String(payload["type"])} ${placeOf(path)}`;
      const known = values.get(key) ?? new Map<string, Json>();
      if (known.size < VALUES_MAX) known.set(JSON.stringify(value), value);
      values.set(key, known);
    }
  }
  const lists = new Map([...values].map(([key, known]) => [key, [...known.values()]]));
  return (type) => (place) => lists.get(`${type} ${place}`) ?? [];
};
