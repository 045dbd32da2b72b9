import type { Scale } from "./judge.ts";

/** Names of the profiles that are judged by vectors. */
export const PROFILES = ["verifier-core", "verifier-full", "kernel", "issuer"] as const;

/** A profile that is judged by vectors (CONF-11). */
export type ProfileName = (typeof PROFILES)[number];

/** What a profile asks for. */
export type Profile = {
  /** Ops that an implementation has to have. */
  readonly ops: readonly string[];
  readonly scale: Scale;
  /** Ids of the vectors that count, sorted. */
  readonly scored: readonly string[];
  /** Vectors of these ops that do not count, with the reason. */
  readonly notScored: readonly { readonly id: string; readonly reason: string }[];
};

/** The requirement set of a revision: `requirements/<revision>.json` of the vectors. */
export type RequirementSet = {
  readonly revision: string;
  readonly profiles: Readonly<Record<ProfileName, Profile>>;
};

/** Whether a profile scores a vector, and if not, why. */
export type Scoring = { readonly profile: ProfileName; readonly reason: string | null };

/** What each profile that has a vector's op makes of the vector; `reason` is null where it counts (CONF-11). */
export const scoringOf = (
  { profiles }: RequirementSet,
  { id, op }: { readonly id: string; readonly op: string },
): Scoring[] =>
  PROFILES.flatMap((profile): Scoring[] => {
    const { ops, scored, notScored } = profiles[profile];
    if (!ops.includes(op)) return [];
    if (scored.includes(id)) return [{ profile, reason: null }];
    const reason = notScored.find((one) => one.id === id)?.reason ?? "added after the requirement set was frozen";
    return [{ profile, reason }];
  });
