import { digestOf, utf8 } from "@settld/protocol";
import type { Case, VectorFile } from "../format.ts";

type Leg = readonly [kind: "buyer" | "seller" | "escrow" | "holdback" | "fee", value: string, asset?: object];

const USD = { assetCode: "USD", assetScale: 2 };
const idOf = (name: string): string => digestOf(utf8(name));

const transaction = (name: string, ...legs: readonly Leg[]): object => ({
  id: idOf(name),
  postings: legs.map(([kind, value, asset = USD]) => ({ account: { kind, ...asset }, value })),
});

const fund = transaction("fund", ["buyer", "-100"], ["escrow", "100"]);
const settle = transaction("settle", ["escrow", "-100"], ["seller", "85"], ["fee", "5"], ["holdback", "10"]);
const release = transaction("release", ["holdback", "-10"], ["seller", "10"]);
const whole = [fund, settle, release];

const accept = (
  id: string,
  clause: string,
  why: string,
  transactions: readonly object[],
  closed: boolean,
  balances: readonly [string, string, string, string, string],
  kills?: string,
): Case => {
  const [buyer, seller, escrow, holdback, fee] = balances;
  return {
    id,
    clause,
    why,
    ...(kills === undefined ? {} : { kills }),
    input: { transactions, closed },
    facts: { balances: { buyer, seller, escrow, holdback, fee } },
  };
};

const reject = (
  id: string,
  clause: string,
  code: string,
  fault: string,
  index: number,
  why: string,
  kills: string,
  transactions: readonly object[],
  closed = true,
  twin = "ledger-whole",
): Case => ({
  id,
  clause,
  code,
  fault,
  twin,
  index,
  why,
  kills,
  input: { transactions, closed },
});

const cases: readonly Case[] = [
  accept("ledger-whole", "LEDGER-1", "Funding, settlement and release of 100.", whole, true, [
    "-100",
    "95",
    "0",
    "0",
    "5",
  ]),
  accept(
    "ledger-empty",
    "LEDGER-3",
    "An agreement that was never funded moves nothing.",
    [],
    true,
    ["0", "0", "0", "0", "0"],
    "demand a transaction",
  ),
  accept(
    "ledger-open",
    "LEDGER-3",
    "While the agreement is open, escrow and holdback may hold money.",
    [fund, settle],
    false,
    ["-100", "85", "0", "10", "5"],
    "demand zero at any time",
  ),
  accept(
    "ledger-large",
    "MONEY-1",
    "Values beyond 64 bits.",
    [transaction("fund", ["buyer", "-1000000000000000000000000000000"], ["escrow", "1000000000000000000000000000000"])],
    false,
    ["-1000000000000000000000000000000", "0", "1000000000000000000000000000000", "0", "0"],
    "add in 64 bits",
  ),
  accept(
    "ledger-party-negative",
    "LEDGER-3",
    "Accounts of parties are external legs and may be negative.",
    [fund],
    false,
    ["-100", "0", "100", "0", "0"],
    "refuse a negative buyer",
  ),
  reject(
    "ledger-unbalanced",
    "LEDGER-1",
    "LEDGER_UNBALANCED",
    "one-unit-more",
    0,
    "A unit out of nothing.",
    "skip the sum",
    [transaction("fund", ["buyer", "-99"], ["escrow", "100"])],
    false,
    "ledger-party-negative",
  ),
  reject(
    "ledger-unbalanced-later",
    "LEDGER-1",
    "LEDGER_UNBALANCED",
    "sum-over-log-is-zero",
    1,
    "Each transaction has to balance by itself, not only all of them together.",
    "sum over the whole log",
    [
      fund,
      transaction("settle", ["escrow", "-90"], ["seller", "85"], ["fee", "5"], ["holdback", "10"]),
      transaction("release", ["holdback", "-20"], ["seller", "10"]),
    ],
  ),
  reject(
    "ledger-duplicate",
    "LEDGER-2",
    "LEDGER_DUPLICATE",
    "release-twice",
    3,
    "One event pays once.",
    "post a transaction again",
    [...whole, release],
  ),
  reject(
    "ledger-duplicate-other-postings",
    "LEDGER-2",
    "LEDGER_DUPLICATE",
    "same-id-other-postings",
    3,
    "An id stands once, whatever stands behind it.",
    "compare whole transactions",
    [...whole, transaction("release", ["seller", "-1"], ["buyer", "1"])],
  ),
  reject(
    "ledger-other-asset",
    "LEDGER-1",
    "LEDGER_ASSET_MIXED",
    "euro-legs",
    0,
    "100 of one asset are not 100 of another.",
    "ignore assets",
    [transaction("fund", ["buyer", "-100"], ["escrow", "100", { assetCode: "EUR", assetScale: 2 }])],
    false,
    "ledger-party-negative",
  ),
  reject(
    "ledger-other-scale",
    "LEDGER-1",
    "LEDGER_ASSET_MIXED",
    "other-scale",
    0,
    "100 cents are not 100 tenths of a cent.",
    "compare codes only",
    [transaction("fund", ["buyer", "-100"], ["escrow", "100", { assetCode: "USD", assetScale: 3 }])],
    false,
    "ledger-party-negative",
  ),
  reject(
    "ledger-asset-changes",
    "LEDGER-1",
    "LEDGER_ASSET_MIXED",
    "later-transaction-in-euro",
    1,
    "An agreement has one asset, also in later transactions.",
    "compare within a transaction only",
    [
      fund,
      transaction(
        "gift",
        ["buyer", "-1", { assetCode: "EUR", assetScale: 2 }],
        ["seller", "1", { assetCode: "EUR", assetScale: 2 }],
      ),
    ],
    false,
    "ledger-party-negative",
  ),
  reject(
    "ledger-escrow-overdrawn",
    "LEDGER-3",
    "LEDGER_OVERDRAWN",
    "escrow-below-zero",
    1,
    "More leaves escrow than came in.",
    "allow negative escrow",
    [fund, transaction("settle", ["escrow", "-101"], ["seller", "101"])],
  ),
  reject(
    "ledger-holdback-overdrawn",
    "LEDGER-3",
    "LEDGER_OVERDRAWN",
    "holdback-below-zero",
    2,
    "More is released than was held back.",
    "check escrow only",
    [fund, settle, transaction("release", ["holdback", "-11"], ["seller", "11"])],
  ),
  reject(
    "ledger-overdrawn-for-a-while",
    "LEDGER-3",
    "LEDGER_OVERDRAWN",
    "negative-in-between",
    0,
    "A balance that is repaired later was negative all the same.",
    "check balances at the end",
    [
      transaction("early", ["escrow", "-10"], ["seller", "10"]),
      transaction("fund", ["buyer", "-10"], ["escrow", "10"]),
    ],
  ),
  reject(
    "ledger-escrow-left",
    "LEDGER-3",
    "LEDGER_NOT_ZERO",
    "escrow-not-empty",
    0,
    "Money in escrow of a closed agreement is lost.",
    "skip the check at the end",
    [fund],
  ),
  reject(
    "ledger-holdback-left",
    "LEDGER-3",
    "LEDGER_NOT_ZERO",
    "holdback-not-empty",
    1,
    "Money in holdback of a closed agreement is lost.",
    "check escrow only",
    [fund, settle],
  ),
];

/** Replays of transactions. */
export const ledger: readonly VectorFile[] = [
  {
    path: "ledger/replay.json",
    op: "ledger.replay",
    description: "Transactions of an agreement ledger, replayed in order.",
    groups: [{ cases }],
  },
];
