import { base64Decode, type Digest, type Item, SettldError, type TombstonePayload } from "@settld/protocol";
import { type Connection, distrust } from "../connection.ts";
import { isApiError } from "../errors.ts";
import { bodyOf, digestBody, type FileData } from "../files.ts";
import type { StoredEvidence, Tombstone } from "../gen/api.ts";
import type { RequestOptions } from "../http/transport.ts";
import { readJson } from "../json.ts";

/** What stays of purged evidence, with its payload decoded. */
export type EvidenceTombstone = Tombstone & { readonly payload: TombstonePayload };

/** Evidence by the digest of its bytes. Its digests are checked also when verification is off: they cost nothing more. */
export class Evidence {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Uploads bytes under their digest; twice is once. */
  async upload(data: FileData, options: RequestOptions = {}): Promise<StoredEvidence> {
    const body = bodyOf(data);
    return this.put(await digestBody(body, this.#api.platform.crypto), body, options);
  }

  /** Uploads bytes whose digest and size are known already. */
  async put(
    { digest, size }: Pick<Item, "digest" | "size">,
    body: Uint8Array | Blob,
    options: RequestOptions = {},
  ): Promise<StoredEvidence> {
    const { body: answer, requestId } = await this.#api.send("evidence.upload", { path: { digest }, body }, options);
    const stored = answer as StoredEvidence;
    if (stored.digest !== digest || stored.size !== size) {
      throw wrong(
        "evidence.upload",
        answer,
        requestId,
        `${digest} of ${size} bytes`,
        `${stored.digest} of ${stored.size}`,
      );
    }
    return stored;
  }

  /** Downloads bytes. */
  async download(digest: string, options: RequestOptions = {}): Promise<Uint8Array> {
    const { body, requestId } = await this.#api.send("evidence.download", { path: { digest } }, options);
    const bytes = body as Uint8Array;
    const found: Digest = `sha256:${this.#api.platform.crypto.sha256Hex(bytes)}`;
    if (found !== digest) throw wrong("evidence.download", bytes, requestId, digest, found);
    return bytes;
  }

  /** Reads what stays of purged evidence: a statement of the settler, with its payload decoded (STORE-11). */
  async tombstone(digest: string, options: RequestOptions = {}): Promise<EvidenceTombstone> {
    const answer = await this.#api.checked("evidence.tombstone", { path: { digest } }, options, (checker, found) =>
      checker.tombstone(found, digest),
    );
    const payload = readJson(base64Decode(answer.tombstone.payload)) as unknown as TombstonePayload;
    return { ...answer, payload };
  }

  /** Asks whether the server holds bytes, and how many; undefined when it does not, or does not show them. */
  async check(digest: string, options: RequestOptions = {}): Promise<StoredEvidence | undefined> {
    try {
      const { headers, requestId } = await this.#api.send("evidence.check", { path: { digest } }, options);
      const tag = headers.get("etag");
      if (tag !== null && tag !== `"${digest}"`) throw wrong("evidence.check", undefined, requestId, digest, tag);
      return { object: "evidence", digest: digest as Digest, size: Number(headers.get("content-length")) };
    } catch (error) {
      if (isApiError(error, "HTTP_NOT_FOUND") || isApiError(error, "STORE_EVIDENCE_PURGED")) return undefined;
      throw error;
    }
  }
}

function wrong(
  operation: "evidence.upload" | "evidence.download" | "evidence.check",
  answer: unknown,
  requestId: string | undefined,
  expected: string,
  found: string,
): unknown {
  const error = new SettldError("BUNDLE_EVIDENCE_DIGEST", `expected ${expected}, found ${found}`);
  return distrust(operation, answer, requestId, error);
}
