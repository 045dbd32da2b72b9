import { createHmac } from "node:crypto";
import { expect, expectTypeOf, test } from "vitest";
import { type MessageOf, type WebhookHandlerOptions, webhookHandler } from "./handler.ts";

const key = Buffer.alloc(32, 5);
const secrets = `whsec_${key.toString("base64")}`;
const NOW = 1_772_355_600_000;

const post = (body: string | Uint8Array, { id = "msg_1", method = "POST" } = {}): Request => {
  const seconds = NOW / 1_000;
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.`).update(body).digest("base64");
  const headers = { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
  return new Request("https://hooks.example/", {
    method,
    headers,
    ...(method === "POST" ? { body: body as BodyInit } : {}),
  });
};
const funded = '{"type":"escrow.funded","timestamp":"2026-03-01T09:00:00.000Z","data":{"agreement":"sha256:00"}}';

const handlerOf = (more: Partial<WebhookHandlerOptions> = {}) => {
  const seen: string[] = [];
  const handle = webhookHandler({
    secrets,
    now: () => NOW,
    on: {
      "escrow.funded": ({ data }, { id }) => {
        seen.push(`${id} ${data.agreement}`);
      },
    },
    ...more,
  });
  return { seen, handle, status: async (request: Request) => (await handle(request)).status };
};

test("hands a message to the handler of its type, and takes the others", async () => {
  const { seen, status } = handlerOf();
  expect(await status(post(funded))).toBe(204);
  expect(seen).toEqual(["msg_1 sha256:00"]);
  for (const type of ["receipt.issued", "constructor", "__proto__", "new.type"]) {
    expect(await status(post(JSON.stringify({ type, data: {} })))).toBe(204);
  }
  expect(seen).toHaveLength(1);
});

test("refuses what does not verify, without calling anybody", async () => {
  const { seen, status, handle } = handlerOf();
  expect(await status(new Request("https://hooks.example/"))).toBe(405);
  expect(await status(new Request("https://hooks.example/", { method: "POST" }))).toBe(400);
  const forged = new Request(post(funded), { body: funded.replace("00", "01"), method: "POST" });
  const answer = await handle(forged);
  expect([answer.status, await answer.text()]).toEqual([401, "HOOK_SIGNATURE"]);
  expect(await status(post("no json"))).toBe(400);
  expect(await status(post(new Uint8Array(262_145)))).toBe(413);
  expect(await handlerOf({ maxBytes: 10 }).status(post(funded))).toBe(413);
  expect(await handlerOf({ now: () => NOW + 301_000 }).status(post(funded))).toBe(400);
  expect(seen).toEqual([]);
  await expect(handlerOf({ secrets: "oops" }).handle(post(funded))).rejects.toMatchObject({ code: "HOOK_SECRET" });
});

test("a body that comes in pieces is one body, and one without an end is cut off", async () => {
  const { seen, status } = handlerOf();
  const pieces = new ReadableStream({
    start(controller) {
      for (const byte of Buffer.from(funded)) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const { headers } = post(funded);
  const request = (body: ReadableStream): Request =>
    new Request("https://hooks.example/", { method: "POST", headers, body, duplex: "half" } as RequestInit);
  expect(await status(request(pieces))).toBe(204);
  expect(seen).toHaveLength(1);
  let isGone = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    cancel: () => {
      isGone = true;
    },
  });
  expect(await status(request(endless))).toBe(413);
  expect(isGone).toBe(true);
});

test("what a handler throws is told, and the server tries again", async () => {
  const told: unknown[] = [];
  const fault = new Error("database");
  const { status } = handlerOf({
    on: {
      "escrow.funded": () => {
        throw fault;
      },
    },
    onError: (error) => void told.push(error),
  });
  expect(await status(post(funded))).toBe(500);
  expect(told).toEqual([fault]);
});

test("your store keeps a message from being handled twice", async () => {
  const done = new Set<string>();
  const { seen, status } = handlerOf({
    once: async (id, work) => {
      if (done.has(id)) return;
      await work();
      done.add(id);
    },
  });
  for (const id of ["msg_1", "msg_2", "msg_1"]) expect(await status(post(funded, { id }))).toBe(204);
  expect(seen).toEqual(["msg_1 sha256:00", "msg_2 sha256:00"]);
});

test("a handler knows the data of its type", () => {
  expectTypeOf<MessageOf<"escrow.funded">["data"]>().toHaveProperty("agreement");
  expectTypeOf<MessageOf<"withdrawal.paid">["data"]>().toHaveProperty("withdrawal");
  expectTypeOf<MessageOf<"withdrawal.paid">["type"]>().toEqualTypeOf<"withdrawal.paid">();
  expectTypeOf<MessageOf<"deposit.booked">["data"]>().not.toHaveProperty("agreement");
});
