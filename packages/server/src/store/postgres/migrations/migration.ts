/** One step between two versions of the store. */
export type Migration = {
  /** The version after the step; the one before is one less. */
  readonly version: number;
  /** SQL that takes the store there. */
  readonly up: string;
  /** SQL of the written rollback path: back to the version before, without what only the later one can hold. */
  readonly down: string;
};
