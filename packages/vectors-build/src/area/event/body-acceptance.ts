import type { Group } from "../../format.ts";
import { after } from "../../log-case.ts";
import { accept, cancel, NO_BALANCES, OFFERED } from "../../story.ts";
import { no, yes } from "./body-case.ts";

/** An accepted offer is by the other party. */
export const acceptances: Group = after("An accepted offer is by the other party.", OFFERED, [
  yes("event-accepted", "EVENT-5", "The seller accepts what the buyer offered.", "accepted", NO_BALANCES, accept()),
  no(
    {
      id: "event-accepted-by-offerer",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "accepted-by-buyer",
      pointer: "/by",
      twin: "event-accepted",
      why: "Nobody accepts their own offer.",
      kills: "allow either party to accept",
    },
    accept({ by: "buyer" }),
  ),
  no(
    {
      id: "event-accepted-by-stranger",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "accepted-by-stranger",
      pointer: "/by",
      twin: "event-accepted",
      why: "Only the other party of the offer accepts.",
      kills: "allow anyone but the offerer to accept",
    },
    accept({ by: "stranger" }),
  ),
  no(
    {
      id: "event-cancelled-by-settler",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "cancelled-by-settler",
      pointer: "/by",
      twin: "state-offered-cancelled",
      why: "The settler carries out and does not decide.",
      kills: "allow the settler to cancel",
    },
    cancel({ by: "settler", hours: 1 }),
  ),
  yes(
    "event-cancelled-reason-astral",
    "EVENT-4",
    "A reason has up to 256 characters, also beyond the basic plane.",
    "cancelling",
    NO_BALANCES,
    cancel({ hours: 1, body: { reason: "\u{1f600}".repeat(256) } }),
  ),
  {
    ...no(
      {
        id: "event-cancelled-reason-257",
        clause: "EVENT-4",
        code: "EVENT_SCHEMA",
        fault: "reason-257-characters",
        pointer: "/body/reason",
        twin: "event-cancelled-reason-astral",
        why: "One character more.",
        kills: "no upper limit",
      },
      cancel({ hours: 1, body: { reason: "x".repeat(257) } }),
    ),
  },
  no(
    {
      id: "event-second-revision",
      clause: "EVENT-2",
      code: "EVENT_REVISION_MIXED",
      fault: "second-event-of-other-revision",
      pointer: "/v",
      twin: "event-accepted",
      why: "In a log of a known revision another one is a fault of the log.",
      kills: "report every unknown revision as indeterminate",
    },
    accept({ change: { v: "2027-05" } }),
  ),
]);
