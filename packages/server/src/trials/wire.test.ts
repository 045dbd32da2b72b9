import { connect, type Socket } from "node:net";
import { CODES, type Code } from "@settld/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as answers from "../gen/answers.js";
import { workOf } from "./job.ts";
import { makeWorld, type World } from "./world.ts";

// What only bytes on a socket can say: no client library sends it.
const BODY_MS = 150;
const isProblem: (value: unknown) => boolean = answers.problem;

let world: World;

beforeAll(async () => {
  world = await makeWorld({ limits: { bodyMs: BODY_MS, evidenceBytes: 1_000 } });
});
afterAll(() => world.close());

/** Sends parts one after another and reads until the server has answered or hung up. */
async function exchange(parts: readonly (string | Uint8Array | number)[]): Promise<string> {
  const { hostname, port } = new URL(world.server.url);
  const socket: Socket = connect(Number(port), hostname);
  let answer = "";
  const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (
        /transfer-encoding: chunked/i.test(head)
          ? body.endsWith("0") || answer.endsWith("0\r\n\r\n")
          : body.length >= Number(length ?? 1e9)
      )
        resolve();
    });
  });
  socket.on("error", () => {});
  for (const part of parts) {
    if (typeof part === "number") await new Promise((resolve) => setTimeout(resolve, part));
    else socket.write(part);
  }
  await Promise.race([ended, answered]);
  socket.destroy();
  return answer;
}

const head = (method: string, path: string, ...headers: string[]): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "host: settld.example",
    `authorization: Bearer ${world.server.operatorKey}`,
    ...headers,
    "",
    "",
  ].join("\r\n");

const post = (length: number | string, ...headers: string[]): string =>
  head(
    "POST",
    "/v1/deposits",
    "content-type: application/json",
    "idempotency-key: wire",
    `content-length: ${length}`,
    ...headers,
  );

function problemIn(answer: string): { readonly status: number; readonly code: string } {
  const [line = "", ...rest] = answer.split("\r\n");
  const status = Number(line.split(" ")[1]);
  expect(rest.join("\r\n")).toMatch(/content-type: application\/problem\+json/i);
  const body = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "null");
  expect([isProblem(body), body]).toEqual([true, body]);
  expect(CODES[body.code as Code].httpStatus).toBe(status);
  return { status, code: body.code };
}

test("a body that stalls is HTTP_TIMEOUT, whether it has begun or not, and leaves nothing", async () => {
  const before = await world.content();
  expect(problemIn(await exchange([post(100)]))).toEqual({ status: 408, code: "HTTP_TIMEOUT" });
  expect(problemIn(await exchange([post(100), '{"party":']))).toEqual({ status: 408, code: "HTTP_TIMEOUT" });
  const { digest, data } = workOf("stalls");
  const upload = head(
    "PUT",
    `/v1/evidence/${digest}`,
    "content-type: application/octet-stream",
    `content-length: ${data.length}`,
  );
  expect(problemIn(await exchange([upload, data.subarray(0, 3)]))).toEqual({ status: 408, code: "HTTP_TIMEOUT" });
  expect(await world.content()).toBe(before);
});

test("a body that drips, always in time for the next byte, is HTTP_TIMEOUT too", async () => {
  const drips = Array.from({ length: 20 }, () => [BODY_MS / 5, "1"]).flat();
  expect(problemIn(await exchange([post(100), ...drips]))).toEqual({ status: 408, code: "HTTP_TIMEOUT" });
});

test("a client that hangs up in the middle of a body or an upload leaves nothing", async () => {
  const before = await world.content();
  const { digest, data } = workOf("hangs up");
  const { hostname, port } = new URL(world.server.url);
  for (const text of [
    post(100),
    head("PUT", `/v1/evidence/${digest}`, "content-type: application/octet-stream", `content-length: ${data.length}`),
  ]) {
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.on("connect", resolve));
    await new Promise((resolve) => socket.write(`${text}a,b`, resolve));
    socket.resetAndDestroy();
  }
  // Whatever the server still does with them ends before it answers another.
  await expect.poll(() => world.content()).toBe(before);
  expect((await world.operator("GET", "/v1/account")).status).toBe(200);
});

