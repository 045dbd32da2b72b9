import {
  type AgreementOfferedBody,
  base64Decode,
  type Digest,
  digestOf,
  type Envelope,
  type EventPayload,
  fromUtf8,
  type Item,
  type Receipt,
  SettldError,
} from "@settld/protocol";
import { type Connection, distrust } from "../connection.ts";
import { digestFiles, type Files } from "../files.ts";
import type {
  Admission,
  Agreement,
  AgreementEvent,
  AgreementsBundleQuery,
  AgreementsListEventsQuery,
  AgreementsListQuery,
  FundAgreement,
} from "../gen/api.ts";
import type { List } from "../http/list.ts";
import type { AgreementOptions, RequestOptions, WriteOptions } from "../http/transport.ts";
import { assertSame } from "../same.ts";
import { Acting, ifMatch } from "./acting.ts";
import type { Bundle, LogEvent, PartyEvent, SignedReceipt } from "./agreement-types.ts";
import type { Evidence } from "./evidence.ts";
import type { CreateAgreement } from "./offer.ts";

const TERMS_KEPT_MAX = 1_000;

/** Agreements: one deal about one amount each, from the offer to the receipt. */
export class Agreements {
  readonly #api: Connection;
  readonly #evidence: Evidence;
  readonly #acting: Acting;
  // Terms never change: their digest is the name of the agreement.
  readonly #terms = new Map<string, AgreementOfferedBody>();

