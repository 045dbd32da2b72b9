import { base64Decode, base64Encode, bytesEqual, hexDecode, PAYLOAD_TYPES, signEnvelope, utf8 } from "@settld/protocol";
import { changeBytes } from "../bytes.ts";
import { changeEnvelope } from "../change-envelope.ts";
import { type Corpus, pickSound, type Sample } from "../corpus.ts";
import { fewTimes, type Generator, type Steps } from "../generator.ts";
import { encodeJson, type Json, type JsonObject, tryParse, tryParseObject } from "../json.ts";
import type { Random } from "../random.ts";
import { oneOddity, writeOddly } from "../write-json.ts";

const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const littleEndian = (number: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n));

const numberOf = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** Encodings that need care: points of small order (KEY-5), and encodings that no point has (KEY-4). */
export const POINTS: readonly Uint8Array[] = [
  ...[0n, 1n, FIELD - 1n, FIELD, FIELD + 1n, 2n, 3n, FIELD + 2n, FIELD + 18n, 2n ** 255n - 1n].flatMap((y) => [
    littleEndian(y),
    littleEndian(y | (1n << 255n)),
  ]),
  ...[
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ].flatMap((hex) => {
    const point = hexDecode(hex);
    const other = point.slice();
    other[31] = (other[31] ?? 0) ^ 0x80;
    return [point, other];
  }),
];

const SCALARS: readonly bigint[] = [
  0n,
  1n,
  ORDER - 1n,
  ORDER,
  ORDER + 1n,
  2n * ORDER,
  2n ** 252n,
  2n ** 253n,
  2n ** 256n - 1n,
];

type Parts = { readonly key: Uint8Array; readonly message: Uint8Array; readonly r: Uint8Array; readonly s: Uint8Array };

const parts = ({ input }: Sample): Parts => {
  const signature = base64Decode(input["signature"] as string);
  return {
    key: base64Decode(input["publicKey"] as string),
    message: base64Decode(input["message"] as string),
    r: signature.subarray(0, 32),
    s: signature.subarray(32),
  };
};

const changeParts = (now: Parts, corpus: Corpus, random: Random): Parts => {
  const other = parts(pickSound(corpus.samples("ed25519.verify"), random));
  return random.weighted<() => Parts>([
    [3, () => ({ ...now, s: littleEndian((numberOf(now.s) + ORDER * BigInt(random.between(1, 14))) % 2n ** 256n) })],
    [1, () => ({ ...now, s: littleEndian(random.pick(SCALARS)) })],
    [2, () => ({ ...now, key: random.pick(POINTS) })],
    [2, () => ({ ...now, r: random.pick(POINTS) })],
    [1, () => ({ ...now, r: random.pick(POINTS), s: littleEndian(0n) })],
    [2, () => ({ ...now, key: changeBytes(now.key, random) })],
    [2, () => ({ ...now, r: changeBytes(now.r, random) })],
    [1, () => ({ ...now, s: changeBytes(now.s, random) })],
    [1, () => ({ ...now, message: changeBytes(now.message, random) })],
    [1, () => ({ ...now, key: other.key })],
    [1, () => ({ ...now, r: other.r })],
    [1, () => ({ ...now, key: random.bytes(32) })],
    [1, () => ({ ...now, key: flippedSign(now.key) })],
    [1, () => ({ ...now, r: flippedSign(now.r) })],
  ])();
};

const flippedSign = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(bytes);
  if (copy.length > 0) copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 0x80;
  return copy;
};

const signed = async (corpus: Corpus, random: Random): Promise<Parts> => {
  const { signer } = random.pick([...corpus.keys.values()]);
  const message = random.bytes(random.pick([0, 1, 32, 100]));
  const signature = await signer.sign(message);
  return { key: signer.publicKey, message, r: signature.subarray(0, 32), s: signature.subarray(32) };
};

const signatureInput = async (corpus: Corpus, random: Random, steps: Steps): Promise<JsonObject> => {
  const base = random.chance(50)
    ? await signed(corpus, random)
    : parts(pickSound(corpus.samples("ed25519.verify"), random));
  const { key, message, r, s } = steps.change(base, random.pick([0, 1, 1, 1, 2]), random, (now, stream) =>
    changeParts(now, corpus, stream),
  );
  const signature = new Uint8Array([...r, ...s]);
  return { publicKey: base64Encode(key), message: base64Encode(message), signature: base64Encode(signature) };
};

const newEnvelope = async (corpus: Corpus, random: Random): Promise<JsonObject> => {
  const names = random.shuffled([...corpus.keys.values()]).slice(0, random.between(1, 2));
  const types = Object.values(PAYLOAD_TYPES);
  const payloadType: string = random.pick(types);
  const payload = random.chance(50) ? random.bytes(random.below(40)) : random.pick(corpus.documents);
  const envelope = await signEnvelope(
    payloadType,
    payload,
    names.map(({ signer }) => signer),
  );
  return {
    envelope: base64Encode(encodeJson(envelope as unknown as Json)),
    payloadType: random.chance(90) ? payloadType : random.pick(types),
    maxSignatures: random.chance(80) ? 2 : 1,
    keys: names.map(({ signer }) => base64Encode(signer.publicKey)),
  };
};

const changeKeys = (keys: readonly string[], random: Random): string[] => {
  const key = base64Decode(random.pick(keys));
  return random.pick<() => string[]>([
    () => keys.slice(1),
    () => [...keys, base64Encode(random.bytes(32))],
    () => [...keys, base64Encode(random.pick(POINTS))],
    () => keys.map((one) => (bytesEqual(base64Decode(one), key) ? base64Encode(random.pick(POINTS)) : one)),
  ])();
};

const envelopeInput = async (corpus: Corpus, random: Random, steps: Steps): Promise<JsonObject> => {
  const base = random.chance(50)
    ? await newEnvelope(corpus, random)
    : pickSound(corpus.samples("dsse.verify"), random).input;
  const bytes = base64Decode(base["envelope"] as string);
  const keys = steps.change(base["keys"] as string[], random.chance(10) ? 1 : 0, random, changeKeys);
  const value = tryParseObject(bytes);
  const times = random.chance(10) ? 0 : fewTimes(random);
  const changed =
    value === undefined || random.chance(20)
      ? steps.change(bytes, times, random, (now, stream) => changeBytes(now, stream))
      : encodeJson(steps.change(value, times, random, changeEnvelope));
  const again = random.chance(5) ? tryParse(changed) : undefined;
  const envelope = again === undefined ? changed : utf8(writeOddly(again, random, oneOddity(random)));
  return { ...base, envelope: base64Encode(envelope), keys };
};

/** Signatures by themselves and in envelopes: bent scalars and points, changed members, wrong keys. */
export const SIGNATURE_GENERATORS: readonly Generator[] = [
  {
    name: "signature",
    weight: 1,
    ops: ["ed25519.verify"],
    make: ({ corpus, random, steps }) => signatureInput(corpus, random, steps),
  },
  {
    name: "envelope",
    weight: 1,
    ops: ["dsse.verify"],
    make: ({ corpus, random, steps }) => envelopeInput(corpus, random, steps),
  },
];
