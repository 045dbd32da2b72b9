import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
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
  utf8,
} from "@settld/protocol";
import type { Reply } from "./api.ts";
import type { Cast, Party } from "./cast.ts";
import type { Notes } from "./scene.ts";
import { isObject, numberAt, textAt } from "./values.ts";
import type { World } from "./world.ts";

/** Who acts in an agreement. */
export type Player = keyof Cast;

/** Terms that a scenario changes; times as milliseconds from now. */
export type Terms = Readonly<Record<string, unknown>>;

const HOUR = 3_600_000;

/** The agreed amount of every offer, in minor units, and what the seller gets of it after the fee of 2.5 %. */
export const AMOUNT = 4000;
export const FEE = 100;

/** An event in an envelope with its author's signature alone. */
export const sealed = (by: Party, payload: object): Promise<Envelope> =>
  signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as JsonValue), [by.signer]);

/** An offer of the buyer: one check by the checker, no dispute. */
export const offerOf = (world: World, cast: Cast, terms: Terms = {}): object => {
  const now = world.api.now();
  const time = (ms: number): string => formatInstant(Math.floor(now + ms));
  const times = Object.fromEntries(
    Object.entries({ acceptBy: HOUR, fundBy: 2 * HOUR, submitBy: 3 * HOUR, ...terms }).flatMap(([name, value]) =>
      ["acceptBy", "fundBy", "submitBy"].includes(name)
        ? [[name, typeof value === "number" ? time(value) : value]]
        : [],
    ),
  );
  const isDisputable = Number(terms["disputeMs"] ?? 0) > 0;
  return {
    v: REVISION,
    type: "agreement.offered",
    seq: 0,
    at: formatInstant(Math.floor(now)),
    by: cast.buyer.id,
    body: {
      nonce: randomBytes(16).toString("hex"),
      parties: {
        buyer: { id: cast.buyer.id },
        seller: { id: cast.seller.id },
        settler: { id: world.settler },
        ...(isDisputable ? { arbiter: { id: cast.arbiter.id } } : {}),
        checkers: { quality: { id: cast.checker.id } },
      },
      amount: { value: String(AMOUNT), ...world.asset },
      policy: {
        requirements: [
          { id: "ok", kind: "check", checker: "quality", item: "work.csv", pointer: "/ok", op: "eq", value: true },
        ],
        payout: { kind: "all-or-nothing" },
      },
      feeBps: 250,
      reviewMs: HOUR,
      attemptsMax: 3,
      holdbackBps: isDisputable ? 1000 : 0,
      disputeMs: 0,
      rulingMs: isDisputable ? HOUR : 0,
      references: [],
      ...terms,
      ...times,
    },
  };
};

/** Evidence that nothing else has the bytes of. */
export const newWork = (): { readonly data: Uint8Array; readonly digest: Digest; readonly item: object } => {
  const data = utf8(`a,b\n1,${randomBytes(12).toString("hex")}\n`);
  const digest = digestOf(data);
  return { data, digest, item: { name: "work.csv", mediaType: "text/csv", digest, size: data.length } };
};

/** An agreement that goes on step by step. Every step has to succeed unless it says otherwise. */
export class Deal {
  readonly world: World;
  readonly notes: Notes;
  readonly cast: Cast;
  readonly work: ReturnType<typeof newWork> = newWork();
  /** As the last answer had it. */
  agreement: unknown;

  private constructor(world: World, notes: Notes, cast: Cast, agreement: unknown) {
    this.world = world;
    this.notes = notes;
    this.cast = cast;
    this.agreement = agreement;
  }

  /** Offers, as the buyer. */
  static async offer(world: World, notes: Notes, cast: Cast, terms: Terms = {}): Promise<Deal> {
    const body = await sealed(cast.buyer, offerOf(world, cast, terms));
    const reply = notes.ok(await world.api.call(cast.buyer.tenant.apiKey, "agreements.create", { body }), 201);
    return new Deal(world, notes, cast, agreementIn(reply));
  }

  /** An agreement that is funded. */
  static async funded(world: World, notes: Notes, cast: Cast, terms: Terms = {}): Promise<Deal> {
    const deal = await Deal.offer(world, notes, cast, terms);
    await deal.add("seller", "agreement.accepted", {});
    await deal.fund();
    return deal;
  }

