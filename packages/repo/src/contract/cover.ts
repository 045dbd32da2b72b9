import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gte, inc, major, parse as parseVersion } from "semver";
import { parse } from "yaml";
import { readJson } from "../workspace.ts";
import type { Difference, Level } from "./difference.ts";
import { type Embeds, embeddersOf } from "./embeds.ts";
import type { ContractState } from "./state.ts";

/** How far a version moves. */
export type Bump = "patch" | "minor" | "major";

const bumps: readonly Bump[] = ["patch", "minor", "major"];

/** What pending changesets announce. */
export type Pending = {
  /** The largest bump by package. */
  readonly bumps: ReadonlyMap<string, Bump>;
  /** Places that the changesets of a package name between backticks; `*` stands for anything. */
  readonly named: ReadonlyMap<string, readonly string[]>;
};

/** One changeset: a map from package to bump, and its text. */
export type Changeset = { readonly bumps: Readonly<Record<string, Bump>>; readonly text: string };

/** Reads one changeset. */
export const parseChangeset = (source: string): Changeset => {
  const [, front, text = ""] = /^---\r?\n([\s\S]*?)\r?\n?---([\s\S]*)$/.exec(source) ?? [];
  const entries = Object.entries((front === undefined ? null : (parse(front) as Record<string, string> | null)) ?? {});
  return {
    bumps: Object.fromEntries(entries.filter((entry): entry is [string, Bump] => bumps.includes(entry[1] as Bump))),
    text: text.trim(),
  };
};

/** Reads the changesets since the last release, in the order of their names; those of its pre-releases are put aside. */
export const readChangesets = (base: string): Changeset[] =>
  globSync(".changeset/{*,pre/*}.md", { cwd: base })
    .filter((path) => basename(path) !== "README.md")
    .sort()
    .map((path) => parseChangeset(readFileSync(join(base, path), "utf8")));

/** Sums up the pending changesets. */
export const readPending = (base: string): Pending => {
  const largest = new Map<string, Bump>();
  const named = new Map<string, string[]>();
  for (const { bumps: announced, text } of readChangesets(base)) {
    const places = [...text.matchAll(/`([^`]+)`/g)].map(([, place = ""]) => place);
    for (const [name, bump] of Object.entries(announced)) {
      const earlier = largest.get(name);
      if (earlier === undefined || bumps.indexOf(bump) > bumps.indexOf(earlier)) {
        largest.set(name, bump);
      }
      named.set(name, [...(named.get(name) ?? []), ...places]);
    }
  }
  return { bumps: largest, named };
};

/** Groups of packages that share one version, from the configuration of changesets. */
export const readGroups = (base: string): readonly (readonly string[])[] => {
  const path = join(base, ".changeset/config.json");
  return existsSync(path) ? (readJson<{ readonly fixed?: readonly (readonly string[])[] }>(path).fixed ?? []) : [];
};

/** The bump that a difference needs for a package that was last released as `version`. */
export const bumpFor = (level: Level, version: string): Bump => {
  if (major(version) === 0) {
    return level === "breaking" ? "minor" : "patch";
  }
  return level === "breaking" ? "major" : level === "additive" ? "minor" : "patch";
};

/** A version without its pre-release: `0.2.0-next.1` is on its way to `0.2.0`, and so covers what that covers. */
const base = (version: string): string => {
  const parsed = parseVersion(version);
  return parsed === null ? version : `${parsed.major}.${parsed.minor}.${parsed.patch}`;
};

/** Whether a version has risen by at least a bump. */
export const isRaised = (from: string, to: string, bump: Bump): boolean => gte(base(to), inc(from, bump) ?? from);

const matches = (pattern: string, place: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\\*", ".*")}$`).test(place);

/** A difference that nothing announces, and what would cover it. */
export type Uncovered = { readonly difference: Difference; readonly needs: string };

/** What covering is judged by. */
export type Coverage = {
  readonly lock: ContractState;
  readonly now: ContractState;
  readonly pending: Pending;
  readonly embeds: Embeds;
  readonly groups: readonly (readonly string[])[];
};

/** Packages that a difference takes to a new version: its own, and those that carry it inside. */
export const affectedBy = (
  difference: Difference,
  { embeds, groups }: Pick<Coverage, "embeds" | "groups">,
): string[] => {
  const owner = difference.package;
  // A group moves as one, so its own members need no word of their own.
  const together = groups.find((group) => group.includes(owner)) ?? [];
  const file = difference.where.replace(/[ #].*$/, "");
  return [owner, ...embeddersOf(embeds, file).filter((name) => name !== owner && !together.includes(name))];
};

/**
 * Sorts out the differences that neither a pending changeset nor an already raised version announces.
 *
 * A changeset for one change must not hide another: what breaks is named in the text of a changeset, by its place, so
 * that the changelog says it. A difference in what documents mean also needs a new revision string.
 */
export const uncovered = (differences: readonly Difference[], coverage: Coverage): Uncovered[] => {
  const { lock, now, pending } = coverage;
  return differences.flatMap((difference) => {
    const needs: string[] = [];
    let raised = true;
    for (const name of affectedBy(difference, coverage)) {
      const released = lock.packages[name] ?? "0.0.0";
      // Inside another package a change of declarations is nobody's interface: its bytes change, no more.
      const level = difference.revision || name === difference.package ? difference.level : "notice";
      const bump = bumpFor(level, released);
      if (isRaised(released, now.packages[name] ?? "0.0.0", bump)) continue;
      raised = false;
      const announced = pending.bumps.get(name);
      if (announced === undefined || bumps.indexOf(announced) < bumps.indexOf(bump)) {
        needs.push(
          `a ${bump} changeset for ${name}${announced === undefined ? "" : ` (there is only a ${announced} one)`}`,
        );
      }
    }
    const names = pending.named.get(difference.package) ?? [];
    if (!raised && difference.level === "breaking" && !names.some((pattern) => matches(pattern, difference.where))) {
      const bump = bumpFor("breaking", lock.packages[difference.package] ?? "0.0.0");
      needs.push(`a ${bump} changeset of ${difference.package} with \`${difference.where}\` in its text`);
    }
    if (difference.level === "breaking" && difference.revision && lock.revision === now.revision) {
      needs.push(`a new revision in schemas/codes.json (still ${now.revision})`);
    }
    return needs.length === 0 ? [] : [{ difference, needs: needs.join(" and ") }];
  });
};
