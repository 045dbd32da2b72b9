import type { AdapterHello } from "../gen/types.ts";
import type { Answer, Judgement } from "../judge.ts";
import type { ProfileName } from "../requirements.ts";

/** How a case ended (CONF-12). Codes are compared exactly here; a profile with a coarser scale forgives `wrong-code`. */
export type CaseStatus =
  | Judgement
  | "skipped"
  | "error"
  | "crash"
  | "timeout"
  | "nondeterministic"
  | "not-applicable"
  | "not-run";

/** One case of a report. */
export type CaseResult = {
  /** Id of the vector or scenario. */
  readonly id: string;
  readonly op: string;
  readonly status: CaseStatus;
  /** What the adapter answered; facts only where the vector declares them, and only those members. */
  readonly answer?: Answer;
  /** The other answers of a repeated case that is `nondeterministic`, in the order in which they came. */
  readonly others?: readonly Answer[];
  /** In words: message of an error, end of a process, reason of a skip. */
  readonly detail?: string;
};

/** A profile of a report (CONF-12). */
export type ProfileResult = {
  /** Whether the adapter's hello has the role. */
  readonly claimed: boolean;
  /** `partial`: a filter left vectors out. `not-applicable`: neither claimed nor complete in ops. */
  readonly status: "conforms" | "fails" | "partial" | "not-applicable";
  /** Number of vectors that the profile scores. */
  readonly scored: number;
  /** Of those, how many ran and passed on the profile's scale. */
  readonly passed: number;
  /** Ops of the profile that the adapter does not declare. */
  readonly missing: readonly string[];
};

/** What a run found (CONF-15): `conformance-report.schema.json`. For the same answers it has the same bytes. */
export type ConformanceReport = {
  readonly schema: string;
  readonly revision: string;
  readonly kit: { readonly name: "settld-conform"; readonly version: string };
  /** The vectors, or the scenarios of the profile `server`. */
  readonly vectors: { readonly digest: string; readonly total: number };
  /** How the adapter was reached and what it said of itself; `hello` is null when it never did. */
  readonly adapter: { readonly via: string; readonly hello: AdapterHello | null };
  /** What was asked for, as far as it changes the outcome. */
  readonly options: {
    readonly profiles: readonly ProfileName[];
    /** Filters in words, such as `--tag money`; empty for a whole run. */
    readonly filters: readonly string[];
    readonly repeat: number;
    readonly seed: number;
  };
  /** Sorted by id. */
  readonly cases: readonly CaseResult[];
  /** The four of vectors, or `server` alone. */
  readonly profiles: Readonly<Partial<Record<ProfileName, ProfileResult>>>;
  /** Known failures, and what was wrong with the list. */
  readonly baseline: {
    readonly known: readonly string[];
    readonly stale: readonly { readonly id: string; readonly why: string }[];
  } | null;
  /** Why the run stopped before its end: a code and what happened, with the offending line where there is one. */
  readonly stopped: { readonly code: string; readonly message: string } | null;
  /** End of the adapter's standard error, at most 16 KiB, when something crashed, timed out or stopped; else empty. */
  readonly stderr: string;
  /** `partial`: what ran and counts passes, or fails as the baseline says, but a filter or the baseline left something out. */
  readonly conclusion: "conforms" | "fails" | "partial" | "broken" | "inconclusive";
  /** 0, 1, 3 or 4 (CONF-13). */
  readonly exitCode: number;
};
