import { base64urlDecode, formatInstant, fromUtf8, SettldError } from "@settld/protocol";
import type {
  Account,
  AccountEntry as AccountEntryView,
  Deposit,
  Money,
  Transaction,
  Withdrawal,
} from "../../gen/types.ts";
import { availableOf } from "../../money/accounts.ts";
import { accountId } from "../../store/account-id.ts";
import { accountName, parseAccountName } from "../../store/account-name.ts";
import type { AccountEntry, Balance, BookAccount, BookTransaction, TransferRow } from "../../store/store.ts";

const ACCOUNT_ID = /^acct_[A-Za-z0-9_-]+$/;

/**
 * The account that an id names.
 *
 * @throws SettldError `HTTP_NOT_FOUND` for a text that is no such id.
 */
export function accountOf(id: string): BookAccount {
  const fail = (): SettldError => new SettldError("HTTP_NOT_FOUND", `expected an account, found none: ${id}`);
  if (!ACCOUNT_ID.test(id)) throw fail();
  try {
    const parts = JSON.parse(fromUtf8(base64urlDecode(id.slice("acct_".length)))) as readonly unknown[];
    const [kind, assetCode, assetScale, owner] = parts;
    const account = parseAccountName(accountName({ kind, owner, assetCode, assetScale } as BookAccount));
    if (accountId(account) === id) return account;
  } catch {
    // Text that no id of ours decodes to.
  }
  throw fail();
}

/** A sum as it is answered. */
export function money(value: bigint, { assetCode, assetScale }: Pick<BookAccount, "assetCode" | "assetScale">): Money {
  return { value: value.toString(), assetCode, assetScale };
}

/** An account as it is answered. */
export function accountView({ account, value }: Balance): Account {
  return {
    object: "account",
    id: accountId(account),
    kind: account.kind,
    owner: account.owner,
    balance: money(value, account),
  };
}

/** A transaction as it is answered, seen from one of its accounts. */
export function transactionView({ id, type, at, postings }: BookTransaction, seen: BookAccount): Transaction {
  const name = accountName(seen);
  const own = postings.filter(({ account }) => accountName(account) === name);
  return {
    object: "transaction",
    id,
    type,
    at: formatInstant(at),
    amount: money(
      own.reduce((sum, { value }) => sum + value, 0n),
      seen,
    ),
    postings: postings.map(({ account, value }) => ({
      account: accountId(account),
      kind: account.kind,
      owner: account.owner,
      amount: money(value, account),
    })),
  };
}

/** An entry of an account log as it is answered. */
export function entryView({ seq, digest, envelope }: AccountEntry): AccountEntryView {
  const view = JSON.parse(fromUtf8(envelope)) as AccountEntryView["envelope"];
  const { type } = JSON.parse(atob(view.payload)) as Pick<AccountEntryView, "type">;
  return { object: "account_entry", seq, type, digest, envelope: view };
}

const shared = (row: TransferRow) => ({
  id: row.id,
  party: row.party,
  amount: { value: row.value.toString(), assetCode: row.assetCode, assetScale: row.assetScale },
  rail: row.rail,
  status: row.status,
  account: accountId(availableOf(row.party, row)),
  entry: row.entry,
  createdAt: formatInstant(row.createdAt),
});

/** A deposit as it is answered. */
export function depositView(row: TransferRow): Deposit {
  return { object: "deposit", ...shared(row), reference: row.reference };
}

/** A withdrawal as it is answered. */
export function withdrawalView(row: TransferRow): Withdrawal {
  return { object: "withdrawal", ...shared(row), destination: row.reference };
}
