import { advance, receiptOf } from "@settld/kernel";
import {
  base64Encode,
  canonicalBytes,
  canonicalize,
  digestOf,
  type Envelope,
  type Evidence,
  encodeBundle,
  isSettldError,
  LIMITS,
  PAYLOAD_TYPES,
  parseEnvelope,
  parseEvent,
  parseInstant,
  parseJson,
  parseReceipt,
  SettldError,
  type Signer,
  signEnvelope,
  signerFromSeed,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { readTrust, signatureCount } from "@settld/verifier";
import type { Answer, Input } from "./answer.ts";
import { accept, bytesOf, refuse } from "./answer.ts";
import { reduceLog } from "./reduce-log.ts";

/**
 * Makes what others verify: an envelope, the reactions that are due, a receipt or a bundle (CONF-10).
 *
 * @throws SettldError with the code of what an issuer refuses.
 */
export const issue = async (input: Input): Promise<Answer> => {
  const make = MAKERS[input["what"] as string];
  if (make === undefined) throw new TypeError(`nothing to issue called ${input["what"]}`);
  return make(input);
};

const MAKERS: Readonly<Record<string, (input: Input) => Promise<Answer>>> = {
  envelope: async ({ payloadType, document, seeds }) => {
    const check = CHECKS[payloadType as string];
    if (check === undefined) {
      throw new SettldError("DSSE_PAYLOAD_TYPE", `expected the type of an event, trust document or receipt`);
    }
    const value = parseJson(bytesOf(document), { maxBytes: LIMITS.lineBytes });
    const payload = canonicalBytes(value);
    const by = await signers(seeds as string[]);
    check(value, payload.length, by);
    if (new Set(by.map(({ keyid }) => keyid)).size < by.length) {
      throw new SettldError("DSSE_SIGNATURE_DUPLICATE", "expected different keys, found one twice");
    }
    if (payload.length > LIMITS.payloadBytes) {
      throw new SettldError("LIMIT_PAYLOAD_BYTES", `expected at most ${LIMITS.payloadBytes} bytes`);
    }
    return sealed(payloadType as string, payload, by);
  },
  reactions: async ({ log, now, seeds }) => {
    const state = reduceLog(log as string[]);
    if ("verdict" in state) return state;
    const by = await signers(seeds as string[]);
    const time = parseInstant(now as string);
    const envelopes: string[] = [];
    for (const { payload, bytes } of advance(state, time).appended) {
      // The kernel makes an immediate reaction whatever the clock says. Here it counts from its due, which is the time of
      // the event before it (TIME-4), and that may be ahead of the settler's clock (LOG-10).
      if (parseInstant((payload.body as { readonly due: string }).due) > time) break;
      envelopes.push(lineOf(await signEnvelope(PAYLOAD_TYPES.event, bytes, by)));
    }
    return accept({ envelopes });
  },
  receipt: async ({ log, at, seeds }) => {
    const state = reduceLog(log as string[]);
    if ("verdict" in state) return state;
    if (state.status !== "closed") return refuse("RECEIPT_NOT_CLOSED");
    const time = parseInstant(at as string);
    if (time < state.at) return refuse("RECEIPT_BEFORE_CLOSE");
    return sealed(PAYLOAD_TYPES.receipt, canonicalBytes(receiptOf(state, time)), await signers(seeds as string[]));
  },
  bundle: async ({ events, trust, evidence, receipt }) => {
    const given = new Map((evidence as string[]).map((data) => [digestOf(bytesOf(data)) as string, data]));
    const items = referencesOf(events as string[]);
    for (const digest of given.keys()) {
      if (!items.has(digest)) throw new SettldError("BUNDLE_EVIDENCE_UNREFERENCED", `no event refers to ${digest}`);
    }
    const file = encodeBundle({
      events: (events as string[]).map(envelopeOf),
      trust: (trust as string[]).map(envelopeOf),
      evidence: [...items].map((digest): Evidence => {
        const data = given.get(digest);
        return data === undefined ? { digest } : { digest, data: bytesOf(data) };
      }),
      ...(receipt === undefined ? {} : { receipt: envelopeOf(receipt as string) }),
    });
    return accept({ digest: digestOf(file), size: file.length });
  },
};

// What a reader of each payload type refuses, in the order of CONF-10.
const CHECKS: Readonly<Record<string, (value: unknown, bytes: number, by: readonly Signer[]) => void>> = {
  [PAYLOAD_TYPES.event]: (value, bytes, by) => expectSigners(signatureCount(parseEvent(value, bytes).type), by),
  [PAYLOAD_TYPES.trust]: (value, _bytes, by) => {
    const { registryThumbprint } = readTrust(value);
    // TRUST-6 stands before the number of signatures (CONF-10): a document that names no key can never be signed.
    const [signer] = by;
    if (registryThumbprint === undefined || (signer !== undefined && signer.keyid !== registryThumbprint)) {
      throw new SettldError("TRUST_REGISTRY_KEY", "expected to sign with the registry's key that the document names");
    }
    expectSigners(1, by);
  },
  [PAYLOAD_TYPES.receipt]: (value, _bytes, by) => {
    parseInstant(parseReceipt(value).predicate.at);
    expectSigners(1, by);
  },
};

const expectSigners = (count: number, by: readonly Signer[]): void => {
  if (by.length !== count) {
    throw new SettldError("DSSE_SIGNATURE_COUNT", `expected ${count} keys, found ${by.length}`);
  }
};

const signers = (seeds: readonly string[]): Promise<Signer[]> =>
  Promise.all(seeds.map((seed) => signerFromSeed(bytesOf(seed), defaultCrypto)));

const sealed = async (payloadType: string, payload: Uint8Array, by: readonly Signer[]): Promise<Answer> =>
  accept({ envelope: lineOf(await signEnvelope(payloadType, payload, by)), digest: digestOf(payload) });

const lineOf = (envelope: Envelope): string => base64Encode(utf8(canonicalize(envelope)));

const envelopeOf = (bytes: string): Envelope =>
  parseJson(bytesOf(bytes), { canonical: true, maxBytes: LIMITS.lineBytes }) as unknown as Envelope;

/** Digests of the items that events refer to, in order of first reference (BUNDLE-7). What cannot be read refers to nothing. */
const referencesOf = (events: readonly string[]): Set<string> =>
  new Set(
    events.flatMap((bytes) => {
      try {
        const { payload } = parseEnvelope(envelopeOf(bytes), {
          payloadType: PAYLOAD_TYPES.event,
          maxPayloadBytes: LIMITS.payloadBytes,
          maxSignatures: 2,
        });
        const { type, body } = parseEvent(parseJson(payload, { canonical: true }), payload.length);
        return type === "work.submitted" || type === "dispute.opened"
          ? (body.items ?? []).map(({ digest }) => digest)
          : [];
      } catch (error) {
        if (!isSettldError(error)) throw error;
        return [];
      }
    }),
  );
