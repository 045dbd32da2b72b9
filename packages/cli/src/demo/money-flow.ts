import { type AccountKind, type Balances, type Transaction, ZERO_BALANCES } from "@settld/kernel";
import { formatAmount } from "@settld/protocol";
import type { Move } from "./story-model.ts";
import { ASSET } from "./terms.ts";

/** The accounts in the order in which they are shown, with their names for people. */
export const ACCOUNTS: readonly { readonly kind: AccountKind; readonly name: string }[] = [
  { kind: "buyer", name: "Buyer" },
  { kind: "seller", name: "Seller" },
  { kind: "escrow", name: "Escrow" },
  { kind: "holdback", name: "Holdback" },
  { kind: "fee", name: "Fees" },
];

/** The name of an account for people. */
export function accountName(kind: AccountKind): string {
  return ACCOUNTS.find((account) => account.kind === kind)?.name ?? kind;
}

/** What a transaction moves: all of it comes from one account and goes to others. */
export function movesOf(transaction: Transaction | undefined): Move[] {
  const postings = transaction?.postings ?? [];
  const source = postings.find(({ value }) => value < 0n);
  if (source === undefined) return [];
  return postings
    .filter(({ value }) => value > 0n)
    .map(({ account, value }) => ({ from: source.account.kind, to: account.kind, value }));
}

/** Adds balances up, account by account. */
export function addBalances(all: readonly Balances[]): Balances {
  return all.reduce(
    (sum, { buyer, seller, escrow, holdback, fee }) => ({
      buyer: sum.buyer + buyer,
      seller: sum.seller + seller,
      escrow: sum.escrow + escrow,
      holdback: sum.holdback + holdback,
      fee: sum.fee + fee,
    }),
    ZERO_BALANCES,
  );
}

/** The sum of all accounts, which is zero as long as no money appears or disappears. */
export function sumOf(balances: Balances): bigint {
  return ACCOUNTS.reduce((sum, { kind }) => sum + balances[kind], 0n);
}

/** An amount with its currency, such as `480.00 USD`. */
export function usd(value: bigint): string {
  return formatAmount(value, ASSET);
}

/** An amount without its currency, for columns that name it in their head. */
export function plain(value: bigint): string {
  const [digits = "", fraction] = usd(value).replace(` ${ASSET.assetCode}`, "").split(".");
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
