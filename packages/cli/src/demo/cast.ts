import { jwkFromPublicKey, type Signer, sha256, signerFromSeed, type TrustDocument, utf8 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** The roles of the demo, each played by a party with a key of its own. */
export type Role = "buyer" | "seller" | "checker" | "settler" | "arbiter" | "registry";

/** Someone who plays a role. */
export type Member = {
  readonly role: Role;
  readonly id: string;
  /** Name for people. */
  readonly name: string;
  /** What the party does here, in half a sentence. */
  readonly does: string;
};

const member = (role: Role, host: string, name: string, does: string): Member => ({
  role,
  id: `https://${host}.example`,
  name,
  does,
});

/** Everybody in the story. The names are made up and the hosts reserved (RFC 2606): nobody real is meant. */
export const CAST: Readonly<Record<Role, Member>> = {
  buyer: member("buyer", "brackwater-oster", "Brackwater & Oster Freight", "an agent orders the work and pays for it"),
  seller: member("seller", "fairhand-data", "Fairhand Data", "an agent cleans the shipment register"),
  checker: member("checker", "plumbline", "Plumbline Measuring", "measures each delivery and signs the numbers"),
  settler: member("settler", "quayside-escrow", "Quayside Escrow", "holds the money, applies the agreed rules, pays"),
  arbiter: member("arbiter", "even-keel", "Even Keel Arbitration", "rules when a party disputes a payment"),
  registry: member("registry", "harbour-registry", "Harbour Registry", "signs the list of who holds which key"),
};

/** The role of a party id, for showing; unknown ids are nobody of the story. */
export function roleOf(id: string): Role | undefined {
  return Object.values(CAST).find((entry) => entry.id === id)?.role;
}

/**
 * The signer of a role. Its seed is the hash of a known text, so that every run signs the same bytes, and so that
 * **everyone has these keys**: they prove how the demo works and nothing else.
 */
export async function demoSigner(role: Role): Promise<Signer> {
  return signerFromSeed(sha256(utf8(`settld demo key, everyone knows it: ${role}`)), defaultCrypto);
}

/** The trust document of the demo, as the registry states it. */
export async function demoTrust(): Promise<TrustDocument> {
  const { registry, ...parties } = CAST;
  return {
    registry: { id: registry.id, jwk: jwkFromPublicKey((await demoSigner("registry")).publicKey) },
    version: 1,
    issuedAt: "2026-10-01T00:00:00.000Z",
    expiresAt: "2028-01-01T00:00:00.000Z",
    parties: await Promise.all(
      Object.values(parties).map(async ({ id, role }) => ({
        id,
        roles: [role as Exclude<Role, "registry">],
        keys: [
          {
            jwk: jwkFromPublicKey((await demoSigner(role)).publicKey),
            notBefore: "2026-01-01T00:00:00.000Z",
            notAfter: "2028-01-01T00:00:00.000Z",
          },
        ],
      })),
    ),
  };
}
