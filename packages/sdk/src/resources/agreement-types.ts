import type { Envelope, EventPayload, Receipt } from "@settld/protocol";
import type { Report } from "@settld/verifier";
import type { AgreementEvent } from "../gen/api.ts";

/** An event of a log with its payload decoded. `type` tells which body it has. */
export type LogEvent = {
  [T in EventPayload["type"]]: AgreementEvent & {
    readonly type: T;
    readonly payload: Extract<EventPayload, { readonly type: T }>;
  };
}[EventPayload["type"]];

/** A bundle: the file that anyone verifies offline, and what the verifier says about it. */
export type Bundle = {
  /** The bytes of the `.settld` file. */
  readonly bytes: Uint8Array;
  /** The verifier's report; undefined when verification is off. */
  readonly report: Report | undefined;
};

/** The settler's statement over a closed agreement, as it was signed and as it reads. */
export type SignedReceipt = { readonly envelope: Envelope; readonly statement: Receipt };

/** An event of your party: its type and body; everything around it is filled in. */
export type PartyEvent = {
  [T in EventPayload["type"]]: {
    readonly type: T;
    readonly body: Extract<EventPayload, { readonly type: T }>["body"];
  };
}[
  | "agreement.accepted"
  | "agreement.cancelled"
  | "work.submitted"
  | "evidence.attested"
  | "approval.given"
  | "dispute.opened"
  | "dispute.resolved"];
