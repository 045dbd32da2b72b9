import {
  type AgreementState,
  type Appended,
  admitEvent,
  advance,
  placeOf,
  type Rejection,
  reactionOf,
  receiptOf,
} from "@settld/kernel";
import {
  type CryptoPort,
  canonicalBytes,
  canonicalize,
  type Digest,
  digestOf,
  type Envelope,
  type EventPayload,
  formatInstant,
  type Item,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  pae,
  parseEvent,
  parseInstant,
  parseJson,
  SettldError,
  type Signer,
  signEnvelope,
  utf8,
  verifyEd25519,
  verifyEd25519Sync,
} from "@settld/protocol";
import { checkSigner, settlerRule, signatureCount, signersOf } from "@settld/verifier";
import type { AgreementStatus } from "../gen/types.ts";
import { messageFor, tenantsOf } from "../hooks/message.ts";
import type { Holds } from "../money/holds.ts";
import { accountName } from "../store/account-name.ts";
import type { NewMessage } from "../store/message-store.ts";
import type { BookAccount, Change, KeptAnswer, PartyRole, Store, StoredEvent } from "../store/store.ts";
import { AgreementLog } from "./agreement-log.ts";
import { bookTransaction } from "./book.ts";
import { isOfOffer, type OwnKeys } from "./own-keys.ts";
import type { TrustBook } from "./trust-book.ts";

/** How far the `at` of a party's event may be from the settler's clock, in milliseconds (LOG-10). */
export const SKEW_MS = 5_000;

