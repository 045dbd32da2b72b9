import type { Group } from "../../format.ts";
import { head } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { approve, attest, ESCROW_BALANCES } from "../../story.ts";
import { APPROVED, ATTESTED } from "./approval-log.ts";
import { no, yes } from "./body-case.ts";

/** A policy with a check and an approval: attested already. */
export const approvals: Group = after("A policy with a check and an approval: attested already.", ATTESTED, [
  yes("event-approved", "EVENT-16", "The buyer approves.", "review", ESCROW_BALANCES, approve({}, { hours: 5 })),
  no(
    {
      id: "event-attested-twice",
      clause: "EVENT-15",
      code: "EVENT_ATTESTATION_DUPLICATE",
      fault: "attested-twice",
      pointer: "/body/requirement",
      twin: "event-approved",
      why: "A checker answers once; a second answer would replace the first.",
      kills: "let the last result win",
    },
    attest({ result: { validityBps: 0 } }, { hours: 5 }),
  ),
  no(
    {
      id: "event-approved-by-seller",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "approved-by-seller",
      pointer: "/by",
      twin: "event-approved",
      why: "The buyer approves.",
      kills: "allow either party to approve",
    },
    approve({}, { by: "seller", hours: 5 }),
  ),
  no(
    {
      id: "event-approved-other-submission",
      clause: "EVENT-12",
      code: "EVENT_SUBMISSION_MISMATCH",
      fault: "approved-other-submission",
      pointer: "/body/submission",
      twin: "event-approved",
      why: "An approval names what it approves.",
      kills: "ignore which submission is named",
    },
    approve((log) => ({ submission: head(log, 2) }), { hours: 5 }),
  ),
  no(
    {
      id: "event-approved-check",
      clause: "EVENT-13",
      code: "EVENT_REQUIREMENT_UNKNOWN",
      fault: "approved-requirement-of-kind-check",
      pointer: "/body/requirement",
      twin: "event-approved",
      why: "The buyer cannot answer for a checker.",
      kills: "look ids up in any requirement",
    },
    approve({ requirement: "valid" }, { hours: 5 }),
  ),
]);

/** The same policy: approved already. */
export const repetition: Group = after("The same policy: approved already.", APPROVED, [
  yes(
    "event-attested-after-approval",
    "EVENT-15",
    "The check is attested after the approval.",
    "review",
    ESCROW_BALANCES,
    attest({}, { hours: 5 }),
  ),
  no(
    {
      id: "event-approved-twice",
      clause: "EVENT-16",
      code: "EVENT_APPROVAL_DUPLICATE",
      fault: "approved-twice",
      pointer: "/body/requirement",
      twin: "event-attested-after-approval",
      why: "The buyer cannot take an answer back.",
      kills: "let the last answer win",
    },
    approve({ approved: false }, { hours: 5 }),
  ),
]);
