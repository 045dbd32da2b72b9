import { createHash } from "node:crypto";
import { canonicalBytes, canonicalize, type JsonValue, type Signer, signEnvelope } from "@settld/protocol";
import type { ReportContext } from "./formats/format.ts";
import type { ConformanceReport } from "./report.ts";
import { judgedCases, type Standing } from "./standing.ts";

/** Payload type of in-toto statements in DSSE envelopes. */
export const STATEMENT_TYPE = "application/vnd.in-toto+json";

/** A file that a statement speaks of. */
export type NamedFile = { readonly name: string; readonly bytes: Uint8Array };

/** What a statement says of one file (in-toto Statement v1). */
export type Subject = { readonly name: string; readonly digest: { readonly sha256: string } };

/** The in-toto predicate `test-result` v0.1. */
export type TestResult = {
  readonly result: "PASSED" | "WARNED" | "FAILED";
  readonly configuration: readonly {
    readonly name: string;
    readonly digest: { readonly sha256: string };
    readonly annotations: { readonly revision: string; readonly kit: string; readonly profiles: readonly string[] };
  }[];
  /** Ids of vectors, sorted, in three lists that have none in common. */
  readonly passedTests: readonly string[];
  /** Known failures, and differences that no profile counts. */
  readonly warnedTests: readonly string[];
  readonly failedTests: readonly string[];
};

/** An in-toto statement about a report and the implementation that it is about (CONF-15). */
export type Statement = {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly Subject[];
  readonly predicateType: "https://in-toto.io/attestation/test-result/v0.1";
  readonly predicate: TestResult;
};

/**
 * States what a report says: its file first, then the files that were tested. Vectors that were not put to the
 * implementation are in none of the lists of tests, so that a policy which asks for a passed test notices.
 */
export const statementOf = (
  report: ConformanceReport,
  context: ReportContext,
  file: NamedFile,
  tested: readonly NamedFile[],
): Statement => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [file, ...tested].map(subjectOf),
  predicateType: "https://in-toto.io/attestation/test-result/v0.1",
  predicate: testResultOf(report, context),
});

/** The subject of a file. */
export const subjectOf = ({ name, bytes }: NamedFile): Subject => ({
  name,
  digest: { sha256: createHash("sha256").update(bytes).digest("hex") },
});

/** The predicate that follows from a report. */
export const testResultOf = (report: ConformanceReport, context: ReportContext): TestResult => {
  const { conclusion, exitCode, vectors, revision, kit, options } = report;
  const judged = judgedCases(report, context);
  const idsOf = (...standings: readonly Standing[]): string[] =>
    judged.filter(({ standing }) => standings.includes(standing)).map(({ result }) => result.id);
  return {
    // What conforms passes; a run that is in order, but partial or with known failures, only warns.
    result: conclusion === "conforms" ? "PASSED" : exitCode === 0 ? "WARNED" : "FAILED",
    configuration: [
      {
        name: "settld-vectors",
        digest: { sha256: vectors.digest.replace(/^sha256:/, "") },
        annotations: { revision, kit: `${kit.name} ${kit.version}`, profiles: options.profiles },
      },
    ],
    passedTests: idsOf("passes"),
    warnedTests: idsOf("known", "uncounted"),
    failedTests: idsOf("fails"),
  };
};

/** Signs a statement; returns the envelope as canonical JSON. */
export const signStatement = async (statement: Statement, signer: Signer): Promise<string> =>
  canonicalize(await signEnvelope(STATEMENT_TYPE, canonicalBytes(statement as unknown as JsonValue), [signer]));
