import { type AgreementState, applyEvent, placeOf, type Transaction } from "@settld/kernel";
import {
  canonicalBytes,
  type Digest,
  digestOf,
  type Envelope,
  type EventPayload,
  type EventType,
  encodeBundle,
  formatInstant,
  type Item,
  type JsonValue,
  LIMITS,
  PAYLOAD_TYPES,
  pae,
  parseEnvelope,
  parseEvent,
  parseJson,
  REVISION,
  type Signer,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { CAST, type Role } from "./cast.ts";
import type { SettlerPort } from "./settler-port.ts";

/** One event of a log as a party sees it: replayed, not believed. */
export type LogEntry = {
  readonly payload: EventPayload;
  readonly digest: Digest;
  /** The state after the event. */
  readonly state: AgreementState;
  readonly transaction: Transaction | undefined;
};

/** A file that is handed in as evidence. */
export type EvidenceFile = {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Kept out of the bundle, which then names only its digest. */
  readonly withheld?: boolean;
};

/**
 * One agreement from the side of its parties: they sign their events, hand them to the settler, and replay what it
 * serves. All money and states of the story come from this replay.
 */
export type Deal = {
  readonly entries: readonly LogEntry[];
  /** Evidence by digest, in order of first reference. */
  readonly evidence: ReadonlyMap<Digest, EvidenceFile>;
  /** The state after the last event. */
  readonly state: () => AgreementState;
  /** Digest of the last event of a type. */
  readonly last: (type: EventType) => Digest;
  /** Makes, signs and hands in an event. Throws when the settler refuses it. */
  readonly act: (type: EventType, role: Role, at: number, body: unknown) => Promise<void>;
  /** The buyer's deposit arrives and the settler attests the funding. */
  readonly fund: (at: number, reference: string) => Promise<void>;
  /** Hands in files and returns how an event names them. */
  readonly handIn: (files: readonly EvidenceFile[]) => Promise<readonly Item[]>;
  /** Time passes. */
  readonly waitUntil: (at: number) => Promise<void>;
  readonly receipt: () => Promise<Envelope>;
  /** The bundle as it is now, with the receipt when there is one. */
  readonly bundle: (trust: Envelope, receipt?: Envelope) => Uint8Array;
};

/** Opens the books for an agreement that is yet to be offered. */
export function openDeal(settler: SettlerPort, signers: Readonly<Record<Role, Signer>>): Deal {
  const entries: LogEntry[] = [];
  const envelopes: Envelope[] = [];
  const evidence = new Map<Digest, EvidenceFile>();

  const state = (): AgreementState => {
    const entry = entries.at(-1);
    if (entry === undefined) throw new TypeError("nothing was offered yet");
    return entry.state;
  };

  const catchUp = async (agreement: Digest): Promise<void> => {
    for (const envelope of await settler.readLog(agreement, entries.length)) {
      const { payload: bytes } = parseEnvelope(envelope as unknown as JsonValue, {
        payloadType: PAYLOAD_TYPES.event,
        maxPayloadBytes: LIMITS.payloadBytes,
        maxSignatures: 2,
      });
      const payload = parseEvent(parseJson(bytes, { canonical: true }), bytes.length);
      const digest = digestOf(bytes, defaultCrypto);
      const applied = applyEvent(entries.at(-1)?.state, { payload, digest });
      if (!applied.ok) throw new Error(`the settler's log breaks a rule: ${applied.rejection.code}`);
      entries.push({ payload, digest, state: applied.state, transaction: applied.transaction });
      envelopes.push(envelope);
    }
  };

  const agreementOf = (payload: EventPayload, bytes: Uint8Array): Digest =>
    "agreement" in payload ? payload.agreement : digestOf(bytes, defaultCrypto);

  return {
    entries,
    evidence,
    state,

    last(type) {
      const entry = entries.findLast(({ payload }) => payload.type === type);
      if (entry === undefined) throw new Error(`expected ${type} in the log, found none`);
      return entry.digest;
    },

    async act(type, role, at, body) {
      await settler.advanceTo(at);
      if (entries.length > 0) await catchUp(state().agreement);
      const place = entries.length === 0 ? { v: REVISION, seq: 0 } : placeOf(state());
      const event = { ...place, type, at: formatInstant(at), by: CAST[role].id, body };
      const payload = parseEvent(event);
      const bytes = canonicalBytes(payload);
      const { keyid, sign } = signers[role];
      const answer = await settler.submitEvent(bytes, { keyid, sig: await sign(pae(PAYLOAD_TYPES.event, bytes)) });
      if (!answer.ok) throw new Error(`the settler refused ${type}: ${answer.code} ${answer.message}`);
      await catchUp(agreementOf(payload, bytes));
    },

    async fund(at, reference) {
      await settler.advanceTo(at);
      const { agreement } = state();
      const answer = await settler.fundEscrow(agreement, { rail: "demo", reference });
      if (!answer.ok) throw new Error(`the settler refused the funding: ${answer.code} ${answer.message}`);
      await catchUp(agreement);
    },

    async handIn(files) {
      const items: Item[] = [];
      for (const file of files) {
        const digest = digestOf(file.bytes, defaultCrypto);
        await settler.putEvidence(file.bytes);
        if (!evidence.has(digest)) evidence.set(digest, file);
        items.push({ name: file.name, mediaType: file.mediaType, digest, size: file.bytes.length });
      }
      return items;
    },

    async waitUntil(at) {
      await settler.advanceTo(at);
      await catchUp(state().agreement);
    },

    receipt: () => settler.issueReceipt(state().agreement),

    bundle(trust, receipt) {
      return encodeBundle({
        events: envelopes,
        trust: [trust],
        evidence: [...evidence].map(([digest, { bytes, withheld }]) =>
          withheld === true ? { digest } : { digest, data: bytes },
        ),
        ...(receipt === undefined ? {} : { receipt }),
      });
    },
  };
}
