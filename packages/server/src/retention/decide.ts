import { type Digest, formatInstant } from "@settld/protocol";
import { pages } from "../audit/pages.ts";
import type { EvidenceRow, HoldRow, StoreReads, UploadRow } from "../store/store.ts";
import { daysAfter, type RetentionRule } from "./rule.ts";

/** Why evidence stays. */
export type KeepReason = {
  /**
   * `hold` a legal hold; `open` an agreement that is not closed, `dispute` one whose dispute window runs or that is in
   * dispute; `young` one that is not closed for long enough; `recent` an upload that an agreement may still name; `no-rule` the
   * rule says nothing of its kind; `many` more agreements name it than a tombstone can.
   */
  readonly reason: "hold" | "open" | "dispute" | "young" | "recent" | "no-rule" | "many";
  readonly agreement?: Digest;
  readonly tenant?: string;
  readonly hold?: string;
  /** When this reason will be over, if that is known. */
  readonly until?: string;
};

/** What is to become of one evidence. */
export type Decision =
  | { readonly keep: readonly KeepReason[] }
  | {
      readonly kind: "closed" | "unreferenced";
      /** Since when nothing needs it. */
      readonly since: string;
      readonly agreements: readonly Digest[];
      readonly uploads: readonly UploadRow[];
    };

/** Most agreements in a tombstone. */
export const AGREEMENTS_MAX = 1_000;

/** Holds that stand, by what they stand on. */
export type Holds = ReadonlyMap<string, HoldRow>;

/** Reads every hold that was not released. */
export async function activeHolds(store: Pick<StoreReads, "listHolds">): Promise<Holds> {
  const holds = new Map<string, HoldRow>();
  for await (const hold of pages(store.listHolds, ({ id }) => id)) {
    const name = `${hold.kind} ${hold.target}`;
    if (hold.released === undefined && !holds.has(name)) holds.set(name, hold);
  }
  return holds;
}

/** Decides over one evidence by what the store has of it now. */
export async function decide(
  store: StoreReads,
  { digest }: Pick<EvidenceRow, "digest">,
  rule: RetentionRule,
  now: number,
  holds: Holds,
): Promise<Decision> {
  const keep: KeepReason[] = [];
  const uploads = await store.uploads(digest);
  const agreements = await allNames(store, digest);
  if (agreements.length > AGREEMENTS_MAX) keep.push({ reason: "many" });
  held(holds, "digest", digest, keep);
  for (const { tenant } of uploads) held(holds, "tenant", tenant, keep);
  let closedAt = Number.NEGATIVE_INFINITY;
  const seers = new Set<string>();
  for (const agreement of agreements.slice(0, AGREEMENTS_MAX)) {
    held(holds, "agreement", agreement, keep);
    for (const { party, role } of await store.roles(agreement)) {
      const tenant = (await store.party(party))?.tenant;
      if (tenant === undefined) continue;
      held(holds, "tenant", tenant, keep);
      if (role !== "settler") seers.add(tenant);
    }
    const closed = await closingOf(store, agreement, keep);
    if (closed !== undefined) closedAt = Math.max(closedAt, closed);
    if (closed !== undefined && rule.closedDays !== undefined) {
      const until = daysAfter(closed, rule.closedDays);
      if (until > now) keep.push({ reason: "young", agreement, until: formatInstant(until) });
    }
  }
  if (agreements.length > 0 && rule.closedDays === undefined) keep.push({ reason: "no-rule" });
  // An upload of a tenant that sees none of these agreements, or that came after the last of them was closed, may be for one
  // that is still to come.
  for (const { tenant, at } of uploads.filter((one) => one.at > closedAt || !seers.has(one.tenant))) {
    const until = rule.unreferencedDays === undefined ? undefined : daysAfter(at, rule.unreferencedDays);
    if (until === undefined) keep.push({ reason: "no-rule", tenant });
    else if (until > now) keep.push({ reason: "recent", tenant, until: formatInstant(until) });
  }
  if (keep.length > 0) return { keep };
  const since = formatInstant(Math.max(closedAt, ...uploads.map(({ at }) => at)));
  return { kind: agreements.length > 0 ? "closed" : "unreferenced", since, agreements, uploads };
}

function held(holds: Holds, kind: HoldRow["kind"], target: string, keep: KeepReason[]): void {
  const hold = holds.get(`${kind} ${target}`);
  if (hold !== undefined && !keep.some((one) => one.hold === hold.id)) keep.push({ reason: "hold", hold: hold.id });
}

// One more than a tombstone can name is enough to know.
async function allNames(store: StoreReads, digest: Digest): Promise<readonly Digest[]> {
  const names: Digest[] = [];
  for await (const name of pages(
    (page) => store.namedBy(digest, page),
    (id) => id,
  )) {
    names.push(name);
    if (names.length > AGREEMENTS_MAX) break;
  }
  return names;
}

// By its last event, which is signed, and not by a column that nobody checks.
async function closingOf(store: StoreReads, agreement: Digest, keep: KeepReason[]): Promise<number | undefined> {
  const row = await store.agreement(agreement);
  if (row === undefined) throw new Error(`evidence names ${agreement}, which is not there`);
  if (row.status === "closed") return (await store.events(agreement, row.events - 1, 1))[0]?.at;
  const inDispute = row.status === "window" || row.status === "disputed";
  keep.push({
    reason: inDispute ? "dispute" : "open",
    agreement,
    ...(row.due === undefined ? {} : { until: formatInstant(row.due) }),
  });
  return undefined;
}
