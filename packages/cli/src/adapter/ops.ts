import { deepStrictEqual } from "node:assert/strict";
import { type AccountKind, checkLedger, evaluatePolicy, isPending, type Transaction } from "@settld/kernel";
import {
  base64Encode,
  bytesEqual,
  CODES,
  canonicalize,
  checkPublicKey,
  type Digest,
  digestOf,
  type Item,
  isSettldError,
  type JsonValue,
  LIMITS,
  openPublicKey,
  type Policy,
  pae,
  parseDigest,
  parseEnvelope,
  parseInstant,
  parseJson,
  parsePointer,
  parseValue,
  publicKeyFromJwk,
  resolvePointer,
  thumbprint,
  utf8,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { Histories, parseTrust, type Report, verifyBundle } from "@settld/verifier";

import { type Answer, accept, bytesOf, type Input, refuse } from "./answer.ts";
import { issue } from "./issue.ts";
import { reduceLog } from "./reduce-log.ts";

const reduce = (events: readonly string[]): Answer => {
  const state = reduceLog(events);
  if ("verdict" in state) return state;
  const { status, seq, head, balances } = state;
  return accept({ status, events: seq, head, balances: texts(balances) });
};

const texts = (balances: Readonly<Record<string, bigint>>): Record<string, string> =>
  Object.fromEntries(Object.entries(balances).map(([kind, value]) => [kind, value.toString()]));

const replay = ({ transactions, closed }: Input): Answer => {
  const read = (transactions as readonly Input[]).map(
    ({ id, postings }): Transaction => ({
      id: id as Digest,
      type: "escrow.funded",
      at: 0,
      postings: (postings as readonly Input[]).map(({ account, value }) => ({
        account: account as { kind: AccountKind; assetCode: string; assetScale: number },
        value: BigInt(value as string),
      })),
    }),
  );
  const report = checkLedger(read, { closed: closed as boolean });
  return report.ok ? accept({ balances: texts(report.balances) }) : refuse(report.code, undefined, report.index);
};

const evaluate = ({ policy, amount, facts }: Input): Answer => {
  const found =
    facts === null
      ? undefined
      : {
          at: parseInstant(facts.at as string),
          items: facts.items as readonly Item[],
          results: new Map(Object.entries(facts.results as Record<string, JsonValue>)),
          approvals: new Map(Object.entries(facts.approvals as Record<string, boolean>)),
        };
  const { requirements, gross, outcome } = evaluatePolicy(policy as Policy, BigInt(amount as string), found);
  const pending =
    found === undefined
      ? []
      : (policy as Policy).requirements.filter((one) => isPending(one, found)).map(({ id }) => id);
  return accept({ requirements, gross: gross.toString(), outcome, pending });
};

const verifyEnvelope = async (input: Input): Promise<Answer> => {
  const value = parseJson(bytesOf(input["envelope"]), { canonical: true, maxBytes: LIMITS.lineBytes });
  const envelope = parseEnvelope(value, {
    payloadType: input["payloadType"] as string,
    maxPayloadBytes: LIMITS.payloadBytes,
    maxSignatures: input["maxSignatures"] as number,
  });
  const keys = new Map((input["keys"] as string[]).map((key) => [thumbprint(bytesOf(key)), bytesOf(key)]));
  const message = pae(envelope.payloadType, envelope.payload);
  for (const [index, { keyid, sig }] of envelope.signatures.entries()) {
    const key = keys.get(keyid);
    if (key === undefined) return refuse("TRUST_KEY_UNKNOWN", `/signatures/${index}/keyid`);
    const code = await verifyEd25519(defaultCrypto, key, message, sig);
    if (code !== undefined) return refuse(code, `/signatures/${index}/${code.startsWith("KEY_") ? "keyid" : "sig"}`);
  }
  return accept({ digest: digestOf(envelope.payload), keyids: envelope.signatures.map(({ keyid }) => keyid) });
};

/** Runs what reads the user's own trust, root or time: a fault there is an error of the call and no verdict (TRUST-8). */
const ofCaller = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw new TypeError(`${error.code}: ${error.message}`);
  }
};

const report = (input: Input): Promise<Report> => {
  const { bundle, trust, root, now, evidence = {} } = input;
  const supplied = new Map(Object.entries(evidence as Record<string, string>));
  return verifyBundle(bytesOf(bundle), {
    ...(trust === undefined ? { root: bytesOf(root) } : { trust: ofCaller(() => parseTrust(bytesOf(trust))) }),
    ...(now === undefined ? {} : { now: ofCaller(() => parseInstant(now as string)) }),
    evidence: async (digest) => {
      const field = supplied.get(digest);
      return field === undefined ? undefined : bytesOf(field);
    },
  });
};

