import { canonicalize, type JsonValue, PAYLOAD_TYPES } from "@settld/protocol";
import type { Player } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { bad } from "./case.ts";
import { hostile, offered, receipt, trust } from "./payload.ts";

const BOTH: readonly Player[] = ["buyer", "settler"];

/** Types that are none, and text that is not strict JSON. */
export const texts: readonly Case[] = [
  bad({
    fault: "other-payload-type",
    clause: "DSSE-2",
    code: "DSSE_PAYLOAD_TYPE",
    why: "A protocol key must not sign what another protocol could mean.",
    kills: "sign any payload type",
    type: "application/vnd.settld.event+json; charset=utf-8",
    document: offered,
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "payload-type-empty",
    clause: "DSSE-2",
    code: "DSSE_PAYLOAD_TYPE",
    why: "Without a type nothing says what the signature means.",
    kills: "default the payload type",
    type: "",
    document: offered,
    by: BOTH,
    twin: "event",
  }),

  bad({
    fault: "duplicate-name",
    clause: "JSON-4",
    code: "JSON_DUPLICATE_NAME",
    why: "Two fees: the one that was read and the one that is signed may be different ones.",
    kills: "let the last member win",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":0,"feeBps":250'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "fraction",
    clause: "JSON-6",
    code: "JSON_FRACTION",
    why: "250.0 is written differently by different libraries.",
    kills: "read numbers leniently",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":250.0'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "negative-zero",
    clause: "JSON-7",
    code: "JSON_NEGATIVE_ZERO",
    why: "RFC 8785 would write 0, so what was read is not what would be signed.",
    kills: "turn -0 into 0",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":-0'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "lone-surrogate",
    clause: "JSON-5",
    code: "JSON_SURROGATE",
    why: "Half a character has no UTF-8, and a replacement character would be signed in its place.",
    kills: "encode lone surrogates as U+FFFD",
    document: canonicalize(hostile("half") as JsonValue).replace("half", "\\ud800"),
    by: ["seller", "settler"],
    twin: "text-markup",
  }),
  bad({
    fault: "trust-byte-order-mark",
    clause: "JSON-2",
    code: "JSON_BOM",
    why: "An editor put it there; strict JSON has none.",
    kills: "strip a byte order mark",
    type: PAYLOAD_TYPES.trust,
    document: `\ufeff${canonicalize(trust as unknown as JsonValue)}`,
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "receipt-trailing-data",
    clause: "JSON-3",
    code: "JSON_SYNTAX",
    why: "Two receipts in one document: only one of them would be signed.",
    kills: "read the first value and stop",
    type: PAYLOAD_TYPES.receipt,
    document: `${canonicalize(receipt as JsonValue)}\n${canonicalize(receipt as JsonValue)}`,
    by: ["settler"],
    twin: "receipt",
  }),
];
