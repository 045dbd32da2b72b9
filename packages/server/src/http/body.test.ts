import { expect, test } from "vitest";
import { readBody } from "./body.ts";

const request = (length: number | undefined, ...chunks: readonly Uint8Array[]) => {
  let cancelled = 0;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
    },
    // Nothing more arrives, ever.
    pull: () => new Promise(() => {}),
    cancel: () => {
      cancelled += 1;
    },
  });
  const headers = length === undefined ? {} : { "content-length": String(length) };
  const made = new Request("http://settld.example", { method: "POST", headers, body, duplex: "half" } as RequestInit);
  return { made, cancelled: () => cancelled };
};

test.each([
  ["says how long it is", 1_000_000],
  ["does not say", undefined],
])("a late body that %s is given up", async (_, length) => {
  const { made, cancelled } = request(length, new Uint8Array(10));
  await expect(readBody(made, 2_000_000, 5)).rejects.toMatchObject({ code: "HTTP_TIMEOUT" });
  expect(cancelled()).toBe(1);
});

test("a body that is longer than it says is refused when it is longer than allowed", async () => {
  const long = new Uint8Array(200_000);
  const { made, cancelled } = request(100_000, long, long);
  await expect(readBody(made, 150_000, 1_000)).rejects.toMatchObject({ code: "HTTP_TOO_LARGE" });
  expect(cancelled()).toBe(1);
});

test.each([1_000_000, 100])("a body of %i bytes whose sender goes away is no fault of the server", async (length) => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
    },
    pull(controller) {
      controller.error(new Error("the connection is gone"));
    },
  });
  const headers = { "content-length": String(length) };
  const made = new Request("http://settld.example", { method: "POST", headers, body, duplex: "half" } as RequestInit);
  const error = await readBody(made, 2_000_000, 1_000).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "HTTP_TIMEOUT", message: expect.stringContaining("its sender gone") });
  // What has a cause is told to the operator.
  expect((error as Error).cause).toBeUndefined();
});
