import { type AgreementState, type Appended, admitEvent, advance, placeOf, receiptOf } from "@settld/kernel";
import {
  canonicalBytes,
  type Digest,
  digestOf,
  type Envelope,
  type EventPayload,
  formatInstant,
  PAYLOAD_TYPES,
  pae,
  parseEvent,
  parseInstant,
  parseJson,
  type Signer,
  signEnvelope,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { checkSigner, signersOf, type Trust } from "@settld/verifier";
import type { PartySignature, SettlerAnswer, SettlerPort } from "./settler-port.ts";

/** How far the `at` of a party's event may be from the settler's clock, in milliseconds. */
const SKEW_MS = 5_000;

type Log = { state: AgreementState; readonly envelopes: Envelope[] };

/** What the settler is made of. */
export type MemorySettlerOptions = {
  /** The party id under which it acts. */
  readonly id: string;
  readonly signer: Signer;
  /** Whose keys it accepts. */
  readonly trust: Trust;
  /** Where its clock stands at first, in milliseconds since 1970. */
  readonly now: number;
};

/** A settler that keeps everything in memory and decides with the kernel, like a server does with a store. */
export function memorySettler({ id, signer, trust, now: start }: MemorySettlerOptions): SettlerPort {
  const logs = new Map<Digest, Log>();
  const evidence = new Set<Digest>();
  let clock = start;

  const seal = async (payload: Uint8Array, admitted?: PartySignature): Promise<Envelope> => {
    const signers: Pick<Signer, "keyid" | "sign">[] = [signer];
    // The actor's signature stands first and the admission second, over the same bytes.
    if (admitted !== undefined) signers.unshift({ keyid: admitted.keyid, sign: async () => admitted.sig });
    return signEnvelope(PAYLOAD_TYPES.event, payload, signers);
  };

  const append = async (log: Log, appended: readonly Appended[], signature?: PartySignature): Promise<void> => {
    for (const { payload, bytes } of appended) {
      log.envelopes.push(await seal(bytes, payload.by === id ? undefined : signature));
    }
  };

  const logOf = (agreement: Digest): Log => {
    const log = logs.get(agreement);
    if (log === undefined) throw new TypeError(`no agreement ${agreement}`);
    return log;
  };

  const admit = async (
    payload: EventPayload,
    bytes: Uint8Array,
    signature?: PartySignature,
  ): Promise<SettlerAnswer> => {
    const log = "agreement" in payload ? logs.get(payload.agreement) : undefined;
    const admission = admitEvent(log?.state, payload);
    if (!admission.ok) {
      if (log !== undefined && admission.state !== undefined) {
        await append(log, admission.appended);
        log.state = admission.state;
      }
      return { ok: false, code: admission.rejection.code, message: admission.rejection.message };
    }
    if (signature !== undefined) {
      const refusal = await checkSignature(admission.state, payload, bytes, signature, trust);
      if (refusal !== undefined) return refusal;
    }
    const target = log ?? { state: admission.state, envelopes: [] };
    await append(target, admission.appended, signature);
    target.state = admission.state;
    logs.set(admission.state.agreement, target);
    return { ok: true };
  };

  return {
    async advanceTo(now) {
      if (now < clock) throw new TypeError("the clock does not go back");
      clock = now;
      for (const log of logs.values()) {
        const { state, appended } = advance(log.state, now);
        await append(log, appended);
        log.state = state;
      }
    },

    async putEvidence(bytes) {
      evidence.add(digestOf(bytes, defaultCrypto));
    },

    async submitEvent(bytes, signature) {
      const payload = parseEvent(parseJson(bytes, { canonical: true }), bytes.length);
      if (Math.abs(parseInstant(payload.at) - clock) > SKEW_MS) {
        throw new TypeError(`/at: expected about ${formatInstant(clock)}, found ${payload.at}`);
      }
      const missing = itemsOf(payload).find((digest) => !evidence.has(digest));
      if (missing !== undefined)
        throw new TypeError(`expected the bytes of ${missing} before the event that names them`);
      return admit(payload, bytes, signature);
    },

    async fundEscrow(agreement, funding) {
      const { state } = logOf(agreement);
      const { amount } = state.offer.body;
      const event = {
        ...placeOf(state),
        type: "escrow.funded",
        at: formatInstant(clock),
        by: id,
        body: { amount, funding },
      };
      const payload = parseEvent(event);
      return admit(payload, canonicalBytes(payload));
    },

    async readLog(agreement, from) {
      return logOf(agreement).envelopes.slice(from);
    },

    async issueReceipt(agreement) {
      const receipt = receiptOf(logOf(agreement).state, clock);
      return signEnvelope(PAYLOAD_TYPES.receipt, canonicalBytes(receipt), [signer]);
    },
  };
}

/** Digests of the evidence that an event names. */
export function itemsOf(payload: EventPayload): readonly Digest[] {
  if (payload.type === "work.submitted") return payload.body.items.map(({ digest }) => digest);
  return payload.type === "dispute.opened" ? (payload.body.items ?? []).map(({ digest }) => digest) : [];
}

async function checkSignature(
  state: AgreementState,
  payload: EventPayload,
  bytes: Uint8Array,
  { keyid, sig }: PartySignature,
  trust: Trust,
): Promise<Extract<SettlerAnswer, { ok: false }> | undefined> {
  const [rule] = signersOf(state, payload);
  const key = trust.keys.get(keyid);
  if (rule === undefined || key === undefined) {
    return { ok: false, code: "TRUST_KEY_UNKNOWN", message: `key ${keyid} is not in the trust document` };
  }
  const rejection = checkSigner(key, rule, parseInstant(payload.at), "/signatures/0/keyid");
  if (rejection !== undefined) return { ok: false, code: rejection.code, message: rejection.message };
  const code = await verifyEd25519(defaultCrypto, key.publicKey, pae(PAYLOAD_TYPES.event, bytes), sig);
  return code === undefined ? undefined : { ok: false, code, message: "the signature does not verify" };
}
