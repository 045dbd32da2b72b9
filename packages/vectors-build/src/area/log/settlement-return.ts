import type { Group } from "../../format.ts";
import { extend } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { cancel, close, FUNDED, NO_BALANCES, RULED, release, settle } from "../../story.ts";
import { at } from "../../time.ts";
import { no, yes } from "./case.ts";

/** Money that goes back to the buyer. */
export const returns: readonly Group[] = [
  after("After a ruling: 1000 of 4800.", RULED, [
    yes(
      "money-ruled",
      "MONEY-9",
      "The fee of 44200 is 1105, 1080 are taken; 3800 go back to the buyer.",
      "release the holdback as decided",
      "closing",
      { buyer: "-44200", seller: "43095", escrow: "0", holdback: "0", fee: "1105" },
      release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
    ),
    no(
      "ledger-ruled-as-decided",
      "LEDGER-4",
      "LEDGER_TO_SELLER_MISMATCH",
      "/body/toSeller",
      "money-ruled",
      "A ruling replaces the decision for what is held.",
      "ignore the ruling",
      release({ due: at(20) }, { hours: 20 }),
    ),
  ]),
  after("A cancellation after funding.", extend(FUNDED, cancel()), [
    yes(
      "money-cancelled",
      "MONEY-8",
      "All of it goes back, without a fee.",
      "take a fee from refunds",
      "closed",
      NO_BALANCES,
      settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
      close(
        { due: at(3), reason: "cancelled", totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" } },
        { hours: 3 },
      ),
    ),
    no(
      "ledger-cancelled-fee",
      "LEDGER-5",
      "LEDGER_FEE_MISMATCH",
      "/body/fee",
      "money-cancelled",
      "Refunds bear no fee.",
      "take a fee from refunds",
      settle({ due: at(3), toSeller: "0", fee: "1200", toBuyer: "46800", held: "0" }, { hours: 3 }),
    ),
    no(
      "log-reason-settled-after-cancel",
      "LOG-6",
      "LOG_REASON_MISMATCH",
      "/body/reason",
      "money-cancelled",
      "A cancelled agreement is closed as cancelled, also after its settlement.",
      "look at the state only",
      settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
      close(
        { due: at(3), reason: "settled", totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" } },
        { hours: 3 },
      ),
    ),
  ]),
];
