import { type AgreementState, applyEvent, checkLedger, type Rejection, type Transaction } from "@settld/kernel";
import {
  type CryptoPort,
  type Digest,
  type EventPayload,
  isSettldError,
  type JsonValue,
  parseEvent,
  parseInstant,
  SettldError,
} from "@settld/protocol";
import { checkSigner, settlerRule, signatureCount, signersOf } from "./signers.ts";
import { isCompromised, type TrustedKey } from "./trust.ts";

/** An event whose signatures name known keys; their equations are somebody else's business. */
export type SignedEvent = {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly value: JsonValue;
  /** The keys in the order of the signatures. */
  readonly keys: readonly TrustedKey[];
};

/** The check of the events: rules of the kernel, and who may sign what (step 2 of BUNDLE-14). */
export class LogCheck {
  /** Digests of the events, and of one that broke a rule although its settler signed it (LOG-7). */
  readonly chain: Digest[] = [];

  readonly #crypto: CryptoPort;
  readonly #transactions: Transaction[] = [];
  readonly #signed: Pick<SignedEvent, "line" | "keys">[] = [];
  #state: AgreementState | undefined;

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
  }

  /** What the events so far add up to. */
  get state(): AgreementState | undefined {
    return this.#state;
  }

  /** Takes the next event. */
  take({ line, bytes, value, keys }: SignedEvent): void {
    const payload = this.#parse(value, bytes.length);
    const count = signatureCount(payload.type);
    if (keys.length !== count) {
      throw new SettldError(
        "DSSE_SIGNATURE_COUNT",
        `/signatures: expected ${count} for ${payload.type}, found ${keys.length}`,
        { pointer: "/signatures" },
      );
    }
    const digest: Digest = `sha256:${this.#crypto.sha256Hex(bytes)}`;
    const applied = applyEvent(this.#state, { payload, digest });
    if (!applied.ok) {
      if (this.#isSettlersWord(payload, keys.at(-1))) this.chain.push(digest);
      throw toError(applied.rejection);
    }
    const at = parseInstant(payload.at);
    for (const [index, rule] of signersOf(applied.state, payload).entries()) {
      const key = keys[index];
      if (key === undefined) throw new Error("signature count was checked");
      const rejection = checkSigner(key, rule, at, `/signatures/${index}/keyid`);
      if (rejection === undefined) continue;
      if (this.#isSettlersWord(payload, keys.at(-1))) this.chain.push(digest);
      throw toError(rejection);
    }
    this.#state = applied.state;
    if (applied.transaction !== undefined) this.#transactions.push(applied.transaction);
    this.chain.push(digest);
    this.#signed.push({ line, keys });
  }

  /** Sequence number of the first event that a compromised settler key signed, or -1. */
  get firstCompromised(): number {
    return this.#signed.findIndex(({ keys }) => keys.slice(-1).some(isCompromised));
  }

  /** The first event for which neither the actor's nor the settler's key vouches any more (TRUST-15). */
  get unvouched(): { readonly line: number; readonly seq: number } | undefined {
    const seq = this.#signed.findIndex(({ keys }) => keys.length > 1 && keys.every(isCompromised));
    const event = this.#signed[seq];
    return event === undefined ? undefined : { line: event.line, seq };
  }

  /** Asks the invariants of the ledger once more, independently of the rules that derived it. */
  auditLedger(): void {
    const audit = checkLedger(this.#transactions, { closed: this.#state?.status === "closed" });
    if (!audit.ok) throw new Error(`ledger invariant broken: ${audit.code} ${audit.message}`);
  }

  // All of the signer's rules count, or else an old or stolen key could put words into an honest settler's mouth.
  #isSettlersWord(payload: EventPayload, key: TrustedKey | undefined): boolean {
    const state = this.#state;
    if (state === undefined || key === undefined || payload.type === "agreement.offered") return false;
    const at = parseInstant(payload.at);
    const placed =
      payload.seq === state.seq &&
      payload.agreement === state.agreement &&
      payload.prev === state.head &&
      at >= state.at;
    return placed && !isCompromised(key) && checkSigner(key, settlerRule(state), at, "") === undefined;
  }

  #parse(value: JsonValue, byteLength: number): EventPayload {
    try {
      return parseEvent(value, byteLength);
    } catch (error) {
      if (!isSettldError(error) || error.code !== "EVENT_REVISION_UNKNOWN") throw error;
      // Within a log of this revision another revision is a fault of the log, not of the reader.
      if (this.#state !== undefined) throw new SettldError("EVENT_REVISION_MIXED", error.message, { pointer: "/v" });
      throw error;
    }
  }
}

/** Turns a verdict on one thing into the error that carries it to the report. */
export function toError({ code, pointer, message }: Rejection): SettldError {
  return new SettldError(code, message, { pointer });
}
