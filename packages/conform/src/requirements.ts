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
