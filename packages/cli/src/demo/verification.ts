import { type Code, canonicalize } from "@settld/protocol";
import type { Report, TrustOptions, Verdict } from "@settld/verifier";
import type { Verification } from "./story-model.ts";

/** Verifies a bundle in this process. */
export type VerifyHere = (
  bundle: Uint8Array,
  options: TrustOptions & {
    readonly evidence: (digest: string) => Promise<Uint8Array | undefined>;
  },
) => Promise<Report>;

/** Runs `settld` with arguments as a process of its own, in a folder with some files, and returns what it answered. */
export type RunApart = (
  args: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
) => Promise<{ readonly exitCode: number | null; readonly stdout: string }>;

/** A file of the story, and the verdict that it must get. */
export type Question = {
  readonly file: string;
  readonly about: string;
  readonly verdict: Verdict;
  readonly code: Code | null;
  /** Exit code of `settld verify`. */
  readonly exitCode: number;
  readonly options: readonly string[];
};

/** Judges a question by both answers: they must be the same bytes, and the ones that the story expects. */
export function judge(
  question: Question,
  report: Report,
  apart: { readonly exitCode: number | null; readonly stdout: string },
): Verification {
  const { file, about, options, verdict, code, exitCode } = question;
  const [line = ""] = apart.stdout.split("\n");
  const identical = line === canonicalize({ file, report });
  return {
    file,
    about,
    options,
    expected: { verdict, code, exitCode },
    report,
    apart: { exitCode: apart.exitCode, report: line },
    identical,
    ok: identical && report.verdict === verdict && report.code === code && apart.exitCode === exitCode,
  };
}
