import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gte, inc, major } from "semver";
import { parse } from "yaml";
import type { Difference, Level } from "./difference.ts";
import type { ContractState } from "./state.ts";

/** How far a version moves. */
export type Bump = "patch" | "minor" | "major";

const bumps: readonly Bump[] = ["patch", "minor", "major"];

/** The largest bump that pending changesets announce, by package. */
export type Pending = ReadonlyMap<string, Bump>;

/** Reads the front matter of one changeset: a map from package to bump. */
export const parseChangeset = (text: string): Record<string, Bump> => {
  const [, front] = /^---\r?\n([\s\S]*?)\r?\n?---/.exec(text) ?? [];
  const entries = Object.entries((front === undefined ? null : (parse(front) as Record<string, string> | null)) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, Bump] => bumps.includes(entry[1] as Bump)));
};

/** Reads `.changeset/*.md`. */
export const readPending = (base: string): Pending => {
  const pending = new Map<string, Bump>();
  for (const path of globSync(".changeset/*.md", { cwd: base })) {
    if (path.endsWith("README.md")) {
      continue;
    }
    for (const [name, bump] of Object.entries(parseChangeset(readFileSync(join(base, path), "utf8")))) {
      const earlier = pending.get(name);
      if (earlier === undefined || bumps.indexOf(bump) > bumps.indexOf(earlier)) {
        pending.set(name, bump);
      }
    }
  }
  return pending;
};

/** The bump that a difference needs for a package that was last released as `version`. */
export const bumpFor = (level: Level, version: string): Bump => {
  if (major(version) === 0) {
    return level === "breaking" ? "minor" : "patch";
  }
  return level === "breaking" ? "major" : level === "additive" ? "minor" : "patch";
};

/** A difference that nothing announces, and what would cover it. */
export type Uncovered = { readonly difference: Difference; readonly needs: string };

/**
 * Sorts out the differences that neither a pending changeset nor an already raised version announces.
 * Below 1.0 a breaking difference also needs a new revision string: two documents of one revision must mean the same.
 */
export const uncovered = (
  differences: readonly Difference[],
  lock: ContractState,
  now: ContractState,
  pending: Pending,
): Uncovered[] =>
  differences.flatMap((difference) => {
    const released = lock.packages[difference.package] ?? "0.0.0";
    const present = now.packages[difference.package] ?? "0.0.0";
    const bump = bumpFor(difference.level, released);
    const announced = pending.get(difference.package);
    const needs: string[] = [];
    const raised = gte(present, inc(released, bump) ?? released);
    if (!raised && (announced === undefined || bumps.indexOf(announced) < bumps.indexOf(bump))) {
      needs.push(
        `a ${bump} changeset for ${difference.package}${announced === undefined ? "" : ` (there is only a ${announced} one)`}`,
      );
    }
    if (difference.level === "breaking" && major(released) === 0 && lock.revision === now.revision) {
      needs.push(`a new revision in schemas/codes.json (still ${now.revision})`);
    }
    return needs.length === 0 ? [] : [{ difference, needs: needs.join(" and ") }];
  });
