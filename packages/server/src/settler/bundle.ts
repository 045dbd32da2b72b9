import {
  BUNDLE_HEADER,
  base64Encode,
  canonicalize,
  concatBytes,
  type Digest,
  isSettldError,
  LIMITS,
  SettldError,
  utf8,
} from "@settld/protocol";
import type { Store } from "../store/store.ts";
import type { AgreementLog } from "./agreement-log.ts";
import type { TrustBook } from "./trust-book.ts";

const LINE_FEED = utf8("\n");

/** What a bundle is written from. */
export type BundleSource = { readonly store: Store; readonly log: AgreementLog; readonly trust: TrustBook };

/**
 * Writes the bundle of an agreement line by line (BUNDLE-5): events, the trust document of its parties, evidence and,
 * when it is closed, the receipt. What is appended meanwhile is not in it.
 *
 * @param inline - whether evidence of at most 8 MiB an item goes in with its bytes; the rest is withheld.
 * @throws SettldError `HTTP_NOT_FOUND`.
 */
export async function* writeBundle(
  { store, log, trust }: BundleSource,
  agreement: Digest,
  inline: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const state = await log.state(agreement);
  if (state === undefined) throw new SettldError("HTTP_NOT_FOUND", `expected an agreement, found none: ${agreement}`);
  yield utf8(`${BUNDLE_HEADER}\n`);
  const events = await store.events(agreement, 0, state.seq);
  yield concatBytes(...events.flatMap(({ envelope }) => [envelope, LINE_FEED]));
  const parties = await store.roles(agreement);
  const signed = await trust.signed(parties.map(({ party }) => party));
  if (signed !== undefined) yield concatBytes(signed, LINE_FEED);
  for (const digest of state.itemSizes.keys()) {
    const data = inline ? await inlineBytes(store, agreement, digest) : undefined;
    const line = data === undefined ? { digest, withheld: true } : { data: base64Encode(data), digest };
    yield utf8(`${canonicalize(line)}\n`);
  }
  const receipt = state.status === "closed" ? await store.receipt(agreement) : undefined;
  if (receipt !== undefined) yield concatBytes(receipt, LINE_FEED);
}

// Of purged evidence the digest stays, and whoever has the bytes can still show them (STORE-12).
async function inlineBytes(store: Store, agreement: Digest, digest: Digest): Promise<Uint8Array | undefined> {
  const row = await store.evidence(digest);
  if (row === undefined || row.size > LIMITS.evidenceBytes) return undefined;
  // The same bytes may be here again for others.
  if ((await store.references(agreement, digest)) === "purged") return undefined;
  try {
    return await readAll(store, digest);
  } catch (error) {
    if (
      isSettldError(error) &&
      error.code === "STORE_EVIDENCE_MISSING" &&
      (await store.evidence(digest)) === undefined
    ) {
      return undefined;
    }
    throw error;
  }
}

async function readAll(store: Store, digest: Digest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.readEvidence(digest)) chunks.push(chunk);
  return concatBytes(...chunks);
}
