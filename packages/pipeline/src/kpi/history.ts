import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, readJson } from "../files.ts";
import { readSnapshot } from "../issues/snapshot.ts";
import type { Kpi } from "../plan-data.ts";
import { type Result, readResults } from "../results.ts";
import type { Model } from "./model.ts";
import { compute, gate, type Input, type Row, type Scores, scoresOf } from "./steps.ts";

/** A state of the repository whose figures were accepted. */
export type Release = {
  readonly release: string;
  /** What it is, in words: nothing here is called a release that was not one. */
  readonly label: string;
  readonly commit: string;
  readonly asOf: string;
  readonly model: string;
  /** The first one: there is nothing to hold it against, so neither floors nor drops count. */
  readonly baseline: boolean;
  /** Digests of what its figures were derived from, in the folder of its name. */
  readonly inputs: { readonly results: string; readonly issues: string };
  readonly old: readonly string[];
  readonly scores: Scores;
};

/** Where the figures are. */
export const KPI_FOLDER = "planning/kpi";

/** Digest of one recorded result. */
export const resultDigest = (result: Result): string => digestOf(JSON.stringify(result));

/** Reads the accepted releases, oldest first. */
export const readHistory = (base: string): readonly Release[] => {
  const path = join(base, KPI_FOLDER, "history.json");
  return existsSync(path) ? readJson<{ readonly releases: readonly Release[] }>(path).releases : [];
};

/** Folder with what the figures of a release were derived from. */
export const releaseFolder = (release: string): string => `${KPI_FOLDER}/releases/${release}`;

/** The input of a release, as it was kept. */
export const inputOf = (
  base: string,
  { release, asOf, old }: Pick<Release, "release" | "asOf" | "old">,
  model: Model,
): Input => {
  const folder = releaseFolder(release);
  const file = `${folder}/results.json`;
  const { issues } = readSnapshot(join(base, folder, "issues.json"), asOf);
  return { asOf, model, issues, results: readResults(base, file), old, file, digest: resultDigest };
};

/** Digests of what is kept of a release. */
export const keptDigests = (base: string, release: string): Release["inputs"] => {
  const digest = (name: string): string => {
    const path = join(base, releaseFolder(release), name);
    return existsSync(path) ? digestOf(readFileSync(path)) : "missing";
  };
  return { results: digest("results.json"), issues: digest("issues.json") };
};

/** Derives every accepted release again from what was kept, and says what differs. */
export const historyFaults = (base: string, releases: readonly Release[], model: Model): string[] =>
  releases.flatMap((one, index) => {
    const at = `${KPI_FOLDER}/history.json: ${one.release}`;
    if (one.baseline !== (index === 0)) return [`${at}: the first release is the baseline, and no other`];
    const kept = keptDigests(base, one.release);
    if (JSON.stringify(kept) !== JSON.stringify(one.inputs)) return [`${at}: what it was derived from has changed`];
    if (one.model !== model.version) return [];
    const rows = compute(inputOf(base, one, model));
    const scores = scoresOf(rows);
    const differing = (Object.keys(one.scores) as Kpi[]).filter((kpi) => scores[kpi] !== one.scores[kpi]);
    return [
      ...differing.map((kpi) => `${at}: ${kpi}: expected ${scores[kpi]}, found ${one.scores[kpi]}`),
      ...(one.baseline
        ? []
        : gate(rows, releases[index - 1]?.scores, model).map((fault) => `${at}: was accepted with ${fault}`)),
    ];
  });

/**
 * The history with one more release. Only a pass gets in: a state that failed leaves no trace that a second run could be
 * measured by.
 *
 * @returns the new history, or why there is none.
 */
export const accept = (
  releases: readonly Release[],
  release: Omit<Release, "baseline" | "scores" | "model">,
  rows: readonly Row[],
  model: Model,
): { readonly releases: readonly Release[] } | { readonly faults: readonly string[] } => {
  const baseline = releases.length === 0;
  if (releases.some((one) => one.release === release.release)) {
    return { faults: [`${release.release} is in the history already`] };
  }
  const faults = baseline ? [] : gate(rows, releases.at(-1)?.scores, model);
  if (!baseline && release.old.length > 0) faults.push(`results of another tree: ${release.old.join(", ")}`);
  if (faults.length > 0) return { faults };
  const { inputs, old, ...names } = release;
  return { releases: [...releases, { ...names, model: model.version, baseline, inputs, old, scores: scoresOf(rows) }] };
};
