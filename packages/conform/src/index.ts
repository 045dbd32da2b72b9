export type { Verdict } from "./gen/types.ts";
export { type Answer, categoryOf, differingFacts, type Judgement, judge, type Scale, sameJson } from "./judge.ts";
export { PROFILES, type Profile, type ProfileName, type RequirementSet } from "./requirements.ts";
export { expand, type Vector, type VectorFile, vectorsOf } from "./vectors.ts";
