import { base64Encode, jwkFromPublicKey, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { receiptOf, signersOf } from "../bundle/model.ts";
import { changeTrustFreely, keyNamed, trustDocument } from "../bundle/trust-document.ts";
import { changeJson } from "../change-json.ts";
import { fewTimes, type Generator, type Making } from "../generator.ts";
import { encodeJson, type Json, type JsonObject, tryParse } from "../json.ts";
import { randomWalk } from "../walk/random-walk.ts";
import { instant } from "../walk/terms.ts";
import type { Walk } from "../walk/walk.ts";
import { writeOddly } from "../write-json.ts";
import { partsOfBundle } from "./bundle.ts";
import { changePayloads } from "./log.ts";

const clean = ({ corpus, random }: Making): Walk => randomWalk(random, { loreOf: corpus.loreOf, bend: false });

const logOf = (walk: Walk, { random, steps }: Making): string[] => {
  const payloads = walk.payloads.map(encodeJson);
  return steps.change<Uint8Array[]>(payloads, random.chance(10) ? 1 : 0, random, changePayloads).map(base64Encode);
};

const document = (making: Making): readonly [payloadType: string, value: JsonObject, keyids: string[]] => {
  const { corpus, random } = making;
  const kind = random.below(4);
  if (kind === 0) {
    const value = trustDocument(corpus);
    const registry = keyNamed(corpus, "registry").signer;
    const jwk = { ...jwkFromPublicKey(registry.publicKey) };
    const named = { ...value, registry: { id: "https://registry.example", jwk } };
    return [
      PAYLOAD_TYPES.trust,
      random.chance(50) ? named : changeTrustFreely(named, corpus, random),
      [registry.keyid],
    ];
  }
  const payloads = clean(making).payloads;
  if (kind === 1) {
    const receipt = receiptOf(payloads.map(encodeJson), corpus);
    return [PAYLOAD_TYPES.receipt, tryParse(receipt.payload) as JsonObject, [...receipt.keyids]];
  }
  const payload = payloads.at(-1) ?? {};
  return [PAYLOAD_TYPES.event, payload, signersOf(encodeJson(payload), corpus)];
};

const envelope = (making: Making): JsonObject => {
  const { corpus, random, steps } = making;
  const [payloadType, value, keyids] = document(making);
  const changed = steps.change<Json>(value, random.chance(50) ? 0 : fewTimes(random), random, (now, stream) =>
    changeJson(now, stream, { lore: corpus.loreOf(String(value["type"])) }),
  );
  const layout = random.weighted([
    [4, {}],
    [2, { space: 20, order: 50, escape: 5 }],
    [1, { number: 10, duplicate: 10, syntax: 2 }],
  ]);
  const seeds = steps.change(keyids, random.chance(15) ? 1 : 0, random, (now, stream) =>
    stream.pick<() => string[]>([
      () => now.slice(1),
      () => [...now, ...now.slice(0, 1)],
      () => [...now, stream.pick([...corpus.keys.keys()])],
      () => [stream.pick([...corpus.keys.keys()])],
      () => [...now].reverse(),
    ])(),
  );
  return {
    what: "envelope",
    payloadType: random.chance(95) ? payloadType : random.pick([...Object.values(PAYLOAD_TYPES), "text/plain"]),
    document: base64Encode(random.chance(40) ? encodeJson(changed) : utf8(writeOddly(changed, random, layout))),
    seeds: seeds.map((keyid) => corpus.keys.get(keyid)?.seed ?? ""),
  };
};

const settlerSeed = ({ corpus }: Making): string => keyNamed(corpus, "settler").seed;

const reactions = (making: Making): JsonObject => {
  const { random } = making;
  const walk = clean(making);
  const due = walk.timer()?.[1] ?? walk.at;
  const now = random.pick([walk.at, due, due - 1, due + 1, due + 86_400_000, due + 31_536_000_000, walk.at - 1]);
  return { what: "reactions", log: logOf(walk, making), now: instant(now), seeds: [settlerSeed(making)] };
};

const receipt = (making: Making): JsonObject => {
  const walk = clean(making);
  const at = instant(walk.at + making.random.pick([0, 0, 1, -1, 86_400_000]));
  return { what: "receipt", log: logOf(walk, making), at, seeds: [settlerSeed(making)] };
};

/** What an issuer is asked for, with everything that it has to refuse. */
export const ISSUE_GENERATORS: readonly Generator[] = [
  { name: "envelope to sign", weight: 4, ops: ["issue"], make: envelope },
  { name: "reactions to make", weight: 3, ops: ["issue"], make: reactions },
  { name: "receipt to make", weight: 2, ops: ["issue"], make: receipt },
  { name: "bundle to put together", weight: 2, ops: ["issue"], make: partsOfBundle },
];
