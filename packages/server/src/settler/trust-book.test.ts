import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorld, type Tenant, type World } from "../trials/world.ts";

let world: World;
let acme: Tenant;
let asked = 0;

beforeAll(async () => {
  world = await makeWorld({
    wrap: (store) => ({
      ...store,
      registryVersion: () => {
        asked += 1;
        return store.registryVersion();
      },
    }),
  });
  acme = await world.tenant("acme");
});
afterAll(() => world.close());

test("within one piece of work the version of the registry is asked once, and anew after a wait or a change", async () => {
  const { trust } = world.server.server.services;
  const look = async (): Promise<void> => {
    expect(await trust.tenantOf(acme.buyer.id)).toBe("acme");
  };
  asked = 0;
  await look();
  await look();
  expect(asked).toBe(2);
  await trust.within(async () => {
    await look();
    await look();
    expect(asked).toBe(3);
    await trust.within(look);
    expect(asked).toBe(4);
    await look();
    expect(asked).toBe(4);
    const row = await world.store.party(acme.buyer.id);
    await trust.register([{ ...row!, tenant: "others" }]);
    expect(await trust.tenantOf(acme.buyer.id)).toBe("others");
    expect(asked).toBe(5);
  });
});
