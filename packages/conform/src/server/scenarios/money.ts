import { setTimeout as wait } from "node:timers/promises";
import {
  base64Decode,
  canonicalBytes,
  type Digest,
  digestOf,
  PAYLOAD_TYPES,
  pae,
  parseAccountEntry,
  parseJson,
  publicKeyFromJwk,
  thumbprint,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Reply } from "../api.ts";
import type { Party } from "../cast.ts";
import { AMOUNT, Deal } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { isObject, listAt, memberOf, numberAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

const PARALLEL = 6;

/** The account of a party in the asset of the run, and what is in it. */
const accountOf = async (world: World, notes: Notes, party: Party): Promise<{ id: string; value: string }> => {
  const query = { owner: party.id, limit: 100 };
  const { body } = notes.ok(await world.api.call(party.tenant.apiKey, "accounts.list", { query }), 200);
  const account = listAt(body, "data").find(
    (one) => textAt(one, "balance", "assetCode") === world.asset.assetCode && textAt(one, "kind") === "available",
  );
  return { id: textAt(account, "id"), value: textAt(account, "balance", "value") || "0" };
};

const expectAvailable = async (world: World, notes: Notes, party: Party, value: number): Promise<void> => {
  notes.same("available", (await accountOf(world, notes, party)).value, String(value));
};

const withdraw = (world: World, { id, tenant }: Party, value: number, destination = "somewhere"): Promise<Reply> =>
  world.api.call(tenant.apiKey, "withdrawals.create", {
    body: { party: id, amount: { value: String(value), ...world.asset }, destination },
  });

const scenarios: readonly Scenario[] = [
  {
    id: "deposit-is-available",
    clause: "LEDGER-11",
    why: "A deposit is in the party's account when it is answered.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 700);
      await expectAvailable(world, notes, buyer, 700);
      notes.same("status of the deposit", textAt((await world.deposit(notes, buyer, 1)).body, "status"), "done");
      await expectAvailable(world, notes, buyer, 701);
      return undefined;
    },
  },
  {
    id: "deposit-once-for-a-reference",
    clause: "LEDGER-11",
    why: "A reference names one payment, however often and at what time it is told.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 0);
      const reference = `once ${world.run}`;
      const tell = (): Promise<Reply> => world.deposit(notes, buyer, 50, reference);
      const replies = await Promise.all(Array.from({ length: PARALLEL }, tell));
      replies.push(await tell());
      notes.same("deposits", new Set(replies.map(({ body }) => textAt(body, "id"))).size, 1);
      notes.same("answers 201", replies.filter(({ status }) => status === 201).length, 1);
      notes.same("answers 200", replies.filter(({ status }) => status === 200).length, PARALLEL);
      await expectAvailable(world, notes, buyer, 50);
      return undefined;
    },
  },
  {
    id: "deposit-reference-reused",
    clause: "LEDGER-11",
    why: "A reference that stands for another payment is an error of the operator, not a payment.",
    code: "LEDGER_REFERENCE_REUSED",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 0);
      const reference = `reused ${world.run}`;
      await world.deposit(notes, buyer, 50, reference);
      const body = { party: buyer.id, amount: { value: "51", ...world.asset }, reference };
      const reply = await world.operator("deposits.create", { body });
      await expectAvailable(world, notes, buyer, 50);
      return reply;
    },
  },
  {
    id: "deposit-for-nobody",
    clause: "LEDGER-11",
    why: "Money for a party that is not registered would have no owner.",
    code: "HTTP_NOT_FOUND",
    needs: ["operator"],
    run: (world) => {
      const party = `https://nobody-${world.run}.example`;
      const amount = { value: "1", ...world.asset };
      return world.operator("deposits.create", { body: { party, amount, reference: `nobody ${world.run}` } });
    },
  },
  {
    id: "fund-takes-the-money",
    clause: "LEDGER-10",
    why: "Funding moves money from the buyer's account to escrow, and a cancellation moves it back.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = { ...(await world.cast(notes)), buyer: await world.buyer(notes, AMOUNT + 7) };
      const deal = await Deal.funded(world, notes, cast);
      await expectAvailable(world, notes, cast.buyer, 7);
      const query = { owner: deal.id };
      const { body } = notes.ok(await world.api.call(cast.buyer.tenant.apiKey, "accounts.list", { query }), 200);
      const escrow = listAt(body, "data").find((one) => textAt(one, "kind") === "escrow");
      notes.same("escrow", textAt(escrow, "balance", "value"), String(AMOUNT));
      await deal.add("seller", "agreement.cancelled", {});
      await expectAvailable(world, notes, cast.buyer, AMOUNT + 7);
      return undefined;
    },
  },
  {
    id: "fund-insufficient",
    clause: "LEDGER-10",
    why: "Without enough money nothing is funded, and nothing is signed.",
    code: "LEDGER_INSUFFICIENT",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = { ...(await world.cast(notes)), buyer: await world.buyer(notes, AMOUNT - 1) };
      const deal = await Deal.offer(world, notes, cast);
      await deal.add("seller", "agreement.accepted", {});
      const reply = await deal.tryFund();
      await deal.refresh();
      notes.same("events", deal.events, 2);
      await expectAvailable(world, notes, cast.buyer, AMOUNT - 1);
      return reply;
    },
  },
  {
    id: "fund-in-parallel",
    clause: "LEDGER-10",
    why: "Money for three agreements funds three of six, however close they come.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = { ...(await world.cast(notes)), buyer: await world.buyer(notes, 3 * AMOUNT) };
      const deals: Deal[] = [];
      for (let count = 0; count < PARALLEL; count++) {
        const deal = await Deal.offer(world, notes, cast);
        await deal.add("seller", "agreement.accepted", {});
        deals.push(deal);
      }
      const replies = await Promise.all(deals.map((deal) => deal.tryFund()));
      notes.same("funded", replies.filter(({ status }) => status === 201).length, 3);
      for (const reply of replies) if (reply.status !== 201) notes.refused(reply, "LEDGER_INSUFFICIENT");
      await expectAvailable(world, notes, cast.buyer, 0);
      return undefined;
    },
  },
  {
    id: "withdraw-insufficient",
    clause: "LEDGER-9",
    why: "Only what is there can leave: an account of a party is never negative.",
    code: "LEDGER_INSUFFICIENT",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 10);
      const reply = await withdraw(world, buyer, 11);
      await expectAvailable(world, notes, buyer, 10);
      return reply;
    },
  },
  {
    id: "withdraw-in-parallel",
    clause: "LEDGER-9",
    why: "Money for three withdrawals pays three of six.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 30);
      const replies = await Promise.all(
        Array.from({ length: PARALLEL }, (_, at) => withdraw(world, buyer, 10, `to ${at}`)),
      );
      notes.same("withdrawn", replies.filter(({ status }) => status === 201).length, 3);
      for (const reply of replies) if (reply.status !== 201) notes.refused(reply, "LEDGER_INSUFFICIENT");
      return undefined;
    },
  },
  {
    id: "withdraw-leaves-once",
    clause: "LEDGER-12",
    why: "A withdrawal leaves the account at once, and its rail says whether it was paid or comes back.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 100);
      const made = notes.ok(await withdraw(world, buyer, 40), 201);
      const withdrawal = textAt(made.body, "id");
      const read = async (): Promise<string> =>
        textAt(
          (await world.api.call(buyer.tenant.apiKey, "withdrawals.retrieve", { path: { withdrawal } })).body,
          "status",
        );
      let status = await read();
      for (let tries = 0; status === "pending" && tries < 25; tries++) {
        await wait(200);
        status = await read();
      }
      notes.check(["pending", "done", "returned"].includes(status), "status", "pending, done or returned", status);
      await expectAvailable(world, notes, buyer, status === "returned" ? 100 : 60);
      return undefined;
    },
  },
  {
    id: "account-log-chains",
    clause: "LEDGER-11",
    why: "An account log is signed by the settler and chained, so that what a party was told stays told.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 100);
      await world.deposit(notes, buyer, 20);
      notes.ok(await withdraw(world, buyer, 5), 201);
      const { id } = await accountOf(world, notes, buyer);
      const { body } = notes.ok(
        await world.api.call(buyer.tenant.apiKey, "accounts.listEntries", { path: { account: id } }),
        200,
      );
      const entries = listAt(body, "data");
      notes.check(entries.length >= 3, "entries", "at least 3", entries.length);
      let prev: string | undefined;
      let sum = 0n;
      for (const [seq, entry] of entries.entries()) {
        const found = await entryOf(world, notes, entry);
        notes.same(`seq of entry ${seq}`, numberAt(found.payload, "seq"), seq);
        notes.same(`prev of entry ${seq}`, memberOf(found.payload, "prev"), prev);
        notes.same(`digest of entry ${seq}`, textAt(entry, "digest"), found.digest);
        const value = BigInt(textAt(found.payload, "value") || "0");
        sum += textAt(found.payload, "type") === "withdrawal.debited" ? -value : value;
        prev = found.digest;
      }
      notes.same("sum of the entries", (await accountOf(world, notes, buyer)).value, String(sum));
      return undefined;
    },
  },
  {
    id: "transactions-add-up",
    clause: "LEDGER-9",
    why: "Every transaction adds up to zero, and all of an account to its balance.",
    needs: ["operator"],
    run: async (world, notes) => {
      const cast = { ...(await world.cast(notes)), buyer: await world.buyer(notes, 2 * AMOUNT) };
      const deal = await Deal.funded(world, notes, cast);
      await deal.add("seller", "agreement.cancelled", {});
      notes.ok(await withdraw(world, cast.buyer, 3), 201);
      const { id, value } = await accountOf(world, notes, cast.buyer);
      const query = { limit: 100 };
      const reply = await world.api.call(cast.buyer.tenant.apiKey, "accounts.listTransactions", {
        path: { account: id },
        query,
      });
      let sum = 0n;
      for (const transaction of listAt(notes.ok(reply, 200).body, "data")) {
        const postings = listAt(transaction, "postings").map((one) => BigInt(textAt(one, "amount", "value") || "0"));
        notes.same(`sum of ${textAt(transaction, "type")}`, String(postings.reduce((a, b) => a + b, 0n)), "0");
        sum += BigInt(textAt(transaction, "amount", "value") || "0");
      }
      notes.same("sum of the account", String(sum), value);
      return undefined;
    },
  },
  {
    id: "audit-is-clean",
    clause: "LEDGER-13",
    why: "After all of it the server's books agree with its logs.",
    needs: ["operator"],
    last: true,
    run: async (world, notes) => {
      const { body } = notes.ok(await world.operator("audit.retrieve"), 200);
      notes.same("ok", memberOf(body, "ok"), true);
      notes.same("findings", listAt(body, "findings"), []);
      return undefined;
    },
  },
];

