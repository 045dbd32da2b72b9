import { base64Decode, base64Encode, base64urlEncode, digestOf, utf8 } from "@settld/protocol";
import { changeBytes } from "../bytes.ts";
import { changeJson } from "../change-json.ts";
import { fewTimes, type Generator } from "../generator.ts";
import { encodeJson, type JsonObject, tryParse } from "../json.ts";
import type { Random } from "../random.ts";
import { changeText, MONEY_TEXTS, ODD_TEXTS } from "../scalars.ts";
import { oneOddity, writeOddly } from "../write-json.ts";

const DIGITS: readonly string[] = ["0", "1", "5", "9", "00", "10", "999"];

const moneyText = (random: Random): string =>
  random.weighted<() => string>([
    [3, () => Array.from({ length: random.between(1, 31) }, () => random.pick([..."0123456789"])).join("")],
    [2, () => random.pick(MONEY_TEXTS)],
    [1, () => Array.from({ length: random.between(1, 12) }, () => random.pick(DIGITS)).join("")],
  ])();

/** Changes a text once, also into one that no file could hold as canonical JSON, but a message can. */
const changeAnyText = (text: string, random: Random): string => {
  const at = random.below(text.length + 1);
  return random.weighted<() => string>([
    [3, () => changeText(text, random)],
    [2, () => text.slice(0, at) + random.pick([...ODD_TEXTS, "0", "g", "A", "-", "\u0660"]) + text.slice(at)],
    [2, () => text.slice(0, at) + text.slice(at + 1)],
    [1, () => `${text}${text}`],
  ])();
};

const jwkOf = (key: Uint8Array): JsonObject => ({ crv: "Ed25519", kty: "OKP", x: base64urlEncode(key) });

const JWK_EXTRAS: readonly JsonObject[] = [
  { kid: "a" },
  { alg: "EdDSA" },
  { d: base64urlEncode(new Uint8Array(32)) },
  { kty: "okp" },
  { kty: "EC" },
  { crv: "X25519" },
  { crv: "ed25519" },
];

/** Texts and keys that are read alone: money, digests, JWKs. */
export const TEXT_GENERATORS: readonly Generator[] = [
  {
    name: "money",
    weight: 1,
    ops: ["money.parse"],
    make: ({ random, steps }) => ({ text: steps.change(moneyText(random), random.below(2), random, changeAnyText) }),
  },
  {
    name: "digest text",
    weight: 1,
    ops: ["digest.parse"],
    make: ({ corpus, random, steps }) => {
      const known = corpus.samples("digest.parse").map(({ input }) => String(input["text"]));
      const base = random.chance(50) ? digestOf(random.bytes(3)) : random.pick(known);
      return { text: steps.change(base, random.below(3), random, changeAnyText) };
    },
  },
  {
    name: "jwk",
    weight: 1,
    ops: ["key.parse"],
    make: ({ corpus, random, steps }) => {
      const sample = base64Decode(random.pick(corpus.samples("key.parse")).input["jwk"] as string);
      const key = random.chance(50)
        ? random.bytes(random.pick([0, 31, 32, 32, 32, 33]))
        : random.pick([...corpus.keys.values()]).signer.publicKey;
      const base = random.chance(40)
        ? sample
        : encodeJson(random.chance(70) ? jwkOf(key) : { ...jwkOf(key), ...random.pick(JWK_EXTRAS) });
      const value = tryParse(base);
      if (value === undefined || random.chance(30)) {
        return { jwk: base64Encode(steps.change(base, random.below(3), random, (now, by) => changeBytes(now, by))) };
      }
      const changed = steps.change(value, random.chance(70) ? fewTimes(random) : 0, random, (now, by) =>
        changeJson(now, by),
      );
      const written = random.chance(70) ? encodeJson(changed) : utf8(writeOddly(changed, random, oneOddity(random)));
      return { jwk: base64Encode(written) };
    },
  },
];
