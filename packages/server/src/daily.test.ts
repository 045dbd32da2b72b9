import { afterEach, expect, test } from "vitest";
import { daily } from "./daily.ts";
import { testTime } from "./testing/index.ts";
import { makeWorld, type World } from "./trials/world.ts";

const DAY = 86_400_000;
let world: World | undefined;
afterEach(() => world?.close());

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
};

test("a work is done at once and every day, also when it fails, until it is ended", async () => {
  const time = testTime(0);
  const [done, errors]: [number[], unknown[]] = [[], []];
  const { close } = daily(
    time,
    async () => {
      done.push(time.now());
      if (done.length === 2) throw new Error("no");
    },
    (error) => errors.push(error),
  );
  for (const ms of [0, DAY - 1, 1, DAY]) {
    time.advance(ms);
    await settle();
  }
  expect(done).toEqual([0, DAY, 2 * DAY]);
  expect(errors).toEqual([new Error("no")]);
  await close();
  time.advance(DAY);
  await settle();
  expect(done).toHaveLength(3);
});

test("answers are kept for a day at least, and not for ever (HTTP-7)", async () => {
  world = await makeWorld();
  const { buyer } = await world.tenant("acme");
  const amount = { value: "5", assetCode: "USD", assetScale: 2 };
  const request = {
    body: { party: buyer.id, amount, reference: "d1" },
    headers: { "idempotency-key": "once" },
  };
  const deposit = async (): Promise<string | null> =>
    (await world?.operator("POST", "/v1/deposits", request))?.headers.get("idempotency-replayed") ?? null;
  expect(await deposit()).toBeNull();
  world.server.time.advance(DAY);
  await settle();
  expect(await deposit()).toBe("true");
  world.server.time.advance(DAY);
  await settle();
  expect(await world.store.keptAnswer("operator", "once")).toBeUndefined();
});
