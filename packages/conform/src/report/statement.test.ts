import { createHash } from "node:crypto";
import { base64Decode, base64urlEncode, fromUtf8, parseJsonText, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { describe, expect, test } from "vitest";
import { CONTEXT, faultyCase, sampleReport, VECTORS } from "../testing/sample-report.ts";
import { reportText } from "./read-report.ts";
import type { ConformanceReport } from "./report.ts";
import { judgedCases } from "./standing.ts";
import { type Statement, signStatement, statementOf } from "./statement.ts";

const stateOf = (report: ConformanceReport): Statement =>
  statementOf(report, CONTEXT, { name: "r.json", bytes: new TextEncoder().encode(reportText(report)) }, [
    { name: "verifier.jar", bytes: new Uint8Array() },
  ]);

const faulty = sampleReport(faultyCase);
const failing = judgedCases(faulty, CONTEXT).flatMap(({ result, standing }) =>
  standing === "fails" ? [result.id] : [],
);

describe("the result", () => {
  test.each<[string, ConformanceReport, string]>([
    ["PASSED when it conforms", sampleReport(), "PASSED"],
    ["FAILED when it does not", faulty, "FAILED"],
    ["WARNED with known failures", sampleReport(faultyCase, { baseline: { known: failing, stale: [] } }), "WARNED"],
    [
      "FAILED when the adapter broke",
      sampleReport(({ id, op }) => ({ id, op, status: "not-run" }), {
        stopped: { code: "CONF_ADAPTER_LOST", message: "x" },
      }),
      "FAILED",
    ],
  ])("is %s", (_, report, result) => {
    expect(stateOf(report).predicate.result).toBe(result);
  });
});

test("the statement has the members that in-toto asks for", () => {
  const { predicate, ...statement } = stateOf(faulty);
  const bytes = reportText(faulty);
  expect(statement).toEqual({
    _type: "https://in-toto.io/Statement/v1",
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    subject: [
      { name: "r.json", digest: { sha256: createHash("sha256").update(bytes).digest("hex") } },
      { name: "verifier.jar", digest: { sha256: createHash("sha256").digest("hex") } },
    ],
  });
  // A ResourceDescriptor has at least one of uri, digest and content.
  expect(predicate.configuration).toEqual([
    {
      name: "settld-vectors",
      digest: { sha256: faulty.vectors.digest.slice("sha256:".length) },
      annotations: { revision: faulty.revision, kit: "settld-conform 0.1.0", profiles: [] },
    },
  ]);
  const { passedTests, warnedTests, failedTests } = predicate;
  expect(failedTests).toEqual(failing);
  const listed = [...passedTests, ...warnedTests, ...failedTests];
  expect(new Set(listed).size).toBe(listed.length);
  // What was not put to the implementation is no passed test, and no failed one.
  const out = judgedCases(faulty, CONTEXT).filter(({ standing }) => standing === "left-out");
  expect(out.length).toBeGreaterThan(0);
  expect(listed.length).toBe(VECTORS.length - out.length);
});

test("the envelope is canonical, signed by the key, and the same every time", async () => {
  const signer = await signerFromSeed(new Uint8Array(32).fill(1), defaultCrypto);
  const text = await signStatement(stateOf(faulty), signer);
  expect(await signStatement(stateOf(faulty), signer)).toBe(text);
  const envelope = parseJsonText(text, { canonical: true }) as { payload: string; signatures: { keyid: string }[] };
  expect(envelope).toMatchObject({
    payloadType: "application/vnd.in-toto+json",
    signatures: [{ keyid: signer.keyid }],
  });
  expect(parseJsonText(fromUtf8(base64Decode(envelope.payload)), { canonical: true })).toEqual(stateOf(faulty));
  expect(base64urlEncode(signer.publicKey)).toHaveLength(43);
});
