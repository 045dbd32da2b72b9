import type { VectorFile } from "../../format.ts";
import { accepted } from "./accepted.ts";
import { documents } from "./rejected-document.ts";
import { signers } from "./rejected-signer.ts";
import { texts } from "./rejected-text.ts";

/** Envelopes to make. */
export const issueEnvelope: VectorFile = {
  path: "issue/envelope.json",
  op: "issue",
  description: "Envelopes of events, trust documents and receipts, and what an issuer does not sign.",
  groups: [{ cases: [...accepted, ...texts, ...documents, ...signers] }],
};
