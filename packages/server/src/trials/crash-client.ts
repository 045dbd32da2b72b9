import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatInstant, utf8 } from "@settld/protocol";
import { randomOf } from "@settld/testkit";
import { verifyBundle } from "@settld/verifier";
import { expect } from "vitest";
import type { Admission, Agreement, AgreementEvent } from "../gen/types.ts";
import { newApiKey } from "../http/api-keys.ts";
import type { Store } from "../store/store.ts";
import { startTestServer, type TestParty } from "../testing/index.ts";
import { freshKey, type Reply, sendTo } from "./client.ts";
import { eventOf, offerOf, type Place, sealed, workOf } from "./job.ts";
import { RAIL_LOG, type RailLine } from "./server-child.ts";
import { TENANT_SCOPES } from "./world.ts";

type Player = "buyer" | "seller" | "checker";

const PAUSE_MS = 15;

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a request may be sent: to one of the servers that listen just now, if any does. */
export type Routing = { readonly route: () => string | undefined };

/** What clients were told, to be compared with what is there in the end. */
export type Told = {
  /** Envelopes by agreement and place, as text. */
  readonly events: Map<string, Map<number, string>>;
  readonly offers: Set<string>;
  readonly expiring: Set<string>;
  readonly deposits: Map<string, string>;
  readonly withdrawals: Map<string, string>;
  answers: number;
};

/** Who takes part. */
export type Setup = {
  readonly parties: Readonly<Record<Player, TestParty>>;
  readonly settler: string;
  readonly operatorKey: string;
  readonly registryKey: Uint8Array;
};

// Refusals after which the same request may be sent again, besides broken connections.
const AGAIN: readonly string[] = ["HTTP_IDEMPOTENCY_IN_FLIGHT", "HTTP_UNAVAILABLE"];

/** A client that wants every step to have happened once, and sends the same bytes until it knows. */
export class Client {
  readonly #host: Routing;
  readonly #setup: Setup;
  readonly #told: Told;
  readonly #draw: (below: number) => number;
  readonly #name: string;

  constructor(host: Routing, setup: Setup, told: Told, seed: number, name: string) {
    this.#host = host;
    this.#setup = setup;
    this.#told = told;
    this.#draw = randomOf(seed);
    this.#name = name;
  }

  /** Does one job after another until it is told to stop, and ends the one that it is at. */
  async work(isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) await this.#job(`${this.#name} ${n}`);
  }

  async #job(name: string): Promise<void> {
    const { parties, settler } = this.#setup;
    const { buyer, seller, checker } = parties;
    const players = { ...parties, settler };
    await this.#money("deposits", name, { party: buyer.id, reference: name });
    if (this.#draw(3) === 0) {
      // Nobody accepts it, so its timer has to close it, whichever server runs then.
      const within = 200 + this.#draw(1_500);
      const offered = await this.#event("buyer", "/v1/agreements", () =>
        offerOf(players, `${name} expiring`, Date.now(), { acceptBy: formatInstant(Date.now() + within) }),
      );
      this.#told.offers.add(offered.id);
      this.#told.expiring.add(offered.id);
    }
    let at: Agreement = await this.#event("buyer", "/v1/agreements", () => offerOf(players, name, Date.now()));
    this.#told.offers.add(at.id);
    const path = `/v1/agreements/${at.id}`;
    const add = (player: Player, by: TestParty, type: string, body: object, place: Place = at): Promise<Agreement> =>
      this.#event(player, `${path}/events`, () => eventOf(place, type, by, Date.now(), body));
    at = await add("seller", seller, "agreement.accepted", {});
    at = this.#noted(await this.#send("buyer", "POST", `${path}/fund`, "{}"));
    const work = workOf(name);
    await this.#send("seller", "PUT", `/v1/evidence/${work.digest}`, work.data);
    at = await add("seller", seller, "work.submitted", { attempt: 1, items: [work.item] });
    at = await add("checker", checker, "evidence.attested", {
      submission: at.submission?.digest,
      subject: work.digest,
      requirement: "ok",
      result: { ok: true },
    });
    expect(at.status).toBe("closed");
    const destination = `${this.#draw(4) === 0 ? "refuse" : "bank"} ${name}`;
    await this.#money("withdrawals", destination, { party: seller.id, destination });
  }

  async #money(kind: "deposits" | "withdrawals", name: string, rest: object): Promise<void> {
    const value = kind === "deposits" ? "48000" : "46800";
    const body = JSON.stringify({ ...rest, amount: { value, assetCode: "USD", assetScale: 2 } });
    const reply = await this.#send(kind === "deposits" ? "operator" : "seller", "POST", `/v1/${kind}`, body);
    this.#told[kind].set(name, reply.body.id);
  }

  /** Hands in an event, signed anew only when it is certain that the one before was not taken. */
  async #event(player: Player, path: string, payload: () => object): Promise<Agreement> {
    for (;;) {
      const body = JSON.stringify(await sealed(this.#setup.parties[player], payload()));
      const reply = await this.#send(player, "POST", path, body);
      if (reply.body.code !== "TIME_SKEW") return this.#noted(reply);
    }
  }

  #noted({ body }: Reply): Agreement {
    const { appended, agreement } = body as Admission;
    const log = this.#told.events.get(agreement.id) ?? new Map<number, string>();
    this.#told.events.set(agreement.id, log);
    for (const { seq, envelope } of appended) {
      const text = JSON.stringify(envelope);
      // The same step answered twice is answered with the same bytes.
      expect(log.get(seq) ?? text).toBe(text);
      log.set(seq, text);
    }
    return agreement;
  }

  /** Sends the same request until there is an answer. */
  async #send(player: Player | "operator", method: string, path: string, body: string | Uint8Array): Promise<Reply> {
    const { operatorKey, parties } = this.#setup;
    const key = player === "operator" ? operatorKey : parties[player].apiKey;
    const headers: Record<string, string> = {
      ...(method === "POST" ? { "idempotency-key": freshKey() } : {}),
      "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
    };
    for (;;) {
      const url = this.#host.route();
      if (url === undefined) {
        await pause(PAUSE_MS);
        continue;
      }
      let reply: Reply;
      try {
        // As bytes, because a text would be written as JSON once more.
        const bytes = typeof body === "string" ? utf8(body) : body;
        reply = await sendTo(fetch, url, key)(method, path, { body: bytes, headers });
      } catch {
        // Nobody knows whether it was done; the same request finds out.
        await pause(PAUSE_MS);
        continue;
      }
      this.#told.answers += 1;
      if (reply.status < 300 || reply.body.code === "TIME_SKEW") return reply;
      if (!AGAIN.includes(reply.body.code)) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
      await pause(PAUSE_MS);
    }
  }
}

