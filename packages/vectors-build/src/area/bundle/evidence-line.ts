import { canonicalize } from "@settld/protocol";
import type { Case } from "../../format.ts";
import { bad } from "./case.ts";
import { edit, withLine } from "./lines.ts";
import { A, B, two, twoEvents } from "./two-items.ts";

const evidenceLine = (index: number): number => 1 + twoEvents.length + index;
const noWindowLine = two(A, B);

/** The lines of evidence by themselves. */
export const evidenceLines: readonly Case[] = [
  bad(
    "bundle-evidence-extra-member",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "A name beside the bytes is unauthenticated.",
    "ignore unknown members",
    withLine(
      noWindowLine,
      evidenceLine(0),
      edit(noWindowLine[evidenceLine(0)] ?? "", (value) => ({ ...value, name: "x" })),
    ),
  ),
  bad(
    "bundle-evidence-both",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "An item is inline or withheld, not both.",
    "prefer the bytes",
    withLine(
      noWindowLine,
      evidenceLine(0),
      edit(noWindowLine[evidenceLine(0)] ?? "", (value) => ({ ...value, withheld: true })),
    ),
  ),
  bad(
    "bundle-evidence-withheld-false",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence-withheld",
    "withheld is true or absent.",
    "accept any value of withheld",
    withLine(noWindowLine, evidenceLine(0), canonicalize({ digest: A.digest, withheld: false })),
  ),
  bad(
    "bundle-evidence-digest-upper-case",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "Digests are lower case.",
    "compare digests without case",
    withLine(
      noWindowLine,
      evidenceLine(0),
      (noWindowLine[evidenceLine(0)] ?? "").replace(A.digest, `sha256:${A.digest.slice(7).toUpperCase()}`),
    ),
  ),
  bad(
    "bundle-evidence-base64",
    "DSSE-3",
    "DSSE_BASE64",
    "bundle-evidence",
    "Evidence has one spelling, too: this one has stray bits.",
    "decode evidence leniently",
    withLine(
      noWindowLine,
      evidenceLine(1),
      edit(noWindowLine[evidenceLine(1)] ?? "", (value) => ({ ...value, data: "eB==" })),
    ),
  ),
];
