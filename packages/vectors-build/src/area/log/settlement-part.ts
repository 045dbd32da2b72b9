import type { Group } from "../../format.ts";
import { EMPTY, extend, type Log } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import {
  accept,
  attest,
  decide,
  delivered,
  dispute,
  fund,
  NO_BALANCES,
  NO_WINDOW,
  offer,
  outcomes,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
} from "../../story.ts";
import { at } from "../../time.ts";
import { no, yes } from "./case.ts";
import { ODD } from "./settlement-rounding.ts";

// A part of the amount: weights 7000 and 3000, the check fails: G = floor(33333 x 7000 / 10000) = 23333.
const PART_POLICY = {
  policy: {
    requirements: [delivered, valid],
    payout: {
      kind: "weighted",
      weights: [
        { requirement: "delivered", bps: 7000 },
        { requirement: "valid", bps: 3000 },
      ],
    },
  },
};
const part = (change: Record<string, unknown>): Log =>
  extend(
    EMPTY,
    offer(terms({ ...ODD, ...PART_POLICY, ...change })),
    accept(),
    fund({ amount: ODD.amount }),
    submit(),
    attest({ result: { validityBps: 0 } }),
    decide({ requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"), gross: "23333", outcome: "partial" }),
  );
const NO_WINDOW_ODD = { ...NO_WINDOW, feeBps: 333 };

/** A part of the amount is awarded, or nothing of it. */
export const parts: readonly Group[] = [
  after("A part of the amount, with a window: the buyer's part waits in holdback.", part({}), [
    // hb = floor(23333 x 1234 / 10000) = 2879; leg 20454; fee floor(681.1) = 681; held = 10000 + 2879.
    yes(
      "money-part-held",
      "MONEY-8",
      "held = (33333 - 23333) + 2879, and nothing goes to the buyer yet.",
      "refund at once",
      "window",
      { buyer: "-33333", seller: "19773", escrow: "0", holdback: "12879", fee: "681" },
      settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" }),
    ),
    yes(
      "money-part-released",
      "MONEY-9",
      "At the end of the window 2879 are the seller's and 10000 the buyer's: fee floor(776.98) - 681 = 95.",
      "release everything to the seller",
      "closing",
      { buyer: "-23333", seller: "22557", escrow: "0", holdback: "0", fee: "776" },
      settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" }),
      release({ toSeller: "2784", fee: "95", toBuyer: "10000" }),
    ),
    // The ruling gives all 12879: fee floor(33333 x 333 / 10000) - 681 = 1109 - 681 = 428.
    yes(
      "money-part-ruled-all",
      "MONEY-9",
      "The arbiter gives the seller the buyer's part as well.",
      "limit rulings to the seller's holdback",
      "closing",
      { buyer: "-33333", seller: "32224", escrow: "0", holdback: "0", fee: "1109" },
      settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" }),
      dispute({}, { by: "seller" }),
      rule({ toSeller: "12879" }),
      release({ due: at(20), toSeller: "12451", fee: "428", toBuyer: "0" }, { hours: 20 }),
    ),
    no(
      "ledger-part-refunded",
      "LEDGER-6",
      "LEDGER_TO_BUYER_MISMATCH",
      "/body/toBuyer",
      "money-part-held",
      "A dispute could not move what was refunded already.",
      "refund at once",
      settle({ toSeller: "19773", fee: "681", toBuyer: "10000", held: "2879" }),
    ),
  ]),
  after("A part of the amount, without a window.", part(NO_WINDOW_ODD), [
    // fee floor(23333 x 333 / 10000) = floor(776.98) = 776.
    yes(
      "money-part-no-window",
      "MONEY-8",
      "Everything moves at once; the refund bears no fee.",
      "take a fee from refunds",
      "closing",
      { buyer: "-23333", seller: "22557", escrow: "0", holdback: "0", fee: "776" },
      settle({ toSeller: "22557", fee: "776", toBuyer: "10000", held: "0" }),
    ),
    no(
      "ledger-held-without-window",
      "LEDGER-6",
      "LEDGER_TO_BUYER_MISMATCH",
      "/body/toBuyer",
      "money-part-no-window",
      "Without a window nothing may be held.",
      "hold the refund",
      settle({ toSeller: "22557", fee: "776", toBuyer: "0", held: "10000" }),
    ),
  ]),
  after(
    "Nothing awarded, with a window: all of it waits.",
    extend(
      EMPTY,
      offer(terms({ attemptsMax: 1 })),
      accept(),
      fund(),
      submit(),
      attest({ result: { validityBps: 0 } }),
      decide({ requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"), gross: "0", outcome: "none" }),
    ),
    [
      yes(
        "money-none-held",
        "MONEY-8",
        "The seller may dispute a decision about nothing, so the whole amount waits.",
        "refund at once",
        "window",
        { buyer: "-48000", seller: "0", escrow: "0", holdback: "48000", fee: "0" },
        settle({ toSeller: "0", fee: "0", toBuyer: "0", held: "48000" }),
      ),
      yes(
        "money-none-released",
        "MONEY-9",
        "Without a dispute all of it goes back.",
        "leave it in holdback",
        "closing",
        NO_BALANCES,
        settle({ toSeller: "0", fee: "0", toBuyer: "0", held: "48000" }),
        release({ toSeller: "0", fee: "0", toBuyer: "48000" }),
      ),
    ],
  ),
];
