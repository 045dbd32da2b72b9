import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deliveryId, type EndpointRow, type NewMessage, OPERATORS } from "../message-store.ts";
import type { Store } from "../store.ts";
import { answer, everyPage, outcome } from "./samples.ts";
import { STORES } from "./stores.ts";

const message = (name: string, feeds: readonly string[], change: Partial<NewMessage> = {}): NewMessage => ({
  id: `msg_${name}`,
  type: "work.submitted",
  at: 1_000,
  data: `{"name":"${name}"}`,
  to: { feeds },
  ...change,
});

const endpoint = (name: string, change: Partial<EndpointRow> = {}): EndpointRow => ({
  id: `we_${name}`,
  tenant: "one",
  feed: "one",
  url: "https://hooks.example/",
  scheme: "v1",
  secret: "whsec_AAAA",
  createdAt: 1_000,
  version: 1,
  ...change,
});

describe.each(STORES)("messages in $name", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const tell = async (...messages: readonly NewMessage[]): Promise<string> => outcome(await store.write({ messages }));
  const idsOf = async (feed: string, after = 0): Promise<string[]> =>
    (await store.messages(feed, { after, limit: 100 })).map(({ id, place }) => `${place} ${id}`);
  const make = async (...endpoints: readonly EndpointRow[]): Promise<string> =>
    outcome(await store.write({ endpoints }));
  const claim = (id: string, now = 1_000, limit = 10) => store.claimDeliveries(id, { now, until: now + 500, limit });
  const stateOf = async (id: string) => {
    const { state, attempts, due } = (await store.delivery(id)) ?? {};
    return [state, attempts, due];
  };

  test("each feed has its own places, without gaps, and sees its own messages", async () => {
    expect(await store.feedRange("one")).toEqual({ first: 0, last: 0 });
    expect(await tell(message("a", ["one", OPERATORS]), message("b", ["two", OPERATORS]))).toBe("ok");
    expect(await tell(message("c", ["one", "two", OPERATORS, "one"]))).toBe("ok");
    expect(await idsOf("one")).toEqual(["1 msg_a", "2 msg_c"]);
    expect(await idsOf("two")).toEqual(["1 msg_b", "2 msg_c"]);
    expect(await idsOf(OPERATORS)).toEqual(["1 msg_a", "2 msg_b", "3 msg_c"]);
    expect(await idsOf(OPERATORS, 2)).toEqual(["3 msg_c"]);
    expect(await idsOf("nobody")).toEqual([]);
    expect(await store.messages("two", { after: 1, limit: 1 })).toEqual([
      { place: 2, id: "msg_c", type: "work.submitted", at: 1_000, data: '{"name":"c"}' },
    ]);
    expect(await store.feedRange("one")).toEqual({ first: 0, last: 2 });
  });

  test("a message is written with everything else of its change, or not at all, and once", async () => {
    expect(await tell(message("a", ["one"]))).toBe("ok");
    expect(await tell(message("b", ["one"]), message("a", ["one"]))).toBe("stale");
    expect(await idsOf("one")).toEqual(["1 msg_a"]);
    expect(await store.feedRange("one")).toEqual({ first: 0, last: 1 });
    expect(outcome(await store.write({ answer: answer("k") }))).toBe("ok");
    expect(outcome(await store.write({ answer: answer("k"), messages: [message("c", ["one"])] }))).toBe("answered");
    expect(await tell(message("c", ["one"]))).toBe("ok");
    expect(await idsOf("one")).toEqual(["1 msg_a", "2 msg_c"]);
  });

  test("readers of many writers see every message once, and none behind a place that they passed", async () => {
    const seen: string[] = [];
    let isOver = false;
    const reader = (async () => {
      for (let place = 0; ; ) {
        const isLast = isOver;
        const found = await store.messages("one", { after: place, limit: 7 });
        for (const one of found) {
          expect(one.place).toBe(place + 1);
          place = one.place;
          seen.push(one.id);
        }
        if (isLast && found.length === 0) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const writer = async (name: string): Promise<void> => {
      for (let n = 0; n < 25; n++) {
        expect(await tell(message(`${name}-${n}`, ["one", OPERATORS]), message(`${name}-${n}x`, ["one"]))).toBe("ok");
      }
    };
    await Promise.all(["a", "b", "c", "d"].map(writer));
    isOver = true;
    await reader;
    expect(new Set(seen).size).toBe(200);
    expect(seen).toHaveLength(200);
    for (const name of ["a", "b", "c", "d"]) {
      const own = seen.filter((id) => id.startsWith(`msg_${name}-`) && !id.endsWith("x"));
      expect(own).toEqual(Array.from({ length: 25 }, (_, n) => `msg_${name}-${n}`));
    }
  });

  test("old messages are forgotten from the front, with their deliveries, and places stay", async () => {
    await make(endpoint("a"));
    await tell(message("a", ["one", "two"], { at: 1 }), message("b", ["one"], { at: 2 }));
    await tell(message("c", ["one"], { at: 3 }));
    expect(await store.forgetMessages(3)).toBe(2);
    expect(await store.forgetMessages(3)).toBe(0);
    expect(await idsOf("one")).toEqual(["3 msg_c"]);
    expect(await store.feedRange("one")).toEqual({ first: 2, last: 3 });
    expect(await store.feedRange("two")).toEqual({ first: 1, last: 1 });
    expect(await store.delivery("dlv_a_a")).toBeUndefined();
    expect((await claim("we_a")).map(({ id }) => id)).toEqual(["dlv_a_c"]);
    expect(await store.forgetMessages(4)).toBe(1);
    await tell(message("d", ["one"]));
    expect(await idsOf("one")).toEqual(["4 msg_d"]);
  });

  test("an endpoint is made, changed in turn, listed and deleted", async () => {
    const row = endpoint("a", { types: ["x.y"], description: "d", scheme: "v1a", keyid: "k1" });
    expect(await make(row)).toBe("ok");
    expect(await store.endpoint("we_a")).toEqual(row);
    expect(await make(row)).toBe("stale");
    const { types: _t, description: _d, ...rest } = row;
    const next: EndpointRow = {
      ...rest,
      url: "https://b.example/",
      secret: "whsk_B",
      keyid: "k2",
      oldSecret: { secret: "whsk_A", until: 9 },
      disabled: "owner",
      version: 2,
    };
    expect(await make(next)).toBe("ok");
    expect(await make({ ...next, url: "https://c.example/" })).toBe("stale");
    expect(await store.endpoint("we_a")).toEqual(next);
    expect(await make(endpoint("b"), endpoint("c", { tenant: "op", feed: OPERATORS }))).toBe("ok");
    const list = async (feed?: string) =>
      (
        await everyPage(
          1,
          (page) => store.listEndpoints(feed, page),
          ({ id }) => id,
        )
      ).map(({ id }) => id);
    expect(await list()).toEqual(["we_a", "we_b", "we_c"]);
    expect(await list("one")).toEqual(["we_a", "we_b"]);
    expect(await list(OPERATORS)).toEqual(["we_c"]);
    await expect(store.listEndpoints(undefined, { limit: 1, after: "we_x" })).rejects.toMatchObject({
      code: "HTTP_PARAMETER",
    });
    // A key belongs to one endpoint for ever.
    expect([await store.endpointOfKey("k1"), await store.endpointOfKey("k2")]).toEqual(["we_a", "we_a"]);
    expect(await make(endpoint("d", { keyid: "k1" }))).toBe("stale");
    await tell(message("m", ["one"]));
    expect(await store.deleteEndpoint("we_b")).toBe(true);
    expect(await store.deleteEndpoint("we_a")).toBe(true);
    expect(await store.deleteEndpoint("we_a")).toBe(false);
    expect(await store.endpoint("we_a")).toBeUndefined();
    expect(await store.endpointOfKey("k1")).toBe("we_a");
    expect(await list()).toEqual(["we_c"]);
    expect(outcome(await store.write({ redeliver: { endpoint: "we_a", messages: ["msg_m"], at: 5 } }))).toBe("stale");
  });

  test("messages become deliveries for the enabled endpoints of their feeds that want their type", async () => {
    await make(
      endpoint("all"),
      endpoint("some", { types: ["work.submitted"] }),
      endpoint("other", { types: ["escrow.funded"] }),
      endpoint("off", { disabled: "owner" }),
      endpoint("two", { tenant: "two", feed: "two" }),
      endpoint("op", { tenant: "op", feed: OPERATORS }),
    );
    await tell(message("a", ["one", OPERATORS]));
    await tell(message("b", [], { to: { endpoint: "we_other" } }));
    expect((await store.dueEndpoints(1_000, 10)).map(({ id }) => id)).toEqual([
      "we_all",
      "we_some",
      "we_other",
      "we_op",
    ]);
    expect(await store.dueEndpoints(999, 10)).toEqual([]);
    expect(await store.nextDelivery()).toBe(1_000);
    expect(await idsOf("one")).toEqual(["1 msg_a"]);
    expect(await claim("we_other")).toEqual([
      {
        id: deliveryId("we_other", "msg_b"),
        attempts: 0,
        message: { id: "msg_b", type: "work.submitted", at: 1_000, data: '{"name":"b"}' },
      },
    ]);
    for (const none of ["we_off", "we_two", "we_none"]) expect(await claim(none)).toEqual([]);
    expect(await tell(message("c", [], { to: { endpoint: "we_none" } }))).toBe("stale");
  });

  test("a claimed delivery is nobody else's until its time is over", async () => {
    await make(endpoint("a"));
    await tell(...["a", "b", "c"].map((name, n) => message(name, ["one"], { at: 1_000 + n })));
    const both = await Promise.all([claim("we_a", 2_000, 2), claim("we_a", 2_000, 2)]);
    expect(
      both
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["dlv_a_a", "dlv_a_b", "dlv_a_c"]);
    expect(await claim("we_a", 2_499)).toEqual([]);
    expect(await store.nextDelivery()).toBe(2_500);
    expect(await claim("we_a", 2_500)).toHaveLength(3);
  });

  test("tries end: delivered, again later, or dead; what was claimed before counts no more", async () => {
    await make(endpoint("a"));
    await tell(message("a", ["one"]));
    const [first] = await claim("we_a");
    if (first === undefined) throw new Error("nothing was claimed");
    await store.endDelivery(first, { at: 1_100, status: 500, error: "status", again: 1_200 });
    expect(await store.delivery(first.id)).toEqual({
      id: first.id,
      endpoint: "we_a",
      message: "msg_a",
      type: "work.submitted",
      state: "pending",
      attempts: 1,
      due: 1_200,
      lastAt: 1_100,
      lastStatus: 500,
      lastError: "status",
      createdAt: 1_000,
    });
    expect((await store.endpoint("we_a"))?.failingSince).toBe(1_100);
    await store.endDelivery(first, { at: 1_150, status: 200 });
    expect(await stateOf(first.id)).toEqual(["pending", 1, 1_200]);
    const [second] = await claim("we_a", 1_200);
    if (second === undefined) throw new Error("nothing was claimed");
    await store.endDelivery(second, { at: 1_300, error: "timeout" });
    expect((await stateOf(first.id)).slice(0, 2)).toEqual(["dead", 2]);
    expect((await store.endpoint("we_a"))?.failingSince).toBe(1_100);
    expect(await claim("we_a", 9_999)).toEqual([]);
    expect(
      outcome(await store.write({ redeliver: { endpoint: "we_a", messages: ["msg_a", "msg_x"], at: 2_000 } })),
    ).toBe("ok");
    expect(await stateOf(first.id)).toEqual(["pending", 0, 2_000]);
    const [third] = await claim("we_a", 2_000);
    if (third === undefined) throw new Error("nothing was claimed");
    await store.endDelivery(third, { at: 2_100, status: 204 });
    const { lastError, lastStatus, state } = (await store.delivery(first.id)) ?? {};
    expect([state, lastStatus, lastError]).toEqual(["delivered", 204, undefined]);
    expect((await store.endpoint("we_a"))?.failingSince).toBeUndefined();
  });

  test("disabling tells it once; what is pending waits; enabling forgets the failures", async () => {
    const row = endpoint("a");
    await make(row, endpoint("b"));
    await tell(message("a", ["one"]));
    await tell(message("b", ["one"]));
    const claimed = await claim("we_a");
    for (const [n, one] of claimed.entries()) {
      const told = message(`gone${n}`, ["one"], { type: "webhook_endpoint.disabled" });
      await store.endDelivery(one, {
        at: 1_100,
        status: 410,
        error: "status",
        again: 1_200,
        disable: { reason: "gone", message: told },
      });
    }
    expect(await store.endpoint("we_a")).toMatchObject({ disabled: "gone", failingSince: 1_100, version: 2 });
    expect(await idsOf("one")).toEqual(["1 msg_a", "2 msg_b", "3 msg_gone0"]);
    expect(await claim("we_a", 5_000)).toEqual([]);
    expect((await store.dueEndpoints(5_000, 10)).map(({ id }) => id)).toEqual(["we_b"]);
    const listed = async (id: string, state?: "pending" | "delivered" | "dead") =>
      (
        await everyPage(
          1,
          (page) => store.listDeliveries(id, state, page),
          (one) => one.id,
        )
      ).map((one) => one.id);
    // The message about it is not for the endpoint itself.
    expect(await listed("we_a")).toEqual(["dlv_a_b", "dlv_a_a"]);
    expect(await listed("we_b")).toEqual(["dlv_b_gone0", "dlv_b_b", "dlv_b_a"]);
    expect(await listed("we_a", "pending")).toEqual(["dlv_a_b", "dlv_a_a"]);
    expect(await listed("we_a", "dead")).toEqual([]);
    await expect(store.listDeliveries("we_a", undefined, { limit: 1, after: "dlv_b_a" })).rejects.toMatchObject({
      code: "HTTP_PARAMETER",
    });
    expect(await make({ ...row, version: 3 })).toBe("ok");
    expect(await store.endpoint("we_a")).toEqual({ ...row, version: 3 });
    expect(await claim("we_a", 5_000)).toHaveLength(2);
  });
});
