import { canonicalBytes, canonicalize, type JsonValue, parseJson, utf8 } from "@settld/protocol";
import { termsOf } from "@settld/testkit";
import npmCanonicalize from "canonicalize";
import { compare, type Ratio } from "./measure.ts";

const POLICY = {
  requirements: ["lost", "valid", "unique", "totals", "justified", "logged"].map((id) => ({
    id,
    kind: "check",
    checker: "quality",
    item: "result.csv",
    pointer: `/measured/${id}`,
    op: "ge",
    value: 9990,
  })),
  payout: { kind: "all-or-nothing" },
};

/** Canonical form and strict parsing against the built-in JSON, on a document of about 1.5 KB. */
export async function benchJson(): Promise<Ratio[]> {
  const document = JSON.parse(JSON.stringify(termsOf({ policy: POLICY }))) as JsonValue;
  const canonical = canonicalBytes(document);
  const sorted = parseJson(canonical);
  const text = JSON.stringify(document);
  const bytes = utf8(text);
  const decoder = new TextDecoder();
  console.log(`\nthe JSON document has ${bytes.length} bytes`);
  const calls = 2000;
  return [
    await compare({
      name: "canonicalize against JSON.stringify, members in order",
      subject: () => canonicalize(sorted),
      reference: () => JSON.stringify(sorted),
      calls,
      aim: 1.7,
    }),
    await compare({
      name: "canonicalize against JSON.stringify, to be sorted",
      subject: () => canonicalize(document),
      reference: () => JSON.stringify(document),
      calls,
      aim: 1.7,
    }),
    await compare({
      name: "canonicalize against npm canonicalize",
      subject: () => canonicalize(document),
      reference: () => npmCanonicalize(document),
      calls,
    }),
    await compare({
      name: "parseJson against decode and JSON.parse",
      subject: () => parseJson(bytes),
      reference: () => JSON.parse(decoder.decode(bytes)),
      calls,
      aim: 2.5,
    }),
    await compare({
      name: "parseJson, canonical, against decode and JSON.parse",
      subject: () => parseJson(canonical, { canonical: true }),
      reference: () => JSON.parse(decoder.decode(canonical)),
      calls,
      aim: 2.5,
    }),
  ];
}
