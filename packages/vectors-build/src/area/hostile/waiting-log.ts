import { EMPTY, extend, type Log } from "../../log-builder.ts";
import { accept, approved, fund, offer, submit, terms, valid } from "../../story.ts";

/** A submission with a check and an approval open. */
export const WAITING: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [valid, approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit(),
);
