import type { Reply } from "../api.ts";
import type { Party } from "../cast.ts";
import { Deal, newWork, offerOf, sealed } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { listAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

/** An agreement of the cast with everything in it that a stranger must not see. */
const scene = async (world: World, notes: Notes): Promise<{ deal: Deal; stranger: Party }> => {
  const deal = await Deal.funded(world, notes, await world.cast(notes));
  await deal.submit();
  return { deal, stranger: await world.stranger(notes) };
};

const nobody = (id: string): string => `${id.slice(0, -4)}${id.endsWith("0000") ? "1111" : "0000"}`;

const READS = ["agreements.retrieve", "agreements.listEvents", "agreements.bundle", "agreements.receipt"] as const;

const scenarios: readonly Scenario[] = [
  {
    id: "stranger-reads-agreement",
    clause: "HTTP-5",
    why: "A tenant without a party in an agreement does not find it, whatever it asks for of it.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      const path = { agreement: deal.id };
      for (const operation of READS) {
        notes.refused(await world.api.call(stranger.tenant.apiKey, operation, { path }), "HTTP_NOT_FOUND");
      }
      return world.api.call(stranger.tenant.apiKey, "agreements.retrieve", { path });
    },
  },
  {
    id: "stranger-learns-nothing",
    clause: "HTTP-5",
    why: "What is hidden is answered like what is not there, or the answer tells that it is there.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      const ask = (agreement: string): Promise<Reply> =>
        world.api.call(stranger.tenant.apiKey, "agreements.retrieve", { path: { agreement } });
      const [hidden, none] = [await ask(deal.id), await ask(nobody(deal.id))];
      const plain = ({ status, body }: Reply, id: string): string =>
        `${status} ${textAt(body, "code")} ${textAt(body, "detail").replaceAll(id, "ID")}`;
      notes.same("answer", plain(hidden, deal.id), plain(none, nobody(deal.id)));
      return hidden;
    },
  },
  {
    id: "stranger-reads-trust-of-agreement",
    clause: "HTTP-5",
    why: "The trust document of an agreement names its parties, so it is as hidden as the agreement.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      return world.api.call(stranger.tenant.apiKey, "trust.retrieve", { query: { agreement: deal.id } });
    },
  },
  {
    id: "stranger-appends",
    clause: "HTTP-5",
    why: "An event for an agreement that one does not see is for one that is not there.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      const body = await deal.next("buyer", "agreement.cancelled", {});
      const reply = await world.api.call(stranger.tenant.apiKey, "agreements.append", {
        path: { agreement: deal.id },
        body,
      });
      const { events } = deal;
      await deal.refresh();
      notes.same("events", deal.events, events);
      return reply;
    },
  },
  {
    id: "stranger-funds",
    clause: "HTTP-5",
    why: "Nobody spends the money of an agreement that one does not see.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      await deal.add("seller", "agreement.accepted", {});
      const { apiKey } = (await world.stranger(notes)).tenant;
      const reply = await world.api.call(apiKey, "agreements.fund", { path: { agreement: deal.id }, body: {} });
      await deal.refresh();
      notes.same("status", deal.status, "accepted");
      return reply;
    },
  },
  {
    id: "seller-funds",
    clause: "HTTP-5",
    why: "The seller sees the agreement, and the money is the buyer's all the same.",
    code: "HTTP_FORBIDDEN",
    needs: ["operator"],
    run: async (world, notes) => {
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      await deal.add("seller", "agreement.accepted", {});
      const reply = await world.api.call(deal.key("seller"), "agreements.fund", {
        path: { agreement: deal.id },
        body: {},
      });
      await deal.refresh();
      notes.same("status", deal.status, "accepted");
      return reply;
    },
  },
  {
    id: "stranger-offers-for-another",
    clause: "HTTP-5",
    why: "An event whose author belongs to another tenant is not taken, not even with a good signature.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      return world.api.call(apiKey, "agreements.create", { body: await sealed(cast.buyer, offerOf(world, cast)) });
    },
  },
  {
    id: "stranger-withdraws",
    clause: "HTTP-5",
    why: "Nobody withdraws the money of another tenant's party.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "mine" };
      return world.api.call(apiKey, "withdrawals.create", { body });
    },
  },
  {
    id: "stranger-reads-evidence",
    clause: "HTTP-5",
    why: "Knowing a digest is not seeing the bytes.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      const path = { digest: deal.work.digest };
      const head = await world.api.call(stranger.tenant.apiKey, "evidence.check", { path });
      notes.same("status of HEAD", head.status, 404);
      return world.api.call(stranger.tenant.apiKey, "evidence.download", { path });
    },
  },
  {
    id: "stranger-names-evidence",
    clause: "HTTP-11",
    why: "Naming evidence that only others hold would show it to the parties of one's own agreement.",
    code: "STORE_EVIDENCE_MISSING",
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const { data, digest, item } = newWork();
      notes.ok(await world.api.call(apiKey, "evidence.upload", { path: { digest }, body: data }), 201);
      const deal = await Deal.funded(world, notes, cast);
      return deal.try("seller", "work.submitted", { attempt: 1, items: [item] });
    },
  },
  {
    id: "stranger-reads-account",
    clause: "HTTP-5",
    why: "Balances and what moved them are for the party's tenant alone.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const list = notes.ok(
        await world.api.call(buyer.tenant.apiKey, "accounts.list", { query: { owner: buyer.id } }),
        200,
      );
      const account = textAt(list.body, "data", 0, "id");
      for (const operation of ["accounts.listTransactions", "accounts.listEntries"]) {
        notes.refused(await world.api.call(apiKey, operation, { path: { account } }), "HTTP_NOT_FOUND");
      }
      return world.api.call(apiKey, "accounts.retrieve", { path: { account } });
    },
  },
  {
    id: "stranger-reads-deposit",
    clause: "HTTP-5",
    why: "A deposit is shown to the tenant of its party.",
    code: "HTTP_NOT_FOUND",
    needs: ["operator"],
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const deposit = textAt((await world.deposit(notes, buyer, 1)).body, "id");
      notes.ok(await world.api.call(buyer.tenant.apiKey, "deposits.retrieve", { path: { deposit } }), 200);
      const { apiKey } = (await world.stranger(notes)).tenant;
      return world.api.call(apiKey, "deposits.retrieve", { path: { deposit } });
    },
  },
  {
    id: "stranger-reads-withdrawal",
    clause: "HTTP-5",
    why: "A withdrawal is shown to the tenant of its party.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
      const made = notes.ok(await world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body }), 201);
      const { apiKey } = (await world.stranger(notes)).tenant;
      return world.api.call(apiKey, "withdrawals.retrieve", { path: { withdrawal: textAt(made.body, "id") } });
    },
  },
  {
    id: "stranger-reads-party",
    clause: "HTTP-5",
    why: "The parties of a tenant and their keys are its own business.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const path = { party: buyer.id, thumbprint: buyer.signer.keyid };
      const body = { reason: "compromised" };
      notes.refused(await world.api.call(apiKey, "parties.revokeKey", { path, body }), "HTTP_NOT_FOUND");
      return world.api.call(apiKey, "parties.retrieve", { path });
    },
  },
  {
    id: "stranger-lists-nothing",
    clause: "HTTP-5",
    why: "No list of one tenant has anything of another in it.",
    run: async (world, notes) => {
      const { deal, stranger } = await scene(world, notes);
      const { cast } = deal;
      const secrets = [deal.id, deal.work.digest, ...Object.values(cast).map(({ id }) => id)];
      const lists = ["agreements.list", "accounts.list", "deposits.list", "withdrawals.list", "parties.list"];
      for (const operation of lists) {
        const reply = notes.ok(await world.api.call(stranger.tenant.apiKey, operation, { query: { limit: 100 } }), 200);
        const text = Buffer.from(reply.bytes).toString("utf8");
        for (const secret of secrets) notes.check(!text.includes(secret), operation, "nothing of others", secret);
      }
      const query = { party: cast.buyer.id };
      const asked = await world.api.call(stranger.tenant.apiKey, "agreements.list", { query });
      notes.same("agreements of another tenant's party", listAt(asked.body, "data").length, 0);
      return undefined;
    },
  },
  {
    id: "stranger-repeats-idempotency-key",
    clause: "HTTP-7",
    why: "A key is unique for its tenant: one that another tenant used says nothing, and gives nothing again.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const idempotencyKey = `shared-${world.run}`;
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
      notes.ok(await world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body, idempotencyKey }), 201);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const reply = await world.api.call(apiKey, "withdrawals.create", { body, idempotencyKey });
      notes.same("Idempotency-Replayed", reply.headers.get("idempotency-replayed") ?? null, null);
      return reply;
    },
  },
  {
    id: "every-party-sees-its-agreement",
    clause: "HTTP-5",
    why: "Buyer, seller, arbiter and checker of an agreement see it, each through its own tenant.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = await world.cast(notes);
      const apart = { ...cast, checker: await world.party(notes, await world.tenant(notes), "checker") };
      const deal = await Deal.offer(world, notes, apart, {
        holdbackBps: 1000,
        disputeMs: 3_600_000,
        rulingMs: 3_600_000,
      });
      for (const player of ["buyer", "seller", "checker", "arbiter"] as const) {
        const found = notes.ok(await deal.read("agreements.retrieve", player), 200);
        notes.same(`id for the ${player}`, textAt(found.body, "id"), deal.id);
      }
      return undefined;
    },
  },
];

/** What one tenant must not see or do of another's. */
export const isolation: ScenarioGroup = { name: "isolation", scenarios };
