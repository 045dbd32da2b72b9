import type { lookup } from "node:dns";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressPolicy } from "./address.ts";
import { makePoster, PostError, type Posted } from "./post.ts";

let tcp: NetServer;
let sockets: Socket[];
let received: string;
let answer: (socket: Socket) => void;
let port: number;

beforeEach(async () => {
  sockets = [];
  received = "";
  answer = (socket) => socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
  tcp = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk;
      if (received.includes("\r\n\r\n")) answer(socket);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  ({ port } = tcp.address() as { port: number });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => tcp.close(resolve));
});

type Answers = readonly (readonly string[])[];

/** Answers each question for a name with the next of some lists of addresses. */
const namesOf = (answers: Answers) => {
  const asked: string[] = [];
  const resolve = ((name: string, _: object, done: (error: null, found: object[]) => void) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    done(
      null,
      found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;
  return { asked, resolve };
};

const outcome = async (
  url: string,
  options: { resolve?: typeof lookup; allowLoopback?: boolean; signal?: AbortSignal } = {},
) => {
  const { signal = AbortSignal.timeout(5_000), allowLoopback = true, resolve } = options;
  const poster = makePoster({ policy: addressPolicy(), allowLoopback, ...(resolve === undefined ? {} : { resolve }) });
  try {
    return await poster.post({ url: new URL(url), headers: { a: "b" }, body: "é", signal });
  } catch (error) {
    return (error as PostError).reason;
  } finally {
    poster.close();
  }
};

test("posts, and says what was answered", async () => {
  answer = (socket) => socket.end("HTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n");
  expect(await outcome(`http://127.0.0.1:${port}/x?y=1`)).toEqual({
    status: 429,
    retryAfterMs: 7_000,
  } satisfies Posted);
  expect(received).toMatch(/^POST \/x\?y=1 HTTP\/1\.1\r\n/);
  expect(received).toMatch(/content-length: 2\r\n/i);
});

test.each([
  ["one address inside", [["127.0.0.1"]]],
  ["one inside among public ones", [["8.8.8.8", "10.0.0.7"]]],
  ["an address of IPv4 inside of one of IPv6", [["::ffff:127.0.0.1"]]],
  ["no address", [[]]],
  ["metadata of a cloud", [["169.254.169.254"]]],
])("a name with %s is not called", async (_, answers: Answers) => {
  const { resolve, asked } = namesOf(answers);
  expect(await outcome(`http://hooks.example:${port}/`, { resolve })).toBe("address");
  expect(await outcome(`https://hooks.example:${port}/`, { resolve })).toBe("address");
  expect(asked).toHaveLength(2);
  expect(sockets).toHaveLength(0);
});

test("a name that points elsewhere a moment later is asked once: what was judged is what is called", async () => {
  // 192.0.2.0/24 leads nowhere and is taken as public here, to see that nothing goes to the second answer.
  const { resolve, asked } = namesOf([["192.0.2.1"], ["127.0.0.1"]]);
  const policy = { ...addressPolicy(), isPublic: (address: string) => address === "192.0.2.1" };
  const poster = makePoster({ policy, allowLoopback: false, resolve });
  const late = new AbortController();
  setTimeout(() => late.abort(), 200);
  const posting = poster.post({
    url: new URL(`http://rebind.example:${port}/`),
    headers: {},
    body: "",
    signal: late.signal,
  });
  await expect(posting).rejects.toBeInstanceOf(PostError);
  poster.close();
  expect(asked).toEqual(["rebind.example"]);
  expect(sockets).toHaveLength(0);
});

test("an address in the URL is judged like one of a name", async () => {
  expect(await outcome(`http://127.0.0.1:${port}/`, { allowLoopback: false })).toBe("address");
  expect(await outcome(`https://[::1]:${port}/`, { allowLoopback: false })).toBe("address");
  expect(await outcome("https://10.0.0.1/")).toBe("address");
  expect(sockets).toHaveLength(0);
});

test("localhost is this machine, and a name that only leads there is not", async () => {
  const { resolve } = namesOf([["127.0.0.1"]]);
  expect(await outcome(`http://localhost:${port}/`, { resolve })).toEqual({ status: 204 });
  expect(await outcome(`http://localhost.example:${port}/`, { resolve })).toBe("address");
});

test("what is no answer, or comes too late, has a reason", async () => {
  answer = (socket) => socket.end("SMTP ready\r\n\r\n");
  expect(await outcome(`http://127.0.0.1:${port}/`)).toBe("connection");
  answer = (socket) => socket.destroy();
  expect(await outcome(`http://127.0.0.1:${port}/`)).toBe("connection");
  answer = () => {};
  const late = new AbortController();
  const waiting = outcome(`http://127.0.0.1:${port}/`, { signal: late.signal });
  late.abort();
  expect(await waiting).toBe("timeout");
  answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}\r\n`);
  expect(await outcome(`http://127.0.0.1:${port}/`)).toBe("connection");
  tcp.removeAllListeners("connection");
  tcp.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.end("this is no TLS\r\n\r\n");
  });
  expect(["tls", "connection"]).toContain(await outcome(`https://127.0.0.1:${port}/`));
});

test("a body without an end is cut off, and the status counts", async () => {
  answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
    const more = (): void => {
      if (!socket.destroyed) socket.write(chunk, () => setImmediate(more));
    };
    more();
  };
  const poster = makePoster({ policy: addressPolicy(), allowLoopback: true });
  const url = new URL(`http://127.0.0.1:${port}/`);
  expect(await poster.post({ url, headers: {}, body: "", signal: AbortSignal.timeout(5_000) })).toEqual({
    status: 200,
  });
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  poster.close();
});
