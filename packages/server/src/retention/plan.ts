import {
  type CryptoPort,
  canonicalBytes,
  type Digest,
  digestOf,
  formatInstant,
  isSettldError,
  type JsonValue,
  parseJson,
  REVISION,
  SettldError,
} from "@settld/protocol";
import { breathe, pages } from "../audit/pages.ts";
import type { Store } from "../store/store.ts";
import { activeHolds, type Decision, decide, type KeepReason } from "./decide.ts";
import { isDays, type RetentionRule } from "./rule.ts";

/** Evidence that a plan purges, as it was when the plan was made. */
export type PlannedPurge = {
  readonly digest: Digest;
  readonly size: number;
  readonly kind: "closed" | "unreferenced";
  readonly since: string;
  readonly agreements: readonly Digest[];
  readonly uploads: readonly { readonly tenant: string; readonly at: string }[];
};

/** Evidence that a plan keeps. */
export type PlannedKeep = { readonly digest: Digest; readonly size: number; readonly why: readonly KeepReason[] };

/** What would be purged under a rule, and what is kept, and why (STORE-10). Its canonical form is a plan file. */
export type RetentionPlan = {
  readonly v: string;
  readonly object: "retention_plan";
  readonly settler: string;
  readonly at: string;
  readonly rule: RetentionRule;
  readonly purge: readonly PlannedPurge[];
  readonly keep: readonly PlannedKeep[];
};

/** Whose plan it is, and when it is made. */
export type PlanOptions = {
  readonly settler: string;
  readonly rule: RetentionRule;
  readonly now: number;
  /** Whether the plan lists what it keeps, which is most of it. Default true. */
  readonly listKept?: boolean;
};

/** Makes a plan out of one state of a store, and changes nothing. */
export function planRetention(store: Pick<Store, "snapshot">, options: PlanOptions): Promise<RetentionPlan> {
  const { settler, rule, now, listKept = true } = options;
  return store.snapshot(async (view) => {
    const purge: PlannedPurge[] = [];
    const keep: PlannedKeep[] = [];
    const holds = await activeHolds(view);
    for await (const row of pages(view.listEvidence, ({ digest }) => digest)) {
      const decision = await decide(view, row, rule, now, holds);
      const { digest, size } = row;
      if (!("keep" in decision)) purge.push(planned(digest, size, decision));
      else if (listKept) keep.push({ digest, size, why: decision.keep });
      await breathe();
    }
    return { v: REVISION, object: "retention_plan", settler, at: formatInstant(now), rule, purge, keep };
  });
}

/** A purge as a plan has it. */
export function planned(
  digest: Digest,
  size: number,
  { kind, since, agreements, uploads }: Exclude<Decision, { readonly keep: unknown }>,
): PlannedPurge {
  const sent = uploads.map(({ tenant, at }) => ({ tenant, at: formatInstant(at) }));
  return { digest, size, kind, since, agreements, uploads: sent };
}

/** The bytes of a plan file. */
export function planBytes(plan: RetentionPlan): Uint8Array {
  return canonicalBytes(plan as unknown as JsonValue);
}

// About a million items. A plan is the operator's own file.
const PLAN_BYTES_MAX = 536_870_912;

/**
 * Reads a plan file.
 *
 * @returns the plan and its digest, which stands in the tombstones of what it purges.
 * @throws SettldError `STORE_RETENTION_PLAN`.
 */
export function readPlan(
  bytes: Uint8Array,
  crypto: CryptoPort,
): { readonly plan: RetentionPlan; readonly digest: Digest } {
  let value: JsonValue;
  try {
    value = parseJson(bytes, { canonical: true, maxBytes: PLAN_BYTES_MAX });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw wrong(`canonical JSON, found ${error.code}`, error);
  }
  const plan = value as unknown as RetentionPlan;
  if (!isObject(plan) || plan.object !== "retention_plan" || plan.v !== REVISION) throw wrong(`a plan of ${REVISION}`);
  if (typeof plan.settler !== "string" || !isRule(plan.rule)) throw wrong("a settler and a rule");
  if (!Array.isArray(plan.purge) || !plan.purge.every(isPurge) || !Array.isArray(plan.keep)) {
    throw wrong("evidence to purge and to keep");
  }
  return { plan, digest: digestOf(bytes, crypto) };
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const isDigest = (value: unknown): boolean => typeof value === "string" && DIGEST.test(value);

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRule(rule: unknown): boolean {
  return (
    isObject(rule) &&
    Object.entries(rule).every(([name, days]) => /^(?:closed|unreferenced)Days$/.test(name) && isDays(days))
  );
}

function isPurge(item: PlannedPurge): boolean {
  return isObject(item) && isDigest(item.digest) && Array.isArray(item.agreements) && item.agreements.every(isDigest);
}

function wrong(expected: string, cause?: unknown): SettldError {
  return new SettldError("STORE_RETENTION_PLAN", `expected ${expected}, found another file`, { cause });
}
