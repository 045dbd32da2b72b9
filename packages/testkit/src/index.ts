export { type Cast, IDS, type Player, seal, sealTrust, testCast, testSigner, trustOf } from "./cast.ts";
export {
  type Bendable,
  bundleOf,
  cancelledLog,
  copyOf,
  Forger,
  type Forgery,
  HOSTILE,
  linesOf,
  type Mutation,
  mutationsOf,
  payloadOf,
  richLog,
  sealOnce,
  withPayload,
} from "./forge.ts";
export { bytesOf, HOUR, itemOf, START, settledLog, TestLog, termsOf } from "./log.ts";
export { cellOf, Model, type ModelReaction, modelShare } from "./model.ts";
export { FULL, FULL_FACTOR, PATIENCE, randomOf, runs } from "./scale.ts";
export {
  bodyWithoutLog,
  digestNamed,
  digestOfPayload,
  otherValue,
  type Pick,
  randomReview,
  randomStep,
  randomTerms,
  type Step,
} from "./walk.ts";