  get id(): string {
    return textAt(this.agreement, "id");
  }
  get status(): string {
    return textAt(this.agreement, "status");
  }
  get events(): number {
    return numberAt(this.agreement, "events");
  }

  key(player: Player): string {
    return this.cast[player].tenant.apiKey;
  }

  /** The next event of a player, signed. */
  next(player: Player, type: string, body: object, changes: object = {}): Promise<Envelope> {
    const by = this.cast[player];
    const before = textAt(this.agreement, "at");
    const at = Math.max(Math.floor(this.world.api.now()), before === "" ? 0 : parseInstant(before));
    const { id, events } = this;
    const payload = {
      v: REVISION,
      agreement: id,
      seq: events,
      prev: textAt(this.agreement, "head"),
      at: formatInstant(at),
    };
    return sealed(by, { ...payload, type, by: by.id, body, ...changes });
  }

  /** Hands in an envelope, whatever comes of it. */
  append(player: Player, envelope: Envelope, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.world.api.call(this.key(player), "agreements.append", {
      path: { agreement: this.id },
      body: envelope,
      headers,
    });
  }

  /** Tries an event, whatever comes of it. */
  async try(player: Player, type: string, body: object, changes: object = {}): Promise<Reply> {
    return this.append(player, await this.next(player, type, body, changes));
  }

  /** Appends an event. */
  async add(player: Player, type: string, body: object): Promise<Reply> {
    return this.take(await this.try(player, type, body));
  }

  /** Takes over the agreement of an admission that has to be a success. */
  take(reply: Reply): Reply {
    this.notes.ok(reply, 200, 201);
    this.agreement = agreementIn(reply);
    return reply;
  }

  tryFund(): Promise<Reply> {
    return this.world.api.call(this.key("buyer"), "agreements.fund", { path: { agreement: this.id }, body: {} });
  }

  async fund(): Promise<Reply> {
    return this.take(await this.tryFund());
  }

  async upload(): Promise<void> {
    const { data, digest } = this.work;
    this.notes.ok(await this.world.api.call(this.key("seller"), "evidence.upload", { path: { digest }, body: data }));
  }

  async submit(attempt = 1): Promise<Reply> {
    await this.upload();
    return this.add("seller", "work.submitted", { attempt, items: [this.work.item] });
  }

  attestation(ok: boolean): object {
    return {
      submission: textAt(this.agreement, "submission", "digest"),
      subject: this.work.digest,
      requirement: "ok",
      result: { ok },
    };
  }

  async attest(ok = true): Promise<Reply> {
    return this.add("checker", "evidence.attested", this.attestation(ok));
  }

  async dispute(): Promise<Reply> {
    const body = { decision: textAt(this.agreement, "decision", "digest"), reasonCode: "late" };
    return this.add("buyer", "dispute.opened", body);
  }

  async rule(toSeller: string): Promise<Reply> {
    return this.add("arbiter", "dispute.resolved", { dispute: textAt(this.agreement, "dispute"), toSeller });
  }

  /** Reads the agreement anew. */
  async refresh(): Promise<Reply> {
    const reply = this.notes.ok(await this.read("agreements.retrieve"), 200);
    this.agreement = reply.body;
    return reply;
  }

  /** Asks for something of the agreement, as the buyer unless it says otherwise. */
  read(
    operation: string,
    player: Player = "buyer",
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<Reply> {
    return this.world.api.call(this.key(player), operation, { path: { agreement: this.id }, query });
  }

  /** Waits until the agreement has a status, and notes it down when that takes too long. */
  async waitFor(status: string, ms = 15_000): Promise<boolean> {
    const end = Date.now() + ms;
    for (;;) {
      await this.refresh();
      if (this.status === status) return true;
      if (Date.now() > end) return this.notes.check(false, `the agreement after ${ms} ms`, status, this.status);
      await wait(200);
    }
  }

  /** Notes down where the agreement's money is not as expected. */
  expectBalances(expected: Readonly<Record<"buyer" | "seller" | "escrow" | "holdback" | "fee", number>>): void {
    const found = isObject(this.agreement) ? this.agreement["balances"] : undefined;
    for (const [name, value] of Object.entries(expected)) {
      this.notes.same(`balance of ${name}`, textAt(found, name), String(value));
    }
  }
}

const agreementIn = ({ body }: Reply): unknown => (isObject(body) ? body["agreement"] : undefined);
