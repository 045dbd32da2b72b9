import { setTimeout as wait } from "node:timers/promises";
import type { Reply } from "../api.ts";
import { Deal } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { numberAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

const UNKNOWN_KEY = `settld_${"A".repeat(43)}`;

const keyWith = async (world: World, notes: Notes, scopes: readonly string[]): Promise<{ key: string; id: string }> => {
  const { buyer } = await world.cast(notes);
  const reply = await world.operator("keys.create", {
    body: { tenant: buyer.tenant.name, scopes, name: "conformance" },
  });
  notes.ok(reply, 201);
  return { key: textAt(reply.body, "secret"), id: textAt(reply.body, "id") };
};

const scenarios: readonly Scenario[] = [
  {
    id: "key-missing",
    clause: "HTTP-4",
    why: "Without an API key nothing is said.",
    code: "HTTP_UNAUTHENTICATED",
    run: (world) => world.api.call(undefined, "agreements.list"),
  },
  {
    id: "key-unknown",
    clause: "HTTP-4",
    why: "A key of the right form that nobody was given opens nothing.",
    code: "HTTP_UNAUTHENTICATED",
    run: (world) => world.api.call(UNKNOWN_KEY, "agreements.list"),
  },
  {
    id: "key-other-scheme",
    clause: "HTTP-4",
    why: "A key counts as a bearer token and in no other way.",
    code: "HTTP_UNAUTHENTICATED",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const headers = { authorization: `Basic ${buyer.tenant.apiKey}` };
      return world.api.call(undefined, "account.retrieve", { headers });
    },
  },
  {
    id: "key-revoked",
    clause: "HTTP-4",
    why: "A key that was revoked opens nothing from then on.",
    code: "HTTP_UNAUTHENTICATED",
    needs: ["operator"],
    run: async (world, notes) => {
      const { key, id } = await keyWith(world, notes, ["agreements:read"]);
      notes.ok(await world.api.call(key, "account.retrieve"), 200);
      const { body } = notes.ok(await world.operator("keys.revoke", { path: { key: id } }), 200);
      notes.check(textAt(body, "revokedAt") !== "", "revokedAt", "a time", body);
      return world.api.call(key, "account.retrieve");
    },
  },
  {
    id: "key-without-scope",
    clause: "HTTP-4",
    why: "A key for reading does not move money.",
    code: "HTTP_FORBIDDEN",
    needs: ["operator"],
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { key } = await keyWith(world, notes, ["agreements:read", "money:read"]);
      notes.ok(await world.api.call(key, "agreements.list"), 200);
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
      return world.api.call(key, "withdrawals.create", { body });
    },
  },
  {
    id: "key-of-tenant-is-no-operator",
    clause: "HTTP-5",
    why: "A tenant makes no money: deposits are the operator's.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      for (const operation of ["audit.retrieve", "keys.list"]) {
        notes.refused(await world.api.call(buyer.tenant.apiKey, operation), "HTTP_FORBIDDEN");
      }
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, reference: `own ${world.run}` };
      return world.api.call(buyer.tenant.apiKey, "deposits.create", { body });
    },
  },
  {
    id: "key-secret-shown-once",
    clause: "HTTP-7",
    why: "A key that is shown again is one that can be stolen again.",
    needs: ["operator"],
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = { tenant: buyer.tenant.name, scopes: ["agreements:read"], name: "once" };
      const idempotencyKey = `once-${world.run}`;
      const first = notes.ok(await world.operator("keys.create", { body, idempotencyKey }), 201);
      const secret = textAt(first.body, "secret");
      notes.check(secret !== "", "secret of the first answer", "a key", first.body);
      const again = notes.ok(await world.operator("keys.create", { body, idempotencyKey }), 201);
      notes.same("id of the repeated answer", textAt(again.body, "id"), textAt(first.body, "id"));
      notes.check(!replyText(again).includes(secret), "repeated answer", "no secret", "the secret");
      const list = notes.ok(
        await world.operator("keys.list", { query: { tenant: buyer.tenant.name, limit: 100 } }),
        200,
      );
      notes.check(!replyText(list).includes(secret), "list of keys", "no secret", "the secret");
      return undefined;
    },
  },
  {
    id: "key-scopes-of-evidence",
    clause: "HTTP-5",
    why: "A tenant sees evidence when it uploaded it or sees an agreement that names it, and not before.",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const deal = await Deal.funded(world, notes, cast);
      await deal.upload();
      const path = { digest: deal.work.digest };
      const download = (): Promise<Reply> => world.api.call(cast.buyer.tenant.apiKey, "evidence.download", { path });
      if (cast.buyer.tenant.apiKey !== cast.seller.tenant.apiKey) notes.refused(await download(), "HTTP_NOT_FOUND");
      await deal.add("seller", "work.submitted", { attempt: 1, items: [deal.work.item] });
      const { bytes } = notes.ok(await download(), 200);
      notes.check(
        Buffer.compare(bytes, deal.work.data) === 0,
        "evidence",
        "the bytes of the seller",
        `${bytes.length} bytes`,
      );
      return undefined;
    },
  },
  {
    id: "rate-limit",
    clause: "HTTP-6",
    why: "Requests beyond the operator's rate are refused, and served again after the seconds of Retry-After.",
    needs: ["operator"],
    last: true,
    run: async (world, notes) => {
      const { apiKey } = await world.tenant(notes);
      const { body } = notes.ok(await world.api.call(apiKey, "account.retrieve"), 200);
      const rate = numberAt(body, "limits", "requestsPerSecond");
      const burst = numberAt(body, "limits", "requestsBurst");
      notes.check(rate > 0 && burst > 0, "limits", "a rate and a burst", body);
      const ask = (): Promise<Reply> => world.api.call(apiKey, "account.retrieve", { once: true });
      const start = performance.now();
      const limited = await untilLimited(ask, Math.min(burst * 2 + 100, 4000));
      if (limited.reply === undefined) {
        // A server that is slower than its own rate, or allows more than we dare to send, limits nobody.
        const allowed = burst + (rate * (performance.now() - start)) / 1000;
        notes.check(limited.served <= allowed + 64, "requests", `at most ${Math.ceil(allowed)} served`, limited.served);
        return undefined;
      }
      await expectServedAfter(limited.reply, notes, ask, 200);
      return undefined;
    },
  },
  {
    id: "rate-limit-of-strangers",
    clause: "HTTP-6",
    why: "Whoever guesses keys gets few tries, and whoever has one is not held to what failed at the same address.",
    last: true,
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const ask = (): Promise<Reply> => world.api.call(UNKNOWN_KEY, "account.retrieve", { once: true });
      const { reply } = await untilLimited(ask, 2000);
      if (!notes.check(reply !== undefined, "2000 failed authentications", "a limit", "none")) return undefined;
      notes.ok(await world.api.call(buyer.tenant.apiKey, "account.retrieve", { once: true }), 200);
      if (reply !== undefined) await expectServedAfter(reply, notes, ask, 401);
      return undefined;
    },
  },
];

const replyText = ({ bytes }: Reply): string => Buffer.from(bytes).toString("latin1");

const ABREAST = 32;

const untilLimited = async (
  ask: () => Promise<Reply>,
  max: number,
): Promise<{ readonly reply: Reply | undefined; readonly served: number }> => {
  let served = 0;
  let limited: Reply | undefined;
  const lane = async (): Promise<void> => {
    while (limited === undefined && served < max) {
      const reply = await ask();
      if (reply.code === "HTTP_RATE_LIMITED") limited ??= reply;
      else served += 1;
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, lane));
  return { reply: limited, served };
};

const expectServedAfter = async (
  limited: Reply,
  notes: Notes,
  ask: () => Promise<Reply>,
  status: number,
): Promise<void> => {
  const text = limited.headers.get("retry-after") ?? "none";
  if (!notes.check(/^[1-9][0-9]{0,3}$/.test(text), "Retry-After", "whole seconds", text)) return;
  notes.check(Number(text) <= 60, "Retry-After", "at most a minute", text);
  await wait(Math.min(Number(text), 60) * 1000);
  notes.same("status after the seconds of Retry-After", (await ask()).status, status);
};

/** API keys, scopes, rates. */
export const access: ScenarioGroup = { name: "access", scenarios };