  constructor(api: Connection, evidence: Evidence) {
    this.#api = api;
    this.#evidence = evidence;
    this.#acting = new Acting(api, {
      retrieve: (agreement, options) => this.retrieve(agreement, options),
      eventAt: async (agreement, seq, options) =>
        (await this.events(agreement, { from: seq, limit: 1 }, options)).data[0]?.digest,
    });
  }

  /**
   * Offers an agreement. Your party is the buyer when a seller is named, and the seller when a buyer is.
   *
   * @param offer - the terms, or an envelope from {@link Agreements.prepare}.
   */
  async create(offer: CreateAgreement | Envelope, options: WriteOptions = {}): Promise<Agreement> {
    if ("payloadType" in offer) return (await this.#acting.admit(undefined, offer, options)).agreement;
    return this.#acting.offer(offer, options);
  }

  /** Signs an offer without sending it, for whoever stores it first; then hand it to {@link Agreements.create}. */
  async prepare(offer: CreateAgreement, options: RequestOptions = {}): Promise<Envelope> {
    const by = await this.#api.party(options);
    return this.#acting.signOffer(by, await this.#acting.terms(offer, by, options));
  }

  /** Accepts an offer as it stands. Read it first: {@link Agreements.terms}. */
  async accept(agreement: string, options: AgreementOptions = {}): Promise<Agreement> {
    return this.#act(agreement, options, () => ({ type: "agreement.accepted", body: {} }));
  }

  /** Withdraws from an agreement where the rules allow it; what is in escrow goes back to the buyer. */
  async cancel(
    agreement: string,
    { reason }: { readonly reason?: string } = {},
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const body = reason === undefined ? {} : { reason };
    return this.#act(agreement, options, () => ({ type: "agreement.cancelled", body }));
  }

  /** Moves the agreed amount from the buyer's balance into escrow. */
  async fund(agreement: string, funding: FundAgreement = {}, options: AgreementOptions = {}): Promise<Agreement> {
    const input = { path: { agreement }, body: funding, headers: ifMatch(options) };
    const answer = await this.#api.checked("agreements.fund", input, options, async (checker, found) => {
      assertSame(found.event, { type: "escrow.funded" });
      await checker.admission(found, { agreement, event: undefined });
    });
    return answer.agreement;
  }

  /** Hands in work: computes the digests of the files, uploads them, and submits them for review. */
  async submit(
    agreement: string,
    { files }: { readonly files: Files },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const items = await this.#upload(files, options);
    return this.#act(agreement, options, ({ attempt }) => ({
      type: "work.submitted",
      body: { attempt: attempt + 1, items },
    }));
  }

  /**
   * Attests, as the checker that a requirement names, what was found in an item of a submission.
   *
   * @param judgement - `submission` is the digest of the submission that was measured, `agreement.submission.digest`
   * when you looked. Nothing is signed over another one.
   * @throws SettldError `EVENT_SUBMISSION_MISMATCH` when another submission is under review by now.
   */
  async attest(
    agreement: string,
    {
      submission,
      requirement,
      result,
    }: {
      readonly submission: Digest;
      readonly requirement: string;
      readonly result: { readonly [name: string]: unknown };
    },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const { policy } = await this.terms(agreement, options);
    const agreed = policy.requirements.find(({ id }) => id === requirement);
    if (agreed?.kind !== "check") throw new TypeError(`expected the id of a check, found ${requirement}`);
    return this.#act(agreement, options, (found) => {
      const { items } = underReview(found, submission);
      const subject = items.find(({ name }) => name === agreed.item)?.digest;
      if (subject === undefined) throw new TypeError(`the submission has no item ${agreed.item} to attest`);
      return { type: "evidence.attested", body: { submission, subject, requirement, result } };
    });
  }

  /**
   * Approves a submission as the buyer, or refuses it with `approved: false`.
   *
   * @param judgement - `submission` as for {@link Agreements.attest}.
   * @throws SettldError `EVENT_SUBMISSION_MISMATCH` when another submission is under review by now.
   */
  async approve(
    agreement: string,
    {
      submission,
      requirement,
      approved = true,
    }: { readonly submission: Digest; readonly requirement?: string; readonly approved?: boolean },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const id = requirement ?? (await this.#onlyApproval(agreement, options));
    return this.#act(agreement, options, (found) => {
      underReview(found, submission);
      return { type: "approval.given", body: { submission, requirement: id, approved } };
    });
  }

  /** Disputes the final decision, of which an agreement has one, with evidence of your own if there is any. */
  async dispute(
    agreement: string,
    { reasonCode, files }: { readonly reasonCode: string; readonly files?: Files },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const items = files === undefined ? undefined : await this.#upload(files, options);
    return this.#act(agreement, options, ({ decision }) => {
      if (decision === null) throw new TypeError("there is no decision to dispute yet");
      const body = { decision: decision.digest, reasonCode, ...(items === undefined ? {} : { items }) };
      return { type: "dispute.opened", body };
    });
  }

  /** Rules on a dispute as the arbiter: how much of the holdback, in minor units, the seller gets. */
  async resolve(
    agreement: string,
    { toSeller, reason }: { readonly toSeller: string; readonly reason?: string },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    return this.#act(agreement, options, ({ dispute }) => {
      if (dispute === null) throw new TypeError("there is no dispute to rule on");
      return { type: "dispute.resolved", body: { dispute, toSeller, ...(reason === undefined ? {} : { reason }) } };
    });
  }

  /**
   * Appends an event of your party: one that is filled in, signed, and made anew when the log has moved on meanwhile,
   * or an envelope that you signed yourself, which is sent as it is.
   */
  async append(agreement: string, event: PartyEvent | Envelope, options: AgreementOptions = {}): Promise<Admission> {
    if ("payloadType" in event) return this.#acting.admit(agreement, event, options);
    return this.#acting.perform(agreement, options, () => event);
  }

  /** Reads where an agreement stands. */
  async retrieve(agreement: string, options: RequestOptions = {}): Promise<Agreement> {
    const mark = this.#api.checker?.mark() ?? 0;
    return this.#api.checked("agreements.retrieve", { path: { agreement } }, options, (checker, answer) =>
      checker.agreement(answer, { id: agreement, mark }),
    );
  }

  /** Lists agreements, newest first. With verification on, the log of each is read as well. */
  list(query: AgreementsListQuery = {}, options: RequestOptions = {}): List<Agreement> {
    return this.#api.list<Agreement, "agreements.list">(
      "agreements.list",
      { query },
      options,
      async (checker, items, { mark }) => {
        for (const item of items) await checker.agreement(item, { id: item.id, mark });
      },
    );
  }

  /** Lists the events of an agreement in the order of its log. */
  events(agreement: string, query: AgreementsListEventsQuery = {}, options: RequestOptions = {}): List<LogEvent> {
    return this.#api.list<AgreementEvent, "agreements.listEvents", LogEvent>(
      "agreements.listEvents",
      { path: { agreement }, query },
      options,
      (checker, items, page) => checker.events(items, { agreement, ...page }),
      (event) => ({ ...event, payload: readPayload(event.envelope) as EventPayload }),
    );
  }

  /** Reads the terms that were offered. Their digest is the name of the agreement, so they are what was signed. */
  async terms(agreement: string, options: RequestOptions = {}): Promise<AgreementOfferedBody> {
    const known = this.#terms.get(agreement);
    if (known !== undefined) return known;
    const { data } = await this.events(agreement, { from: 0, limit: 1 }, options);
    const [offer] = data;
    if (offer?.payload.type !== "agreement.offered" || digestOf(base64Decode(offer.envelope.payload)) !== agreement) {
      const error = new SettldError("LOG_AGREEMENT_MISMATCH", `expected the offer ${agreement}, found another event`);
      throw distrust("agreements.listEvents", offer, undefined, error);
    }
    const [oldest] = this.#terms.keys();
    if (this.#terms.size >= TERMS_KEPT_MAX && oldest !== undefined) this.#terms.delete(oldest);
    this.#terms.set(agreement, offer.payload.body);
    return offer.payload.body;
  }

  /** Downloads the bundle: log, trust document, evidence and receipt in one file, verified like anyone would. */
  async bundle(agreement: string, query: AgreementsBundleQuery = {}, options: RequestOptions = {}): Promise<Bundle> {
    const mark = this.#api.checker?.mark() ?? 0;
    const reply = await this.#api.send("agreements.bundle", { path: { agreement }, query }, options);
    const bytes = reply.body as Uint8Array;
    const report = await this.#api.verify("agreements.bundle", reply, (checker) =>
      checker.bundle(bytes, { agreement, mark }),
    );
    return { bytes, report };
  }

  /** Reads the receipt of a closed agreement. */
  async receipt(agreement: string, options: RequestOptions = {}): Promise<SignedReceipt> {
    const envelope = await this.#api.checked(
      "agreements.receipt",
      { path: { agreement } },
      options,
      (checker, answer) => checker.receipt(answer, agreement),
    );
    return { envelope, statement: readPayload(envelope) as Receipt };
  }

  async #act(agreement: string, options: AgreementOptions, make: (found: Agreement) => PartyEvent): Promise<Agreement> {
    return (await this.#acting.perform(agreement, options, make)).agreement;
  }

  async #onlyApproval(agreement: string, options: RequestOptions): Promise<string> {
    const { policy } = await this.terms(agreement, options);
    const [approval, ...more] = policy.requirements.filter(({ kind }) => kind === "approval");
    if (approval !== undefined && more.length === 0) return approval.id;
    throw new TypeError(`expected \`requirement\`: the policy asks for ${more.length + (approval ? 1 : 0)} approvals`);
  }

  async #upload(files: Files, options: RequestOptions): Promise<Item[]> {
    const digested = await digestFiles(files, this.#api.platform.crypto);
    for (const { item, body } of digested) await this.#evidence.put(item, body, options);
    return digested.map(({ item }) => item);
  }
}

// What is signed has to be what was looked at, also when the event is made anew.
function underReview({ submission, status }: Agreement, seen: Digest): NonNullable<Agreement["submission"]> {
  if (submission === null) throw new TypeError(`there is no submission to judge; the agreement is ${status}`);
  if (submission.digest === seen) return submission;
  throw new SettldError("EVENT_SUBMISSION_MISMATCH", `expected ${seen}, found ${submission.digest}`);
}

function readPayload({ payload }: Envelope): unknown {
  return JSON.parse(fromUtf8(base64Decode(payload)));
}