const verify = async (input: Input): Promise<Answer> => {
  const { verdict, code, findings, facts, trust, evidence, receipt, time, chain } = await report(input);
  return {
    verdict,
    code,
    pointer: findings[0]?.pointer,
    facts: {
      ...facts,
      trust,
      evidence,
      receipt,
      time,
      established: chain.length,
      notes: findings.filter((finding) => CODES[finding.code].verdict === "note").map((finding) => finding.code),
    },
  };
};

const compare = async (input: Input): Promise<Answer> => {
  const histories = new Histories();
  const heads: (string | null)[] = [];
  for (const [index, bundle] of (input["bundles"] as string[]).entries()) {
    const { chain } = await report({ ...input, bundle });
    const found = histories.add(index, { chain });
    if (found !== undefined) return refuse(found.finding.code, undefined, found.finding.seq);
    heads.push(chain.at(-1) ?? null);
  }
  return accept({ heads });
};

/** The ops by name. */
export const OPS: Readonly<Record<string, (input: Input) => Answer | Promise<Answer>>> = {
  "json.parse": ({ bytes }) => {
    const canonical = utf8(canonicalize(parseJson(bytesOf(bytes))));
    return accept({ canonical: base64Encode(canonical), digest: digestOf(canonical) });
  },
  "jcs.canonicalize": (input) => {
    const bytes = bytesOf(input["bytes"]);
    const value = parseJson(bytes, { canonical: true });
    // Both ways to canonical form have to agree: the scan while parsing, and the serializer.
    if (!bytesEqual(utf8(canonicalize(value)), bytes)) throw new Error("parser and serializer disagree");
    return accept({ digest: digestOf(bytes) });
  },
  "pointer.resolve": ({ document, pointer }) => {
    const value = resolvePointer(parseJson(bytesOf(document)), parsePointer(pointer as string));
    return accept(value === undefined ? { found: false } : { found: true, value });
  },
  digest: ({ bytes }) => accept({ digest: digestOf(bytesOf(bytes)) }),
  "digest.parse": ({ text }) => accept({ digest: parseDigest(text as string) }),
  "money.parse": ({ text }) => accept({ value: parseValue(text as string).toString() }),
  "key.parse": ({ jwk }) => {
    const key = publicKeyFromJwk(parseJson(bytesOf(jwk)));
    const code = checkPublicKey(key);
    return code === undefined ? accept({ thumbprint: thumbprint(key), publicKey: base64Encode(key) }) : refuse(code);
  },
  "ed25519.verify": async ({ publicKey, message, signature }) => {
    const key = bytesOf(publicKey);
    const args = [bytesOf(message), bytesOf(signature)] as const;
    const code = await verifyEd25519(defaultCrypto, key, ...args);
    const opened = await openPublicKey(defaultCrypto, key);
    // A key that was opened before must not change the answer.
    if (typeof opened !== "string") deepStrictEqual(await verifyEd25519(defaultCrypto, opened, ...args), code);
    return code === undefined ? accept({ thumbprint: thumbprint(key) }) : refuse(code);
  },
  "dsse.verify": verifyEnvelope,
  "trust.evaluate": (input) => {
    const { digest, version, registry, keys } = parseTrust(bytesOf(input["trust"]));
    return accept({ digest, version, registry, keys: keys.size });
  },
  "policy.evaluate": evaluate,
  "log.reduce": ({ prefix = [], events }) => reduce([...(prefix as string[]), ...(events as string[])]),
  "ledger.replay": replay,
  "bundle.verify": verify,
  "bundle.compare": compare,
  issue,
};

// A message is nested at most 48 deep, and its facts are one level down (CONF-1).
const FACTS_DEPTH_MAX = 47;

// Facts come out of parsed JSON, which is nested at most 64 deep.
const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, member) => Math.max(deepest, depthOf(member)), 0)
    : 0;

/**
 * Answers one case of the adapter protocol.
 *
 * @throws TypeError for an op that {@link OPS} does not have or input that does not fit it, RangeError for facts that no
 * message may hold; whatever else is thrown is a bug.
 */
export async function answer(op: string, input: Input): Promise<Answer> {
  const run = OPS[op];
  if (run === undefined) throw new TypeError(`no op ${op}`);
  try {
    const found = await run(input);
    if (depthOf(found.facts) > FACTS_DEPTH_MAX) {
      throw new RangeError(`expected facts nested at most ${FACTS_DEPTH_MAX} deep, found deeper ones`);
    }
    // Of what is rejected nothing is recomputed (CONF-4).
    return found.verdict === "reject" ? { ...found, facts: {} } : found;
  } catch (error) {
    if (!isSettldError(error)) throw error;
    return refuse(error.code, error.pointer);
  }
}
