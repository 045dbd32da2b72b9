import { base64Decode, type Signer, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** The file `keys.json` of the vectors: names and seeds of the private keys that signed, by thumbprint. */
export type KeyFile = Readonly<Record<string, { readonly name: string; readonly seed: string }>>;

/** A private key that everyone knows. */
export type TestKey = {
  /** Role of its holder in the vectors, such as `buyer` or `settler 2`. */
  readonly name: string;
  /** 32 bytes in base64. */
  readonly seed: string;
  readonly signer: Signer;
};

/** Opens the keys of the vectors, by thumbprint. */
export const openKeys = async (file: KeyFile): Promise<ReadonlyMap<string, TestKey>> =>
  new Map(
    await Promise.all(
      Object.entries(file).map(async ([thumbprint, { name, seed }]) => {
        const signer = await signerFromSeed(base64Decode(seed), defaultCrypto);
        return [thumbprint, { name, seed, signer }] as const;
      }),
    ),
  );
