import type { Case, VectorFile } from "../../format.ts";
import { both } from "./fault-pair.ts";
import { text } from "./text.ts";

const cases: readonly Case[] = [
  both(
    "space-fraction",
    "JCS-1",
    "JSON_FRACTION",
    "JCS_NOT_CANONICAL",
    "jcs-array-order",
    "Canonical form is judged only when there is no violation, although the space stands earlier.",
    text("[ 1.5]"),
  ),
  both(
    "order-duplicate",
    "JCS-1",
    "JSON_DUPLICATE_NAME",
    "JCS_NOT_CANONICAL",
    "jcs-two-members",
    "Out of order first, then a name again.",
    text('{"b":1,"a":2,"b":3}'),
  ),
  both(
    "escape-trailing",
    "JCS-1",
    "JSON_SYNTAX",
    "JCS_NOT_CANONICAL",
    "jcs-letter",
    "An avoidable escape, and data behind the value.",
    text('"\\u0061"x'),
  ),
];

/** A fault in a document that is not canonical either. */
export const canonical: VectorFile = {
  path: "precedence/canonical.json",
  op: "jcs.canonicalize",
  description: "A fault in a document that is not canonical either.",
  groups: [{ cases }],
};
