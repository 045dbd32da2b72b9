import type { Allowlist, Evidence, EvidenceFiles } from "./evidence.ts";

/** What the gates judge by, besides the evidence. */
export type GateContext = {
  readonly commit: string;
  readonly lockfileSha256: string;
  /** The present, as an instant: evidence and exceptions grow old. */
  readonly now: string;
  readonly allowlist: Allowlist;
};

/** What one gate says: a sentence for every reason not to publish. */
export type GateResult = { readonly gate: keyof Evidence; readonly ok: boolean; readonly reasons: readonly string[] };

type Gates = { readonly [Name in keyof Evidence]: (data: Evidence[Name], context: GateContext) => string[] };

const DAY = 86_400_000;

/** How old answers of others may be, in days: registries learn of new advisories, and trackers of new issues. */
const AGE_DAYS_MAX = { advisories: 7, issues: 1 } as const;

const tooOld = (at: string, now: string, days: number): string[] => {
  const age = Date.parse(now) - Date.parse(at);
  return age >= -DAY && age <= days * DAY ? [] : [`expected an answer of at most ${days} days, found one of ${at}`];
};

const lines = ({ detail }: { readonly detail: string }): string => detail.trim().split("\n").slice(-3).join(" | ");

/** Every hard blocker: a pure function over its evidence. */
export const gates: Gates = {
  determinism: ({ checks }) => [
    ...checks.filter(({ ok }) => !ok).map((check) => `${check.name}: ${lines(check)}`),
    ...["runs", "install", "pack"]
      .filter((name) => !checks.some((check) => check.name === name))
      .map((name) => `${name}: was not compared`),
  ],
  ledger: ({ reconciled, findings, transactions, imbalances, escrowLeft }) => [
    ...(reconciled ? [] : ["the book differs from its logs"]),
    ...findings,
    ...imbalances.map((one) => `transaction ${one} does not balance`),
    ...escrowLeft.map((one) => `left in escrow: ${one}`),
    ...(transactions > 0 ? [] : ["no transaction was looked at"]),
  ],
  contract: (verdict) => (verdict.ok ? [] : [lines(verdict)]),
  rollback: (verdict) => (verdict.ok ? [] : [lines(verdict)]),
  conformance: ({ conclusion, executed }) => [
    ...(conclusion === "conforms" ? [] : [`expected conforms, found ${conclusion}`]),
    ...(executed > 0 ? [] : ["no case was executed"]),
  ],
  artifacts: ({ verdict, findings }) => [
    ...findings.map(({ code, file, message }) => `${code}: ${file ?? "release"}: ${message}`),
    ...(verdict === "accept" || findings.length > 0 ? [] : [`expected accept, found ${verdict}`]),
  ],
  versions: ({ tag, packages, fixed, pending, tagged }, { commit }) => [
    ...Object.entries(packages).flatMap(([name, { version, packed, changelog }]) => [
      ...(packed === version ? [] : [`${name}: expected ${version} in its tarball, found ${packed ?? "no tarball"}`]),
      ...(changelog ? [] : [`${name}: CHANGELOG.md has no entry of ${version}`]),
    ]),
    ...(tag === `v${packages["settld"]?.version}` ? [] : [`expected the tag of settld, found ${tag}`]),
    ...fixed.flatMap((group) => {
      const versions = new Set(group.flatMap((name) => packages[name]?.version ?? []));
      return versions.size > 1 ? [`${group.join(", ")}: expected one version, found ${[...versions].join(", ")}`] : [];
    }),
    ...pending.map((name) => `changeset ${name} is in no release yet`),
    ...(tagged === null || tagged === commit ? [] : [`${tag} is the tag of ${tagged} already`]),
  ],
  advisories: ({ at, advisories }, { now, allowlist }) => [
    ...tooOld(at, now, AGE_DAYS_MAX.advisories),
    ...advisories
      .filter(({ severity }) => /^(high|critical)$/i.test(severity))
      .flatMap(({ id, package: name, severity, title }) => {
        const allowed = allowlist.find((one) => one.id === id);
        if (allowed === undefined) return [`${id}: ${severity} in ${name}: ${title}`];
        return now.slice(0, 10) <= allowed.until ? [] : [`${id}: the exception for ${name} ended on ${allowed.until}`];
      }),
  ],
  issues: ({ takenAt, issues }, { now }) => [
    ...tooOld(takenAt, now, AGE_DAYS_MAX.issues),
    ...issues
      .filter(
        ({ state, labels }) =>
          state === "OPEN" && labels.some(({ name }) => /^((priority|sev)[:/ ]\s*)?p0$/i.test(name)),
      )
      .map(({ number, title }) => `#${number} is open: ${title}`),
  ],
  golden: (verdict) => (verdict.ok ? [] : [lines(verdict)]),
};

/** Names of the gates, in their order. */
export const gateNames: readonly (keyof Evidence)[] = Object.keys(gates) as (keyof Evidence)[];

/** Judges all evidence. What is missing, or was made of another commit or lockfile, is red. */
export const judge = (evidence: EvidenceFiles, context: GateContext): GateResult[] =>
  gateNames.map((gate) => {
    const reasons = reasonsOf(gate, evidence, context);
    return { gate, ok: reasons.length === 0, reasons };
  });

const reasonsOf = <Name extends keyof Evidence>(
  gate: Name,
  evidence: EvidenceFiles,
  context: GateContext,
): readonly string[] => {
  const sealed = evidence[gate];
  if (sealed === undefined) return ["there is no evidence"];
  const { commit, lockfileSha256 } = context;
  if (sealed.commit !== commit || sealed.lockfileSha256 !== lockfileSha256) {
    return [`expected evidence of ${commit}, found some of ${sealed.commit} or another lockfile`];
  }
  return (gates[gate] as (data: unknown, context: GateContext) => string[])(sealed.data, context);
};
