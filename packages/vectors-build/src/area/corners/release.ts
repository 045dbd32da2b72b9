import type { VectorFile } from "../../format.ts";
import { FOREIGN } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { RULED, release } from "../../story.ts";
import { at } from "../../time.ts";

const pairs: readonly (readonly [string, string, string, string, object, string])[] = [
  [
    "due-cause",
    "TIME_DUE_MISMATCH",
    "LOG_CAUSE_MISMATCH",
    "/body/due",
    { due: at(21), cause: FOREIGN },
    "due is compared before the cause",
  ],
  [
    "cause-seller",
    "LOG_CAUSE_MISMATCH",
    "LEDGER_TO_SELLER_MISMATCH",
    "/body/cause",
    { cause: FOREIGN, toSeller: "976" },
    "the cause is compared before the money",
  ],
  [
    "seller-fee",
    "LEDGER_TO_SELLER_MISMATCH",
    "LEDGER_FEE_MISMATCH",
    "/body/toSeller",
    { toSeller: "976", fee: "24" },
    "toSeller is compared before the fee",
  ],
  [
    "fee-buyer",
    "LEDGER_FEE_MISMATCH",
    "LEDGER_TO_BUYER_MISMATCH",
    "/body/fee",
    { fee: "26", toBuyer: "3799" },
    "the fee is compared before toBuyer",
  ],
];

/** Two differences in a release: the first field wins. */
export const releases: VectorFile = {
  path: "precedence/release.json",
  op: "log.reduce",
  description: "Two differences in a release: the first field wins.",
  groups: [
    after(
      "After a ruling.",
      RULED,
      pairs.map(([id, code, over, pointer, change, why]) => ({
        id: `precedence-release-${id}`,
        clause: "LOG-9",
        code,
        over,
        fault: `release-${id}`,
        twin: "state-ruled-released",
        pointer,
        why: `Of a release ${why}.`,
        kills: `compare the fields of a release in another order than ${id.replace("-", ", ")}`,
        steps: [release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800", ...change }, { hours: 20 })],
      })),
    ),
  ],
};
