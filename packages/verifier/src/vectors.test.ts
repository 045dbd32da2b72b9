/**
 * Judges the reference implementation by every conformance vector. It also runs without vitest, bundled into one file,
 * on every runtime that is promised (`packages/repo/src/runtimes.ts`), so it uses nothing of vitest but `test`.
 */
import { deepStrictEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AccountKind,
  type AgreementState,
  applyEvent,
  checkLedger,
  evaluatePolicy,
  isPending,
  type Transaction,
} from "@settld/kernel";
import {
  base64Decode,
  base64Encode,
  bytesEqual,
  CODES,
  type Code,
  canonicalize,
  checkPublicKey,
  concatBytes,
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
  parseEvent,
  parseInstant,
  parseJson,
  parsePointer,
  parseValue,
  publicKeyFromJwk,
  resolvePointer,
  SettldError,
  thumbprint,
  utf8,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { test } from "vitest";
import { Histories } from "./equivocation.ts";
import type { Report } from "./report.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

type BytesField = string | readonly (string | { readonly repeat: string; readonly times: number })[];
// biome-ignore lint/suspicious/noExplicitAny: the schema of the vectors says what is in an input, by op.
type Input = Readonly<Record<string, any>>;

type Vector = {
  readonly id: string;
  readonly verdict: "accept" | "reject" | "indeterminate";
  readonly code: string | null;
  readonly pointer?: string;
  readonly index?: number;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly input: Input;
};

type VectorFile = {
  readonly op: string;
  readonly testGroups: readonly { readonly input?: Input; readonly tests: readonly Vector[] }[];
};

type Answer = {
  readonly verdict: string;
  readonly code: string | null;
  readonly pointer?: string | undefined;
  readonly index?: number | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
};

const accept = (facts: Answer["facts"] = {}): Answer => ({ verdict: "accept", code: null, facts });

const refuse = (code: Code, pointer?: string, index?: number, facts: Answer["facts"] = {}): Answer => ({
  verdict: CODES[code].verdict === "indeterminate" ? "indeterminate" : "reject",
  code,
  pointer,
  index,
  facts,
});

/** Bytes of a field: base64, or parts, some of which stand several times. */
const bytesOf = (field: BytesField): Uint8Array =>
  typeof field === "string"
    ? base64Decode(field)
    : concatBytes(
        ...field.flatMap((part) => {
          if (typeof part === "string") return [base64Decode(part)];
          const unit = base64Decode(part.repeat);
          const run = new Uint8Array(unit.length * part.times);
          for (let at = 0; at < run.length; at += unit.length) run.set(unit, at);
          return [run];
        }),
      );

const reduceLog = (events: readonly BytesField[]): Answer => {
  let state: AgreementState | undefined;
  for (const [index, field] of events.entries()) {
    const bytes = bytesOf(field);
    try {
      const payload = parseEvent(parseJson(bytes, { canonical: true }), bytes.length);
      const applied = applyEvent(state, { payload, digest: digestOf(bytes) });
      if (!applied.ok) return refuse(applied.rejection.code, applied.rejection.pointer, index);
      state = applied.state;
    } catch (error) {
      if (!isSettldError(error)) throw error;
      const mixed = error.code === "EVENT_REVISION_UNKNOWN" && state !== undefined;
      return refuse(mixed ? "EVENT_REVISION_MIXED" : error.code, error.pointer, index);
    }
  }
  if (state === undefined) throw new TypeError("a vector without events");
  const { status, seq, head, balances } = state;
  return accept({
    status,
    events: seq,
    head,
    balances: Object.fromEntries(Object.entries(balances).map(([kind, value]) => [kind, value.toString()])),
  });
};

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
  return report.ok
    ? accept({
        balances: Object.fromEntries(Object.entries(report.balances).map(([kind, value]) => [kind, value.toString()])),
      })
    : refuse(report.code, undefined, report.index);
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
  const keys = new Map((input["keys"] as string[]).map((key) => [thumbprint(base64Decode(key)), base64Decode(key)]));
  const message = pae(envelope.payloadType, envelope.payload);
  for (const [index, { keyid, sig }] of envelope.signatures.entries()) {
    const key = keys.get(keyid);
    if (key === undefined) return refuse("TRUST_KEY_UNKNOWN", `/signatures/${index}/keyid`);
    const code = await verifyEd25519(defaultCrypto, key, message, sig);
    if (code !== undefined) return refuse(code, `/signatures/${index}/${code.startsWith("KEY_") ? "keyid" : "sig"}`);
  }
  return accept({ digest: digestOf(envelope.payload), keyids: envelope.signatures.map(({ keyid }) => keyid) });
};

