import { jwkFromPublicKey, type Signer, thumbprint } from "@settld/protocol";
import type { Store } from "@settld/server";
import { inputError } from "../exit.ts";

/** Under which ids and keys a store is served. It stays with the store, because its logs are signed with it. */
export type Identity = {
  readonly settler: string;
  readonly registry: string;
  /** Public keys: 43 characters of base64url, the `x` of a JWK. */
  readonly settlerKey: string;
  readonly registryKey: string;
};

const SETTINGS: Readonly<Record<keyof Identity, string>> = {
  settler: "settler.id",
  registry: "registry.id",
  settlerKey: "settler.key",
  registryKey: "registry.key",
};

/** Reads under whom a store was served, or `undefined` when nobody served it yet. */
export async function readIdentity(store: Pick<Store, "setting">): Promise<Identity | undefined> {
  const entries: [string, string][] = [];
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value = await store.setting(setting);
    if (value === undefined) return undefined;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries) as unknown as Identity;
}

/** Writes it. A start that broke off before all of it was written counts as none, and the next one makes it good. */
export async function writeIdentity(store: Pick<Store, "putSetting">, identity: Identity): Promise<void> {
  for (const name of ["settler", "registry", "settlerKey", "registryKey"] as const) {
    await store.putSetting(SETTINGS[name], identity[name]);
  }
}

/** What a start was given. */
export type Given = {
  readonly settlerId: string | undefined;
  readonly registryId: string | undefined;
  readonly settler: Pick<Signer, "keyid" | "publicKey">;
  readonly registry: Uint8Array;
  readonly rotate: boolean;
};

/**
 * The identity for this start: that of the store, or a new one. Without an id of its own, a party is named by its key
 * (RFC 9278).
 *
 * @throws SettldError `CLI_USAGE` for another id than the store's, `CLI_KEY` for another key unless that is wanted.
 */
export function identityFor(before: Identity | undefined, given: Given): Identity {
  const now: Identity = {
    settler: given.settlerId ?? before?.settler ?? urnOf(given.settler.publicKey),
    registry: given.registryId ?? before?.registry ?? urnOf(given.registry),
    settlerKey: jwkFromPublicKey(given.settler.publicKey).x,
    registryKey: jwkFromPublicKey(given.registry).x,
  };
  if (before === undefined) return now;
  for (const role of ["settler", "registry"] as const) {
    if (now[role] !== before[role]) {
      throw inputError(
        "CLI_USAGE",
        `--${role}-id: expected ${before[role]}, which stands in this store's logs, found ${now[role]}`,
      );
    }
    if (now[`${role}Key`] !== before[`${role}Key`] && !given.rotate) {
      throw inputError(
        "CLI_KEY",
        `expected the ${role}'s key of the last start, ${before[`${role}Key`]}, found ${now[`${role}Key`]} (--rotate-keys goes on with another one)`,
      );
    }
  }
  return now;
}

function urnOf(publicKey: Uint8Array): string {
  return `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumbprint(publicKey)}`;
}