/** What a settler is made of. */
export type SettlerOptions = {
  readonly store: Store;
  readonly trust: TrustBook;
  /** What is about to be paid out of accounts. */
  readonly holds: Holds;
  readonly crypto: CryptoPort;
  /** The party id under which it acts. */
  readonly id: string;
  readonly keys: OwnKeys;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

/** What an event led to: everything that was appended with it, in order, and where the agreement stands. */
export type Admission = {
  readonly event: StoredEvent;
  readonly appended: readonly StoredEvent[];
  readonly state: AgreementState;
  /** When the server last appended to the agreement, in milliseconds since 1970. */
  readonly updatedAt: number;
  /** Instant of the next timer, in milliseconds since 1970. */
  readonly due: number | undefined;
  /** The log had the event already, so nothing was appended. */
  readonly known: boolean;
};

/** Who hands in an event. */
export type Submitter = {
  /** Whether the caller acts for a party. */
  readonly mayAct: (party: string) => Promise<boolean>;
  /** Whether the caller sees an agreement. */
  readonly maySee: (agreement: Digest) => Promise<boolean>;
  /** How many bytes the server holds under the digest of an item, if any, as far as the caller may know. */
  readonly sizeOf: (digest: Digest) => Promise<number | undefined>;
};

/** What goes with an event. */
export type AdmitOptions = {
  /** Makes the answer that is kept in the same transaction as the effect (HTTP-7). */
  readonly keep?: ((admission: Admission) => KeptAnswer) | undefined;
  /** Looks at the agreement before anything is done, and throws to refuse; nobody changes it in between (HTTP-8). */
  readonly check?: ((state: AgreementState) => void) | undefined;
};

/**
 * The settler of many agreements: clock, sequencer and holder of the escrow. It admits what the kernel admits, signs it,
 * and stores event, reactions, postings and answer in one write. Events of one agreement go one after another (HTTP-12).
 */
export class Settler {
  readonly id: string;
  readonly log: AgreementLog;
  readonly #options: SettlerOptions;

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.id = options.id;
    this.log = new AgreementLog(options.store);
  }

  /**
   * Admits a party's event, signed by its author alone (HTTP-11).
   *
   * @param envelope - as `parseEnvelope` read it, with one signature.
   * @param into - the log that it is for; without one, it has to be the offer of a new log.
   * @throws SettldError with the code of the refusal. Reactions that were due stay appended.
   */
  async submit(
    envelope: ParsedEnvelope,
    into: Digest | undefined,
    { mayAct, maySee, sizeOf }: Submitter,
    { keep, check }: AdmitOptions = {},
  ): Promise<Admission> {
    const { payload: bytes } = envelope;
    const payload = parseEvent(parseJson(bytes, { canonical: true }), bytes.length);
    if (signatureCount(payload.type) === 1) {
      throw new SettldError("EVENT_ACTOR", `/type: expected an event of a party, found ${payload.type}`, {
        pointer: "/type",
      });
    }
    const digest = digestOf(bytes, this.#options.crypto);
    const agreement = into ?? digest;
    const known = await this.#known(agreement, payload.seq, digest);
    // Whoever sees the agreement learns nothing by it, and a party may hand on what it has from another.
    if (known !== undefined && (await maySee(agreement))) return known;
    if (!(await mayAct(payload.by))) {
      throw new SettldError("HTTP_FORBIDDEN", `/by: expected a party of this tenant, found ${payload.by}`, {
        pointer: "/by",
      });
    }
    await this.#checkSignature(envelope);
    await this.#checkTrust();
    this.#checkTime(payload);
    await this.#checkEvidence(payload, sizeOf);
    return this.#alone(agreement, async () => {
      const at = parseInstant(payload.at);
      const present = await this.log.state(agreement);
      // Somebody may have been faster with the same event.
      const isBehind = present !== undefined && present.seq > payload.seq;
      const again = isBehind ? await this.#known(agreement, payload.seq, digest) : undefined;
      if (again !== undefined) return again;
      if (present !== undefined) check?.(present);
      // By the clock, and not by an event that is ahead of it: a timer does not fire before its instant (HTTP-13).
      const before = this.#catchUp(present, Math.min(at, this.#options.clock()));
      const due = before.state === undefined ? undefined : reactionOf(before.state)?.due;
      if (due !== undefined && due <= at) return this.#refuse(before, earlyTimer(due));
      const admission = admitEvent(before.state, payload);
      if (!admission.ok) return this.#refuse(before, admission.rejection);
      const rejection = await this.#checkSigners(admission.state, payload, envelope);
      if (rejection !== undefined) return this.#refuse(before, rejection);
      const appended = [...before.appended, ...admission.appended];
      return this.#append(before.from, appended, admission.state, { digest, envelope }, keep);
    });
  }

  /**
   * Attests that the buyer's money for an agreement is in escrow, and books it from the buyer's account (LEDGER-10).
   *
   * @throws SettldError `LEDGER_INSUFFICIENT`, or the code with which the log refuses funding.
   */
  async fund(
    agreement: Digest,
    funding: { readonly rail: string; readonly reference: string } | undefined,
    { keep, check }: AdmitOptions = {},
  ): Promise<Admission> {
    const { clock, holds } = this.#options;
    return this.#alone(agreement, async () => {
      const state = await this.log.state(agreement);
      if (state === undefined)
        throw new SettldError("HTTP_NOT_FOUND", `expected an agreement, found none: ${agreement}`);
      check?.(state);
      await this.#checkTrust();
      const now = Math.max(clock(), state.at);
      const before = this.#catchUp(state, now);
      if (before.state === undefined) throw new Error("a state was lost");
      const { parties, amount } = before.state.offer.body;
      const event = {
        ...placeOf(before.state),
        type: "escrow.funded",
        at: formatInstant(now),
        by: this.id,
        body: { amount, ...(funding === undefined ? {} : { funding }) },
      };
      const payload = parseEvent(event);
      const admission = admitEvent(before.state, payload);
      if (!admission.ok) return this.#refuse(before, admission.rejection);
      const account: BookAccount = {
        kind: "available",
        owner: parties.buyer.id,
        assetCode: amount.assetCode,
        assetScale: amount.assetScale,
      };
      const { state: after, appended } = admission;
      // Held until the money has moved, so that nothing is signed that another funding would make impossible.
      return holds.with(
        account,
        after.amount,
        (balance) =>
          this.#refuse(before, {
            code: "LEDGER_INSUFFICIENT",
            pointer: "",
            message: `expected at least ${after.amount} available to ${account.owner}, found ${balance}`,
          }),
        () => {
          const digest = digestOf(canonicalBytes(payload), this.#options.crypto);
          return this.#append(before.from, [...before.appended, ...appended], after, { digest }, keep);
        },
      );
    });
  }

  /**
   * Appends the reactions of an agreement that are due at the clock's time, if any.
   *
   * @returns the number of events that were appended.
   */
  async react(agreement: Digest): Promise<number> {
    const { clock } = this.#options;
    return this.#alone(agreement, async () => {
      const state = await this.log.state(agreement);
      if (state === undefined) return 0;
      const before = this.#catchUp(state, clock());
      await this.#store(before);
      return before.appended.length;
    });
  }

  // Whose turn it is asks again what is revoked, because it may have waited.
  #alone<T>(agreement: Digest, work: () => Promise<T>): Promise<T> {
    const { store, trust } = this.#options;
    return store.exclusively(agreement, () => trust.within(work));
  }

  // An event that the log has already, as it is answered to whoever sees the agreement.
  async #known(agreement: Digest, seq: number, digest: Digest): Promise<Admission | undefined> {
    const { store } = this.#options;
    const row = await store.agreement(agreement);
    // The common case, told without reading an event.
    if (row === undefined || row.events <= seq) return undefined;
    const [event] = await store.events(agreement, seq, 1);
    if (event?.digest !== digest) return undefined;
    const state = await this.log.state(agreement);
    if (state === undefined) throw new Error(`an event of ${agreement} without its agreement`);
    return { event, appended: [], state, updatedAt: row.updatedAt, due: row.due, known: true };
  }

  async #checkSignature({ payload, payloadType, signatures }: ParsedEnvelope): Promise<void> {
    const { trust, crypto } = this.#options;
    const [signature] = signatures;
    if (signature === undefined) throw new Error("an envelope without a signature");
    const key = await trust.key(signature.keyid);
    if (key === undefined) {
      throw new SettldError("TRUST_KEY_UNKNOWN", `/signatures/0/keyid: ${signature.keyid} is no registered key`, {
        pointer: "/signatures/0/keyid",
      });
    }
    const message = pae(payloadType, payload);
    // At once where the platform can: handing one signature to another thread costs more than the signature does.
    const code =
      crypto.verifySync === undefined
        ? await verifyEd25519(crypto, key.opened, message, signature.sig)
        : verifyEd25519Sync(crypto, key.opened, message, signature.sig);
    if (code !== undefined) {
      throw new SettldError(code, "/signatures/0/sig: the signature does not verify", { pointer: "/signatures/0/sig" });
    }
  }

  #checkTime({ at }: EventPayload): void {
    const now = this.#options.clock();
    if (Math.abs(parseInstant(at) - now) > SKEW_MS) {
      throw new SettldError(
        "TIME_SKEW",
        `/at: expected a time within ${SKEW_MS} ms of ${formatInstant(now)}, found ${at}`,
        {
          pointer: "/at",
        },
      );
    }
  }

  async #checkEvidence(payload: EventPayload, sizeOf: Submitter["sizeOf"]): Promise<void> {
    for (const [index, { digest, size }] of itemsOf(payload).entries()) {
      const held = await sizeOf(digest);
      if (held === undefined) {
        const pointer = `/body/items/${index}/digest`;
        const message = `${pointer}: expected the bytes of ${digest} to be uploaded before`;
        throw new SettldError("STORE_EVIDENCE_MISSING", message, { pointer });
      }
      if (held !== size) {
        const pointer = `/body/items/${index}/size`;
        const message = `${pointer}: expected ${held}, the number of bytes of ${digest}, found ${size}`;
        throw new SettldError("BUNDLE_EVIDENCE_SIZE", message, { pointer });
      }
    }
  }

  // By an old document nobody can say whether a key still counts (TRUST-17).
  async #checkTrust(): Promise<void> {
    const expiresAt = await this.#options.trust.expiresAt();
    if (expiresAt !== undefined && this.#options.clock() >= expiresAt) {
      const expected = "expected a trust document that has not expired; the operator has to import a newer one";
      throw new SettldError("TRUST_EXPIRED", `${expected}, found one until ${formatInstant(expiresAt)}`);
    }
  }

  // The author's key, and of an offer also that its settler is this server, with a key that it allows.
  async #checkSigners(
    state: AgreementState,
    payload: EventPayload,
    { signatures }: ParsedEnvelope,
  ): Promise<Rejection | undefined> {
    const { trust, keys } = this.#options;
    const [author, settler] = signersOf(state, payload);
    const [signature] = signatures;
    if (author === undefined || settler === undefined || signature === undefined)
      throw new Error("not a party's event");
    const at = parseInstant(payload.at);
    const pointer = "/signatures/0/keyid";
    const key = await trust.key(signature.keyid);
    if (key === undefined) {
      return { code: "TRUST_KEY_UNKNOWN", pointer, message: `${pointer}: ${signature.keyid} is no registered key` };
    }
    const rejection = checkSigner(key, author, at, pointer);
    if (rejection !== undefined || payload.type !== "agreement.offered") return rejection;
    const own = await keys.find(settler, at, "/signatures/1/keyid");
    // Everything else in the way of the own key is the server's fault, and found before it signs.
    return "code" in own && isOfOffer(own) ? own : undefined;
  }

  // The reactions that are due before an event at a time, not stored yet.
  #catchUp(state: AgreementState | undefined, at: number): Pending {
    if (state === undefined) return { from: undefined, state, appended: [] };
    return { from: state, ...advance(state, Math.max(at, state.at)) };
  }

  async #store({ from, state, appended }: Pending): Promise<void> {
    const last = appended.at(-1);
    if (state === undefined || last === undefined) return;
    await this.#append(from, appended, state, { digest: last.digest });
  }

  async #refuse(before: Pending, { code, pointer, message }: Rejection): Promise<never> {
    await this.#store(before);
    throw new SettldError(code, message, pointer === undefined ? {} : { pointer });
  }

  async #append(
    from: AgreementState | undefined,
    appended: readonly Appended[],
    state: AgreementState,
    event: { readonly digest: Digest; readonly envelope?: ParsedEnvelope },
    keep?: AdmitOptions["keep"],
  ): Promise<Admission> {
    const { store, clock } = this.#options;
    const signers = await this.#signers(state, appended);
    const events = await Promise.all(
      appended.map((one) =>
        this.#seal(
          one,
          signerAt(signers, parseInstant(one.payload.at)),
          one.digest === event.digest ? event.envelope : undefined,
        ),
      ),
    );
    const found = events.find(({ digest }) => digest === event.digest);
    if (found === undefined) throw new Error("the event is not among what was appended");
    const receipt = state.status === "closed" ? await this.#receipt(state, signerAt(signers, state.at)) : undefined;
    const due = reactionOf(state)?.due;
    const updatedAt = clock();
    const admission: Admission = { event: found, appended: events, state, updatedAt, due, known: false };
    const change: Change = {
      agreement: {
        id: state.agreement,
        expectedEvents: from?.seq ?? 0,
        append: events,
        row: {
          id: state.agreement,
          events: state.seq,
          head: state.head,
          status: state.status,
          due,
          createdAt: parseInstant(state.offer.at),
          updatedAt,
        },
        ...(from === undefined ? { roles: rolesOf(state) } : {}),
        ...(receipt === undefined ? {} : { receipt: receipt.envelope }),
        evidence: appended.flatMap(({ payload }) => itemsOf(payload).map(({ digest }) => digest)),
      },
      transactions: appended.flatMap(({ transaction }) =>
        transaction === undefined ? [] : [bookTransaction(state.agreement, transaction)],
      ),
      messages: await this.#messages(state, appended, receipt?.digest, updatedAt),
      ...(keep === undefined ? {} : { answer: keep(admission) }),
    };
    const written = await store.write(change);
    if (!written.ok) {
      this.log.forget(state.agreement);
      throw conflictError(written.conflict);
    }
    this.log.keep(state, events);
    return admission;
  }

  // All of them are found before the first of them signs. Events of one time have one signer, and so has the receipt.
  async #signers(state: AgreementState, appended: readonly Appended[]): Promise<ReadonlyMap<number, Signer>> {
    const rule = settlerRule(state);
    const signers = new Map<number, Signer>();
    for (const { payload } of appended) {
      const at = parseInstant(payload.at);
      if (!signers.has(at)) signers.set(at, await this.#options.keys.get(rule, at));
    }
    return signers;
  }

  // The actor's signature stands first and the admission second, over the same bytes.
  async #seal(
    { payload, bytes, digest }: Appended,
    signer: Signer,
    by: ParsedEnvelope | undefined,
  ): Promise<StoredEvent> {
    const actor = by?.signatures[0];
    const signers: Pick<Signer, "keyid" | "sign">[] =
      actor === undefined ? [signer] : [{ keyid: actor.keyid, sign: async () => actor.sig }, signer];
    const envelope: Envelope = await signEnvelope(PAYLOAD_TYPES.event, bytes, signers);
    return {
      seq: payload.seq,
      digest,
      type: payload.type,
      at: parseInstant(payload.at),
      envelope: utf8(canonicalize(envelope)),
    };
  }

  // Issued with the closing, so that a closed agreement always has its receipt.
  async #receipt(
    state: AgreementState,
    signer: Signer,
  ): Promise<{ readonly envelope: Uint8Array; readonly digest: Digest }> {
    const statement = canonicalBytes(receiptOf(state, state.at));
    const envelope = utf8(canonicalize(await signEnvelope(PAYLOAD_TYPES.receipt, statement, [signer])));
    return { envelope, digest: digestOf(statement, this.#options.crypto) };
  }

  // What the parties' tenants are told of (HOOK-1), written with what it is about.
  async #messages(
    state: AgreementState,
    appended: readonly Appended[],
    receipt: Digest | undefined,
    at: number,
  ): Promise<readonly NewMessage[]> {
    const { agreement, seq: events, status, head } = state;
    const parties = rolesOf(state).map(({ party }) => party);
    const tenants = await tenantsOf(parties, (party) => this.#options.trust.tenantOf(party));
    const told = appended.map(({ payload: { type, seq, by }, digest }) => {
      // A state that has an immediate reaction is never seen.
      const data = { agreement, seq, digest, by, events, status: status as AgreementStatus };
      return messageFor(tenants, { type, cause: digest, at, data });
    });
    if (receipt === undefined) return told;
    const data = { agreement, head, events, digest: receipt };
    return [...told, messageFor(tenants, { type: "receipt.issued", cause: receipt, at, data })];
  }
}

type Pending = {
  /** What the store has. */
  readonly from: AgreementState | undefined;
  readonly state: AgreementState | undefined;
  readonly appended: readonly Appended[];
};

function itemsOf(payload: EventPayload): readonly Item[] {
  return payload.type === "work.submitted" || payload.type === "dispute.opened" ? (payload.body.items ?? []) : [];
}

function signerAt(signers: ReadonlyMap<number, Signer>, at: number): Signer {
  const signer = signers.get(at);
  if (signer === undefined) throw new Error("a signature at a time of no event");
  return signer;
}

// Of an event from a clock that is ahead, which would have a timer fire before its instant by the clock here.
function earlyTimer(due: number): Rejection {
  const message = `/at: expected a time before the next timer, ${formatInstant(due)}, which the clock here has not reached`;
  return { code: "TIME_SKEW", pointer: "/at", message };
}

/** Who has a part in an agreement, as the store keeps it. */
export function rolesOf(state: AgreementState): PartyRole[] {
  const { buyer, seller, settler, arbiter, checkers } = state.offer.body.parties;
  return [
    { party: buyer.id, role: "buyer" },
    { party: seller.id, role: "seller" },
    { party: settler.id, role: "settler" },
    ...(arbiter === undefined ? [] : [{ party: arbiter.id, role: "arbiter" as const }]),
    ...[...new Set(Object.values(checkers).map(({ id }) => id))].map((party) => ({ party, role: "checker" as const })),
  ];
}

function conflictError(conflict: Extract<Awaited<ReturnType<Store["write"]>>, { ok: false }>["conflict"]): SettldError {
  switch (conflict.kind) {
    case "insufficient":
      return new SettldError(
        "LEDGER_INSUFFICIENT",
        `expected enough money in ${accountName(conflict.account)}, found less`,
      );
    case "answered":
      return new SettldError(
        "HTTP_IDEMPOTENCY_IN_FLIGHT",
        "expected a new Idempotency-Key, found one that was just answered",
      );
    default:
      return new SettldError(
        "HTTP_UNAVAILABLE",
        "another process appended to the agreement at the same time; try again",
      );
  }
}