const report = (input: Input): Promise<Report> => {
  const supplied = new Map(Object.entries((input["evidence"] ?? {}) as Record<string, BytesField>));
  return verifyBundle(bytesOf(input["bundle"]), {
    ...(input["trust"] === undefined
      ? { root: base64Decode(input["root"] as string) }
      : { trust: parseTrust(bytesOf(input["trust"])) }),
    ...(input["now"] === undefined ? {} : { now: parseInstant(input["now"] as string) }),
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
  const heads: (string | undefined)[] = [];
  for (const [index, bundle] of (input["bundles"] as BytesField[]).entries()) {
    const { chain } = await report({ ...input, bundle });
    const found = histories.add(index, { chain });
    if (found !== undefined) return refuse(found.finding.code, undefined, found.finding.seq);
    heads.push(chain.at(-1));
  }
  return accept({ heads });
};

const OPS: Readonly<Record<string, (input: Input) => Answer | Promise<Answer>>> = {
  "json.parse": ({ bytes }) => {
    const canonical = utf8(canonicalize(parseJson(bytesOf(bytes as BytesField))));
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
    const value = resolvePointer(parseJson(bytesOf(document as BytesField)), parsePointer(pointer as string));
    return accept(value === undefined ? { found: false } : { found: true, value });
  },
  digest: ({ bytes }) => accept({ digest: digestOf(bytesOf(bytes as BytesField)) }),
  "digest.parse": ({ text }) => accept({ digest: parseDigest(text as string) }),
  "money.parse": ({ text }) => accept({ value: parseValue(text as string).toString() }),
  "key.parse": ({ jwk }) => {
    const key = publicKeyFromJwk(parseJson(bytesOf(jwk as BytesField)));
    const code = checkPublicKey(key);
    return code === undefined ? accept({ thumbprint: thumbprint(key), publicKey: base64Encode(key) }) : refuse(code);
  },
  "ed25519.verify": async ({ publicKey, message, signature }) => {
    const key = base64Decode(publicKey as string);
    const args = [base64Decode(message as string), base64Decode(signature as string)] as const;
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
  "log.reduce": ({ prefix = [], events }) => reduceLog([...(prefix as BytesField[]), ...(events as BytesField[])]),
  "ledger.replay": replay,
  "bundle.verify": verify,
  "bundle.compare": compare,
};

const answer = async (op: string, input: Input): Promise<Answer> => {
  const run = OPS[op];
  if (run === undefined) throw new TypeError(`no op ${op}`);
  try {
    return await run(input);
  } catch (error) {
    if (!(error instanceof SettldError)) throw error;
    return refuse(error.code, error.pointer);
  }
};

const judge = async (op: string, shared: Input, vector: Vector): Promise<void> => {
  const found = await answer(op, { ...shared, ...vector.input });
  const declared = Object.keys(vector.facts ?? {});
  deepStrictEqual(
    {
      verdict: found.verdict,
      code: found.code,
      // "" and absent both mean the whole payload.
      ...(vector.pointer === undefined ? {} : { pointer: found.pointer ?? "" }),
      ...(vector.index === undefined ? {} : { index: found.index }),
      ...(vector.facts === undefined
        ? {}
        : { facts: Object.fromEntries(declared.map((name) => [name, found.facts[name]])) }),
    },
    {
      verdict: vector.verdict,
      code: vector.code,
      ...(vector.pointer === undefined ? {} : { pointer: vector.pointer }),
      ...(vector.index === undefined ? {} : { index: vector.index }),
      ...(vector.facts === undefined ? {} : { facts: vector.facts }),
    },
  );
};

const base = process.env["SETTLD_VECTORS"] ?? join(dirname(fileURLToPath(import.meta.url)), "../../../vectors");

for (const area of readdirSync(base, { withFileTypes: true })) {
  if (!area.isDirectory() || area.name === "node_modules") continue;
  for (const name of readdirSync(join(base, area.name)).sort()) {
    const { op, testGroups } = JSON.parse(readFileSync(join(base, area.name, name), "utf8")) as VectorFile;
    for (const { input = {}, tests } of testGroups) {
      for (const vector of tests) test(`${op} ${vector.id}`, () => judge(op, input, vector));
    }
  }
}
