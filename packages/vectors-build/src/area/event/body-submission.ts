import type { Group } from "../../format.ts";
import { after } from "../../log-case.ts";
import { cancel, ESCROW_BALANCES, FILE, FUNDED, submit } from "../../story.ts";
import { no, yes } from "./body-case.ts";
import { second } from "./item.ts";

/** Submissions. */
export const submissions: Group = after("Submissions.", FUNDED, [
  yes("event-submitted", "EVENT-10", "The first attempt.", "review", ESCROW_BALANCES, submit()),
  no(
    {
      id: "event-submitted-by-buyer",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "submitted-by-buyer",
      pointer: "/by",
      twin: "event-submitted",
      why: "The seller does the work.",
      kills: "allow either party to submit",
    },
    submit({}, { by: "buyer" }),
  ),
  no(
    {
      id: "event-cancelled-by-buyer-after-funding",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "cancelled-by-buyer-in-funded",
      pointer: "/by",
      twin: "state-funded-cancelled",
      why: "Once funded, only the seller can give the money back; otherwise the buyer takes the work and cancels.",
      kills: "allow either party to cancel at any time",
    },
    cancel({ by: "buyer" }),
  ),
  no(
    {
      id: "event-attempt-2-first",
      clause: "EVENT-10",
      code: "EVENT_ATTEMPT_MISMATCH",
      fault: "attempt-2-first",
      pointer: "/body/attempt",
      twin: "event-submitted",
      why: "Attempts are counted, not claimed.",
      kills: "take the attempt from the event",
    },
    submit({ attempt: 2 }),
  ),
  no(
    {
      id: "event-item-name-twice",
      clause: "EVENT-9",
      code: "EVENT_NAME_DUPLICATE",
      fault: "item-name-twice",
      pointer: "/body/items/1/name",
      twin: "event-two-items",
      why: "A requirement could read either item.",
      kills: "take the first item of a name",
    },
    submit({ items: [FILE.item, { ...second.item, name: "result.csv" }] }),
  ),
  yes(
    "event-two-items",
    "EVENT-9",
    "Two items of different names.",
    "review",
    ESCROW_BALANCES,
    submit({ items: [FILE.item, second.item] }),
  ),
  yes(
    "event-same-digest-twice",
    "EVENT-11",
    "Two names for the same bytes.",
    "review",
    ESCROW_BALANCES,
    submit({ items: [FILE.item, { ...FILE.item, name: "copy.csv" }] }),
  ),
  no(
    {
      id: "event-item-size-conflict",
      clause: "EVENT-11",
      code: "EVENT_ITEM_CONFLICT",
      fault: "one-digest-two-sizes",
      pointer: "/body/items/1/size",
      twin: "event-same-digest-twice",
      why: "The same bytes cannot have two sizes.",
      kills: "keep the last size",
    },
    submit({ items: [FILE.item, { ...FILE.item, name: "copy.csv", size: 9 }] }),
  ),
  {
    ...no(
      {
        id: "event-65-items",
        clause: "EVENT-4",
        code: "EVENT_SCHEMA",
        fault: "65-items",
        pointer: "/body/items",
        twin: "event-64-items",
        why: "64 items are the most.",
        kills: "no upper limit",
      },
      submit({ items: Array.from({ length: 65 }, (_, index) => ({ ...FILE.item, name: `i${index}` })) }),
    ),
  },
  yes(
    "event-64-items",
    "EVENT-4",
    "64 items are allowed.",
    "review",
    ESCROW_BALANCES,
    submit({
      items: [FILE.item, ...Array.from({ length: 63 }, (_, index) => ({ ...FILE.item, name: `i${index}` }))],
    }),
  ),
]);
