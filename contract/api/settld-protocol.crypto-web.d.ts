// Locked declarations of @settld/protocol/crypto-web; written by `pnpm contract:write`.
export declare const defaultCrypto: CryptoPort;
declare type CryptoPort = {
    readonly sha256: (bytes: Uint8Array) => Uint8Array;
    readonly sha256Hex: (bytes: Uint8Array) => string;
    readonly createSha256: () => Sha256;
    readonly importPublicKey: (raw: Uint8Array) => PublicKeyHandle | Promise<PublicKeyHandle>;
    readonly verify: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
    readonly verifySync?: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => boolean;
    readonly importPrivateKey: (seed: Uint8Array) => Promise<PrivateKeyHandle>;
    readonly sign: (key: PrivateKeyHandle | Uint8Array, message: Uint8Array) => Promise<Uint8Array>;
    readonly publicKeyOf: (seed: Uint8Array) => Promise<Uint8Array>;
    readonly generateSeed: () => Uint8Array;
};
declare type PrivateKeyHandle = {
    readonly native: unknown;
};
declare type PublicKeyHandle = {
    readonly raw: Uint8Array;
    readonly native: unknown;
};
declare type Sha256 = {
    readonly update: (bytes: Uint8Array) => void;
    readonly digest: () => Uint8Array;
};
export {};
