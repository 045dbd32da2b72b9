import type { Group } from "../../format.ts";
import { EMPTY, extend } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { accept, attest, decide, fund, NO_WINDOW, offer, settle, submit, terms } from "../../story.ts";
import { yes } from "./case.ts";

/** The highest fee and the largest amount, and a window with nothing held back. */
export const limits: readonly Group[] = [
  after(
    "Fee of everything.",
    extend(EMPTY, offer(terms({ ...NO_WINDOW, feeBps: 10000 })), accept(), fund(), submit(), attest(), decide()),
    [
      yes(
        "money-fee-all",
        "MONEY-7",
        "A fee of 10000 bps leaves nothing to the seller; the posting of zero is left out.",
        "demand a payment to the seller",
        "closing",
        { buyer: "-48000", seller: "0", escrow: "0", holdback: "0", fee: "48000" },
        settle({ toSeller: "0", fee: "48000", toBuyer: "0", held: "0" }),
      ),
    ],
  ),
  after(
    "Nothing held back although there is a window.",
    extend(EMPTY, offer(terms({ holdbackBps: 0 })), accept(), fund(), submit(), attest(), decide()),
    [
      yes(
        "money-nothing-held",
        "MONEY-8",
        "Held is zero, so there is no window and the closing is due at once.",
        "open the window anyway",
        "closing",
        { buyer: "-48000", seller: "46800", escrow: "0", holdback: "0", fee: "1200" },
        settle({ toSeller: "46800", fee: "1200", toBuyer: "0", held: "0" }),
      ),
    ],
  ),
  after(
    "The largest amount.",
    extend(
      EMPTY,
      offer(
        terms({ ...NO_WINDOW, amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 }, feeBps: 1 }),
      ),
      accept(),
      fund({ amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 } }),
      submit(),
      attest(),
      decide({ gross: `1${"0".repeat(30)}` }),
    ),
    [
      yes(
        "money-max-settled",
        "MONEY-6",
        "A hundredth of a percent of 10^30 is 10^26.",
        "compute in floating point",
        "closing",
        {
          buyer: `-1${"0".repeat(30)}`,
          seller: `9999${"0".repeat(26)}`,
          escrow: "0",
          holdback: "0",
          fee: `1${"0".repeat(26)}`,
        },
        settle({ toSeller: `9999${"0".repeat(26)}`, fee: `1${"0".repeat(26)}`, toBuyer: "0", held: "0" }),
      ),
    ],
  ),
];
