import type { AccountKind, Balances, Transaction } from "@settld/kernel";
import type { Code, Digest } from "@settld/protocol";
import type { Report, Verdict } from "@settld/verifier";
import type { Role } from "./cast.ts";

/** Money that goes from one account to another, in minor units. */
export type Move = { readonly from: AccountKind; readonly to: AccountKind; readonly value: bigint };

/** One thing that happened: who did what, when, why, and what money moved. */
export type Step = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: Role;
  readonly what: string;
  readonly why?: string;
  readonly moves: readonly Move[];
  /** Digest of the event that says so. */
  readonly event: Digest;
};

/** One requirement of a decision: what was agreed, what the checker found, and the code that the policy gave. */
export type RequirementLine = {
  readonly id: string;
  readonly question: string;
  readonly agreed: string;
  readonly found: string;
  readonly code: Code;
};

/** A decision of the policy over one delivery. */
export type DecisionLine = {
  readonly attempt: number;
  readonly requirements: readonly RequirementLine[];
  /** What the checker's control totals say about money, when they do not add up. */
  readonly note?: string;
  readonly gross: bigint;
};

/** What a verifier has to say about one file, and what two of them said. */
export type Verification = {
  /** Name of the file in the output folder. */
  readonly file: string;
  /** What the file is, for people. */
  readonly about: string;
  /** Options of `settld verify` that the separate process got. */
  readonly options: readonly string[];
  readonly expected: { readonly verdict: Verdict; readonly code: Code | null; readonly exitCode: number };
  /** The report of the verifier in this process. */
  readonly report: Report;
  /** What the separate process answered. */
  readonly apart: { readonly exitCode: number | null; readonly report: string };
  /** Whether both reports are the same bytes. */
  readonly identical: boolean;
  readonly ok: boolean;
};

/** Something that an act must end with. */
export type Expectation = {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
};

/** One act, as it went. */
export type Act = {
  readonly number: number;
  readonly title: string;
  /** What the act shows, in a sentence. */
  readonly moral: string;
  readonly agreement: Digest | undefined;
  readonly steps: readonly Step[];
  readonly decisions: readonly DecisionLine[];
  /** What became of the delivery: paid, refused, or divided by an arbiter. */
  readonly outcome: "PASS" | "FAIL" | "SPLIT";
  /** Balances over all agreements, before and after the act. */
  readonly before: Balances;
  readonly after: Balances;
  readonly verifications: readonly Verification[];
  readonly expectations: readonly Expectation[];
  readonly ok: boolean;
};

/** A transaction of the story's ledger. */
export type Booking = {
  readonly act: number;
  readonly agreement: Digest;
  readonly seq: number;
  readonly transaction: Transaction;
};

/** The whole story: what to tell, and the files that prove it. */
export type Story = {
  readonly acts: readonly Act[];
  readonly bookings: readonly Booking[];
  /** Files by path in the output folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly ok: boolean;
};
