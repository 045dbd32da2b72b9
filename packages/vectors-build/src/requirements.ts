import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Case, Op, VectorFile } from "./format.ts";

/** What a profile asks for: ops, how exactly codes are compared, and which vectors do not count. */
export type Profile = {
  readonly ops: readonly Op[];
  readonly scale: "category" | "code";
  /** The reason why a vector does not count, or `undefined` when it does. */
  readonly excuse?: (one: Case, path: string) => string | undefined;
};

const CORE: readonly Op[] = ["json.parse", "jcs.canonicalize", "digest", "ed25519.verify", "bundle.verify"];

/** The profiles that are judged by vectors (CONF-11). */
export const PROFILES: Readonly<Record<string, Profile>> = {
  "verifier-core": {
    ops: CORE,
    scale: "category",
    excuse: (one) =>
      "over" in one && one.over !== undefined ? "which of two faults is named is a matter of verifier-full" : undefined,
  },
  "verifier-full": {
    ops: [
      ...CORE,
      "pointer.resolve",
      "digest.parse",
      "money.parse",
      "key.parse",
      "dsse.verify",
      "trust.evaluate",
      "bundle.compare",
    ],
    scale: "code",
  },
  kernel: { ops: ["money.parse", "pointer.resolve", "policy.evaluate", "log.reduce", "ledger.replay"], scale: "code" },
  issuer: { ops: ["issue"], scale: "code" },
};

type NotScored = { readonly id: string; readonly reason: string };

const byId = (a: NotScored, b: NotScored): number => (a.id < b.id ? -1 : 1);

/** The requirement set of a revision (CONF-11): for each profile the vectors that count, and why others do not. */
export const requirementSet = (revision: string, files: readonly VectorFile[]): object => ({
  revision,
  profiles: Object.fromEntries(
    Object.entries(PROFILES).map(([name, { ops, scale, excuse }]) => {
      const scored: string[] = [];
      const notScored: NotScored[] = [];
      for (const { path, op, groups } of files) {
        if (!ops.includes(op)) continue;
        for (const one of groups.flatMap(({ cases }) => cases)) {
          const reason = excuse?.(one, path);
          if (reason === undefined) scored.push(one.id);
          else notScored.push({ id: one.id, reason });
        }
      }
      return [name, { ops, scale, scored: scored.sort(), notScored: notScored.sort(byId) }];
    }),
  ),
});

/** Whether the requirement set of a revision may not change any more: drafts may, everything else may not (CONF-11). */
export const isFrozen = (revision: string): boolean => !revision.endsWith("-draft");

/**
 * The requirement sets that belong below `base`, by path: the one of `revision`, and every frozen one that is there. A
 * frozen set keeps its bytes, whatever vectors came since; those are run and shown, and a runner says why they do not
 * count.
 */
export const requirementSets = (
  base: string,
  revision: string,
  files: readonly VectorFile[],
): ReadonlyMap<string, string> => {
  const sets = new Map<string, string>();
  for (const path of globSync("requirements/*.json", { cwd: base })) {
    if (isFrozen(basename(path, ".json"))) sets.set(path.replaceAll("\\", "/"), readFileSync(join(base, path), "utf8"));
  }
  const path = `requirements/${revision}.json`;
  if (!isFrozen(revision) || !existsSync(join(base, path))) {
    sets.set(path, `${JSON.stringify(requirementSet(revision, files), null, 1)}\n`);
  }
  return sets;
};
