import type { Group } from "../../format.ts";
import { head } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { DISPUTED, dispute, FILE, rule, WINDOW, WINDOW_BALANCES } from "../../story.ts";
import { no, yes } from "./body-case.ts";
import { second } from "./item.ts";

/** Disputes. */
export const disputes: Group = after("Disputes.", WINDOW, [
  yes(
    "event-disputed-by-seller",
    "EVENT-5",
    "The seller may dispute, too.",
    "disputed",
    WINDOW_BALANCES,
    dispute({}, { by: "seller" }),
  ),
  no(
    {
      id: "event-disputed-by-checker",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "disputed-by-checker",
      pointer: "/by",
      twin: "event-disputed-by-seller",
      why: "Only the two parties dispute.",
      kills: "allow anyone to dispute",
    },
    dispute({}, { by: "checker" }),
  ),
  no(
    {
      id: "event-disputed-other-decision",
      clause: "EVENT-17",
      code: "EVENT_DECISION_MISMATCH",
      fault: "disputed-other-decision",
      pointer: "/body/decision",
      twin: "event-disputed-by-seller",
      why: "A dispute is about the final decision.",
      kills: "ignore which decision is named",
    },
    dispute((log) => ({ decision: head(log, 4) })),
  ),
  yes(
    "event-disputed-with-item",
    "EVENT-11",
    "A dispute may bring evidence.",
    "disputed",
    WINDOW_BALANCES,
    dispute({ items: [second.item] }),
  ),
  no(
    {
      id: "event-disputed-size-conflict",
      clause: "EVENT-11",
      code: "EVENT_ITEM_CONFLICT",
      fault: "size-differs-from-submission",
      pointer: "/body/items/0/size",
      twin: "event-disputed-with-item",
      why: "Sizes hold over the whole log, not only in one event.",
      kills: "compare sizes within an event",
    },
    dispute({ items: [{ ...FILE.item, size: 9 }] }),
  ),
  no(
    {
      id: "event-disputed-item-twice",
      clause: "EVENT-9",
      code: "EVENT_NAME_DUPLICATE",
      fault: "disputed-item-name-twice",
      pointer: "/body/items/1/name",
      twin: "event-disputed-with-item",
      why: "Names are unique in a dispute as in a submission.",
      kills: "check submissions only",
    },
    dispute({ items: [second.item, second.item] }),
  ),
]);

/** Rulings. */
export const rulings: Group = after("Rulings.", DISPUTED, [
  yes(
    "event-ruled-all",
    "MONEY-5",
    "The arbiter may give the seller everything that is held.",
    "ruled",
    WINDOW_BALANCES,
    rule({ toSeller: "4800" }),
  ),
  yes("event-ruled-nothing", "MONEY-5", "Or nothing.", "ruled", WINDOW_BALANCES, rule({ toSeller: "0" })),
  no(
    {
      id: "event-ruled-too-much",
      clause: "MONEY-5",
      code: "MONEY_RULING_RANGE",
      fault: "ruled-one-above",
      pointer: "/body/toSeller",
      twin: "event-ruled-all",
      why: "Nobody can give away more than is held.",
      kills: "pay whatever is ruled",
    },
    rule({ toSeller: "4801" }),
  ),
  no(
    {
      id: "event-ruled-by-settler",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "ruled-by-settler",
      pointer: "/by",
      twin: "event-ruled-all",
      why: "Only the arbiter rules.",
      kills: "allow the settler to rule",
    },
    rule({}, { by: "settler" }),
  ),
  no(
    {
      id: "event-ruled-other-dispute",
      clause: "EVENT-18",
      code: "EVENT_DISPUTE_MISMATCH",
      fault: "ruled-other-dispute",
      pointer: "/body/dispute",
      twin: "event-ruled-all",
      why: "A ruling names its dispute.",
      kills: "ignore which dispute is named",
    },
    rule((log) => ({ dispute: head(log, 5) })),
  ),
]);
