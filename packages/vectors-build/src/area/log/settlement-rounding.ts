import type { Group } from "../../format.ts";
import { EMPTY, extend, type Log, type Step } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { accept, attest, close, decide, fund, offer, release, settle, submit, terms } from "../../story.ts";
import { no, yes } from "./case.ts";

/** Odd numbers, so that every rounding shows: A = 33333, fee 3.33 %, holdback 12.34 %. */
export const ODD: { readonly amount: object; readonly feeBps: number; readonly holdbackBps: number } = {
  amount: { value: "33333", assetCode: "USD", assetScale: 2 },
  feeBps: 333,
  holdbackBps: 1234,
};
const oddReview = (change: Record<string, unknown> = {}): Log =>
  extend(EMPTY, offer(terms({ ...ODD, ...change })), accept(), fund({ amount: ODD.amount }), submit(), attest());
const ODD_DECIDED = extend(oddReview(), decide({ gross: "33333" }));

// hb = floor(33333 x 1234 / 10000) = 4113; leg 29220; fee floor(29220 x 333 / 10000) = 973; fee of all floor(33333 x 333 / 10000) = 1109.
const oddSettle = (body: Record<string, unknown> = {}): Step =>
  settle({ toSeller: "28247", fee: "973", toBuyer: "0", held: "4113", ...body });
const ODD_WINDOW = extend(ODD_DECIDED, oddSettle());
const oddRelease = (body: Record<string, unknown> = {}): Step =>
  release({ toSeller: "3977", fee: "136", toBuyer: "0", ...body });
const ODD_FULL = { buyer: "-33333", seller: "32224", escrow: "0", holdback: "0", fee: "1109" };
const oddTotals = { funded: "33333", toSeller: "32224", fee: "1109", toBuyer: "0" };

/** Settlement, release and closing where everything is rounded. */
export const roundings: readonly Group[] = [
  after("Settlement of odd numbers: all of 33333.", ODD_DECIDED, [
    yes(
      "money-settled",
      "MONEY-8",
      "hb = floor(4113.29) = 4113, fee = floor(973.02) = 973, toSeller = 33333 - 4113 - 973.",
      "round half up",
      "window",
      { buyer: "-33333", seller: "28247", escrow: "0", holdback: "4113", fee: "973" },
      oddSettle(),
    ),
    no(
      "ledger-to-seller",
      "LEDGER-4",
      "LEDGER_TO_SELLER_MISMATCH",
      "/body/toSeller",
      "money-settled",
      "One unit too much for the seller.",
      "take toSeller from the event",
      oddSettle({ toSeller: "28248" }),
    ),
    no(
      "ledger-fee",
      "LEDGER-5",
      "LEDGER_FEE_MISMATCH",
      "/body/fee",
      "money-settled",
      "The fee is rounded down.",
      "take the fee from the event",
      oddSettle({ fee: "974" }),
    ),
    no(
      "ledger-to-buyer",
      "LEDGER-6",
      "LEDGER_TO_BUYER_MISMATCH",
      "/body/toBuyer",
      "money-settled",
      "With a window the buyer's part waits as well.",
      "refund at once",
      oddSettle({ toBuyer: "1" }),
    ),
    no(
      "ledger-held",
      "LEDGER-7",
      "LEDGER_HELD_MISMATCH",
      "/body/held",
      "money-settled",
      "The holdback is rounded down.",
      "take held from the event",
      oddSettle({ held: "4114" }),
    ),
    no(
      "ledger-by-seller",
      "EVENT-5",
      "EVENT_ACTOR",
      "/by",
      "money-settled",
      "The seller cannot pay itself.",
      "check the signature only",
      { ...oddSettle(), by: "seller" },
    ),
  ]),
  after("Release of odd numbers.", ODD_WINDOW, [
    yes(
      "money-released",
      "MONEY-7",
      "The fee of both legs is floor(1109.98) = 1109, so this leg bears 136; by itself it would be floor(136.96) = 136, rounded half up 137.",
      "round half up",
      "closing",
      ODD_FULL,
      oddRelease(),
    ),
    no(
      "ledger-release-to-seller",
      "LEDGER-4",
      "LEDGER_TO_SELLER_MISMATCH",
      "/body/toSeller",
      "money-released",
      "One unit too much for the seller.",
      "check settlements only",
      oddRelease({ toSeller: "3978" }),
    ),
    no(
      "ledger-release-fee",
      "LEDGER-5",
      "LEDGER_FEE_MISMATCH",
      "/body/fee",
      "money-released",
      "One unit too much for the settler.",
      "check settlements only",
      oddRelease({ fee: "137" }),
    ),
    no(
      "ledger-release-to-buyer",
      "LEDGER-6",
      "LEDGER_TO_BUYER_MISMATCH",
      "/body/toBuyer",
      "money-released",
      "Nothing is left for the buyer.",
      "check settlements only",
      oddRelease({ toBuyer: "1" }),
    ),
  ]),
  after("Closing of odd numbers.", extend(ODD_WINDOW, oddRelease()), [
    yes(
      "money-closed",
      "LEDGER-8",
      "The totals add up to the funding.",
      "refuse good totals",
      "closed",
      ODD_FULL,
      close({ totals: oddTotals }),
    ),
    no(
      "ledger-totals",
      "LEDGER-8",
      "LEDGER_TOTALS_MISMATCH",
      "/body/totals",
      "money-closed",
      "One unit moved from the seller to the fee.",
      "compare the sum of totals only",
      close({ totals: { ...oddTotals, toSeller: "32223", fee: "1110" } }),
    ),
    no(
      "ledger-totals-fee-in-seller",
      "LEDGER-8",
      "LEDGER_TOTALS_MISMATCH",
      "/body/totals",
      "money-closed",
      "toSeller is without the fee.",
      "count the fee as the seller's",
      close({ totals: { ...oddTotals, toSeller: "33333" } }),
    ),
  ]),
  // Two legs of 1: fee 50 %: floor(0.5) = 0, then floor(1) - 0 = 1.
  after(
    "A fee that only both legs together reach.",
    extend(
      EMPTY,
      offer(terms({ amount: { value: "2", assetCode: "USD", assetScale: 2 }, feeBps: 5000, holdbackBps: 5000 })),
      accept(),
      fund({ amount: { value: "2", assetCode: "USD", assetScale: 2 } }),
      submit(),
      attest(),
      decide({ gross: "2" }),
      settle({ toSeller: "1", fee: "0", toBuyer: "0", held: "1" }),
    ),
    [
      yes(
        "money-fee-cumulative",
        "MONEY-7",
        "The fee of 2 is 1; the first leg of 1 bore floor(0.5) = 0, so the second bears 1.",
        "round the fee of every leg",
        "closing",
        { buyer: "-2", seller: "1", escrow: "0", holdback: "0", fee: "1" },
        release({ toSeller: "0", fee: "1", toBuyer: "0" }),
      ),
      no(
        "ledger-fee-by-leg",
        "LEDGER-4",
        "LEDGER_TO_SELLER_MISMATCH",
        "/body/toSeller",
        "money-fee-cumulative",
        "A fee that is rounded leg by leg loses a unit.",
        "round the fee of every leg",
        release({ toSeller: "1", fee: "0", toBuyer: "0" }),
      ),
    ],
  ),
];
