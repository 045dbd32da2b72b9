import { digestOf, utf8 } from "@settld/protocol";
import { type Case, file, type VectorFile } from "../format.ts";

// A ledger in which next to nothing stands.

const cases: readonly Case[] = [
  {
    id: "ledger-one-posting",
    clause: "LEDGER-1",
    code: "LEDGER_UNBALANCED",
    fault: "one-posting",
    twin: "ledger-party-negative",
    index: 0,
    why: "One posting names the asset of the agreement, and nothing stands against it.",
    kills: "learn the asset from a posting that need not be there",
    input: {
      transactions: [
        {
          id: digestOf(utf8("fund")),
          postings: [{ account: { kind: "escrow", assetCode: "USD", assetScale: 2 }, value: "100" }],
        },
      ],
      closed: false,
    },
  },
];

/** What the first file of ledgers leaves out. */
export const oneSided: VectorFile = file("ledger/one-sided.json", "ledger.replay", "A transaction of one side.", cases);
