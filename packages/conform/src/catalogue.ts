import { allVectors, requirements, vectorsDigest } from "./data.ts";
import type { RequirementSet } from "./requirements.ts";
import type { Vector } from "./vectors.ts";

/** Everything of one kind that an implementation can be asked: the vectors, or the scenarios against a server. */
export type Catalogue = {
  /** Sorted by id. */
  readonly all: readonly Vector[];
  readonly requirements: RequirementSet;
  /** Digest of everything that decides a judgement, `sha256:...`. */
  readonly digest: () => string;
};

/** The vectors. */
export const vectorCatalogue = (): Catalogue => ({
  all: allVectors(),
  requirements: requirements(),
  digest: vectorsDigest,
});
