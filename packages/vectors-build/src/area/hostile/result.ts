import type { JsonValue } from "@settld/protocol";
import type { Case, VectorFile } from "../../format.ts";
import { itemOf } from "../../log-builder.ts";
import { valid } from "../../story.ts";
import { at } from "../../time.ts";

const result = (json: string): JsonValue => JSON.parse(json) as JsonValue;
const looked = (id: string, why: string, kills: string, pointer: string, found: JsonValue, code: string): Case => ({
  id: `hostile-${id}`,
  clause: "POLICY-17",
  why,
  kills,
  input: {
    policy: {
      requirements: [{ ...valid, pointer, op: "eq", value: 1 }],
      payout: { kind: "all-or-nothing" },
    },
    amount: "48000",
    facts: { at: at(3), items: [itemOf("result.csv", "x").item], results: { valid: found }, approvals: {} },
  },
  facts: {
    requirements: [{ id: "valid", code }],
    gross: code === "POLICY_MET" ? "48000" : "0",
    outcome: code === "POLICY_MET" ? "full" : "none",
    pending: [],
  },
});

const cases: readonly Case[] = [
  looked(
    "pointer-own-proto",
    "The result has a member __proto__ of its own, and the pointer finds it.",
    "drop __proto__ while parsing",
    "/__proto__/n",
    result('{"__proto__":{"n":1}}'),
    "POLICY_MET",
  ),
  looked(
    "pointer-inherited-proto",
    "The result has no such member; what every object inherits is not attested.",
    "resolve pointers by property access",
    "/__proto__",
    result("{}"),
    "POLICY_VALUE_MISSING",
  ),
  looked(
    "pointer-length-of-list",
    "A list has no member length.",
    "resolve pointers by property access",
    "/a/length",
    result('{"a":[1]}'),
    "POLICY_VALUE_MISSING",
  ),
  looked(
    "pointer-character-of-text",
    "A text has no members either.",
    "index text",
    "/a/0",
    result('{"a":"1"}'),
    "POLICY_VALUE_MISSING",
  ),
];

/** Results whose members are not what they seem. */
export const results: VectorFile = {
  path: "hostile/result.json",
  op: "policy.evaluate",
  description: "Results whose members are not what they seem.",
  groups: [{ cases }],
};
