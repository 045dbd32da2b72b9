import { pae } from "./dsse.ts";
import { canonicalBytes } from "./jcs.ts";

// No envelope of any log has this type, so a proof is a signature of nothing else, and nothing else is a proof.
const PAYLOAD_TYPE = "application/vnd.settld.key-proof+json";

/** For what a key is shown to be held (HTTP-15). */
export type KeyProof = {
  /** Id of the registry. */
  readonly registry: string;
  /** Id of the party that gets the key. */
  readonly party: string;
  /** RFC 7638 thumbprint of the key. */
  readonly thumbprint: string;
};

/** The bytes that the holder of a key signs with it, so that a registry lists it as a key of a party (HTTP-15). */
export function keyProofMessage({ registry, party, thumbprint }: KeyProof): Uint8Array {
  return pae(PAYLOAD_TYPE, canonicalBytes({ registry, party, thumbprint }));
}
