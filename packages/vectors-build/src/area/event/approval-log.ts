import { EMPTY, extend, type Log } from "../../log-builder.ts";
import { accept, approve, approved, attest, delivered, fund, offer, submit, terms, valid } from "../../story.ts";
import { policy } from "./offer-terms.ts";

const APPROVAL_TERMS = terms(policy([delivered, valid, approved]));
const APPROVAL_REVIEW: Log = extend(EMPTY, offer(APPROVAL_TERMS), accept(), fund(), submit());

/** A policy with a check and an approval: approved, and not yet attested. */
export const APPROVED: Log = extend(APPROVAL_REVIEW, approve());

/** A policy with a check and an approval: attested, and not yet approved. */
export const ATTESTED: Log = extend(APPROVAL_REVIEW, attest());
