import type { VectorFile } from "../../format.ts";
import { EMPTY } from "../../log-builder.ts";
import { after, type LogCase } from "../../log-case.ts";
import { NO_BALANCES, offer, terms } from "../../story.ts";
import { fits } from "./offer-fits.ts";
import { refuse } from "./offer-row.ts";
import { rules } from "./offer-rules.ts";
import { schema } from "./offer-schema.ts";
import { party } from "./offer-terms.ts";

const actor: readonly LogCase[] = (["settler", "arbiter", "checker", "stranger"] as const).map((by) => ({
  id: `event-offer-by-${by}`,
  clause: "EVENT-5",
  code: "EVENT_ACTOR",
  fault: `offer-by-${by}`,
  twin: "event-offer",
  pointer: "/by",
  why: `The ${by} has nothing to offer: an offer is by the buyer or the seller.`,
  kills: "allow any party to offer",
  steps: [offer(terms(), { by })],
}));

const sellerOffer: LogCase = {
  id: "event-offer-by-seller",
  clause: "EVENT-5",
  why: "The seller may offer, too.",
  kills: "allow the buyer to offer only",
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms(), { by: "seller" })],
};

/** Offers that can and cannot be evaluated. */
export const offers: VectorFile = {
  path: "event/offer.json",
  op: "log.reduce",
  description: "Offers that can and cannot be evaluated.",
  groups: [
    after("First events.", EMPTY, [
      ...fits.map(longId),
      sellerOffer,
      ...refuse("EVENT-4", "EVENT_SCHEMA", schema),
      ...rules,
      ...actor,
    ]),
  ],
};

// The id of this case promises a long party id; the rows in offer-fits.ts cannot give one to the author of the offer alone.
function longId(one: LogCase): LogCase {
  if (one.id !== "event-offer-long-party-id") return one;
  const id = `urn:${"x".repeat(252)}`;
  return { ...one, steps: [offer(terms(party("buyer", { id })), { change: { by: id } })] };
}
