import { type Digest, formatInstant, fromUtf8, isSettldError, SettldError } from "@settld/protocol";
import type { Tombstone } from "../../gen/types.ts";
import type { EvidenceRow, TombstoneRow } from "../../store/store.ts";
import { bodyChunks } from "../body.ts";
import { actsForOne, type Context, callerOf, type Handlers, json, required } from "../context.ts";

/** Evidence by its digest (STORE-3). */
export const evidence: Handlers = {
  "evidence.upload": async (context) => {
    const { services, request } = context;
    const digest = required(context, "digest") as Digest;
    const { evidenceBytes, bodyMs } = services.limits;
    const { tenant } = callerOf(context).key;
    await refusePurged(context, digest);
    // New for the tenant: whether others have the same bytes is not for it to know (HTTP-5).
    const isKnown = await services.store.uploadedBy(digest, tenant);
    const { size } = await services.store.putEvidence(
      digest,
      bodyChunks(request, () => bodyMs),
      {
        bytesMax: evidenceBytes,
        now: services.clock(),
        tenant,
      },
    );
    return json(isKnown ? 200 : 201, { object: "evidence", digest, size });
  },

  "evidence.download": async (context) => {
    const { digest, size } = await visible(context);
    const chunks = context.services.store.readEvidence(digest)[Symbol.asyncIterator]();
    // Read before anything is answered: a seal that does not open is a refusal, and no body that breaks off.
    let next: Promise<IteratorResult<Uint8Array>> | undefined = Promise.resolve(await chunks.next().catch(sealFault));
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await (next ?? chunks.next());
          next = undefined;
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      async cancel() {
        await chunks.return?.();
      },
    });
    return new Response(body, { headers: headersOf(digest, size) });
  },

  "evidence.check": async (context) => {
    const { digest, size } = await visible(context);
    return new Response(null, { headers: headersOf(digest, size) });
  },

  "evidence.tombstone": async (context) => {
    const digest = required(context, "digest") as Digest;
    const row = await visibleTombstone(context, digest);
    if (row === undefined) throw new SettldError("HTTP_NOT_FOUND", `expected a tombstone, found none: ${digest}`);
    return json(200, tombstoneView(row));
  },
};

// Bytes of a stranger are never shown by a browser as what they claim to be.
function headersOf(digest: Digest, size: number): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    "content-length": String(size),
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
    etag: `"${digest}"`,
  };
}

/** Evidence that the caller's tenant uploaded, or that an agreement names which the caller may see. */
export async function visibleEvidence(context: Context, digest: Digest): Promise<EvidenceRow | undefined> {
  const { store } = context.services;
  const { isOperator, key, parties } = callerOf(context);
  const row = await store.evidence(digest);
  if (row === undefined || isOperator) return row;
  const isSeen = (await store.uploadedBy(digest, key.tenant)) || (await store.referencedBy(digest, await parties()));
  return isSeen ? row : undefined;
}

async function visible(context: Context): Promise<EvidenceRow> {
  const digest = required(context, "digest") as Digest;
  const row = await visibleEvidence(context, digest);
  if (row !== undefined) return row;
  const tombstone = await visibleTombstone(context, digest);
  if (tombstone !== undefined) throw purged(tombstone);
  throw new SettldError("HTTP_NOT_FOUND", `expected evidence, found none: ${digest}`);
}

// The newest tombstone for the caller: of what it uploaded, or of an agreement that it sees.
async function visibleTombstone(
  context: Context,
  digest: Digest,
  isWanted: (row: TombstoneRow) => boolean = () => true,
): Promise<TombstoneRow | undefined> {
  const { store } = context.services;
  const { isOperator, key } = callerOf(context);
  for (const row of (await store.tombstones(digest)).filter(isWanted)) {
    if (isOperator || row.uploaders.includes(key.tenant)) return row;
    // All of its agreements have the same parties, so one of them says who sees them all.
    const [agreement] = row.agreements;
    if (agreement === undefined) continue;
    const roles = await store.roles(agreement);
    const parties = roles.filter(({ role }) => role !== "settler").map(({ party }) => party);
    if (await actsForOne(context, parties)) return row;
  }
  return undefined;
}

// Those for whom it was purged do not bring it back without a word; to others the purge says nothing (STORE-12).
async function refusePurged(context: Context, digest: Digest): Promise<void> {
  const isFinal = ({ kind, readmitted }: TombstoneRow): boolean => kind === "closed" && readmitted === undefined;
  const row = await visibleTombstone(context, digest, isFinal);
  if (row !== undefined) throw purged(row);
}

function purged(row: TombstoneRow): SettldError {
  const { tombstone } = tombstoneView(row);
  const message = `expected evidence, found that it was purged at ${formatInstant(row.at)}: ${row.digest}`;
  return Object.assign(new SettldError("STORE_EVIDENCE_PURGED", message), { tombstone });
}

function tombstoneView({ id, digest, at, kind, envelope, readmitted }: TombstoneRow): Tombstone {
  return {
    object: "tombstone",
    id,
    digest,
    kind,
    purgedAt: formatInstant(at),
    readmittedAt: readmitted === undefined ? null : formatInstant(readmitted.at),
    tombstone: JSON.parse(fromUtf8(envelope)) as Tombstone["tombstone"],
  };
}

// Which key is missing is the operator's to know.
function sealFault(error: unknown): never {
  if (!isSettldError(error) || !SEAL_FAULTS.has(error.code)) throw error;
  throw new SettldError(error.code, "expected evidence that opens, found that its seal does not", { cause: error });
}

const SEAL_FAULTS: ReadonlySet<string> = new Set(["STORE_KEY_MISSING", "STORE_SEAL_VERSION", "STORE_SEAL_BROKEN"]);
