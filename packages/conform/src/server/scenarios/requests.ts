import type { Reply } from "../api.ts";
import type { Party } from "../cast.ts";
import { AMOUNT, Deal } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { listAt, numberAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

type Once = { readonly ask: (idempotencyKey: string | null, more?: object) => Promise<Reply>; readonly buyer: Party };

/** Withdrawals of a party, which show at once whether something happened twice. */
const withdrawals = async (world: World, notes: Notes): Promise<Once> => {
  const { buyer } = await world.cast(notes);
  const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
  return {
    buyer,
    ask: (idempotencyKey, more = {}) =>
      world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body: { ...body, ...more }, idempotencyKey }),
  };
};

const sameAnswer = (notes: Notes, again: Reply, first: Reply): void => {
  notes.same("status of the repeated answer", again.status, first.status);
  notes.check(Buffer.compare(again.bytes, first.bytes) === 0, "repeated answer", "the bytes of the first", again.body);
  notes.same("Idempotency-Replayed", again.headers.get("idempotency-replayed") ?? "none", "true");
};

const PARALLEL = 12;

const scenarios: readonly Scenario[] = [
  {
    id: "idempotency-key-missing",
    clause: "HTTP-7",
    why: "Without a key a request that is sent again after a broken connection may count twice.",
    code: "HTTP_IDEMPOTENCY_KEY_MISSING",
    run: async (world, notes) => (await withdrawals(world, notes)).ask(null),
  },
  {
    id: "idempotency-key-too-long",
    clause: "HTTP-7",
    why: "A key has at most 255 characters; 255 of them are a key.",
    code: "HTTP_IDEMPOTENCY_KEY_MISSING",
    run: async (world, notes) => {
      const { ask } = await withdrawals(world, notes);
      notes.ok(await ask(`${world.run}${"k".repeat(255 - world.run.length)}`), 201);
      return ask(`${world.run}${"k".repeat(256 - world.run.length)}`);
    },
  },
  {
    id: "idempotency-replay",
    clause: "HTTP-7",
    why: "The same key with the same body gets the same answer, marked as repeated, and has its effect once.",
    run: async (world, notes) => {
      const { ask, buyer } = await withdrawals(world, notes);
      const key = `replay-${world.run}`;
      const first = notes.ok(await ask(key, { destination: key }), 201);
      notes.same("Idempotency-Replayed", first.headers.get("idempotency-replayed") ?? null, null);
      sameAnswer(notes, await ask(key, { destination: key }), first);
      await expectOne(world, notes, buyer, key);
      return undefined;
    },
  },
  {
    id: "idempotency-replay-of-event",
    clause: "HTTP-7",
    why: "An event that is handed in again with its key gets the answer of the first time, also when the log went on since.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.offer(world, notes, cast);
      const body = await deal.next("seller", "agreement.accepted", {});
      const idempotencyKey = `event-${world.run}`;
      const send = (): Promise<Reply> =>
        world.api.call(deal.key("seller"), "agreements.append", { path: { agreement: deal.id }, body, idempotencyKey });
      const first = deal.take(await send());
      await deal.fund();
      sameAnswer(notes, await send(), first);
      await deal.refresh();
      notes.same("events", deal.events, 3);
      return undefined;
    },
  },
  {
    id: "idempotency-same-key-for-tenant",
    clause: "HTTP-7",
    why: "Keys are unique for the tenant, so a second API key of it gets the kept answer too.",
    needs: ["operator"],
    run: async (world, notes) => {
      const { ask, buyer } = await withdrawals(world, notes);
      const key = `tenant-${world.run}`;
      const first = notes.ok(await ask(key), 201);
      const { name } = buyer.tenant;
      const made = await world.operator("keys.create", {
        body: { tenant: name, scopes: ["money:write"], name: "second" },
      });
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
      const secret = textAt(notes.ok(made, 201).body, "secret");
      sameAnswer(notes, await world.api.call(secret, "withdrawals.create", { body, idempotencyKey: key }), first);
      return undefined;
    },
  },
  {
    id: "idempotency-other-body",
    clause: "HTTP-7",
    why: "A key that stands for one request is not one for another.",
    code: "HTTP_IDEMPOTENCY_KEY_REUSED",
    run: async (world, notes) => {
      const { ask } = await withdrawals(world, notes);
      const key = `body-${world.run}`;
      notes.ok(await ask(key), 201);
      return ask(key, { destination: "elsewhere" });
    },
  },
  {
    id: "idempotency-other-path",
    clause: "HTTP-7",
    why: "Path and method belong to the request that a key stands for.",
    code: "HTTP_IDEMPOTENCY_KEY_REUSED",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const [one, two] = [await Deal.offer(world, notes, cast), await Deal.offer(world, notes, cast)];
      for (const deal of [one, two]) await deal.add("seller", "agreement.accepted", {});
      const idempotencyKey = `path-${world.run}`;
      const fund = (deal: Deal): Promise<Reply> =>
        world.api.call(deal.key("buyer"), "agreements.fund", {
          path: { agreement: deal.id },
          body: {},
          idempotencyKey,
        });
      notes.ok(await fund(one), 201);
      const reply = await fund(two);
      await two.refresh();
      notes.same("status of the other agreement", two.status, "accepted");
      return reply;
    },
  },
  {
    id: "idempotency-in-parallel",
    clause: "HTTP-7",
    why: "Equal requests at one time have one effect: each gets its answer, or hears that the first is still running.",
    run: async (world, notes) => {
      const { ask, buyer } = await withdrawals(world, notes);
      const key = `parallel-${world.run}`;
      const replies = await Promise.all(Array.from({ length: PARALLEL }, () => ask(key, { destination: key })));
      const done = replies.filter(({ status }) => status === 201);
      notes.check(
        done.length > 0,
        "answers",
        "one with 201",
        replies.map(({ status }) => status),
      );
      for (const reply of replies) if (reply.status !== 201) notes.refused(reply, "HTTP_IDEMPOTENCY_IN_FLIGHT");
      const ids = new Set(done.map(({ body }) => textAt(body, "id")));
      notes.same("withdrawals", ids.size, 1);
      await expectOne(world, notes, buyer, key);
      sameAnswer(
        notes,
        await ask(key, { destination: key }),
        done[0] ?? notes.ok(await ask(key, { destination: key })),
      );
      return undefined;
    },
  },
  {
    id: "idempotency-refusal-not-kept",
    clause: "HTTP-7",
    why: "A refusal has no effect and is not kept: the same key may try again when there is money.",
    needs: ["operator"],
    run: async (world, notes) => {
      const poor = await world.buyer(notes, 0);
      const body = { party: poor.id, amount: { value: "5", ...world.asset }, destination: "somewhere" };
      const idempotencyKey = `again-${world.run}`;
      const ask = (): Promise<Reply> =>
        world.api.call(poor.tenant.apiKey, "withdrawals.create", { body, idempotencyKey });
      notes.refused(await ask(), "LEDGER_INSUFFICIENT");
      await world.deposit(notes, poor, 5);
      notes.ok(await ask(), 201);
      return undefined;
    },
  },
  {
    id: "tag-is-number-of-events",
    clause: "HTTP-8",
    why: "The tag of an agreement is its number of events, so that a reader knows what a change would mean.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      notes.same("ETag", (await deal.refresh()).headers.get("etag") ?? "none", '"1"');
      await deal.add("seller", "agreement.accepted", {});
      notes.same("ETag", (await deal.refresh()).headers.get("etag") ?? "none", '"2"');
      notes.same("events", numberAt(deal.agreement, "events"), 2);
      notes.same("ETag of the events", (await deal.read("agreements.listEvents")).headers.get("etag") ?? "none", '"2"');
      notes.same("ETag of the bundle", (await deal.read("agreements.bundle")).headers.get("etag") ?? null, null);
      return undefined;
    },
  },
  {
    id: "if-match-stale",
    clause: "HTTP-8",
    why: "Whoever acts on a state that is over does not act.",
    code: "HTTP_PRECONDITION_FAILED",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      await deal.add("seller", "agreement.accepted", {});
      const path = { agreement: deal.id };
      const reply = await world.api.call(deal.key("buyer"), "agreements.fund", {
        path,
        body: {},
        headers: { "if-match": '"1"' },
      });
      await deal.refresh();
      notes.same("status", deal.status, "accepted");
      return reply;
    },
  },
  {
    id: "if-match-current",
    clause: "HTTP-8",
    why: "With the tag of the present state a request is carried out.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const envelope = await deal.next("seller", "agreement.accepted", {});
      notes.ok(await deal.append("seller", envelope, { "if-match": '"1"' }), 201);
      return undefined;
    },
  },
  {
    id: "if-none-match",
    clause: "HTTP-8",
    why: "A read of a state that the reader has is 304 without a body, and one of another state is not.",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      const read = (operation: string, tag: string): Promise<Reply> =>
        world.api.call(deal.key("buyer"), operation, {
          path: { agreement: deal.id },
          headers: { "if-none-match": tag },
        });
      for (const operation of ["agreements.retrieve", "agreements.listEvents"]) {
        const same = await read(operation, '"1"');
        notes.same(`${operation} with the tag`, [same.status, same.bytes.length], [304, 0]);
        notes.same(`${operation} with another tag`, (await read(operation, '"7"')).status, 200);
      }
      return undefined;
    },
  },
  {
    id: "list-pages",
    clause: "HTTP-9",
    why: "Page by page a list has every item once, in one order.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.funded(world, notes, cast);
      const page = (query: Readonly<Record<string, string | number>>): Promise<Reply> =>
        deal.read("agreements.listEvents", "buyer", query);
      const all = listAt(notes.ok(await page({ limit: 100 }), 200).body, "data").map((event) => numberAt(event, "seq"));
      const seen: number[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 9; pages++) {
        const { body } = notes.ok(await page({ limit: 2, ...(cursor === undefined ? {} : { cursor }) }), 200);
        const items = listAt(body, "data");
        notes.check(items.length <= 2, "items of a page", "at most 2", items.length);
        seen.push(...items.map((event) => numberAt(event, "seq")));
        cursor = textAt(body, "nextCursor") || undefined;
        if (cursor === undefined) break;
      }
      notes.same("seq page by page", seen, all);
      notes.same(
        "seq from 1",
        listAt((await page({ from: 1 })).body, "data").map((event) => numberAt(event, "seq")),
        [1, 2],
      );
      return undefined;
    },
  },
  {
    id: "list-has-what-was-made",
    clause: "HTTP-9",
    why: "A list over several pages has every agreement that was made, and none twice.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = { ...(await world.cast(notes)), buyer: await world.buyer(notes, AMOUNT) };
      const made: string[] = [];
      for (let count = 0; count < 5; count++) made.push((await Deal.offer(world, notes, cast)).id);
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 9; pages++) {
        const query = { party: cast.buyer.id, limit: 2, ...(cursor === undefined ? {} : { cursor }) };
        const { body } = notes.ok(await world.api.call(cast.buyer.tenant.apiKey, "agreements.list", { query }), 200);
        seen.push(...listAt(body, "data").map((one) => textAt(one, "id")));
        cursor = textAt(body, "nextCursor") || undefined;
        if (cursor === undefined) break;
      }
      notes.same("agreements", [...seen].sort(), [...made].sort());
      return undefined;
    },
  },
  {
    id: "list-cursor-of-another",
    clause: "HTTP-9",
    why: "A cursor leads on in its own list, and in no other.",
    code: "HTTP_PARAMETER",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      const { body } = notes.ok(await deal.read("agreements.listEvents", "buyer", { limit: 1 }), 200);
      const cursor = textAt(body, "nextCursor");
      notes.check(cursor !== "", "nextCursor", "a cursor", body);
      return world.api.call(deal.key("buyer"), "parties.list", { query: { cursor } });
    },
  },
  {
    id: "list-limit-of-none",
    clause: "HTTP-9",
    why: "A page has from 1 to 100 items.",
    code: "HTTP_PARAMETER",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      return world.api.call(buyer.tenant.apiKey, "parties.list", { query: { limit: 0 } });
    },
  },
];

// The newest page is enough: there was nothing of this destination before.
const expectOne = async (world: World, notes: Notes, { tenant }: Party, destination: string): Promise<void> => {
  const list = notes.ok(await world.api.call(tenant.apiKey, "withdrawals.list", { query: { limit: 100 } }), 200);
  const found = listAt(list.body, "data").filter((one) => textAt(one, "destination") === destination);
  notes.same(`withdrawals to ${destination}`, found.length, 1);
};

/** Repeating, preconditions, pages. */
export const requests: ScenarioGroup = { name: "requests", scenarios };
