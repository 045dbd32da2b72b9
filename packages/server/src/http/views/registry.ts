import { formatInstant, publicKeyFromJwk, thumbprint } from "@settld/protocol";
import type { ApiKey, RegisteredParty, Scope } from "../../gen/types.ts";
import type { ApiKeyRow, PartyRow } from "../../store/store.ts";

/** A party as it is answered. */
export function partyView({ id, tenant, roles, keys }: PartyRow): RegisteredParty {
  return {
    object: "party",
    id,
    tenant,
    roles,
    keys: keys.map(({ jwk, notBefore, notAfter, revoked }) => ({
      thumbprint: thumbprint(publicKeyFromJwk(jwk)),
      jwk,
      notBefore,
      notAfter,
      revoked: revoked ?? null,
    })),
  };
}

/** An API key as it is answered, without the key itself. */
export function apiKeyView({ id, tenant, scopes, name, createdAt, revokedAt }: ApiKeyRow): ApiKey {
  return {
    object: "api_key",
    id,
    tenant,
    scopes: scopes as readonly Scope[],
    name,
    createdAt: formatInstant(createdAt),
    revokedAt: revokedAt === undefined ? null : formatInstant(revokedAt),
  };
}
