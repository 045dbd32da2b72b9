/** How much a difference means: nobody has to act, something new can be used, something that worked may not. */
export type Level = "notice" | "additive" | "breaking";

/** One difference between the contract that was last released and the tree. */
export type Difference = {
  readonly level: Level;
  /** The package whose release carries the difference. */
  readonly package: string;
  /** File and place. */
  readonly where: string;
  /** What changed, in words. */
  readonly rule: string;
};
