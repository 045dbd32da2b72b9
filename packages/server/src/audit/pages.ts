import { setImmediate } from "node:timers/promises";
import { accountName } from "../store/account-name.ts";
import type { AccountLogName, BookAccount, Page } from "../store/store.ts";

/** How many items an audit reads at once. */
export const PAGE_SIZE = 100;

/** Lets others have a turn: reading a page is work that nobody can interrupt. */
export const breathe = (): Promise<void> => setImmediate();

/** Every item of a list, page by page. `nameOf` gives the cursor behind an item. */
export async function* pages<T>(
  read: (page: Page) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
): AsyncGenerator<T, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const items = await read({ limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
    yield* items;
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_SIZE) return;
    after = nameOf(last);
    await breathe();
  }
}

/** Every item of a log from its beginning, page by page; `seq` says where an item stands. */
export async function* logPages<T extends { readonly seq: number }>(
  read: (from: number, limit: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[], void, undefined> {
  for (let from = 0; ; ) {
    const items = await read(from, PAGE_SIZE);
    yield items;
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_SIZE) return;
    from = last.seq + 1;
    await breathe();
  }
}

/** The cursor of a list of account logs. */
export function logName({ owner, assetCode, assetScale }: AccountLogName): string {
  return accountName({ kind: "available", owner, assetCode, assetScale });
}

/** The cursor of a list of balances. */
export function balanceName({ account }: { readonly account: BookAccount }): string {
  return accountName(account);
}
