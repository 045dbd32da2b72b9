import { type Envelope, utf8 } from "@settld/protocol";
import { FULL, PATIENCE } from "@settld/testkit";
import { verifyBundle } from "@settld/verifier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshKey, type Reply, type Send, sendersOf } from "./client.ts";
import { eventOf, Job, sealed } from "./job.ts";
import { makeWorld, type Tenant, type World } from "./world.ts";

// Many clients at once over real sockets; whoever wins, exactly one does.
const CLIENTS = 50;
const ROUNDS: number = FULL ? 20 : 1;

type Player = "buyer" | "seller" | "checker" | "arbiter";

let world: World;
let alpha: Tenant;
let senders: Readonly<Record<Player, Send>>;
let jobs = 0;

beforeAll(async () => {
  world = await makeWorld();
  alpha = await world.tenant("alpha");
  senders = sendersOf(fetch, world.server.url, alpha);
}, PATIENCE);

afterAll(() => world.close());

async function newJob(): Promise<Job> {
  jobs += 1;
  const players = { ...alpha, settler: world.server.settler };
  return new Job(players, senders, `race ${jobs}`, world.server.time.now).offer();
}

/** A job whose buyer has the money for it. */
async function paidJob(): Promise<Job> {
  const job = await newJob();
  await world.deposit(alpha.buyer.id, "48000", `race ${jobs}`);
  return job;
}

async function expectSound(job: Job, events: number): Promise<void> {
  await job.refresh();
  expect(job.agreement.events).toBe(events);
  const bundle = await senders.buyer("GET", `${job.path}/bundle`);
  const report = await verifyBundle(utf8(bundle.text), { root: world.server.registryKey });
  // That an agreement is still open is no fault of its log.
  expect(report.findings.filter(({ code }) => code !== "BUNDLE_OPEN")).toEqual([]);
  expect(report.facts).toMatchObject({ events });
  await expectReconciled();
}

async function expectReconciled(): Promise<void> {
  const audit = await world.operator("GET", "/v1/audit");
  expect(audit.body).toMatchObject({ ok: true, findings: [] });
}