/** An entry of an account log, with its signature checked against the keys that the server publishes. */
const entryOf = async (
  world: World,
  notes: Notes,
  entry: unknown,
): Promise<{ readonly payload: unknown; readonly digest: Digest }> => {
  const envelope = isObject(entry) ? entry["envelope"] : undefined;
  notes.same("payload type", textAt(envelope, "payloadType"), PAYLOAD_TYPES.account);
  const bytes = base64Decode(textAt(envelope, "payload"));
  const payload = parseJson(bytes, { canonical: true });
  notes.check(Buffer.compare(canonicalBytes(payload), bytes) === 0, "payload", "canonical JSON", "another form");
  try {
    parseAccountEntry(payload as never);
  } catch (error) {
    notes.check(false, "payload", "an account entry by its schema", (error as Error).message);
  }
  const keyid = textAt(envelope, "signatures", 0, "keyid");
  const jwks = (await world.api.call(undefined, "server.jwks")).body;
  const jwk = listAt(jwks, "keys").find((one) => textAt(one, "kid") === keyid);
  if (notes.check(jwk !== undefined, "keyid", "a key of the settler's JWKS", keyid)) {
    const { kty, crv, x } = jwk as { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string };
    const key = publicKeyFromJwk({ kty, crv, x });
    notes.same("kid", thumbprint(key), keyid);
    const sig = base64Decode(textAt(envelope, "signatures", 0, "sig"));
    const code = await verifyEd25519(defaultCrypto, key, pae(PAYLOAD_TYPES.account, bytes), sig);
    notes.same("signature of an entry", code ?? "good", "good");
  }
  return { payload, digest: digestOf(bytes) };
};

/** Deposits, funding, withdrawals, account logs. */
export const money: ScenarioGroup = { name: "money", scenarios };
