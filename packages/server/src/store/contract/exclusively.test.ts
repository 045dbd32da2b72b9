import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { STORES } from "./stores.ts";

/** A promise and what fulfils it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(STORES)("$name: exclusively", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test("one at a time of a name, in the order in which they came", async () => {
    const log: string[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.exclusively("a", async () => {
          log.push(`in ${index}`);
          await store.setting("anything");
          await store.putSetting("anything", String(index));
          log.push(`out ${index}`);
        }),
      ),
    );
    expect(log).toEqual(Array.from({ length: 20 }, (_, index) => [`in ${index}`, `out ${index}`]).flat());
  });

  test("different names go on side by side", async () => {
    const first = gate();
    const second = gate();
    await Promise.all([
      store.exclusively("a", async () => {
        first.open();
        await second.opened;
      }),
      store.exclusively("b", async () => {
        await first.opened;
        second.open();
      }),
    ]);
  });

  test("a name within another", async () => {
    expect(await store.exclusively("a", () => store.exclusively("b", async () => 7))).toBe(7);
  });

  test("an error is passed on, and lets the next one in", async () => {
    const failed = store.exclusively("a", () => Promise.reject(new Error("mine")));
    const next = store.exclusively("a", async () => 2);
    await expect(failed).rejects.toThrow("mine");
    expect(await next).toBe(2);
    const thrown = store.exclusively("a", () => {
      throw new Error("at once");
    });
    await expect(thrown).rejects.toThrow("at once");
    expect(await store.exclusively("a", async () => 3)).toBe(3);
  });

  test("what is read inside stays true until the end", async () => {
    await store.putSetting("count", "0");
    await Promise.all(
      Array.from({ length: 40 }, () =>
        store.exclusively("count", async () => {
          const count = Number(await store.setting("count"));
          await store.putSetting("count", String(count + 1));
        }),
      ),
    );
    expect(await store.setting("count")).toBe("40");
  });
});
