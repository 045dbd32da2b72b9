import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";

/** What the demo and the verifier printed, what two installations and two packings gave: did they agree? */
export type Determinism = {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
};

/** The ledger of a real run of the server, and of the demo's postings. */
export type Ledger = {
  readonly reconciled: boolean;
  readonly findings: readonly string[];
  readonly transactions: number;
  /** Transactions whose postings do not add up to zero. */
  readonly imbalances: readonly string[];
  /** What is left in escrow and holdback of closed agreements, other than zero. */
  readonly escrowLeft: readonly string[];
};

/** What a script said that judges by its exit code. */
export type Verdict = { readonly ok: boolean; readonly detail: string };

/** What the conformance kit said about the reference, as installed from the tarballs. */
export type Conformance = { readonly conclusion: string; readonly executed: number };

/** What `settld verify-release --json` said about the release folder. */
export type Artifacts = {
  readonly verdict: string;
  readonly findings: readonly { readonly code: string; readonly file: string | null; readonly message: string }[];
  readonly tag: string | null;
};

/** Versions as they stand in the tree and in the tarballs. */
export type Versions = {
  readonly tag: string;
  /** By name of the package. */
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly packed: string | null; readonly changelog: boolean }>
  >;
  /** Packages that share one version. */
  readonly fixed: readonly (readonly string[])[];
  /** Changesets that no release has taken in. */
  readonly pending: readonly string[];
  /** Commit that the tag names already, or null when it is free. */
  readonly tagged: string | null;
};

/** Known weaknesses of what is installed. */
export type Advisories = {
  /** When they were asked for. */
  readonly at: string;
  readonly advisories: readonly {
    readonly id: string;
    readonly package: string;
    readonly severity: string;
    readonly title: string;
  }[];
};

/** Weaknesses that are accepted, each until a day. */
export type Allowlist = readonly { readonly id: string; readonly until: string; readonly reason: string }[];

/** Issues of the tracker: see `packages/release/schemas/issue-snapshot.schema.json`. */
export type IssueSnapshot = {
  readonly takenAt: string;
  readonly issues: readonly {
    readonly number: number;
    readonly title: string;
    readonly state: "OPEN" | "CLOSED";
    readonly labels: readonly { readonly name: string }[];
    readonly url: string;
  }[];
};

/** Everything that the gates read, by name of the file. */
export type Evidence = {
  readonly determinism: Determinism;
  readonly ledger: Ledger;
  readonly contract: Verdict;
  readonly rollback: Verdict;
  readonly conformance: Conformance;
  readonly artifacts: Artifacts;
  readonly versions: Versions;
  readonly advisories: Advisories;
  readonly issues: IssueSnapshot;
  readonly golden: Verdict;
};

/** A piece of evidence, and what it is about. */
export type Sealed<T> = {
  readonly commit: string;
  readonly lockfileSha256: string;
  readonly at: string;
  readonly data: T;
};

/** All evidence that is there. */
export type EvidenceFiles = { readonly [Name in keyof Evidence]?: Sealed<Evidence[Name]> };

/** Writes one piece of evidence about the tree of a context. */
export const writeEvidence = <Name extends keyof Evidence>(
  { evidence, commit, lockfileSha256 }: Pick<Context, "evidence" | "commit" | "lockfileSha256">,
  name: Name,
  data: Evidence[Name],
): void => {
  mkdirSync(evidence, { recursive: true });
  const sealed: Sealed<Evidence[Name]> = { commit, lockfileSha256, at: new Date().toISOString(), data };
  writeFileSync(join(evidence, `${name}.json`), `${JSON.stringify(sealed, null, 2)}\n`);
};

/** Reads what is there of the evidence. */
export const readEvidence = (folder: string, names: readonly (keyof Evidence)[]): EvidenceFiles =>
  Object.fromEntries(
    names
      .map((name) => [name, join(folder, `${name}.json`)] as const)
      .filter(([, path]) => existsSync(path))
      .map(([name, path]) => [name, JSON.parse(readFileSync(path, "utf8"))]),
  ) as EvidenceFiles;
