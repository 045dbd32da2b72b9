import {
  canonicalBytes,
  type Digest,
  digestOf,
  type Envelope,
  formatInstant,
  type JsonValue,
  PAYLOAD_TYPES,
  REVISION,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import type { Agreement } from "../gen/types.ts";
import type { Reply, Send } from "./client.ts";

/** Somebody with a key. */
export type Actor = { readonly id: string; readonly signer: Signer };

/** Who takes part in a job. */
export type Players = {
  readonly buyer: Actor;
  readonly seller: Actor;
  readonly checker: Actor;
  readonly arbiter?: Actor;
  readonly settler: string;
};

const HOUR = 3_600_000;

/** Terms of an offer: one check, and what a trial changes. */
export function offerOf(
  { buyer, seller, checker, arbiter, settler }: Players,
  nonce: string,
  now: number,
  overrides: Readonly<Record<string, unknown>> = {},
): object {
  return {
    v: REVISION,
    type: "agreement.offered",
    seq: 0,
    at: formatInstant(now),
    by: buyer.id,
    body: {
      nonce: digestOf(utf8(nonce)).slice("sha256:".length, "sha256:".length + 32),
      parties: {
        buyer: { id: buyer.id },
        seller: { id: seller.id },
        settler: { id: settler },
        ...(arbiter === undefined ? {} : { arbiter: { id: arbiter.id } }),
        checkers: { quality: { id: checker.id } },
      },
      amount: { value: "48000", assetCode: "USD", assetScale: 2 },
      policy: {
        requirements: [
          { id: "ok", kind: "check", checker: "quality", item: "a.csv", pointer: "/ok", op: "eq", value: true },
        ],
        payout: { kind: "all-or-nothing" },
      },
      feeBps: 250,
      acceptBy: formatInstant(now + HOUR),
      fundBy: formatInstant(now + 2 * HOUR),
      submitBy: formatInstant(now + 3 * HOUR),
      reviewMs: HOUR,
      attemptsMax: 3,
      holdbackBps: arbiter === undefined ? 0 : 1000,
      disputeMs: arbiter === undefined ? 0 : HOUR,
      rulingMs: arbiter === undefined ? 0 : HOUR,
      references: [],
      ...overrides,
    },
  };
}

/** Where the next event of an agreement belongs. */
export type Place = Pick<Agreement, "id" | "events" | "head">;

/** The next event of an agreement. */
export function eventOf(place: Place, type: string, by: Actor, now: number, body: object): object {
  const { id, events, head } = place;
  return { v: REVISION, agreement: id, seq: events, prev: head, at: formatInstant(now), type, by: by.id, body };
}

/** An event in an envelope with its author's signature alone. */
export function sealed(by: Actor, payload: object): Promise<Envelope> {
  return signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as JsonValue), [by.signer]);
}

/** Evidence that can be told apart by its name. */
export function workOf(name: string): {
  readonly data: Uint8Array;
  readonly digest: Digest;
  readonly item: object;
} {
  const data = utf8(`a,b\n1,${name}\n`);
  const digest = digestOf(data);
  return { data, digest, item: { name: "a.csv", mediaType: "text/csv", digest, size: data.length } };
}

/** Senders of the players. */
export type Senders = Readonly<Record<"buyer" | "seller" | "checker" | "arbiter", Send>>;

/** A job that goes on step by step; every step has to succeed. */
export class Job {
  readonly players: Players & { readonly arbiter: Actor };
  readonly senders: Senders;
  readonly work: ReturnType<typeof workOf>;
  readonly #name: string;
  readonly #clock: () => number;
  #agreement: Agreement | undefined;

  constructor(players: Players & { readonly arbiter: Actor }, senders: Senders, name: string, clock: () => number) {
    this.players = players;
    this.senders = senders;
    this.work = workOf(name);
    this.#name = name;
    this.#clock = clock;
  }

  /** The agreement as the last answer had it. */
  get agreement(): Agreement {
    if (this.#agreement === undefined) throw new Error("the job has not begun");
    return this.#agreement;
  }

  get path(): string {
    return `/v1/agreements/${this.agreement.id}`;
  }

  /** Offers; `overrides` bend the terms. */
  async offer(overrides: Readonly<Record<string, unknown>> = {}): Promise<this> {
    const { buyer } = this.players;
    const offer = await sealed(buyer, offerOf(this.players, this.#name, this.#clock(), overrides));
    return this.#take(await this.senders.buyer("POST", "/v1/agreements", { body: offer }));
  }

  /** The envelope of the next event of a player. */
  async next(player: "buyer" | "seller" | "checker" | "arbiter", type: string, body: object): Promise<Envelope> {
    const by = this.players[player];
    return sealed(by, eventOf(this.agreement, type, by, this.#clock(), body));
  }

  /** Appends an event of a player. */
  async add(player: "buyer" | "seller" | "checker" | "arbiter", type: string, body: object): Promise<this> {
    const envelope = await this.next(player, type, body);
    return this.#take(await this.senders[player]("POST", `${this.path}/events`, { body: envelope }));
  }

  async fund(): Promise<this> {
    return this.#take(await this.senders.buyer("POST", `${this.path}/fund`, { body: {} }));
  }

  async accept(): Promise<this> {
    return this.add("seller", "agreement.accepted", {});
  }

  /** Uploads the work and submits it. */
  async submit(): Promise<this> {
    await this.upload();
    return this.add("seller", "work.submitted", this.submission());
  }

  async upload(): Promise<void> {
    const { data, digest } = this.work;
    const { status, text } = await this.senders.seller("PUT", `/v1/evidence/${digest}`, { body: data });
    if (status !== 200 && status !== 201) throw new Error(`upload: ${status} ${text}`);
  }

  submission(): object {
    return { attempt: this.agreement.attempt + 1, items: [this.work.item] };
  }

  attestation(ok = true): object {
    return {
      submission: this.agreement.submission?.digest,
      subject: this.work.digest,
      requirement: "ok",
      result: { ok },
    };
  }

  async attest(ok = true): Promise<this> {
    return this.add("checker", "evidence.attested", this.attestation(ok));
  }

  complaint(): object {
    return { decision: this.agreement.decision?.digest, reasonCode: "late" };
  }

  async dispute(): Promise<this> {
    return this.add("buyer", "dispute.opened", this.complaint());
  }

  ruling(toSeller = "4000"): object {
    return { dispute: this.agreement.dispute, toSeller };
  }

  async rule(): Promise<this> {
    return this.add("arbiter", "dispute.resolved", this.ruling());
  }

  /** Reads the agreement again. */
  async refresh(): Promise<this> {
    const reply = await this.senders.buyer("GET", this.path);
    if (reply.status !== 200) throw new Error(`${this.path}: ${reply.status} ${reply.text}`);
    this.#agreement = reply.body as Agreement;
    return this;
  }

  #take({ status, body, text }: Reply): this {
    if (status !== 200 && status !== 201) throw new Error(`${this.#name}: ${status} ${text}`);
    this.#agreement = (body as { readonly agreement: Agreement }).agreement;
    return this;
  }
}
