import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../adapter/outcome.ts";
import { Feed, type Pair, type Side } from "./feed.ts";

const answer = (code: string): Outcome => ({ kind: "answer", answer: { verdict: "reject", code } });

type Setup = { readonly feed: Feed<number>; readonly pairs: Pair<number>[]; readonly made: number[] };

const setup = (total: number, leadMax: number): Setup => {
  const pairs: Pair<number>[] = [];
  const made: number[] = [];
  const feed = new Feed<number>(
    async (index) => {
      await Promise.resolve();
      if (index >= total) return undefined;
      made.push(index);
      return [index, { id: `${index}`, op: "digest", input: {} }];
    },
    (pair) => pairs.push(pair),
    leadMax,
  );
  return { feed, pairs, made };
};

/** Reads to the end and answers as it goes, keeping up to `window` questions open, as a runner does. */
const play = async (feed: Feed<number>, side: Side, window: number, wait: () => Promise<void>): Promise<number[]> => {
  const open: string[] = [];
  const seen: number[] = [];
  for await (const { id } of feed.read(side)) {
    seen.push(Number(id));
    open.push(id);
    if (open.length >= window) feed.settle(side, open.shift() ?? "", answer(`${side}`));
    await wait();
  }
  for (const id of open) feed.settle(side, id, answer(`${side}`));
  return seen;
};

test("both sides get everything once, in order, however they are scheduled", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.nat(40),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      async (scheduler, total, leadMax, windowOne, windowOther) => {
        const { feed, pairs, made } = setup(total, leadMax);
        const wait = async (): Promise<void> => {
          await scheduler.schedule(Promise.resolve());
        };
        // A window may be wider than the lead: neither side may wait for an answer that the other one holds back.
        const both = Promise.all([play(feed, 0, windowOne, wait), play(feed, 1, windowOther, wait)]);
        await scheduler.waitFor(both);
        const [one, other] = await both;
        const all = [...Array(total).keys()];
        expect([one, other, made]).toEqual([all, all, all]);
        expect(pairs.map(({ item }) => item).sort((a, b) => a - b)).toEqual(all);
        for (const { outcomes } of pairs) expect(outcomes).toEqual([answer("0"), answer("1")]);
      },
    ),
    { numRuns: 200 },
  );
});

test("nobody gets further ahead than allowed, so little has to be kept", async () => {
  const { feed, made } = setup(1000, 8);
  const ahead = feed.read(0);
  for (let read = 0; read < 8; read += 1) await ahead.next();
  let ninth = false;
  const pending = ahead.next().then(() => {
    ninth = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect({ ninth, made: made.length }).toEqual({ ninth: false, made: 8 });
  await feed.read(1).next();
  await pending;
  expect(made.length).toBe(9);
});

test("what both sides are done with is not kept, however long the run is", async () => {
  const { feed, pairs } = setup(5000, 16);
  let most = 0;
  const wait = async (): Promise<void> => {
    most = Math.max(most, feed.kept);
  };
  await Promise.all([play(feed, 0, 4, wait), play(feed, 1, 4, wait)]);
  expect(pairs).toHaveLength(5000);
  // The lead, what waits at both sides, and the one that is being made.
  expect(most).toBeLessThanOrEqual(16 + 4 + 4 + 1);
});

test("the end reaches readers that wait", async () => {
  const { feed } = setup(1000, 1);
  const reader = feed.read(0);
  await reader.next();
  const waiting = reader.next();
  feed.end();
  expect((await waiting).done).toBe(true);
});

test("an outcome of nothing is nothing", () => {
  const { feed, pairs } = setup(1, 1);
  feed.settle(0, "7", answer("x"));
  expect(pairs).toEqual([]);
});
