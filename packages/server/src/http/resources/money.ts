import { randomUUID } from "node:crypto";
import { type Digest, SettldError } from "@settld/protocol";
import type { CreateDeposit, CreateWithdrawal } from "../../gen/types.ts";
import { accountName } from "../../store/account-name.ts";
import type { Balance, BookAccount, Page, TransferRow } from "../../store/store.ts";
import { actsForOne, type Context, callerOf, type Handlers, json, required, text } from "../context.ts";
import { badCursor, firstSeq, listPage } from "../list.ts";
import { accountOf, accountView, depositView, entryView, transactionView, withdrawalView } from "../views/money.ts";

/** Accounts, deposits and withdrawals. */
export const money: Handlers = {
  "accounts.list": async (context) => {
    const { store } = context.services;
    const owner = text(context, "owner");
    const { isOperator, parties } = callerOf(context);
    const owners = isOperator || owner !== undefined ? [] : await parties();
    return listPage(
      context,
      (page) =>
        isOperator ? store.balances(owner, page) : balancesOf(context, owner === undefined ? owners : [owner], page),
      ({ account }) => accountName(account),
      accountView,
    );
  },

  "accounts.retrieve": async (context) => {
    const account = await visibleAccount(context);
    return json(200, accountView({ account, value: await context.services.store.balance(account) }));
  },

  "accounts.listTransactions": async (context) => {
    const account = await visibleAccount(context);
    return listPage(
      context,
      (page) => context.services.store.transactions(account, page),
      ({ id }) => id,
      (transaction) => transactionView(transaction, account),
    );
  },

  "accounts.listEntries": async (context) => {
    const account = await visibleAccount(context);
    return listPage(
      context,
      async (page) =>
        account.kind === "available"
          ? context.services.store.entries(account, firstSeq(context, page), page.limit)
          : [],
      ({ seq }) => String(seq),
      entryView,
    );
  },

  "deposits.create": async (context) => {
    const { services, keep } = context;
    const { party, amount, reference } = context.body as CreateDeposit;
    const row = await services.store.party(party);
    if (row === undefined)
      throw new SettldError("HTTP_NOT_FOUND", `/party: expected a registered party, found ${party}`);
    const transfer = { id: `dep_${randomUUID()}`, tenant: row.tenant, party, amount, reference };
    const { row: done, known } = await services.accounts.deposit(
      transfer,
      keep === undefined ? undefined : (made) => keep(201, depositView(made)),
    );
    return json(known ? 200 : 201, depositView(done), known ? {} : { location: `/v1/deposits/${done.id}` });
  },

  "deposits.list": (context) => listTransfers(context, "deposit", depositView),

  "deposits.retrieve": async (context) => json(200, depositView(await visibleTransfer(context, "deposit"))),

  "withdrawals.create": async (context) => {
    const { services, keep } = context;
    const { party, amount, destination } = context.body as CreateWithdrawal;
    const { isOperator, actsFor, key } = callerOf(context);
    if (!isOperator && !(await actsFor(party))) {
      throw new SettldError("HTTP_FORBIDDEN", `/party: expected a party of this tenant, found ${party}`, {
        pointer: "/party",
      });
    }
    const tenant = isOperator ? ((await services.store.party(party))?.tenant ?? key.tenant) : key.tenant;
    const transfer = { id: `wd_${randomUUID()}`, tenant, party, amount, reference: destination };
    const done = await services.accounts.withdraw(
      transfer,
      keep === undefined ? undefined : (made) => keep(201, withdrawalView(made)),
    );
    services.payouts.wake();
    return json(201, withdrawalView(done), { location: `/v1/withdrawals/${done.id}` });
  },

  "withdrawals.list": (context) => listTransfers(context, "withdrawal", withdrawalView),

  "withdrawals.retrieve": async (context) => json(200, withdrawalView(await visibleTransfer(context, "withdrawal"))),
};

// What the caller sees of the accounts of several owners in one order: owner by owner, so that a page needs few reads.
async function balancesOf(context: Context, owners: readonly string[], { limit, after }: Page): Promise<Balance[]> {
  const found: Balance[] = [];
  const { store } = context.services;
  for (const owner of await store.accountOwners(owners)) {
    if (found.length >= limit) break;
    const afterOwner = after === undefined ? undefined : ownerOf(after);
    if (afterOwner !== undefined && owner < afterOwner) continue;
    let from = owner === afterOwner ? after : undefined;
    while (found.length < limit) {
      const items = await store.balances(owner, { limit, ...(from === undefined ? {} : { after: from }) });
      for (const item of items) if (await seesAccount(context, item.account)) found.push(item);
      const last = items.at(-1);
      if (last === undefined || items.length < limit) break;
      from = accountName(last.account);
    }
  }
  return found.slice(0, limit);
}

function ownerOf(name: string): string {
  return name.split(" ").slice(2).join(" ");
}

// The kind says what the owner's name means: a party may call itself like an agreement or a rail.
async function seesAccount(context: Context, { kind, owner }: BookAccount): Promise<boolean> {
  const { isOperator, actsFor } = callerOf(context);
  if (isOperator) return true;
  switch (kind) {
    case "available":
    case "fee":
      return actsFor(owner);
    case "escrow":
    case "holdback": {
      const roles = await context.services.store.roles(owner as Digest);
      return actsForOne(
        context,
        roles.map(({ party }) => party),
      );
    }
    case "rail":
      return false;
  }
}

async function visibleAccount(context: Context): Promise<BookAccount> {
  const id = required(context, "account");
  const account = accountOf(id);
  if (await seesAccount(context, account)) return account;
  throw new SettldError("HTTP_NOT_FOUND", `expected an account, found none: ${id}`);
}

function listTransfers(
  context: Context,
  kind: TransferRow["kind"],
  view: (row: TransferRow) => object,
): Promise<Response> {
  const { isOperator, key } = callerOf(context);
  return listPage(
    context,
    async (page) => {
      const after = page.after === undefined ? undefined : await context.services.store.transfer(page.after);
      if (page.after !== undefined && !isOperator && after?.tenant !== key.tenant) throw badCursor();
      return context.services.store.listTransfers(kind, isOperator ? undefined : key.tenant, page);
    },
    ({ id }) => id,
    view,
  );
}

async function visibleTransfer(context: Context, kind: TransferRow["kind"]): Promise<TransferRow> {
  const id = required(context, kind);
  const { isOperator, key } = callerOf(context);
  const row = await context.services.store.transfer(id);
  if (row === undefined || row.kind !== kind || !(isOperator || row.tenant === key.tenant)) {
    throw new SettldError("HTTP_NOT_FOUND", `expected a ${kind}, found none: ${id}`);
  }
  return row;
}
