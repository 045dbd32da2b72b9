import { connect } from "node:net";
import { expect, test } from "vitest";
import { listen } from "./listen.ts";

const head = (url: string): [string, ReturnType<typeof connect>] => {
  const { hostname, port, host } = new URL(url);
  return [`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`, connect(Number(port), hostname)];
};

/** A server whose stream has no end, and how much was asked of it. */
const endless = async () => {
  const seen = { chunks: 0, isGone: false };
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream(
      {
        pull(controller) {
          seen.chunks += 1;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel() {
          seen.isGone = true;
        },
      },
      { highWaterMark: 0 },
    );
  const listening = await listen(
    { fetch: async () => new Response(body(), { headers: { "content-type": "text/event-stream" } }) },
    { stalledMs: 100 },
  );
  return { ...listening, seen };
};

test("a reader of a stream that takes nothing is asked for nothing more, and cut off", async () => {
  const { url, seen, close } = await endless();
  const [request, socket] = head(url);
  socket.on("error", () => {});
  socket.write(request);
  socket.pause();
  await expect.poll(() => seen.isGone).toBe(true);
  // What is between the two ends of the socket, and no more.
  expect(seen.chunks).toBeLessThan(400);
  socket.destroy();
  await close(0);
});

test("a reader that takes what comes is not", async () => {
  const { url, seen, close } = await endless();
  const [request, socket] = head(url);
  socket.write(request);
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  await expect.poll(() => bytes, { timeout: 10_000 }).toBeGreaterThan(50_000_000);
  expect(seen.isGone).toBe(false);
  socket.destroy();
  await expect.poll(() => seen.isGone).toBe(true);
  await close(0);
});
