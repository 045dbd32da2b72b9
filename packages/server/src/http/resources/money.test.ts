import { jwkFromPublicKey } from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testRail } from "../../money/rail.ts";
import { accountId } from "../../store/account-id.ts";
import { testSigner } from "../../testing/index.ts";
import type { Send } from "../../trials/client.ts";
import type { Job } from "../../trials/job.ts";
import { makeWorld, TENANT_SCOPES, type Tenant, type World } from "../../trials/world.ts";

const ASSET = { assetCode: "USD", assetScale: 2 };
const RAIL = "urn:rail";

describe("a party that calls itself like an agreement or a rail", () => {
  let world: World;
  let acme: Tenant;
  let job: Job;
  let evil: Send;
  let buyer: Send;
  const own = (kind: "available" | "escrow" | "holdback" | "rail", owner: string): string =>
    accountId({ kind, owner, ...ASSET });

  beforeAll(async () => {
    world = await makeWorld({ server: { rail: { ...testRail(), name: RAIL } } });
    acme = await world.tenant("acme");
    await world.deposit(acme.buyer.id, "50000");
    job = await (await (await world.job(acme, "job").offer()).accept()).fund();
    evil = world.send((await world.key("evil", TENANT_SCOPES)).key);
    buyer = world.send(acme.buyer.apiKey);
    for (const [index, id] of [job.agreement.id, RAIL].entries()) {
      const jwk = jwkFromPublicKey((await testSigner(`squatter ${index}`)).publicKey);
      const key = { jwk, notBefore: "2020-01-01T00:00:00.000Z", notAfter: "2100-01-01T00:00:00.000Z" };
      await world.server.server.services.trust.register([{ id, tenant: "evil", roles: ["buyer"], keys: [key] }]);
    }
  });
  afterAll(() => world.close());

  const listed = async (send: Send, query = ""): Promise<readonly string[]> => {
    const { body } = await send("GET", `/v1/accounts${query}`);
    return body.data.map(({ kind, owner }: { readonly kind: string; readonly owner: string }) => `${kind} ${owner}`);
  };

  test("sees nothing of it", async () => {
    const { id } = job.agreement;
    for (const account of [own("escrow", id), own("holdback", id), own("rail", RAIL)]) {
      for (const path of ["", "/transactions", "/entries"]) {
        expect((await evil("GET", `/v1/accounts/${account}${path}`)).status).toBe(404);
      }
    }
    for (const query of ["", `?owner=${id}`, `?owner=${RAIL}`]) expect(await listed(evil, query)).toEqual([]);
  });

  test("sees its own money, which others do not see, page by page", async () => {
    const { id } = job.agreement;
    for (const party of [id, RAIL]) await world.deposit(party, "7");
    for (const query of ["", "?limit=1"]) {
      const first = (await evil("GET", `/v1/accounts${query}`)).body;
      const next = first.hasMore
        ? (await evil("GET", `/v1/accounts?limit=1&cursor=${first.nextCursor}`)).body
        : undefined;
      const all = [...first.data, ...(next?.data ?? [])].map(
        ({ kind, owner, balance }) => `${kind} ${owner} ${balance.value}`,
      );
      expect(all).toEqual([`available ${id} 7`, `available ${RAIL} 7`]);
      expect((next ?? first).hasMore).toBe(false);
    }
    expect((await evil("GET", `/v1/accounts/${own("available", id)}`)).body.balance.value).toBe("7");
    expect((await buyer("GET", `/v1/accounts/${own("available", id)}`)).status).toBe(404);
    expect((await buyer("GET", `/v1/accounts/${own("escrow", id)}`)).body.balance.value).toBe("48000");
    expect(await listed(buyer, `?owner=${id}`)).toEqual([`escrow ${id}`]);
    expect(await listed(world.operator, `?owner=${id}`)).toEqual([`available ${id}`, `escrow ${id}`]);
  });
});
