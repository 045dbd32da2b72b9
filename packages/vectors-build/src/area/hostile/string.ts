import { base64Encode, canonicalBytes, digestOf } from "@settld/protocol";
import { type Case, field, type VectorFile } from "../../format.ts";
import { TEXTS } from "./attack.ts";

const ascii = (text: string): string =>
  `"${[...text]
    .flatMap((character) => [...Array(character.length).keys()].map((index) => character.charCodeAt(index)))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("")}"`;

const cases: readonly Case[] = TEXTS.map(([name, text, why, kills]) => {
  const canonical = canonicalBytes(text);
  return {
    id: `hostile-${name}`,
    clause: "JCS-1",
    why: `${why} It is read and written without a change.`,
    kills,
    input: { bytes: field(` ${ascii(text)}\n`) },
    facts: { canonical: base64Encode(canonical), digest: digestOf(canonical) },
  };
});

/** Strings that attack whoever shows them, written in escapes: strict JSON reads them, canonical form keeps them. */
export const strings: VectorFile = {
  path: "hostile/string.json",
  op: "json.parse",
  description:
    "Strings that attack whoever shows them, written in escapes: strict JSON reads them, canonical form keeps them.",
  groups: [{ cases }],
};
