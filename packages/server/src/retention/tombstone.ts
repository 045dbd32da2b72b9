import {
  type CryptoPort,
  canonicalBytes,
  canonicalize,
  type Digest,
  digestOf,
  formatInstant,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  parseEnvelope,
  parseJson,
  parseTombstone,
  REVISION,
  signEnvelope,
  type TombstonePayload,
  utf8,
} from "@settld/protocol";
import type { OwnKeys } from "../settler/own-keys.ts";
import type { StoreReads, TombstoneRow, UploadRow } from "../store/store.ts";
import type { PlannedPurge } from "./plan.ts";
import type { RetentionRule } from "./rule.ts";

/** Who signs tombstones. */
export type TombstoneSigner = {
  /** The settler. */
  readonly id: string;
  readonly keys: OwnKeys;
  readonly crypto: CryptoPort;
};

/** What tombstones say. */
export type TombstoneReason = {
  readonly at: number;
  readonly rule: RetentionRule;
  /** Digest of the plan, unless the server carries out its own rule. */
  readonly plan: Digest | undefined;
};

/**
 * Signs the tombstones of evidence: one for each set of agreements with the same parties, and one for those who uploaded
 * it and see none of these agreements. So nobody learns from a tombstone of what is none of its business (HTTP-5).
 */
export async function signTombstones(
  store: StoreReads,
  { id, keys, crypto }: TombstoneSigner,
  { digest, size, agreements }: Pick<PlannedPurge, "digest" | "size" | "agreements">,
  uploads: readonly UploadRow[],
  { at, rule, plan }: TombstoneReason,
): Promise<readonly TombstoneRow[]> {
  const signer = await keys.get({ party: id, role: "settler", pinned: undefined }, at);
  const rows: TombstoneRow[] = [];
  for (const group of await groupsOf(store, agreements, uploads)) {
    // Who sees none of its agreements is not told that there were any.
    const kind = group.agreements.length > 0 ? "closed" : "unreferenced";
    const days = (kind === "closed" ? rule.closedDays : rule.unreferencedDays) ?? 0;
    const payload: TombstonePayload = {
      v: REVISION,
      by: id,
      digest,
      size,
      agreements: [...group.agreements],
      purgedAt: formatInstant(at),
      rule: { kind, days },
      ...(plan === undefined ? {} : { plan }),
    };
    const bytes = canonicalBytes(payload);
    const envelope = utf8(canonicalize(await signEnvelope(PAYLOAD_TYPES.tombstone, bytes, [signer])));
    rows.push({ ...group, id: digestOf(bytes, crypto), digest, at, kind, envelope });
  }
  return rows;
}

/**
 * Reads a tombstone as it is stored; whose signature it has is not looked at.
 *
 * @throws SettldError with a JSON, DSSE or STORE code.
 */
export function readTombstone(bytes: Uint8Array): {
  readonly envelope: ParsedEnvelope;
  readonly payload: TombstonePayload;
} {
  const envelope = parseEnvelope(parseJson(bytes, { canonical: true, maxBytes: LIMITS.lineBytes }), {
    payloadType: PAYLOAD_TYPES.tombstone,
    maxPayloadBytes: LIMITS.payloadBytes,
    maxSignatures: 1,
  });
  return { envelope, payload: parseTombstone(parseJson(envelope.payload, { canonical: true })) };
}

type Group = { readonly agreements: readonly Digest[]; readonly uploaders: readonly string[] };

async function groupsOf(
  store: StoreReads,
  agreements: readonly Digest[],
  uploads: readonly UploadRow[],
): Promise<readonly Group[]> {
  const groups = new Map<string, Digest[]>();
  const seers = new Set<string>();
  for (const agreement of agreements) {
    const roles = await store.roles(agreement);
    const parties = roles.filter(({ role }) => role !== "settler").map(({ party }) => party);
    const name = JSON.stringify([...new Set(parties)].sort());
    const group = groups.get(name);
    if (group !== undefined) {
      group.push(agreement);
      continue;
    }
    groups.set(name, [agreement]);
    for (const party of parties) {
      const tenant = (await store.party(party))?.tenant;
      if (tenant !== undefined) seers.add(tenant);
    }
  }
  const uploaders = uploads.map(({ tenant }) => tenant).filter((tenant) => !seers.has(tenant));
  const named = [...groups.values()].map((group) => ({ agreements: group, uploaders: [] }));
  return uploaders.length === 0 && named.length > 0 ? named : [...named, { agreements: [], uploaders }];
}
