import { randomBytes } from "node:crypto";
import { base64Encode, jwkFromPublicKey, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Reply } from "../api.ts";
import type { Tenant } from "../cast.ts";
import { Deal } from "../deal.ts";
import type { Hook, HookAnswer, HookRequest } from "../hook-receiver.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import { type Notes, Unable } from "../scene.ts";
import { hookFault } from "../standard-webhooks.ts";
import { listAt, numberAt, textAt } from "../values.ts";
import { proofOf, type World } from "../world.ts";

type Endpoint = {
  readonly hook: Hook;
  readonly id: string;
  readonly secret: string;
  readonly body: unknown;
  readonly tenant: Tenant;
};

/** An endpoint of the buyer's tenant at a webhook of the kit. */
const endpointAt = async (
  world: World,
  notes: Notes,
  more: object = {},
  answer?: (request: HookRequest, count: number) => HookAnswer,
  tenant?: Tenant,
): Promise<Endpoint> => {
  if (world.hooks === undefined) throw new Unable("the server cannot reach the kit");
  const hook = world.hooks.open(answer);
  const owner = tenant ?? (await world.cast(notes)).buyer.tenant;
  const reply = await world.api.call(owner.apiKey, "webhookEndpoints.create", { body: { url: hook.url, ...more } });
  // Only a server for development posts to loopback (HOOK-6); another one is shown nothing here.
  if (reply.code === "HOOK_URL" || reply.code === "HOOK_ADDRESS")
    throw new Unable("the server does not post to the kit");
  const { body } = notes.ok(reply, 201);
  return { hook, id: textAt(body, "id"), secret: textAt(body, "secret"), body, tenant: owner };
};

const messageOf = ({ body }: HookRequest): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
};

const isType =
  (type: string, agreement?: string) =>
  (request: HookRequest): boolean => {
    const message = messageOf(request);
    return (
      textAt(message, "type") === type &&
      (agreement === undefined || textAt(message, "data", "agreement") === agreement)
    );
  };

const expectGood = async (
  notes: Notes,
  request: HookRequest | undefined,
  what: string,
  secret: string,
): Promise<void> => {
  if (!notes.check(request !== undefined, what, "a delivery", "none") || request === undefined) return;
  notes.same(`${what}: signature`, (await hookFault(request, secret)) ?? "good", "good");
};

const tryOut = (world: World, { id, tenant }: Endpoint): Promise<Reply> =>
  world.api.call(tenant.apiKey, "webhookEndpoints.test", { path: { endpoint: id }, body: {} });

const remove = async (world: World, { id, tenant }: Endpoint): Promise<void> => {
  await world.api.call(tenant.apiKey, "webhookEndpoints.delete", { path: { endpoint: id } });
};

const create = async (world: World, notes: Notes, body: object): Promise<Reply> => {
  const { buyer } = await world.cast(notes);
  return world.api.call(buyer.tenant.apiKey, "webhookEndpoints.create", { body });
};

