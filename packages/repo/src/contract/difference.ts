/** How much a difference means: nobody has to act, something new can be used, something that worked may not. */
export type Level = "notice" | "additive" | "breaking";

/** One difference between the contract that was last released and the tree. */
export type Difference = {
  readonly level: Level;
  /** The package whose release carries the difference. */
  readonly package: string;
  /** File and, behind a space or `#`, the place in it. A breaking one is named by this in its changeset. */
  readonly where: string;
  /** What changed, in words. */
  readonly rule: string;
  /** Whether two documents of one revision would no longer mean the same, so that breaking takes a new revision. */
  readonly revision: boolean;
};

/** A difference without the parts that its whole area shares. */
export type Finding = Pick<Difference, "level" | "where" | "rule">;

/** Findings of one area as differences of a package. */
export const ofPackage = (name: string, revision: boolean, findings: readonly Finding[]): Difference[] =>
  findings.map(({ level, where, rule }) => ({ level, package: name, where, rule, revision }));

type Rule<T> = {
  readonly place: (name: string) => string;
  readonly changed: (name: string, old: T, now: T) => readonly Finding[];
  /** Level of an added name; additive when not given. */
  readonly added?: (name: string, now: T) => Level;
};

/** Removed names break, added names add (or what `rule.added` says), and names in both are judged by `rule.changed`. */
export const diffNames = <T>(
  old: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
  rule: Rule<T>,
): Finding[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name): readonly Finding[] => {
    const [before, after] = [old[name], now[name]];
    if (after === undefined) return [{ level: "breaking", where: rule.place(name), rule: "removed" }];
    if (before !== undefined) return rule.changed(name, before, after);
    const level = rule.added?.(name, after) ?? "additive";
    return [{ level, where: rule.place(name), rule: level === "breaking" ? "added, and required" : "added" }];
  });