/** How many answers were which: `201`, `201 replayed`, `200`, or the status and code of a refusal. */
function count(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, headers, body } of replies) {
    const replayed = headers.get("idempotency-replayed") === "true" ? " replayed" : "";
    const name = status >= 400 ? `${status} ${body.code}` : `${status}${replayed}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const all = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, index) => make(index)));

/** Brings a job to where an event may happen; returns who does it and what it says. */
type Step = {
  readonly name: string;
  readonly prepare: () => Promise<{ job: Job; by: Player; type: string; body: object }>;
};

const STEPS: readonly Step[] = [
  {
    name: "accepts",
    prepare: async () => ({ job: await newJob(), by: "seller", type: "agreement.accepted", body: {} }),
  },
  {
    name: "cancels",
    prepare: async () => ({ job: await newJob(), by: "buyer", type: "agreement.cancelled", body: { reason: "race" } }),
  },
  {
    name: "submissions",
    async prepare() {
      const job = await (await (await paidJob()).accept()).fund();
      await job.upload();
      return { job, by: "seller", type: "work.submitted", body: job.submission() };
    },
  },
  {
    name: "attestations",
    async prepare() {
      const job = await (await (await (await paidJob()).accept()).fund()).submit();
      return { job, by: "checker", type: "evidence.attested", body: job.attestation() };
    },
  },
  {
    name: "disputes",
    async prepare() {
      const job = await (await (await (await (await paidJob()).accept()).fund()).submit()).attest();
      return { job, by: "buyer", type: "dispute.opened", body: job.complaint() };
    },
  },
  {
    name: "rulings",
    async prepare() {
      const job = await (await (await (await (await paidJob()).accept()).fund()).submit()).attest();
      await job.dispute();
      return { job, by: "arbiter", type: "dispute.resolved", body: job.ruling() };
    },
  },
];

describe.each(STEPS)(`${CLIENTS} $name of one agreement at once`, ({ prepare }) => {
  test(
    "the same event under different idempotency keys happens once, and all hear of that one",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { job, by, type, body } = await prepare();
        const envelope = await job.next(by, type, body);
        const replies = await all(() => senders[by]("POST", `${job.path}/events`, { body: envelope }));
        expect(count(replies)).toEqual({ 201: 1, 200: CLIENTS - 1 });
        expect(new Set(replies.map((reply) => reply.body.event.digest)).size).toBe(1);
        const appended = replies.flatMap((reply) => reply.body.appended);
        await expectSound(job, job.agreement.events + appended.length);
      }
    },
    PATIENCE,
  );

  test(
    "the same request under one idempotency key happens once, and nobody hears anything else",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { job, by, type, body } = await prepare();
        const envelope = await job.next(by, type, body);
        const headers = { "idempotency-key": freshKey() };
        const send = (): Promise<Reply> => senders[by]("POST", `${job.path}/events`, { body: envelope, headers });
        const replies = await all(send);
        const { 201: first, "201 replayed": again = 0, "409 HTTP_IDEMPOTENCY_IN_FLIGHT": running = 0 } = count(replies);
        expect([first, again + running]).toEqual([1, CLIENTS - 1]);
        const answers = [...replies.filter(({ status }) => status === 201), await send()].map(({ text }) => text);
        expect(new Set(answers).size).toBe(1);
        await expectSound(job, job.agreement.events + JSON.parse(answers[0] ?? "").appended.length);
      }
    },
    PATIENCE,
  );

  test(
    "of different events exactly one happens, and the rest is refused as out of place",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { job, by, type, body } = await prepare();
        const now = world.server.time.now();
        const events = await all((index) =>
          sealed(alpha[by], eventOf(job.agreement, type, alpha[by], now + index, body)),
        );
        const replies = await all((index) =>
          senders[by]("POST", `${job.path}/events`, { body: events[index] as Envelope }),
        );
        const { 201: won, ...rest } = count(replies);
        expect(won).toBe(1);
        expect(Object.keys(rest).filter((name) => !/^409 (?:LOG|STATE|EVENT)_/.test(name))).toEqual([]);
        const appended = replies.flatMap((reply) => reply.body.appended ?? []);
        // The one that won may be ahead of the clock by some milliseconds.
        world.server.time.advance(CLIENTS);
        await expectSound(job, job.agreement.events + appended.length);
      }
    },
    PATIENCE,
  );
});

describe("money that many want at once", () => {
  test(
    `${CLIENTS} fundings of one agreement: one`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const job = await (await paidJob()).accept();
        await world.deposit(alpha.buyer.id, "480000", `more ${jobs}`);
        const before = await balanceOf(alpha.buyer.id);
        const replies = await all(() => senders.buyer("POST", `${job.path}/fund`, { body: {} }));
        expect(count(replies)).toEqual({ 201: 1, "409 STATE_ALREADY_FUNDED": CLIENTS - 1 });
        expect(await balanceOf(alpha.buyer.id)).toBe(before - 48_000n);
        await expectSound(job, 3);
      }
    },
    PATIENCE,
  );

  test(
    `${CLIENTS} fundings of one agreement under one idempotency key: one, and one answer`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const job = await (await paidJob()).accept();
        const headers = { "idempotency-key": freshKey() };
        const replies = await all(() => senders.buyer("POST", `${job.path}/fund`, { body: {}, headers }));
        const { 201: first, "201 replayed": again = 0, "409 HTTP_IDEMPOTENCY_IN_FLIGHT": running = 0 } = count(replies);
        expect([first, again + running]).toEqual([1, CLIENTS - 1]);
        expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
        await expectSound(job, 3);
      }
    },
    PATIENCE,
  );

  test(
    "fundings and cancels of one agreement: one of them",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const job = await (await paidJob()).accept();
        const events = await all((index) =>
          sealed(
            alpha.buyer,
            eventOf(job.agreement, "agreement.cancelled", alpha.buyer, world.server.time.now(), {
              reason: `r${index}`,
            }),
          ),
        );
        const replies = await all((index) =>
          index % 2 === 0
            ? senders.buyer("POST", `${job.path}/fund`, { body: {} })
            : senders.buyer("POST", `${job.path}/events`, { body: events[index] as Envelope }),
        );
        const { 201: won, ...rest } = count(replies);
        expect(won).toBe(1);
        expect(Object.keys(rest).filter((name) => !/^409 (?:LOG|STATE)_/.test(name))).toEqual([]);
        const appended = replies.flatMap((reply) => reply.body.appended ?? []);
        await expectSound(job, 2 + appended.length);
      }
    },
    PATIENCE,
  );

  test(
    "submissions, attestations, cancels at once: one of them, whichever comes first",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const job = await (await (await (await paidJob()).accept()).fund()).submit();
        const choices: readonly [Player, string, () => object][] = [
          ["seller", "work.submitted", () => job.submission()],
          ["checker", "evidence.attested", () => job.attestation()],
          ["checker", "evidence.attested", () => job.attestation(false)],
          ["seller", "agreement.cancelled", () => ({ reason: "race" })],
        ];
        const events = await all(async (index) => {
          const [by, type, body] = choices[index % choices.length] as (typeof choices)[number];
          return { by, envelope: await job.next(by, type, body()) };
        });
        const replies = await Promise.all(
          events.map(({ by, envelope }) => senders[by]("POST", `${job.path}/events`, { body: envelope })),
        );
        const { 201: won, 200: known = 0, ...rest } = count(replies);
        expect([won, known < CLIENTS / 2]).toEqual([1, true]);
        expect(Object.keys(rest).filter((name) => !/^409 (?:LOG|STATE|EVENT)_/.test(name))).toEqual([]);
        const appended = replies.flatMap((reply) => reply.body.appended ?? []);
        await expectSound(job, 4 + appended.length);
      }
    },
    PATIENCE,
  );

  test(
    "100 fundings over one account: as many as the balance allows, and never more",
    async () => {
      const shy = await world.tenant("shy");
      const own = sendersOf(fetch, world.server.url, shy);
      await world.deposit(shy.buyer.id, String(48_000 * 37 + 47_999));
      const players = { ...shy, settler: world.server.settler };
      const ready: Job[] = [];
      for (let n = 0; n < 100; n++) {
        ready.push(await (await new Job(players, own, `shy ${n}`, world.server.time.now).offer()).accept());
      }
      const replies = await Promise.all(ready.map((job) => own.buyer("POST", `${job.path}/fund`, { body: {} })));
      expect(count(replies)).toEqual({ 201: 37, "409 LEDGER_INSUFFICIENT": 63 });
      expect(await balanceOf(shy.buyer.id)).toBe(47_999n);
      await expectReconciled();
    },
    PATIENCE,
  );

  test(
    "fundings against withdrawals over one account: as many as the balance allows, and every payout is made",
    async () => {
      const torn = await world.tenant("torn");
      const own = sendersOf(fetch, world.server.url, torn);
      await world.deposit(torn.buyer.id, String(48_000 * 20));
      const players = { ...torn, settler: world.server.settler };
      const ready: Job[] = [];
      for (let n = 0; n < 30; n++) {
        ready.push(await (await new Job(players, own, `torn ${n}`, world.server.time.now).offer()).accept());
      }
      const amount = { value: "48000", assetCode: "USD", assetScale: 2 };
      const withdraw = (destination: string): Promise<Reply> =>
        own.buyer("POST", "/v1/withdrawals", { body: { party: torn.buyer.id, amount, destination } });
      const replies = await Promise.all(
        ready.flatMap((job, n) => [own.buyer("POST", `${job.path}/fund`, { body: {} }), withdraw(`bank ${n}`)]),
      );
      expect(count(replies)).toEqual({ 201: 20, "409 LEDGER_INSUFFICIENT": 40 });
      expect(await balanceOf(torn.buyer.id)).toBe(0n);
      await world.server.server.services.payouts.run();
      const listed = await own.buyer("GET", "/v1/withdrawals?limit=100");
      const made = replies.filter(({ status, body }) => status === 201 && body.object === "withdrawal");
      expect(listed.body.data.map(({ status }: { status: string }) => status)).toEqual(made.map(() => "done"));
      await expectReconciled();
    },
    PATIENCE,
  );
});

async function balanceOf(party: string): Promise<bigint> {
  return world.store.balance({ kind: "available", owner: party, assetCode: "USD", assetScale: 2 });
}
