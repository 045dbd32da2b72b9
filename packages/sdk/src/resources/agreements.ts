import {
  type AgreementOfferedBody,
  base64Decode,
  type Digest,
  digestOf,
  type Envelope,
  type Item,
  type Payout,
  type Receipt,
  type Requirement,
  SettldError,
} from "@settld/protocol";
import { type AmountInput, readMoney } from "../amount.ts";
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
import { readJson } from "../json.ts";
import { assertKnown } from "../known.ts";
import { assertSame } from "../same.ts";
import { Acting, ifMatch } from "./acting.ts";
import type { Bundle, LogEvent, PartyEvent, SignedReceipt } from "./agreement-types.ts";
import { assertItems, assertValue, underReview, wrongState } from "./conditions.ts";
import type { Evidence } from "./evidence.ts";
import type { CreateAgreement } from "./offer.ts";

type Agreed<K extends Requirement["kind"]> = Extract<Requirement, { readonly kind: K }>;

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

  /**
   * Hands in work: computes the digests of the files, uploads them, and submits them for review.
   *
   * @throws TypeError when a file that the policy asks for is missing, or has another media type, and nothing could
   * come of it but a lost attempt. Part of the work may be handed in where the payout is `weighted`.
   */
  async submit(
    agreement: string,
    { files }: { readonly files: Files },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const { policy } = await this.terms(agreement, options);
    const items = await this.#upload(files, options, (found) => assertItems(policy, found));
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
   * @throws TypeError when the policy has no such check, or would find no value in the result.
   * @throws SettldError `EVENT_SUBMISSION_MISMATCH` when another submission is under review by now, and a `STATE_` code
   * when none is.
   */
  async attest(
    agreement: string,
    {
      submission,
      requirement,
      result,
    }: {
      readonly submission: Digest;
      /** The `id` of the check in the policy. */
      readonly requirement: string;
      /** What was found, as JSON without fractions. The policy reads it at the check's `pointer`. */
      readonly result: { readonly [name: string]: unknown };
    },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const { payout, agreed } = await this.#requirement(agreement, "check", requirement, options);
    assertValue(result, agreed.pointer);
    if ("check" in payout && payout.check === requirement) assertValue(result, payout.pointer);
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
   * @throws SettldError as {@link Agreements.attest}.
   */
  async approve(
    agreement: string,
    {
      submission,
      requirement,
      approved = true,
      ...rest
    }: {
      readonly submission: Digest;
      /** The `id` of the approval; not needed when the policy has one. */
      readonly requirement?: string;
      /** Default: true. */
      readonly approved?: boolean;
    },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    assertKnown(rest, ["submission", "requirement", "approved"]);
    const { id } = (await this.#requirement(agreement, "approval", requirement, options)).agreed;
    return this.#act(agreement, options, (found) => {
      underReview(found, submission);
      return { type: "approval.given", body: { submission, requirement: id, approved } };
    });
  }

  /**
   * Disputes the final decision, of which an agreement has one, with evidence of your own if there is any.
   *
   * @throws SettldError with a `STATE_` code when there is no decision.
   */
  async dispute(
    agreement: string,
    { reasonCode, files }: { readonly reasonCode: string; readonly files?: Files },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    const items = files === undefined ? undefined : await this.#upload(files, options);
    return this.#act(agreement, options, ({ decision, status }) => {
      if (decision === null) throw wrongState(status, "window", "STATE_NOT_SETTLED");
      const body = { decision: decision.digest, reasonCode, ...(items === undefined ? {} : { items }) };
      return { type: "dispute.opened", body };
    });
  }

  /**
   * Rules on a dispute as the arbiter: how much of the holdback the seller gets.
   *
   * @throws SettldError `MONEY_ASSET_MISMATCH` for money of another asset, and a `STATE_` code without a dispute.
   */
  async resolve(
    agreement: string,
    {
      toSeller,
      reason,
    }: {
      /** What the seller gets: `"50.00 USD"`, or digits alone, `"5000"`, in minor units. The buyer gets the rest. */
      readonly toSeller: AmountInput;
      readonly reason?: string;
    },
    options: AgreementOptions = {},
  ): Promise<Agreement> {
    return this.#act(agreement, options, ({ dispute, status, amount: { assetCode, assetScale } }) => {
      const asset = { assetCode, assetScale };
      const isMinor = typeof toSeller === "string" && /^\d+$/.test(toSeller);
      const ruling = isMinor ? { ...asset, value: toSeller } : readMoney(toSeller);
      assertSame(ruling, asset, "MONEY_ASSET_MISMATCH", "/toSeller");
      if (dispute === null) {
        throw wrongState(status, "disputed", status === "window" ? "STATE_NOT_DISPUTED" : "STATE_NOT_SETTLED");
      }
      const body = { dispute, toSeller: ruling.value, ...(reason === undefined ? {} : { reason }) };
      return { type: "dispute.resolved", body };
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
      (event) => ({ ...event, payload: readPayload(event.envelope) }) as LogEvent,
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
    if (this.#terms.size >= TERMS_KEPT_MAX) this.#terms.clear();
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

  // A requirement of a kind by its id, or the only one of them, with how the policy pays.
  async #requirement<K extends "check" | "approval">(
    agreement: string,
    kind: K,
    wanted: string | undefined,
    options: RequestOptions,
  ): Promise<{ readonly payout: Payout; readonly agreed: Agreed<K> }> {
    const { requirements, payout } = (await this.terms(agreement, options)).policy;
    const known = requirements.filter((one) => one.kind === kind);
    const [agreed, ...more] = known.filter(({ id }) => id === (wanted ?? id));
    if (agreed !== undefined && more.length === 0) return { payout, agreed: agreed as Agreed<K> };
    const ids = known.map(({ id }) => id).join(", ");
    throw new TypeError(`expected \`requirement\`, the id of one ${kind} (${ids}), found ${wanted ?? "none"}`);
  }

  async #upload(files: Files, options: RequestOptions, judge?: (items: readonly Item[]) => void): Promise<Item[]> {
    const digested = await digestFiles(files, this.#api.platform.crypto);
    const items = digested.map(({ item }) => item);
    judge?.(items);
    for (const { item, body } of digested) await this.#evidence.put(item, body, options);
    return items;
  }
}

function readPayload({ payload }: Envelope): unknown {
  return readJson(base64Decode(payload));
}
