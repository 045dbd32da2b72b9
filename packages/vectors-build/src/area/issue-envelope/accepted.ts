import { canonicalize, type JsonValue, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import type { Player } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { good } from "./case.ts";
import { attestation, FULL_RESULT, funded, hostile, offered, receipt, trust } from "./payload.ts";
import { laidOut } from "./signed-document.ts";

const BOTH: readonly Player[] = ["buyer", "settler"];

/** What is signed. */
export const accepted: readonly Case[] = await Promise.all([
  good({
    id: "event",
    why: "An offer with the signature of its author and the settler's admission.",
    kills: "sign the payload without its type",
    value: offered,
    by: BOTH,
  }),
  good({
    id: "event-other-layout",
    why: "The document is laid out for people; what is signed is its canonical form.",
    kills: "sign the document as it came",
    value: offered,
    document: laidOut(offered),
    by: BOTH,
    fault: "other-layout",
    twin: "event",
  }),
  good({
    id: "event-much-white-space",
    clause: "LIMIT-1",
    why: "The limit is on the payload: a mebibyte of spaces around it is not signed.",
    kills: "measure the document instead of the payload",
    value: offered,
    document: utf8(`${" ".repeat(1_048_577)}${canonicalize(offered as JsonValue)}`),
    by: BOTH,
    fault: "a-mebibyte-of-spaces",
    twin: "event",
  }),
  good({
    id: "event-other-order",
    why: "Signatures stand in the order of the keys that were given, here the settler's first; whose place is whose is not for the issuer to judge.",
    kills: "sort signatures",
    value: offered,
    by: ["settler", "buyer"],
    fault: "keys-in-other-order",
    twin: "event",
  }),
  good({
    id: "settler-event",
    clause: "DSSE-4",
    why: "An event of the settler has one signature.",
    kills: "demand two signatures of every event",
    value: funded,
    by: ["settler"],
  }),
  good({
    id: "attestation",
    why: "A checker's own finding with every kind of value, and names that sort by UTF-16 code units.",
    kills: "drop __proto__, or sort numbers as numbers",
    value: attestation(
      JSON.parse('{"__proto__":{"x":1},"10":[],"9":null,"\u{1f600}":true,"\uffff":false,"":"\\u0000"}') as object,
    ),
    by: ["checker", "settler"],
  }),
  good({
    id: "result-16384",
    clause: "LIMIT-6",
    why: "16384 bytes in canonical form; the layout of the document adds spaces that do not count.",
    kills: "measure the result in the document's layout",
    value: attestation(FULL_RESULT),
    document: utf8(JSON.stringify(attestation(FULL_RESULT), null, 8)),
    by: ["checker", "settler"],
  }),
  good({
    id: "trust",
    clause: "TRUST-6",
    why: "A trust document signed by the key that it names.",
    kills: "sign with another payload type",
    type: PAYLOAD_TYPES.trust,
    value: trust,
    by: ["registry"],
  }),
  good({
    id: "trust-other-layout",
    clause: "TRUST-6",
    why: "A registry edits its document by hand and signs the canonical form.",
    kills: "sign the document as it came",
    type: PAYLOAD_TYPES.trust,
    value: trust,
    document: laidOut(trust),
    by: ["registry"],
    fault: "other-layout",
    twin: "trust",
  }),
  good({
    id: "receipt",
    clause: "RECEIPT-2",
    why: "A receipt that somebody else wrote down; the log is not at hand, so only its form is judged.",
    kills: "refuse to sign a receipt without its log",
    type: PAYLOAD_TYPES.receipt,
    value: receipt,
    by: ["settler"],
  }),
  good({
    id: "text-control-characters",
    why: "NUL, escape, tab and line feed are text like any other; the canonical form escapes them and keeps them.",
    kills: "strip control characters",
    value: hostile("a\u0000b\u001b[2Jc\td\ne\u007f\u009bf"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-direction",
    why: "Characters that turn the direction of reading, or have no width, are signed as they are.",
    kills: "strip format characters",
    value: hostile("pay \u202e000,01\u202c \u2066now\u2069\u200b\ufeff"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-not-normalized",
    why: "A letter with its accent apart stays apart: other bytes are another event.",
    kills: "normalize text",
    value: hostile("cafe\u0301 \u212b \ufb01"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-markup",
    why: "Markup, formulas and commands are somebody's words; whoever shows them escapes them, not who signs them.",
    kills: "escape text before it is signed",
    value: hostile('=1+1 <b>&lt;</b> "\\" [x](javascript:1) ::error:: $(id) \u2028'),
    by: ["seller", "settler"],
  }),
]);
