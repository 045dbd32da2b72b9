import {
  type Admission,
  type AgreementState,
  type Appended,
  admitEvent,
  advance,
  placeOf,
  receiptOf,
} from "@settld/kernel";
import {
  canonicalBytes,
  digestOf,
  type Envelope,
  type EventPayload,
  type EventType,
  type Evidence,
  encodeBundle,
  formatInstant,
  type JsonValue,
  PAYLOAD_TYPES,
  parseEvent,
  REVISION,
  type Signer,
  utf8,
} from "@settld/protocol";
import { type Cast, IDS, type Player, seal } from "./cast.ts";

/** The time at which every test log starts: 2026-03-02T09:00:00.000Z. */
export const START: number = Date.UTC(2026, 2, 2, 9);

/** Milliseconds in an hour. */
export const HOUR = 3_600_000;

/** Offer terms that a test can bend: USD 480.00, one check, fee 2.5 %, holdback 10 %, a dispute window. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend terms into shapes that no type allows.
export function termsOf(overrides: Record<string, unknown> = {}): any {
  return {
    nonce: "000102030405060708090a0b0c0d0e0f",
    parties: {
      buyer: { id: IDS.buyer },
      seller: { id: IDS.seller },
      settler: { id: IDS.settler },
      arbiter: { id: IDS.arbiter },
      checkers: { quality: { id: IDS.checker } },
    },
    amount: { value: "48000", assetCode: "USD", assetScale: 2 },
    policy: {
      requirements: [
        { id: "delivered", kind: "item", item: "result.csv", mediaType: "text/csv" },
        {
          id: "valid",
          kind: "check",
          checker: "quality",
          item: "result.csv",
          pointer: "/validityBps",
          op: "ge",
          value: 9990,
        },
      ],
      payout: { kind: "all-or-nothing" },
    },
    feeBps: 250,
    acceptBy: formatInstant(START + 24 * HOUR),
    fundBy: formatInstant(START + 48 * HOUR),
    submitBy: formatInstant(START + 96 * HOUR),
    reviewMs: 24 * HOUR,
    attemptsMax: 3,
    holdbackBps: 1000,
    disputeMs: 72 * HOUR,
    rulingMs: 48 * HOUR,
    references: [],
    ...overrides,
  };
}

/** An item of evidence made of text. */
export function itemOf(
  name: string,
  text: string,
  mediaType = "text/csv",
): { item: Record<string, unknown>; evidence: Evidence } {
  const data = utf8(text);
  const digest = digestOf(data);
  return { item: { name, mediaType, digest, size: data.length }, evidence: { digest, data } };
}

/**
 * A log in the making, kept by a settler in memory: admits events with the kernel's own loop and signs what was
 * appended with test keys.
 */
export class TestLog {
  readonly cast: Cast;
  state: AgreementState | undefined;
  readonly appended: Appended[] = [];
  readonly evidence: Evidence[] = [];

  constructor(cast: Cast) {
    this.cast = cast;
  }

  /** The digest of the last event. */
  get head(): string {
    const last = this.appended.at(-1);
    if (last === undefined) throw new TypeError("the log is empty");
    return last.digest;
  }

  /** The last appended event of a type. */
  last(type: EventType): Appended {
    const found = this.appended.findLast(({ payload }) => payload.type === type);
    if (found === undefined) throw new TypeError(`the log has no ${type}`);
    return found;
  }

  /** Builds a payload at the end of the log, `hours` after its start. */
  payload(type: EventType, by: Player, hours: number, body: unknown): EventPayload {
    const place = this.state === undefined ? { v: REVISION, seq: 0 } : placeOf(this.state);
    const payload = { ...place, type, at: formatInstant(START + hours * HOUR), by: IDS[by], body };
    return parseEvent(payload);
  }

  /** Offers an event for admission. */
  admit(payload: EventPayload): Admission {
    const admission = admitEvent(this.state, payload);
    this.state = admission.state;
    this.appended.push(...admission.appended);
    return admission;
  }

  /** Appends an event that must be admitted. */
  add(type: EventType, by: Player, hours: number, body: unknown): this {
    const admission = this.admit(this.payload(type, by, hours, body));
    if (!admission.ok) throw new Error(`${type} refused: ${admission.rejection.code} ${admission.rejection.message}`);
    return this;
  }

  /** Lets the settler's clock reach a time. */
  wait(hours: number): this {
    if (this.state === undefined) throw new TypeError("the log is empty");
    const { state, appended } = advance(this.state, START + hours * HOUR);
    this.state = state;
    this.appended.push(...appended);
    return this;
  }

  /** Offer, acceptance and funding. */
  open(terms: unknown = termsOf()): this {
    const { amount } = terms as { amount: unknown };
    return this.add("agreement.offered", "buyer", 0, terms)
      .add("agreement.accepted", "seller", 1, {})
      .add("escrow.funded", "settler", 2, { amount, funding: { rail: "test", reference: "deposit 1" } });
  }

  /** Submits one text as `result.csv`, or other items. */
  submit(hours: number, text = "a,b\n1,2\n", name = "result.csv"): this {
    const { item, evidence } = itemOf(name, text);
    if (!this.evidence.some(({ digest }) => digest === evidence.digest)) this.evidence.push(evidence);
    return this.add("work.submitted", "seller", hours, { attempt: (this.state?.attempts ?? 0) + 1, items: [item] });
  }

  /** Attests a result for a requirement over the current submission. */
  attest(hours: number, result: unknown, requirement = "valid"): this {
    const submission = this.state?.submission;
    return this.add("evidence.attested", "checker", hours, {
      submission: submission?.digest,
      subject: submission?.items[0]?.digest,
      requirement,
      result,
    });
  }

  /** The signers of a payload, in the order of the signatures. */
  signersOf(payload: EventPayload): Signer[] {
    const actor = (Object.keys(IDS) as Player[]).find((player) => IDS[player] === payload.by);
    const signer = this.cast[actor ?? "stranger"];
    return actor === "settler" ? [signer] : [signer, this.cast.settler];
  }

  /** The events as signed envelopes. */
  async envelopes(): Promise<Envelope[]> {
    return Promise.all(
      this.appended.map(({ payload }) => seal(PAYLOAD_TYPES.event, payload, ...this.signersOf(payload))),
    );
  }

  /** The settler's receipt over the closed log. */
  async receipt(hours?: number): Promise<Envelope> {
    if (this.state === undefined) throw new TypeError("the log is empty");
    const at = hours === undefined ? this.state.at : START + hours * HOUR;
    return seal(PAYLOAD_TYPES.receipt, receiptOf(this.state, at), this.cast.settler);
  }

  /** The whole bundle, with the receipt when the log is closed. */
  async bundle(
    options: { readonly trust?: readonly Envelope[]; readonly withhold?: boolean } = {},
  ): Promise<Uint8Array> {
    const evidence = options.withhold === true ? this.evidence.map(({ digest }) => ({ digest })) : this.evidence;
    return encodeBundle({
      events: await this.envelopes(),
      trust: options.trust ?? [],
      evidence,
      ...(this.state?.status === "closed" ? { receipt: await this.receipt() } : {}),
    });
  }
}

/** Canonical bytes of any document, for tests that write payloads by hand. */
export function bytesOf(document: unknown): Uint8Array {
  return canonicalBytes(document as JsonValue);
}

/** A settled agreement: good work, released, window passed, closed. */
export function settledLog(cast: Cast): TestLog {
  return new TestLog(cast).open().submit(3).attest(4, { validityBps: 10_000 }).wait(100);
}
