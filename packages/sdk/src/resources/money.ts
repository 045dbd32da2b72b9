import { type AccountEntryPayload, base64Decode } from "@settld/protocol";
import { type AmountInput, readAmount } from "../amount.ts";
import type { Connection } from "../connection.ts";
import type {
  Account,
  AccountEntry,
  AccountsListEntriesQuery,
  AccountsListQuery,
  AccountsListTransactionsQuery,
  CreateDeposit,
  CreateWithdrawal,
  Deposit,
  DepositsListQuery,
  Transaction,
  Withdrawal,
  WithdrawalsListQuery,
} from "../gen/api.ts";
import type { List } from "../http/list.ts";
import type { RequestOptions, WriteOptions } from "../http/transport.ts";
import { readJson } from "../json.ts";
import { assertSame } from "../same.ts";
import type { Checker } from "../verification/checker.ts";

/** An entry of an account log with its payload decoded. */
export type LogEntry = AccountEntry & { readonly payload: AccountEntryPayload };

/** The accounts of the book. A balance is a statement of the server; entries and logs are what proves it. */
export class Accounts {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Lists the accounts of your parties, or of one owner: a party, or an agreement for its escrow and holdback. */
  list(query: AccountsListQuery = {}, options: RequestOptions = {}): List<Account> {
    const { owner } = query;
    return this.#api.list<Account, "accounts.list">("accounts.list", { query }, options, async (checker, items) => {
      for (const item of items) await checker.account(item, owner === undefined ? {} : { owner });
    });
  }

  /** Reads an account. */
  async retrieve(account: string, options: RequestOptions = {}): Promise<Account> {
    return this.#api.checked("accounts.retrieve", { path: { account } }, options, (checker, answer) =>
      checker.account(answer, { id: account }),
    );
  }

  /** Lists what moved money in or out of an account, oldest first. */
  transactions(
    account: string,
    query: AccountsListTransactionsQuery = {},
    options: RequestOptions = {},
  ): List<Transaction> {
    return this.#api.list<Transaction, "accounts.listTransactions">(
      "accounts.listTransactions",
      { path: { account }, query },
      options,
      (checker, items) => checker.transactions(items, account),
    );
  }

  /** Lists the entries of an account log: deposits and withdrawals, signed by the settler and chained. */
  entries(account: string, query: AccountsListEntriesQuery = {}, options: RequestOptions = {}): List<LogEntry> {
    return this.#api.list<AccountEntry, "accounts.listEntries", LogEntry>(
      "accounts.listEntries",
      { path: { account }, query },
      options,
      (checker, items) => checker.entries(items, account),
      (entry) => ({ ...entry, payload: readJson(base64Decode(entry.envelope.payload)) as AccountEntryPayload }),
    );
  }
}

/** Money that came in from the world outside. */
export class Deposits {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Books a payment that arrived on the test rail; needs the scope `operator`. */
  async create(
    { amount, ...rest }: Omit<CreateDeposit, "amount"> & { readonly amount: AmountInput },
    options: WriteOptions = {},
  ): Promise<Deposit> {
    const body = { ...rest, amount: readAmount(amount) };
    return this.#api.checked("deposits.create", { body }, options, async (checker, answer) => {
      assertSame(answer, { ...body, object: "deposit" });
      await checker.transfer(answer);
    });
  }

  /** Lists deposits, newest first. */
  list(query: DepositsListQuery = {}, options: RequestOptions = {}): List<Deposit> {
    return this.#api.list<Deposit, "deposits.list">("deposits.list", { query }, options, eachTransfer);
  }

  /** Reads a deposit. */
  async retrieve(deposit: string, options: RequestOptions = {}): Promise<Deposit> {
    return this.#api.checked("deposits.retrieve", { path: { deposit } }, options, async (checker, answer) => {
      assertSame(answer, { object: "deposit", id: deposit });
      await checker.transfer(answer);
    });
  }
}

/** Money that leaves for the world outside. */
export class Withdrawals {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Pays out of what a party has available; by default your party. */
  async create(
    {
      amount,
      party,
      destination,
    }: Omit<CreateWithdrawal, "amount" | "party"> & { readonly amount: AmountInput; readonly party?: string },
    options: WriteOptions = {},
  ): Promise<Withdrawal> {
    const body = { party: party ?? (await this.#api.party(options)), amount: readAmount(amount), destination };
    return this.#api.checked("withdrawals.create", { body }, options, async (checker, answer) => {
      assertSame(answer, { ...body, object: "withdrawal" });
      await checker.transfer(answer);
    });
  }

  /** Lists withdrawals, newest first. */
  list(query: WithdrawalsListQuery = {}, options: RequestOptions = {}): List<Withdrawal> {
    return this.#api.list<Withdrawal, "withdrawals.list">("withdrawals.list", { query }, options, eachTransfer);
  }

  /** Reads a withdrawal. */
  async retrieve(withdrawal: string, options: RequestOptions = {}): Promise<Withdrawal> {
    return this.#api.checked("withdrawals.retrieve", { path: { withdrawal } }, options, async (checker, answer) => {
      assertSame(answer, { object: "withdrawal", id: withdrawal });
      await checker.transfer(answer);
    });
  }
}

async function eachTransfer(checker: Checker, items: readonly (Deposit | Withdrawal)[]): Promise<void> {
  for (const item of items) await checker.transfer(item);
}
