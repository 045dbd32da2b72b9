import { type Case, file, type VectorFile } from "../../format.ts";
import { nested, text } from "./document.ts";
import { encodings } from "./reject-encoding.ts";
import { numbers } from "./reject-number.ts";
import type { BadRow } from "./reject-row.ts";
import { strings } from "./reject-string.ts";
import { syntax } from "./reject-syntax.ts";

const depths: readonly BadRow[] = [
  [
    "json-depth-65",
    "JSON-9",
    "JSON_DEPTH",
    "arrays-65",
    text(nested("[", "]", 65)),
    "json-depth-64",
    "A limit keeps recursive readers alive.",
    "no depth limit",
  ],
  [
    "json-depth-65-objects",
    "JSON-9",
    "JSON_DEPTH",
    "objects-65",
    text(nested('{"a":', "}", 65, "1")),
    "json-depth-64-objects",
    "Objects count like arrays.",
    "count arrays only",
  ],
  [
    "json-depth-1000000",
    "JSON-9",
    "JSON_DEPTH",
    "a-million-unclosed",
    { bytes: { concat: [{ repeat: "Ww==", times: 1_000_000 }] } },
    "json-depth-64",
    "A million brackets must end in this code and not in a full stack.",
    "check the depth after reading",
  ],
];

const bad: readonly BadRow[] = [...encodings, ...syntax, ...strings, ...numbers, ...depths];

const rejects: readonly Case[] = bad.map(([id, clause, code, fault, input, twin, why, kills]) => ({
  id,
  clause,
  code,
  fault,
  twin,
  why,
  kills,
  input,
}));

/** Documents outside the strict profile, each for one reason. */
export const reject: VectorFile = file(
  "json/reject.json",
  "json.parse",
  "Documents outside the strict profile, each for one reason.",
  rejects,
);
