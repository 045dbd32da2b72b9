import { expect, test } from "vitest";
import { keyedMutex } from "./keyed-mutex.ts";

test("a name is forgotten when nobody holds it or waits for it, also after an error", async () => {
  const { run, size } = keyedMutex();
  const works = Array.from({ length: 100 }, (_, n) =>
    run(`name ${n % 10}`, async () => {
      expect(size()).toBeLessThanOrEqual(10);
      if (n % 3 === 0) throw new Error("mine");
    }),
  );
  expect(size()).toBe(10);
  await Promise.allSettled(works);
  expect(size()).toBe(0);
});
