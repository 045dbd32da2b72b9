import { expect, test } from "vitest";
import { defaultPlatform } from "../platform.ts";
import { List } from "./list.ts";
import { backoff, retryAfter } from "./retry.ts";
import { type Exchange, type RequestOptions, Transport } from "./transport.ts";

type Step = Response | Error | "never" | "half";

const GET: Exchange = {
  operation: "test",
  method: "GET",
  url: "https://server.example/x",
  headers: {},
  read: "json",
  repeatable: true,
};

const problem = (status: number, code: string, retryable: boolean, headers: Record<string, string> = {}): Response =>
  new Response(
    JSON.stringify({ code, detail: "d", status, retryable, request: "req_1", clause: "X-1", title: "t", type: "u" }),
    {
      status,
      headers: { "content-type": "application/problem+json", ...headers },
    },
  );

/** Plays answers one after another and counts what was slept. */
const play = (steps: readonly Step[], random = 0.5) => {
  const slept: number[] = [];
  let sent = 0;
  const transport = new Transport(
    {
      ...defaultPlatform,
      random: () => random,
      sleep: async (ms) => void slept.push(ms),
      fetch: async (_, init) => {
        const step = steps[Math.min(sent, steps.length - 1)];
        sent += 1;
        if (step === "never") {
          return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
        }
        if (step === "half") {
          return new Response(
            new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode('{"a":'));
                controller.error(new TypeError("terminated"));
              },
            }),
          );
        }
        if (step instanceof Error) throw step;
        return (step as Response).clone();
      },
    },
    { timeout: 1_000, totalTimeout: 60_000, maxRetries: 4 },
  );
  const send = (exchange: Partial<Exchange> = {}, options: RequestOptions = {}) =>
    transport.send({ ...GET, ...exchange }, options);
  return { send, slept, sent: () => sent };
};

const ok = new Response('{"a":1}');

test.each<[string, Step[], number]>([
  ["a reset", [new TypeError("reset"), ok], 2],
  ["a body that breaks off", ["half", ok], 2],
  ["a body that is no JSON", [new Response("<html>"), ok], 2],
  ["429", [problem(429, "HTTP_RATE_LIMITED", true), ok], 2],
  ["a fault of the server", [problem(500, "HTTP_INTERNAL", true), ok], 2],
  ["a gateway's words", [new Response("bad", { status: 502 }), new Response("late", { status: 504 }), ok], 3],
  ["a request in flight", [problem(409, "HTTP_IDEMPOTENCY_IN_FLIGHT", true), ok], 2],
  ["408", [problem(408, "HTTP_TIMEOUT", true), ok], 2],
])("%s is tried again", async (_, steps, tries) => {
  const { send, sent } = play(steps);
  expect(await send()).toMatchObject({ body: { a: 1 }, attempts: tries });
  expect(sent()).toBe(tries);
});

test.each<[string, Step, string]>([
  ["a bad request", problem(422, "HTTP_BODY", false), "HTTP_BODY"],
  ["another conflict", problem(409, "LOG_SEQ_MISMATCH", true), "LOG_SEQ_MISMATCH"],
  ["a fault that stays", problem(500, "STORE_RECONCILIATION", false), "STORE_RECONCILIATION"],
  ["a stranger", problem(401, "HTTP_UNAUTHENTICATED", false), "HTTP_UNAUTHENTICATED"],
  ["a proxy's refusal", new Response("no", { status: 403 }), "HTTP_FORBIDDEN"],
])("%s is not tried again", async (_, step, code) => {
  const { send, sent } = play([step]);
  await expect(send()).rejects.toMatchObject({ code, name: "SettldApiError" });
  expect(sent()).toBe(1);
});

test("what must not be sent twice is only tried again when the server said that nothing happened", async () => {
  const once = { method: "PUT", repeatable: false };
  for (const step of [new TypeError("reset"), problem(500, "HTTP_INTERNAL", true), new Response("", { status: 503 })]) {
    const { send, sent } = play([step, ok]);
    await expect(send(once)).rejects.toThrow();
    expect(sent()).toBe(1);
  }
  const { send } = play([problem(429, "HTTP_RATE_LIMITED", true), problem(503, "HTTP_UNAVAILABLE", true), ok]);
  expect((await send(once)).attempts).toBe(3);
});

