import {
  canonicalBytes,
  type Envelope,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  type Signer,
  sha256,
  signEnvelope,
  signerFromSeed,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** The players of the vectors. Ids are reserved names; nobody real is meant. */
export type Player = "buyer" | "seller" | "settler" | "arbiter" | "checker" | "registry" | "stranger";

const PLAYERS: readonly Player[] = ["buyer", "seller", "settler", "arbiter", "checker", "registry", "stranger"];

/** The party id of a player. */
export const idOf = (player: Player): string => `https://${player}.example`;

/** The seed of a key that everyone knows: the hash of its name. A server refuses such keys. */
export const seedOf = (name: string): Uint8Array => sha256(utf8(`settld test key, never use it: ${name}`));

/** A signer by name; players use the name of their role. */
export const signer = (name: string): Promise<Signer> => signerFromSeed(seedOf(name), defaultCrypto);

const signers = new Map<Player, Signer>();
for (const player of PLAYERS) signers.set(player, await signer(player));

/** The signer of a player. */
export const keyOf = (player: Player): Signer => {
  const found = signers.get(player);
  if (found === undefined) throw new TypeError(`no player ${player}`);
  return found;
};

/** Second keys, for rotation and compromise. */
export const secondSettlerKey: Signer = await signer("settler 2");
export const secondBuyerKey: Signer = await signer("buyer 2");
export const secondRegistryKey: Signer = await signer("registry 2");
export const secondSellerKey: Signer = await signer("seller 2");
export const secondArbiterKey: Signer = await signer("arbiter 2");
export const secondCheckerKey: Signer = await signer("checker 2");

/** A key of a trust document as plain data. */
export type TrustKey = {
  jwk: object;
  notBefore: string;
  notAfter: string;
  revoked?: { at: string; reason: "superseded" | "compromised" };
};

/** A trust document as plain data, free to be bent. */
export type TrustDoc = {
  registry: { id: string; jwk?: object };
  version: number;
  issuedAt: string;
  expiresAt: string;
  parties: { id: string; roles: string[]; keys: TrustKey[] }[];
};

/** An entry for a key, valid from 2020 to 2040 unless said otherwise. */
export const trustKey = (key: Signer, change: Partial<TrustKey> = {}): TrustKey => ({
  jwk: jwkFromPublicKey(key.publicKey),
  notBefore: "2020-01-01T00:00:00.000Z",
  notAfter: "2040-01-01T00:00:00.000Z",
  ...change,
});

const ROLES = ["buyer", "seller", "settler", "arbiter", "checker"] as const;

/** A trust document with every player in the role of their name; `keys` replaces the keys of some. */
export const trustDoc = (
  change: Partial<TrustDoc> = {},
  keys: Partial<Record<(typeof ROLES)[number], TrustKey[]>> = {},
): TrustDoc => ({
  registry: { id: idOf("registry"), jwk: jwkFromPublicKey(keyOf("registry").publicKey) },
  version: 1,
  issuedAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2030-01-01T00:00:00.000Z",
  parties: ROLES.map((role) => ({ id: idOf(role), roles: [role], keys: keys[role] ?? [trustKey(keyOf(role))] })),
  ...change,
});

/** Canonical bytes of any plain data. */
export const bytesOf = (value: unknown): Uint8Array => canonicalBytes(value as JsonValue);

/** Plain data signed as what it is. */
export const seal = (payloadType: string, value: unknown, ...by: readonly Signer[]): Promise<Envelope> =>
  signEnvelope(payloadType, value instanceof Uint8Array ? value : bytesOf(value), by);

/** A trust document signed by the registry. */
export const sealTrust = (document: unknown, by: Signer = keyOf("registry")): Promise<Envelope> =>
  seal(PAYLOAD_TYPES.trust, document, by);
