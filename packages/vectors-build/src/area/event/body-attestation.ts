import type { Group } from "../../format.ts";
import { head } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { attest, ESCROW_BALANCES, REVIEW } from "../../story.ts";
import { no, yes } from "./body-case.ts";
import { second } from "./item.ts";

const result = (length: number) => ({ result: { note: "x".repeat(length - '{"note":""}'.length) } });

/** Attestations. */
export const attestations: Group = after("Attestations.", REVIEW, [
  yes("event-attested", "EVENT-12", "The checker's result for the submission.", "review", ESCROW_BALANCES, attest()),
  no(
    {
      id: "event-attested-by-seller",
      clause: "EVENT-5",
      code: "EVENT_ACTOR",
      fault: "attested-by-seller",
      pointer: "/by",
      twin: "event-attested",
      why: "Only the named checker attests.",
      kills: "allow anyone to attest",
    },
    attest({}, { by: "seller" }),
  ),
  no(
    {
      id: "event-attested-other-submission",
      clause: "EVENT-12",
      code: "EVENT_SUBMISSION_MISMATCH",
      fault: "attested-other-submission",
      pointer: "/body/submission",
      twin: "event-attested",
      why: "A result of another submission says nothing about this one.",
      kills: "ignore which submission is named",
    },
    attest((log) => ({ submission: head(log, 2) })),
  ),
  no(
    {
      id: "event-attested-unknown-requirement",
      clause: "EVENT-13",
      code: "EVENT_REQUIREMENT_UNKNOWN",
      fault: "attested-unknown-requirement",
      pointer: "/body/requirement",
      twin: "event-attested",
      why: "There is no such requirement.",
      kills: "store results under any name",
    },
    attest({ requirement: "other" }),
  ),
  no(
    {
      id: "event-attested-item-requirement",
      clause: "EVENT-13",
      code: "EVENT_REQUIREMENT_UNKNOWN",
      fault: "attested-requirement-of-kind-item",
      pointer: "/body/requirement",
      twin: "event-attested",
      why: "Only checks are attested.",
      kills: "look ids up in any requirement",
    },
    attest({ requirement: "delivered" }),
  ),
  no(
    {
      id: "event-attested-other-subject",
      clause: "EVENT-14",
      code: "EVENT_SUBJECT_MISMATCH",
      fault: "attested-other-subject",
      pointer: "/body/subject",
      twin: "event-attested",
      why: "The checker looked at other bytes.",
      kills: "ignore the subject",
    },
    attest({ subject: second.evidence.digest }),
  ),
  {
    id: "limit-result-16384",
    clause: "LIMIT-6",
    why: "A result of exactly 16384 bytes.",
    kills: "reject the limit itself",
    status: "review",
    balances: ESCROW_BALANCES,
    steps: [attest(result(16_384))],
  },
  no(
    {
      id: "limit-result-16385",
      clause: "LIMIT-6",
      code: "LIMIT_RESULT_BYTES",
      fault: "result-16385-bytes",
      pointer: "/body/result",
      twin: "limit-result-16384",
      why: "A byte more.",
      kills: "skip the limit of results",
    },
    attest(result(16_385)),
  ),
  {
    ...no(
      {
        id: "event-attested-result-list",
        clause: "EVENT-4",
        code: "EVENT_SCHEMA",
        fault: "result-list",
        pointer: "/body/result",
        twin: "event-attested",
        why: "A result is an object.",
        kills: "accept any result",
      },
      attest({ result: [] }),
    ),
  },
]);
