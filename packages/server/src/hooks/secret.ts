import { createHmac, randomBytes } from "node:crypto";
import {
  base64Decode,
  base64Encode,
  isSettldError,
  SettldError,
  type Signer,
  signerFromSeed,
  thumbprint,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** How an endpoint's messages are signed. */
export type Scheme = "v1" | "v1a";

const PREFIX: Readonly<Record<Scheme, string>> = { v1: "whsec_", v1a: "whsk_" };
const SECRET_BYTES = 32;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const SEED_BYTES = 32;

/** Draws a secret of a scheme. */
export function newSecret(scheme: Scheme): string {
  return `${PREFIX[scheme]}${base64Encode(new Uint8Array(randomBytes(scheme === "v1" ? SECRET_BYTES : SEED_BYTES)))}`;
}

/**
 * The bytes of a secret.
 *
 * @throws SettldError `HOOK_SECRET` when it has another form or length (HOOK-4).
 */
export function secretBytes(scheme: Scheme, secret: string): Uint8Array {
  const prefix = PREFIX[scheme];
  const [min, max] = scheme === "v1" ? [SECRET_BYTES_MIN, SECRET_BYTES_MAX] : [SEED_BYTES, SEED_BYTES];
  const lengths = min === max ? String(min) : `${min} to ${max}`;
  const bytes = secret.startsWith(prefix) ? decoded(secret.slice(prefix.length)) : undefined;
  if (bytes === undefined || bytes.length < min || bytes.length > max) {
    // Without what was found: it may be a secret of something else.
    throw new SettldError(
      "HOOK_SECRET",
      `/secret: expected ${prefix} and ${lengths} bytes in base64, found another text`,
      {
        pointer: "/secret",
      },
    );
  }
  return bytes;
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return base64Decode(text);
  } catch (error) {
    if (isSettldError(error)) return undefined;
    throw error;
  }
}

/** The key of a `v1a` secret. */
export function signerOf(secret: string): Promise<Signer> {
  return signerFromSeed(secretBytes("v1a", secret), defaultCrypto);
}

/** The public key of a `v1a` secret as receivers take it, and its thumbprint. */
export async function publicKeyOf(secret: string): Promise<{ readonly publicKey: string; readonly keyid: string }> {
  const { publicKey } = await signerOf(secret);
  return { publicKey: `whpk_${base64Encode(publicKey)}`, keyid: thumbprint(publicKey) };
}

/** What is signed of a message. */
export type Signed = { readonly id: string; readonly seconds: number; readonly body: string };

/** One signature of a message as it stands in `webhook-signature` (HOOK-2). */
export async function signMessage(scheme: Scheme, secret: string, { id, seconds, body }: Signed): Promise<string> {
  const bytes = utf8(`${id}.${seconds}.${body}`);
  if (scheme === "v1") {
    return `v1,${createHmac("sha256", secretBytes("v1", secret)).update(bytes).digest("base64")}`;
  }
  const signer = await signerOf(secret);
  return `v1a,${base64Encode(await signer.sign(bytes))}`;
}