test("tries are bounded, wait longer each time, and the last reason is told", async () => {
  const { send, slept, sent } = play([problem(503, "HTTP_UNAVAILABLE", true)]);
  await expect(send()).rejects.toMatchObject({
    code: "HTTP_UNAVAILABLE",
    status: 503,
    attempts: 5,
    requestId: "req_1",
  });
  expect(sent()).toBe(5);
  expect(slept).toEqual([125, 250, 500, 1000]);
  const never = play([new TypeError("refused")]);
  await expect(never.send({}, { maxRetries: 0 })).rejects.toMatchObject({
    code: "HTTP_UNAVAILABLE",
    status: undefined,
  });
  expect(never.sent()).toBe(1);
});

test("Retry-After is waited for, and not when it is longer than there is time", async () => {
  const patient = play([problem(429, "HTTP_RATE_LIMITED", true, { "retry-after": "7" }), ok], 0);
  await patient.send();
  expect(patient.slept).toEqual([7_000]);
  const hasty = play([problem(429, "HTTP_RATE_LIMITED", true, { "retry-after": "7" }), ok]);
  await expect(hasty.send({}, { totalTimeout: 6_000 })).rejects.toMatchObject({ code: "HTTP_RATE_LIMITED" });
  expect(hasty.slept).toEqual([]);
});

test("Retry-After is read as seconds and as a date, by the server's clock where it is known", () => {
  const date = "Mon, 02 Nov 2026 09:00:10 GMT";
  expect(retryAfter("3", null, 0)).toBe(3_000);
  expect(retryAfter(date, null, Date.UTC(2026, 10, 2, 9))).toBe(10_000);
  expect(retryAfter(date, "Mon, 02 Nov 2026 09:00:04 GMT", 0)).toBe(6_000);
  expect(retryAfter(date, null, Date.UTC(2027, 1, 1))).toBe(0);
  for (const wrong of ["", "soon", "-1", "1.5", "12345678901", "2026-11-02"])
    expect(retryAfter(wrong, null, 0)).toBeUndefined();
});

test("the jitter is full and its bound stops growing", () => {
  expect(backoff(1, () => 0, undefined)).toBe(0);
  expect(backoff(1, () => 0.999, undefined)).toBe(249);
  expect(backoff(30, () => 0.999, undefined)).toBe(7_992);
  expect(backoff(2, () => 0.5, 1_000)).toBe(1_250);
});

test("a try that takes too long is one more reason to try again; all together end with a timeout", async () => {
  const { send, sent } = play(["never", ok]);
  expect((await send({}, { timeout: 5 })).attempts).toBe(2);
  expect(sent()).toBe(2);
  const stuck = play(["never"]);
  await expect(stuck.send({}, { timeout: 5, maxRetries: 1 })).rejects.toMatchObject({
    code: "HTTP_TIMEOUT",
    attempts: 2,
  });
  const total = play(["never"]);
  await expect(total.send({}, { totalTimeout: 5 })).rejects.toMatchObject({ code: "HTTP_TIMEOUT", status: undefined });
  expect(total.sent()).toBe(1);
});

test("an aborted request ends at once with the signal's reason and is not tried again", async () => {
  const controller = new AbortController();
  const { send, sent } = play(["never"]);
  const request = send({}, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await expect(request).rejects.toThrow("changed my mind");
  expect(sent()).toBe(1);
  const before = play([ok]);
  await expect(before.send({}, { signal: controller.signal })).rejects.toThrow("changed my mind");
  expect(before.sent()).toBe(0);
});

test("waiting between tries ends when the request is aborted", async () => {
  const controller = new AbortController();
  const transport = new Transport(
    {
      ...defaultPlatform,
      random: () => 0.999,
      fetch: async () => {
        queueMicrotask(() => controller.abort(new Error("enough")));
        return problem(503, "HTTP_UNAVAILABLE", true, { "retry-after": "30" });
      },
    },
    { timeout: 1_000, totalTimeout: 60_000, maxRetries: 4 },
  );
  await expect(transport.send(GET, { signal: controller.signal })).rejects.toThrow("enough");
});

test("a list is walked page by page, read once, and is its first page when it is awaited", async () => {
  const asked: (string | undefined)[] = [];
  const list = new List<number>(async (cursor) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const last = from >= 4;
    return { data: [from, from + 1], hasMore: !last, nextCursor: last ? null : String(from + 2) };
  });
  expect((await list).data).toEqual([0, 1]);
  const found: number[] = [];
  for await (const one of list) found.push(one);
  expect(found).toEqual([0, 1, 2, 3, 4, 5]);
  expect(asked).toEqual([undefined, "2", "4"]);
  expect(await list.toArray({ limit: 3 })).toEqual([0, 1, 2]);
});
