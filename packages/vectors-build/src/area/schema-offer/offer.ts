import type { VectorFile } from "../../format.ts";
import { EMPTY } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { violations } from "../../schema-case.ts";
import { offer, terms } from "../../story.ts";
import { payouts } from "./payout.ts";
import { requirements } from "./requirement.ts";
import { offered } from "./terms.ts";

/** The terms of an offer, member by member. */
export const schemaOffer: VectorFile = {
  path: "schema/offer.json",
  op: "log.reduce",
  description:
    "Offers with a member that is missing, malformed or too much. A refused offer is refused once; an accepted one binds.",
  groups: [
    after("Terms.", EMPTY, violations("offer", offer(), "event-offer", offered)),
    after("Requirements.", EMPTY, violations("policy", offer(terms()), "event-offer", requirements)),
    after("Payouts.", EMPTY, violations("payout", offer(terms()), "event-offer", payouts)),
  ],
};