test("a body that says it is huge is refused before it comes", async () => {
  expect(problemIn(await exchange([post(3_000_000)]))).toEqual({ status: 413, code: "HTTP_TOO_LARGE" });
  expect(problemIn(await exchange([post("999999999999")]))).toEqual({ status: 413, code: "HTTP_TOO_LARGE" });
});

test("a body in chunks that grows too large is refused on the way, an upload too", async () => {
  const chunk = `fffff\r\n${"a".repeat(0xfffff)}\r\n`;
  const chunked = head(
    "POST",
    "/v1/deposits",
    "content-type: application/json",
    "idempotency-key: w",
    "transfer-encoding: chunked",
  );
  expect(problemIn(await exchange([chunked, chunk, chunk, chunk]))).toEqual({ status: 413, code: "HTTP_TOO_LARGE" });
  const { digest } = workOf("grows");
  const upload = head(
    "PUT",
    `/v1/evidence/${digest}`,
    "content-type: application/octet-stream",
    "transfer-encoding: chunked",
  );
  expect(problemIn(await exchange([upload, chunk]))).toEqual({ status: 413, code: "HTTP_TOO_LARGE" });
});

const raw: readonly (readonly [string, string, number, string])[] = [
  ["a path with a broken escape", "/v1/agreements/%", 400, "HTTP_PARAMETER"],
  ["a path with bytes that are no UTF-8", "/v1/agreements/%ff%fe", 400, "HTTP_PARAMETER"],
  ["a path with a zero byte", "/v1/agreements/%00", 400, "HTTP_PARAMETER"],
  ["a path that climbs", "/v1/agreements/../../etc/passwd", 404, "HTTP_NOT_FOUND"],
  ["a path that climbs in disguise", "/v1/%2e%2e/%2e%2e/etc", 404, "HTTP_NOT_FOUND"],
  ["a path with two slashes", "//v1/account", 404, "HTTP_NOT_FOUND"],
  ["a path with a backslash", "/v1\\account", 400, "HTTP_PARAMETER"],
  ["no path at all", "*", 400, "HTTP_PARAMETER"],
  ["a query with bytes that are no UTF-8", "/v1/agreements?status=%ff", 400, "HTTP_PARAMETER"],
  ["a very long query", `/v1/agreements?cursor=${"a".repeat(10_000)}`, 400, "HTTP_PARAMETER"],
];

test.each(raw)("%s", async (_, path, status, code) => {
  expect(problemIn(await exchange([head("GET", path)]))).toEqual({ status, code });
});

test.each(["a b", "]", "a:99999", "a/b", "user@a"])("a Host that is none: %s", async (host) => {
  const answer = await exchange([`GET /v1/account HTTP/1.1\r\nhost: ${host}\r\n\r\n`]);
  expect(["HTTP_PARAMETER", "HTTP_UNAUTHENTICATED"]).toContain(problemIn(answer).code);
});

test("headers with bytes of other encodings are no key and no fault", async () => {
  const request = Buffer.concat([
    Buffer.from("GET /v1/account HTTP/1.1\r\nhost: settld.example\r\nauthorization: Bearer settld_"),
    Buffer.from([0xff, 0xc3, 0x28, 0x80]),
    Buffer.from("\r\n\r\n"),
  ]);
  expect(problemIn(await exchange([new Uint8Array(request)]))).toEqual({ status: 401, code: "HTTP_UNAUTHENTICATED" });
});

test("two keys at once are none", async () => {
  const request = head("GET", "/v1/account", "authorization: Bearer x");
  const answer = await exchange([request]);
  // Node takes the first of two; what it may not do is to let the second one in.
  expect(answer.split(" ")[1]).toMatch(/^(?:200|401)$/);
});

test("what is no HTTP at all ends the connection and nothing else", async () => {
  for (const junk of [
    "\u0016\u0003\u0001",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /\r\n\r\n",
    `GET / HTTP/1.1\r\nx: ${"a".repeat(100_000)}\r\n\r\n`,
  ]) {
    expect(await exchange([junk])).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
  }
  expect(problemIn(await exchange([head("GET", "/v1/nothing")])).code).toBe("HTTP_NOT_FOUND");
});
