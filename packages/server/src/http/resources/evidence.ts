import { type Digest, SettldError } from "@settld/protocol";
import type { EvidenceRow } from "../../store/store.ts";
import { bodyChunks } from "../body.ts";
import { type Context, callerOf, type Handlers, json, required } from "../context.ts";

/** Evidence by its digest (STORE-3). */
export const evidence: Handlers = {
  "evidence.upload": async (context) => {
    const { services, request } = context;
    const digest = required(context, "digest") as Digest;
    const { evidenceBytes, bodyMs } = services.limits;
    const { tenant } = callerOf(context).key;
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
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
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
  if (row === undefined) throw new SettldError("HTTP_NOT_FOUND", `expected evidence, found none: ${digest}`);
  return row;
}
