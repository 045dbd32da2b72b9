import {
  type AgreementOfferedBody,
  base64Decode,
  canonicalBytes,
  type Digest,
  digestOf,
  type Envelope,
  formatInstant,
  type JsonValue,
  PAYLOAD_TYPES,
  parseInstant,
  REVISION,
  signEnvelope,
} from "@settld/protocol";
import type { Connection } from "../connection.ts";
import { isApiError } from "../errors.ts";
import type { Admission, Agreement } from "../gen/api.ts";
import type { AgreementOptions, RequestOptions, WriteOptions } from "../http/transport.ts";
import { randomHex } from "../platform.ts";
import type { PartyEvent } from "./agreement-types.ts";
import { type CreateAgreement, offerBody } from "./offer.ts";

// Refusals that say where the log has gone meanwhile; the event is made anew for its present end.
const MOVED = ["LOG_SEQ_MISMATCH", "LOG_PREV_MISMATCH", "TIME_BACKWARDS"] as const;
const ROUNDS_MAX = 8;

/** What acting has to read, verified like everything else. */
export type Reads = {
  readonly retrieve: (agreement: string, options: RequestOptions) => Promise<Agreement>;
  /** Digest of the event at a place, undefined when the log ends before. */
  readonly eventAt: (agreement: string, seq: number, options: RequestOptions) => Promise<Digest | undefined>;
};

/** Signs offers and events, and hands them in so that each has one effect, whatever happens on the way. */
export class Acting {
  readonly #api: Connection;
  readonly #reads: Reads;

  constructor(api: Connection, reads: Reads) {
    this.#api = api;
    this.#reads = reads;
  }

  /** Offers an agreement; signs it anew when its time was refused and no agreement came of it. */
  async offer(offer: CreateAgreement, options: WriteOptions): Promise<Agreement> {
    const key = keyed(options);
    const by = await this.#api.party(options);
    const body = await this.terms(offer, by, options);
    for (let round = 1; ; round += 1) {
      const envelope = await this.signOffer(by, body);
      try {
        return (await this.admit(undefined, envelope, key)).agreement;
      } catch (error) {
        if (round === ROUNDS_MAX || !this.#canSignAnew(error)) throw error;
        const made = await this.#find(digestOf(base64Decode(envelope.payload)), options);
        if (made !== undefined) return made;
      }
    }
  }

  /** The body of an offer, with everything filled in. */
  async terms(offer: CreateAgreement, by: string, options: RequestOptions): Promise<AgreementOfferedBody> {
    return offerBody(offer, by, offer.settler ?? (await this.#api.settler(options)), this.#api.now());
  }

  /** Signs an offer with the present time. */
  async signOffer(by: string, body: AgreementOfferedBody): Promise<Envelope> {
    return this.#sign({ v: REVISION, type: "agreement.offered", seq: 0, at: this.#at(0), by, body });
  }

  /**
   * Makes an event for the end of the log, signs it and hands it in; again when the log has moved on meanwhile or the
   * time was refused. Where it stands is part of what is signed, so at most one of the rounds can be admitted; and all
   * of them have one Idempotency-Key, so at most one can have an effect.
   */
  async perform(
    agreement: string,
    options: AgreementOptions,
    make: (found: Agreement) => PartyEvent,
  ): Promise<Admission> {
    const key = keyed(options);
    const by = await this.#api.party(options);
    for (let round = 1; ; round += 1) {
      const found = await this.#reads.retrieve(agreement, options);
      const { type, body } = make(found);
      const place = { v: REVISION, agreement, seq: found.events, prev: found.head };
      const envelope = await this.#sign({ ...place, type, at: this.#at(parseInstant(found.at)), by, body });
      try {
        return await this.admit(agreement, envelope, key);
      } catch (error) {
        const moved = isApiError(error, ...MOVED) && options.ifEvents === undefined;
        if (round === ROUNDS_MAX || !(moved || this.#canSignAnew(error))) throw error;
        // An earlier try may have arrived although its answer did not.
        const digest = digestOf(base64Decode(envelope.payload));
        if ((await this.#reads.eventAt(agreement, found.events, options)) === digest) {
          const present = await this.#reads.retrieve(agreement, options);
          return { object: "admission", event: { seq: found.events, type, digest }, appended: [], agreement: present };
        }
      }
    }
  }

  /** Hands in an envelope as it is: an offer without an agreement, else an event of one. */
  async admit(agreement: string | undefined, envelope: Envelope, options: AgreementOptions): Promise<Admission> {
    const event = digestOf(base64Decode(envelope.payload));
    const asked = { agreement: agreement ?? event, event };
    return agreement === undefined
      ? this.#api.checked("agreements.create", { body: envelope }, options, (checker, answer) =>
          checker.admission(answer, asked),
        )
      : this.#api.checked(
          "agreements.append",
          { path: { agreement }, body: envelope, headers: ifMatch(options) },
          options,
          (checker, answer) => checker.admission(answer, asked),
        );
  }

  // An event whose time the server refuses can never be admitted later under the same key, unless it is in the log.
  #canSignAnew(error: unknown): boolean {
    return isApiError(error, "TIME_SKEW") && this.#api.followClock(error.headers);
  }

  async #find(agreement: Digest, options: RequestOptions): Promise<Agreement | undefined> {
    try {
      return await this.#reads.retrieve(agreement, options);
    } catch (error) {
      if (isApiError(error, "HTTP_NOT_FOUND")) return undefined;
      throw error;
    }
  }

  // Never earlier than the event before (TIME-2), should the server's clock be ahead a little.
  #at(before: number): string {
    return formatInstant(Math.max(this.#api.now(), before));
  }

  async #sign(payload: object): Promise<Envelope> {
    // The canonical form refuses fractions as well, but does not say where.
    JSON.stringify(payload, (name, value) => {
      if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
      throw new TypeError(`expected \`${name}\` to be an integer within +-(2^53-1), found ${value}`);
    });
    return signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as JsonValue), [await this.#api.signer()]);
  }
}

function keyed<T extends WriteOptions>(options: T): T {
  return { ...options, idempotencyKey: options.idempotencyKey ?? randomHex(16) };
}

/** The precondition of a request (HTTP-8). */
export function ifMatch({ ifEvents }: AgreementOptions): Readonly<Record<string, string>> {
  return ifEvents === undefined ? {} : { "if-match": `"${ifEvents}"` };
}
