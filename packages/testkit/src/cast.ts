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

/** The players of a test: parties by the name under which their key is derived. */
export type Player = "buyer" | "seller" | "settler" | "arbiter" | "checker" | "registry" | "stranger";

/** Party ids of the players. They are reserved names; nobody real is meant. */
export const IDS: Readonly<Record<Player, string>> = {
  buyer: "https://buyer.example",
  seller: "https://seller.example",
  settler: "https://settler.example",
  arbiter: "https://arbiter.example",
  checker: "https://checker.example",
  registry: "https://registry.example",
  stranger: "https://stranger.example",
};

/**
 * A signer with a key that everyone knows: its seed is the hash of its name. For tests only; a server refuses
 * to start with one.
 */
export async function testSigner(name: string): Promise<Signer> {
  return signerFromSeed(sha256(utf8(`settld test key, never use it: ${name}`)), defaultCrypto);
}

/** Signers by player. */
export type Cast = Readonly<Record<Player, Signer>>;

/** The signers of all players. */
export async function testCast(): Promise<Cast> {
  const entries = await Promise.all(
    (Object.keys(IDS) as Player[]).map(async (player) => [player, await testSigner(player)] as const),
  );
  return Object.fromEntries(entries) as unknown as Cast;
}

/** A mutable trust document that lists every player but registry and stranger, valid 2020 to 2040. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into shapes that no type allows.
export function trustOf(cast: Cast): any {
  const party = (id: string, roles: string[], signer: Signer) => ({
    id,
    roles,
    keys: [
      {
        jwk: { ...jwkFromPublicKey(signer.publicKey) },
        notBefore: "2020-01-01T00:00:00.000Z",
        notAfter: "2040-01-01T00:00:00.000Z",
      },
    ],
  });
  return {
    registry: { id: IDS.registry, jwk: { ...jwkFromPublicKey(cast.registry.publicKey) } },
    version: 1,
    issuedAt: "2026-01-01T00:00:00.000Z",
    expiresAt: "2030-01-01T00:00:00.000Z",
    parties: [
      party(IDS.buyer, ["buyer"], cast.buyer),
      party(IDS.seller, ["seller"], cast.seller),
      party(IDS.settler, ["settler"], cast.settler),
      party(IDS.arbiter, ["arbiter"], cast.arbiter),
      party(IDS.checker, ["checker"], cast.checker),
    ],
  };
}

/** Signs a document as what it is: canonical bytes in an envelope. */
export async function seal(payloadType: string, document: unknown, ...signers: readonly Signer[]): Promise<Envelope> {
  return signEnvelope(payloadType, canonicalBytes(document as JsonValue), signers);
}

/** Signs a trust document as the registry. */
export async function sealTrust(cast: Cast, document: unknown): Promise<Envelope> {
  return seal(PAYLOAD_TYPES.trust, document, cast.registry);
}
