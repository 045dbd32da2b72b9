import { EMPTY, extend, type Log, type ReceiptTerms } from "../../log-builder.ts";
import {
  accept,
  approved,
  attest,
  cancel,
  close,
  decide,
  dispute,
  EXPIRED,
  expire,
  fund,
  NO_TOTALS,
  offer,
  PARTIES,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
} from "../../story.ts";
import { at } from "../../time.ts";

/** A closed log, the terms of its receipt, and whether it refers to evidence. */
export type Story = { readonly log: Log; readonly receipt: ReceiptTerms; readonly evidence: boolean };

const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const CANCELLED: ReceiptTerms = { at: at(2), reason: "cancelled", outcome: "none", totals: NO_TOTALS };

/** Offered, accepted, cancelled, closed. */
export const short = (parties: object = PARTIES): Story => ({
  log: extend(
    EMPTY,
    offer(terms({ parties })),
    accept(),
    cancel({ hours: 2 }),
    expire({ due: at(2), reason: "cancelled" }, { hours: 2 }),
  ),
  receipt: CANCELLED,
  evidence: false,
});

/** Attested and then cancelled, because an approval is still missing. */
export const checked = (
  parties: object = PARTIES,
  requirement: object = valid,
  by: "checker" | "buyer" = "checker",
): Story => ({
  log: extend(
    EMPTY,
    offer(terms({ parties, policy: { requirements: [requirement, approved], payout: { kind: "all-or-nothing" } } })),
    accept(),
    fund(),
    submit(),
    attest({ requirement: (requirement as { readonly id: string }).id }, { by }),
    cancel({ hours: 5 }),
    settle({ due: at(5), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 5 }),
    close({ due: at(5), reason: "cancelled", totals: refunded }, { hours: 5 }),
  ),
  receipt: { at: at(5), reason: "cancelled", outcome: "none", totals: refunded },
  evidence: true,
});

/** Disputed and ruled: all of the holdback is the seller's. */
export const ruled = (parties: object = PARTIES): Story => {
  const totals = { funded: "48000", toSeller: "46800", fee: "1200", toBuyer: "0" };
  return {
    log: extend(
      EMPTY,
      offer(terms({ parties })),
      accept(),
      fund(),
      submit(),
      attest(),
      decide(),
      settle(),
      dispute(),
      rule({ toSeller: "4800" }),
      release({ due: at(20) }, { hours: 20 }),
      close({ due: at(20), totals }, { hours: 20 }),
    ),
    receipt: { at: at(20), reason: "settled", outcome: "full", totals },
    evidence: true,
  };
};

/** An offer that expired. */
export const expired = (parties?: object): Story => ({
  log: parties === undefined ? EXPIRED : extend(EMPTY, offer(terms({ parties })), expire()),
  receipt: { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS },
  evidence: false,
});
