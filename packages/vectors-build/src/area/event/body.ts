import type { VectorFile } from "../../format.ts";
import { acceptances } from "./body-acceptance.ts";
import { approvals, repetition } from "./body-approval.ts";
import { attestations } from "./body-attestation.ts";
import { disputes, rulings } from "./body-dispute.ts";
import { submissions } from "./body-submission.ts";

/** Bodies that refer to the log. */
export const body: VectorFile = {
  path: "event/body.json",
  op: "log.reduce",
  description: "Bodies that refer to the log.",
  groups: [acceptances, submissions, attestations, approvals, repetition, disputes, rulings],
};
