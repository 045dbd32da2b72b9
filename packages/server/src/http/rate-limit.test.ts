import type { SettldError } from "@settld/protocol";
import { expect, test } from "vitest";
import { rateLimit } from "./rate-limit.ts";

const refusal = (work: () => void): { readonly code: string; readonly retryAfter: string } | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    const { code, headers } = error as SettldError & { readonly headers: Readonly<Record<string, string>> };
    return { code, retryAfter: headers["retry-after"] ?? "" };
  }
};

test("what is refused costs nothing: after any flood, the time that Retry-After says is enough", () => {
  let now = 0;
  const { take } = rateLimit(0.25, 3, () => now);
  for (let round = 0; round < 3; round += 1) take("one");
  for (let round = 0; round < 2_600; round += 1) {
    expect(refusal(() => take("one"))).toEqual({ code: "HTTP_RATE_LIMITED", retryAfter: "4" });
  }
  now += 4_000;
  take("one");
  expect(refusal(() => take("one"))).toMatchObject({ retryAfter: "4" });
  now += 3_000;
  expect(refusal(() => take("one"))).toMatchObject({ retryAfter: "1" });
});

test("a steady flood gets its rate, and takes nothing from another name", () => {
  let now = 0;
  const { take } = rateLimit(2, 4, () => now);
  let served = 0;
  for (; now < 100_000; now += 10) if (refusal(() => take("flood")) === undefined) served += 1;
  expect(served).toBeGreaterThanOrEqual(200);
  expect(served).toBeLessThanOrEqual(204);
  take("other");
});
