import {
  bytesEqual,
  canonicalBytes,
  checkPublicKey,
  digestOf,
  type Jwk,
  parseInstant,
  parseJson,
  parseTrustDocument,
  publicKeyFromJwk,
  SettldError,
  type TrustDocument,
  thumbprint,
} from "@settld/protocol";

/** A role that a trust document can give to a party. */
export type Role = TrustDocument["parties"][number]["roles"][number];

/** A key of a trust document, ready to be used. Times are milliseconds since 1970. */
export type TrustedKey = {
  readonly thumbprint: string;
  readonly publicKey: Uint8Array;
  readonly party: string;
  readonly roles: readonly Role[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revoked?: { readonly at: number; readonly reason: "superseded" | "compromised" };
};

/** A trust document that passed its checks, indexed by key. */
export type Trust = {
  /** Digest of the document's canonical form, whether it came signed or plain. */
  readonly digest: string;
  readonly registry: string;
  /** The registry's key, when the document names it. */
  readonly registryKey?: Uint8Array;
  /** Thumbprint of {@link registryKey}. */
  readonly registryThumbprint?: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly keys: ReadonlyMap<string, TrustedKey>;
};

/**
 * Reads a trust document of the user's own: plain JSON in any layout.
 *
 * @param bytes - UTF-8 JSON of at most 1 MiB.
 * @throws SettldError with a `JSON_`, `TRUST_`, `KEY_` or `TIME_INSTANT` code.
 */
export function parseTrust(bytes: Uint8Array): Trust {
  return readTrust(parseJson(bytes));
}

/**
 * Checks a parsed trust document and indexes its keys.
 *
 * The order of the checks is part of the contract (TRUST-1): schema, instants, windows, parties, keys, registry.
 *
 * @throws SettldError `TRUST_SCHEMA`, `TIME_INSTANT`, `TRUST_WINDOW`, `TRUST_PARTY_DUPLICATE`,
 * `KEY_NOT_CANONICAL`, `KEY_SMALL_ORDER`, `TRUST_KEY_SHARED` or `TRUST_REGISTRY_ACTS`.
 */
export function readTrust(value: unknown): Trust {
  const document = parseTrustDocument(value);
  const [issuedAt, expiresAt] = window(document.issuedAt, document.expiresAt, "/issuedAt", "/expiresAt");
  const registryKey = document.registry.jwk && readKey(document.registry.jwk, "/registry/jwk");

  const parties = new Set<string>();
  const keys = new Map<string, TrustedKey>();
  for (const [index, party] of document.parties.entries()) {
    if (parties.has(party.id)) {
      throw fault("TRUST_PARTY_DUPLICATE", `/parties/${index}/id`, `${party.id} is listed twice`);
    }
    parties.add(party.id);
    for (const [position, key] of party.keys.entries()) {
      const pointer = `/parties/${index}/keys/${position}`;
      const [notBefore, notAfter] = window(key.notBefore, key.notAfter, `${pointer}/notBefore`, `${pointer}/notAfter`);
      const revoked = key.revoked && {
        at: parseInstant(key.revoked.at, `${pointer}/revoked/at`),
        reason: key.revoked.reason,
      };
      const publicKey = readKey(key.jwk, `${pointer}/jwk`);
      const id = thumbprint(publicKey);
      if (keys.has(id)) {
        throw fault("TRUST_KEY_SHARED", `${pointer}/jwk`, `key ${id} is also a key of ${keys.get(id)?.party}`);
      }
      if (registryKey !== undefined && bytesEqual(registryKey, publicKey)) {
        throw fault("TRUST_REGISTRY_ACTS", `${pointer}/jwk`, `key ${id} is the registry's own`);
      }
      keys.set(id, {
        thumbprint: id,
        publicKey,
        party: party.id,
        roles: party.roles,
        notBefore,
        notAfter,
        ...(revoked === undefined ? {} : { revoked }),
      });
    }
  }
  return {
    digest: digestOf(canonicalBytes(value)),
    registry: document.registry.id,
    ...(registryKey === undefined ? {} : { registryKey, registryThumbprint: thumbprint(registryKey) }),
    version: document.version,
    issuedAt,
    expiresAt,
    keys,
  };
}

function window(from: string, to: string, fromPointer: string, toPointer: string): [number, number] {
  const start = parseInstant(from, fromPointer);
  const end = parseInstant(to, toPointer);
  if (start >= end) throw fault("TRUST_WINDOW", toPointer, `expected a time after ${from}, found ${to}`);
  return [start, end];
}

function readKey(jwk: Jwk, pointer: string): Uint8Array {
  const publicKey = publicKeyFromJwk(jwk);
  const code = checkPublicKey(publicKey);
  if (code !== undefined) throw fault(code, pointer, "not a usable Ed25519 public key");
  return publicKey;
}

function fault(code: ConstructorParameters<typeof SettldError>[0], pointer: string, message: string): SettldError {
  return new SettldError(code, `${pointer}: ${message}`, { pointer });
}

/** Tells whether a key is revoked because somebody else may hold it (TRUST-15). */
export function isCompromised(key: TrustedKey): boolean {
  return key.revoked?.reason === "compromised";
}
