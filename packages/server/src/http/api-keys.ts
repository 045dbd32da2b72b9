import { randomBytes } from "node:crypto";
import { type Digest, digestOf, SettldError, utf8 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { ApiKeyRow, Store } from "../store/store.ts";

/** What a key may do (HTTP-4). */
export const SCOPES = [
  "agreements:read",
  "agreements:write",
  "evidence:read",
  "evidence:write",
  "money:read",
  "money:write",
  "parties:write",
  "messages:read",
  "webhooks:write",
  "operator",
] as const;

/** One scope of a key. */
export type Scope = (typeof SCOPES)[number];

// A prefix that secret scanners can look for, and 256 bits of chance.
const PREFIX = "settld_";
const KEY = /^settld_[A-Za-z0-9_-]{43}$/;

/** Makes a key and its row. The key is shown once; the store keeps its SHA-256, which 256 random bits make enough. */
export function newApiKey(
  tenant: string,
  scopes: readonly Scope[],
  name: string,
  now: number,
): { readonly key: string; readonly row: ApiKeyRow } {
  const key = `${PREFIX}${randomBytes(32).toString("base64url")}`;
  const hash = hashOf(key);
  return {
    key,
    row: {
      hash,
      id: `key_${hash.slice("sha256:".length, "sha256:".length + 24)}`,
      tenant,
      scopes,
      name,
      createdAt: now,
    },
  };
}

function hashOf(key: string): Digest {
  return digestOf(utf8(key), defaultCrypto);
}

/**
 * Finds the key of a request's `Authorization` header.
 *
 * @throws SettldError `HTTP_UNAUTHENTICATED`.
 */
export async function authenticate(header: string | undefined, store: Pick<Store, "apiKey">): Promise<ApiKeyRow> {
  const [scheme, key = ""] = (header ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !KEY.test(key)) {
    throw new SettldError(
      "HTTP_UNAUTHENTICATED",
      "expected Authorization: Bearer settld_..., found none or another form",
    );
  }
  const row = await store.apiKey(hashOf(key));
  if (row === undefined || row.revokedAt !== undefined) {
    throw new SettldError("HTTP_UNAUTHENTICATED", "the API key is unknown or revoked");
  }
  return row;
}
