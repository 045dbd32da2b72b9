import { PAYLOAD_TYPES } from "@settld/protocol";
import type { Case } from "../../format.ts";
import { payloadOf } from "../../log-builder.ts";
import { expire, OFFERED } from "../../story.ts";
import { bad } from "./case.ts";
import { funded, offered, receipt, trust } from "./payload.ts";

/** Too few keys, too many, and one key twice. */
export const signers: readonly Case[] = [
  bad({
    fault: "event-one-key",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A party event without admission has no place in any log.",
    kills: "sign with the keys that are there",
    document: offered,
    by: ["buyer"],
    twin: "event",
  }),
  bad({
    fault: "event-no-key",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "An envelope without signatures looks like one with them.",
    kills: "make an envelope without signatures",
    document: offered,
    by: [],
    twin: "event",
  }),
  bad({
    fault: "event-three-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "Three signatures: no event has so many.",
    kills: "demand at least the number of signatures",
    document: offered,
    by: ["buyer", "seller", "settler"],
    twin: "event",
  }),
  bad({
    fault: "settler-event-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A settler event has one signature; a second is what anybody could add or leave out.",
    kills: "allow up to two signatures for every event",
    document: funded,
    by: ["settler", "buyer"],
    twin: "settler-event",
  }),
  bad({
    fault: "trust-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A trust document has one signature.",
    kills: "allow several registries to sign",
    type: PAYLOAD_TYPES.trust,
    document: trust,
    by: ["registry", "registry 2"],
    twin: "trust",
  }),
  bad({
    fault: "receipt-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A receipt has one signature, also when the settler has two keys.",
    kills: "sign receipts with every key",
    type: PAYLOAD_TYPES.receipt,
    document: receipt,
    by: ["settler", "settler 2"],
    twin: "receipt",
  }),
  bad({
    fault: "one-key-twice",
    clause: "DSSE-6",
    code: "DSSE_SIGNATURE_DUPLICATE",
    why: "The settler would be author and admission in one; the signatures name different keys.",
    kills: "count signatures only",
    document: payloadOf(OFFERED, { ...expire(), type: "agreement.cancelled", by: "settler", body: {} }),
    by: ["settler", "settler"],
    twin: "event",
  }),
];
