import type { CaseStatus, ConformanceReport } from "./report.ts";

/** What a status means, in a few words. */
export const STATUS_TEXT: Readonly<Record<CaseStatus, string>> = {
  pass: "passes",
  "wrong-verdict": "wrong verdict",
  "wrong-code": "right verdict, wrong code",
  "wrong-facts": "right verdict, wrong facts",
  skipped: "declared, but skipped",
  error: "the adapter reported an error",
  crash: "the adapter crashed",
  timeout: "no answer in time",
  nondeterministic: "answers differ between repeats",
  "not-applicable": "op is not declared",
  "not-run": "not run",
};

/** What a conclusion means, in a sentence. */
export const CONCLUSION_TEXT: Readonly<Record<ConformanceReport["conclusion"], string>> = {
  conforms: "Every profile that counts has only passing vectors.",
  fails: "The answers do not meet what is claimed.",
  partial:
    "Nothing failed that was not known, but vectors were left out or known failures are excused: no profile conforms by this run.",
  broken: "The adapter broke the protocol or could not be used, so the run stopped.",
  inconclusive: "Nothing failed, but something that counts was not executed, so the run shows nothing.",
};
