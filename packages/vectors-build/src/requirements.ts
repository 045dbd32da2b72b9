import type { Case, Op, VectorFile } from "./format.ts";

/** What a profile asks for: ops, how exactly codes are compared, and which vectors do not count. */
type Profile = {
  readonly ops: readonly Op[];
  readonly scale: "category" | "code";
  /** The reason why a vector does not count, or `undefined` when it does. */
  readonly excuse?: (one: Case, path: string) => string | undefined;
};

const CORE: readonly Op[] = ["json.parse", "jcs.canonicalize", "digest", "ed25519.verify", "bundle.verify"];

const PROFILES: Readonly<Record<string, Profile>> = {
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
