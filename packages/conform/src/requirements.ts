import type { Scale } from "./judge.ts";

/** Names of the profiles that are judged by vectors. */
export const PROFILES = ["verifier-core", "verifier-full", "kernel", "issuer"] as const;

/** Every profile: those of vectors, and the one that is judged by scenarios against a live server (CONF-18). */
export const ALL_PROFILES: readonly [...typeof PROFILES, "server"] = [...PROFILES, "server"];

/** A profile (CONF-11, CONF-18). */
export type ProfileName = (typeof ALL_PROFILES)[number];

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
  /** The profiles of one kind: those of vectors, or `server`. */
  readonly profiles: Readonly<Partial<Record<ProfileName, Profile>>>;
};

/** The names of what is there by profile, in the order of {@link ALL_PROFILES}. */
export const profileNames = (profiles: Readonly<Partial<Record<ProfileName, unknown>>>): ProfileName[] =>
  ALL_PROFILES.filter((name) => profiles[name] !== undefined);

/** Something of a profile that has to be there. */
export const ofProfile = <T>(profiles: Readonly<Partial<Record<ProfileName, T>>>, name: ProfileName): T => {
  const found = profiles[name];
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
};

/** Whether a profile scores a vector, and if not, why. */
export type Scoring = { readonly profile: ProfileName; readonly reason: string | null };

/** What each profile that has a vector's op makes of the vector; `reason` is null where it counts (CONF-11). */
export const scoringOf = (
  { profiles }: RequirementSet,
  { id, op }: { readonly id: string; readonly op: string },
): Scoring[] =>
  profileNames(profiles).flatMap((profile): Scoring[] => {
    const { ops, scored, notScored } = ofProfile(profiles, profile);
    if (!ops.includes(op)) return [];
    if (scored.includes(id)) return [{ profile, reason: null }];
    const reason = notScored.find((one) => one.id === id)?.reason ?? "added after the requirement set was frozen";
    return [{ profile, reason }];
  });