/** What nobody was told yet. */
export function nothingTold(): Told {
  return {
    events: new Map(),
    offers: new Set(),
    expiring: new Set(),
    deposits: new Map(),
    withdrawals: new Map(),
    answers: 0,
  };
}

/** Fills a new store with parties and their keys, and closes it. */
export async function setUp(store: Store): Promise<Setup> {
  const server = await startTestServer({ store });
  const { key, row } = newApiKey("one", TENANT_SCOPES, "all", Date.now());
  await store.write({ apiKeys: [row] });
  const party = async (role: Player): Promise<TestParty> => ({
    ...(await server.party(role, role, "one")),
    apiKey: key,
  });
  const setup: Setup = {
    parties: { buyer: await party("buyer"), seller: await party("seller"), checker: await party("checker") },
    settler: server.settler,
    operatorKey: server.operatorKey,
    registryKey: server.registryKey,
  };
  await server.close();
  return setup;
}

async function everything<T>(url: string, key: string, path: string): Promise<T[]> {
  const found: T[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await sendTo(fetch, url, key)("GET", `${path}?limit=100${cursor}`);
    found.push(...body.data);
    if (body.nextCursor === null) return found;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

/** Everything that clients were told is there, once, and nothing else is; the book agrees with its logs. */
export async function check(
  url: string,
  folder: string,
  { operatorKey, registryKey }: Setup,
  told: Told,
): Promise<void> {
  const operator = sendTo(fetch, url, operatorKey);
  const { expiring, withdrawals } = told;
  // Timers and payouts go on by themselves; whoever waits for them has to see them come.
  for (;;) {
    const open = await Promise.all([...expiring].map((id) => operator("GET", `/v1/agreements/${id}`)));
    const paying = await everything<{ readonly status: string }>(url, operatorKey, "/v1/withdrawals");
    const isDone =
      open.every(({ body }) => body.status === "closed") && paying.every(({ status }) => status !== "pending");
    if (isDone) break;
    await pause(100);
  }
  const agreements = await everything<Agreement>(url, operatorKey, "/v1/agreements");
  expect(agreements.map(({ id }) => id).sort()).toEqual([...told.offers].sort());
  for (const { id, status, reason } of agreements) {
    const events = await everything<AgreementEvent>(url, operatorKey, `/v1/agreements/${id}/events`);
    for (const [seq, text] of told.events.get(id) ?? []) expect(JSON.stringify(events[seq]?.envelope)).toBe(text);
    const types = events.map(({ type }) => type);
    if (expiring.has(id)) {
      expect([status, reason, types]).toEqual(["closed", "offer-expired", ["agreement.offered", "agreement.closed"]]);
    } else {
      expect([status, reason, new Set(types).size]).toEqual(["closed", "settled", types.length]);
    }
    const { text } = await operator("GET", `/v1/agreements/${id}/bundle`);
    const report = await verifyBundle(utf8(text), { root: registryKey });
    expect([id, report.verdict, report.findings, report.evidence.inline]).toEqual([
      id,
      "accept",
      [],
      expiring.has(id) ? 0 : 1,
    ]);
  }
  const audit = await operator("GET", "/v1/audit");
  expect(audit.body).toMatchObject({ ok: true, findings: [], agreements: told.offers.size });

  type Listed = { readonly id: string; readonly status: string; readonly entry: string };
  const deposits = await everything<Listed & { readonly reference: string }>(url, operatorKey, "/v1/deposits");
  expect(new Map(deposits.map(({ reference, id }) => [reference, id]))).toEqual(told.deposits);
  expect(deposits.length).toBe(told.deposits.size);
  const listed = await everything<Listed & { readonly destination: string }>(url, operatorKey, "/v1/withdrawals");
  expect(new Map(listed.map(({ destination, id }) => [destination, id]))).toEqual(withdrawals);
  expect(listed.length).toBe(withdrawals.size);
  for (const { destination, status } of listed) {
    expect([destination, status]).toEqual([destination, destination.startsWith("refuse") ? "returned" : "done"]);
  }
  // The rail was asked for each payout under one name, whoever asked and however often.
  const lines = (await readFile(join(folder, RAIL_LOG), "utf8")).split("\n").slice(0, -1);
  const paid = lines.map((line) => JSON.parse(line) as RailLine);
  expect(paid.map(({ destination }) => destination).sort()).toEqual([...withdrawals.keys()].sort());
  const entries = new Map(listed.map(({ destination, entry }) => [destination, entry]));
  expect(paid.filter(({ id, destination }) => entries.get(destination) !== id)).toEqual([]);
}