const scenarios: readonly Scenario[] = [
  {
    id: "hook-delivers",
    clause: "HOOK-2",
    why: "What happens to an agreement is posted, signed by the Standard Webhooks specification, and says where it is to be found.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes);
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      for (const [seq, type] of ["agreement.offered", "agreement.accepted", "escrow.funded"].entries()) {
        const request = await endpoint.hook.find(isType(type, deal.id));
        await expectGood(notes, request, type, endpoint.secret);
        if (request === undefined) continue;
        const message = messageOf(request);
        notes.same(`${type}: seq`, numberAt(message, "data", "seq"), seq);
        notes.check(
          /^msg_/.test(request.headers.get("webhook-id") ?? ""),
          "webhook-id",
          "the id of the message",
          "another",
        );
        const text = Buffer.from(request.body).toString("utf8");
        notes.check(
          !text.includes(endpoint.tenant.apiKey) && !text.includes("payload"),
          type,
          "no secret and no payload",
          text,
        );
      }
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-tells-of-money",
    clause: "HOOK-1",
    why: "A deposit and a withdrawal make messages for the tenant of their party.",
    needs: ["webhooks", "operator"],
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const endpoint = await endpointAt(world, notes, { types: ["deposit.booked", "withdrawal.created"] });
      const deposit = textAt((await world.deposit(notes, buyer, 3)).body, "id");
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "somewhere" };
      const made = notes.ok(await world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body }), 201);
      const has = (name: string, id: string) => (request: HookRequest) =>
        textAt(messageOf(request), "data", name) === id;
      await expectGood(notes, await endpoint.hook.find(has("deposit", deposit)), "deposit.booked", endpoint.secret);
      const withdrawal = await endpoint.hook.find(has("withdrawal", textAt(made.body, "id")));
      await expectGood(notes, withdrawal, "withdrawal.created", endpoint.secret);
      const others = endpoint.hook.requests.map((request) => textAt(messageOf(request), "type"));
      notes.check(
        others.every((type) => ["deposit.booked", "withdrawal.created"].includes(type)),
        "types",
        "those that were asked for",
        others,
      );
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-v1a",
    clause: "HOOK-4",
    why: "With v1a a message is signed by a key of the endpoint, whose public half the server says and whose private half it never does.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { scheme: "v1a", types: ["webhook_endpoint.test"] });
      const publicKey = textAt(endpoint.body, "publicKey");
      notes.check(/^whpk_/.test(publicKey), "publicKey", "whpk_...", publicKey);
      notes.check(!JSON.stringify(endpoint.body).includes("whsk_"), "answer", "no private key", "whsk_");
      notes.ok(await tryOut(world, endpoint), 201);
      await expectGood(
        notes,
        await endpoint.hook.find(isType("webhook_endpoint.test")),
        "webhook_endpoint.test",
        publicKey,
      );
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-own-secret",
    clause: "HOOK-4",
    why: "A secret may be brought along, and signs then.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const secret = `whsec_${base64Encode(new Uint8Array(randomBytes(32)))}`;
      const endpoint = await endpointAt(world, notes, { secret, types: ["webhook_endpoint.test"] });
      notes.ok(await tryOut(world, endpoint), 201);
      await expectGood(
        notes,
        await endpoint.hook.find(isType("webhook_endpoint.test")),
        "webhook_endpoint.test",
        secret,
      );
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-rotation",
    clause: "HOOK-4",
    why: "After a rotation both secrets sign for a while, so that no receiver misses a message.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] });
      const path = { endpoint: endpoint.id };
      const body = { overlapSeconds: 3600 };
      const rotated = notes.ok(
        await world.api.call(endpoint.tenant.apiKey, "webhookEndpoints.rotate", { path, body }),
        200,
      );
      const secret = textAt(rotated.body, "secret");
      notes.check(
        secret !== "" && secret !== endpoint.secret,
        "secret",
        "a new one",
        secret === "" ? "none" : "the old one",
      );
      notes.ok(await tryOut(world, endpoint), 201);
      const request = await endpoint.hook.find(isType("webhook_endpoint.test"));
      await expectGood(notes, request, "under the new secret", secret);
      await expectGood(notes, request, "under the old secret", endpoint.secret);
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-secret-shown-once",
    clause: "HOOK-4",
    why: "A secret that every reader of the endpoint sees is none.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] });
      notes.check(endpoint.secret !== "", "secret", "one in the first answer", "none");
      const path = { endpoint: endpoint.id };
      const { apiKey } = endpoint.tenant;
      for (const [operation, query] of [
        ["webhookEndpoints.retrieve", {}],
        ["webhookEndpoints.list", { limit: 100 }],
      ] as const) {
        const { bytes } = notes.ok(await world.api.call(apiKey, operation, { path, query }), 200);
        notes.check(!Buffer.from(bytes).includes(endpoint.secret), operation, "no secret", "the secret");
      }
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-tries-again",
    clause: "HOOK-3",
    why: "A delivery that failed is tried again after some seconds, under the same id.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const answer = (_: HookRequest, count: number): HookAnswer => ({ status: count === 1 ? 500 : 200 });
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] }, answer);
      notes.ok(await tryOut(world, endpoint), 201);
      const first = await endpoint.hook.find(isType("webhook_endpoint.test"));
      const again = await endpoint.hook.find((request) => request !== first);
      await expectGood(notes, again, "the second try", endpoint.secret);
      if (first !== undefined && again !== undefined) {
        notes.same("webhook-id", again.headers.get("webhook-id"), first.headers.get("webhook-id"));
        notes.check(again.at - first.at >= 4500, "time between the tries", "at least 5 s", `${again.at - first.at} ms`);
      }
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-follows-no-redirect",
    clause: "HOOK-3",
    why: "A redirect would lead the server to where nobody judged the address.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const other = world.hooks?.open();
      const answer = (): HookAnswer => ({ status: 307, headers: { location: other?.url ?? "" } });
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] }, answer);
      notes.ok(await tryOut(world, endpoint), 201);
      await endpoint.hook.find(isType("webhook_endpoint.test"));
      const gone = await other?.find(() => true, 1500);
      notes.check(gone === undefined, "behind the redirect", "no delivery", "one");
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-gone",
    clause: "HOOK-7",
    why: "An endpoint that says that it is gone is not asked again.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] }, () => ({ status: 410 }));
      notes.ok(await tryOut(world, endpoint), 201);
      await endpoint.hook.find(isType("webhook_endpoint.test"));
      const path = { endpoint: endpoint.id };
      let status = "";
      for (let tries = 0; status !== "disabled" && tries < 40; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        status = textAt(
          (await world.api.call(endpoint.tenant.apiKey, "webhookEndpoints.retrieve", { path })).body,
          "status",
        );
      }
      notes.same("status of the endpoint", status, "disabled");
      return undefined;
    },
  },
  {
    id: "hook-disabled",
    clause: "HOOK-7",
    why: "A disabled endpoint is not tried out.",
    code: "HOOK_DISABLED",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] });
      const path = { endpoint: endpoint.id };
      const body = { status: "disabled" };
      notes.ok(await world.api.call(endpoint.tenant.apiKey, "webhookEndpoints.update", { path, body }), 200);
      return tryOut(world, endpoint);
    },
  },
  {
    id: "hook-replay",
    clause: "HOOK-3",
    why: "What was delivered can be delivered again, as the same message.",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const endpoint = await endpointAt(world, notes, { types: ["webhook_endpoint.test"] });
      notes.ok(await tryOut(world, endpoint), 201);
      const first = await endpoint.hook.find(isType("webhook_endpoint.test"));
      const path = { endpoint: endpoint.id };
      const { apiKey } = endpoint.tenant;
      let delivery: unknown;
      for (let tries = 0; textAt(delivery, "state") !== "delivered" && tries < 40; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const list = await world.api.call(apiKey, "webhookEndpoints.listDeliveries", { path });
        delivery = listAt(notes.ok(list, 200).body, "data")[0];
      }
      notes.same("state of the delivery", textAt(delivery, "state"), "delivered");
      const places = { ...path, delivery: textAt(delivery, "id") };
      notes.ok(await world.api.call(apiKey, "webhookEndpoints.replayDelivery", { path: places, body: {} }), 200);
      const again = await endpoint.hook.find((request) => request !== first);
      await expectGood(notes, again, "the replayed delivery", endpoint.secret);
      notes.same("webhook-id", again?.headers.get("webhook-id"), first?.headers.get("webhook-id"));
      await remove(world, endpoint);
      return undefined;
    },
  },
  {
    id: "hook-of-stranger",
    clause: "HOOK-2",
    why: "An endpoint is told what its tenant may see, and others do not even find it.",
    code: "HTTP_NOT_FOUND",
    needs: ["webhooks"],
    run: async (world, notes) => {
      const stranger = await world.stranger(notes);
      const theirs = await endpointAt(world, notes, {}, undefined, stranger.tenant);
      const ours = await endpointAt(world, notes);
      const deal = await Deal.offer(world, notes, await world.cast(notes));
      notes.check(
        (await ours.hook.find(isType("agreement.offered", deal.id))) !== undefined,
        "our endpoint",
        "a delivery",
        "none",
      );
      const leaked = await theirs.hook.find((request) => Buffer.from(request.body).includes(deal.id), 500);
      notes.check(leaked === undefined, "a stranger's endpoint", "nothing of ours", "a message about our agreement");
      const reply = await world.api.call(stranger.tenant.apiKey, "webhookEndpoints.retrieve", {
        path: { endpoint: ours.id },
      });
      await remove(world, ours);
      await remove(world, theirs);
      return reply;
    },
  },
  {
    id: "hook-secret-of-other-scheme",
    clause: "HOOK-4",
    why: "A key for one scheme is no secret for the other.",
    code: "HOOK_SECRET",
    run: (world, notes) => {
      const secret = `whsk_${base64Encode(new Uint8Array(randomBytes(32)))}`;
      return create(world, notes, { url: "https://example.com/hook", scheme: "v1", secret });
    },
  },
  {
    id: "hook-key-of-party",
    clause: "HOOK-5",
    why: "A key that signs events must not sign anything else.",
    code: "HOOK_KEY_ROLE",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const seed = new Uint8Array(randomBytes(32));
      const signer = await signerFromSeed(seed, defaultCrypto);
      const id = `https://hook-key-${world.run}.example`;
      const keys = [{ jwk: jwkFromPublicKey(signer.publicKey), proof: await proofOf(world.registry.id, id, signer) }];
      notes.ok(
        await world.api.call(buyer.tenant.apiKey, "parties.create", { body: { id, roles: ["seller"], keys } }),
        201,
      );
      return create(world, notes, {
        url: "https://example.com/hook",
        scheme: "v1a",
        secret: `whsk_${base64Encode(seed)}`,
      });
    },
  },
  ...(
    [
      ["hook-url-with-user", "https://user:word@example.com/hook", "A password in a URL ends in every log."],
      [
        "hook-url-with-fragment",
        "https://example.com/hook#part",
        "A fragment is never sent, so it means something else here than there.",
      ],
      ["hook-url-of-low-port", "https://example.com:22/hook", "Ports of other services are not for webhooks."],
    ] as const
  ).map(
    ([id, url, why]): Scenario => ({
      id,
      clause: "HOOK-6",
      why,
      code: "HOOK_URL",
      run: (world, notes) => create(world, notes, { url }),
    }),
  ),
  {
    id: "hook-address",
    clause: "HOOK-6",
    why: "A server that posts into its own network is a way into it.",
    code: "HOOK_ADDRESS",
    run: async (world, notes) => {
      const hosts = [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:10.0.0.1]",
      ];
      for (const host of hosts) notes.refused(await create(world, notes, { url: `https://${host}/` }), "HOOK_ADDRESS");
      return create(world, notes, { url: "https://10.0.0.1/" });
    },
  },
];

/** Webhooks (HOOK-1 to HOOK-7). */
export const hooks: ScenarioGroup = { name: "hooks", scenarios };
