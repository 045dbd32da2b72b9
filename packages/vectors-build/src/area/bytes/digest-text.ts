import { type Case, file, type VectorFile } from "../../format.ts";

const HEX = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const cases: readonly Case[] = [
  {
    id: "digest-text",
    clause: "DIGEST-1",
    why: "The only spelling of a digest.",
    input: { text: `sha256:${HEX}` },
    facts: { digest: `sha256:${HEX}` },
  },
  ...(
    [
      [
        "digest-text-upper-case",
        "upper-case-hex",
        `sha256:${HEX.toUpperCase()}`,
        "Digests are compared as text, so they have one spelling.",
        "compare hex without case",
      ],
      [
        "digest-text-upper-name",
        "upper-case-name",
        `SHA256:${HEX}`,
        "The name of the function is lower case.",
        "compare the prefix without case",
      ],
      [
        "digest-text-short",
        "63-digits",
        `sha256:${HEX.slice(1)}`,
        "A shortened digest is easier to collide with.",
        "allow prefixes",
      ],
      [
        "digest-text-long",
        "65-digits",
        `sha256:${HEX}0`,
        "What follows would not be compared.",
        "search instead of match",
      ],
      [
        "digest-text-line-feed",
        "trailing-line-feed",
        `sha256:${HEX}\n`,
        "In many languages $ matches before a final line feed.",
        "anchor with $ only",
      ],
      [
        "digest-text-other-function",
        "sha-512",
        `sha512:${HEX}`,
        "There is one function; another name is no digest.",
        "accept any prefix",
      ],
      ["digest-text-bare", "no-prefix", HEX, "The prefix is part of the digest.", "add a missing prefix"],
      [
        "digest-text-not-hex",
        "letter-g",
        `sha256:g${HEX.slice(1)}`,
        "g is no hexadecimal digit.",
        "check the length only",
      ],
    ] as const
  ).map(
    ([id, fault, text, why, kills]): Case => ({
      id,
      clause: "DIGEST-1",
      code: "DIGEST_FORMAT",
      fault,
      twin: "digest-text",
      why,
      kills,
      input: { text },
    }),
  ),
];

/** The one spelling of a digest. */
export const digestTexts: VectorFile = file("digest/text.json", "digest.parse", "The one spelling of a digest.", cases);
