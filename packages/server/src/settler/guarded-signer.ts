import { SettldError, type Signer } from "@settld/protocol";

const SIGNATURE_BYTES = 64;

/**
 * A signer that may be far away, so that it answers in time or not at all. A signature that comes too late is dropped:
 * what it was for is not stored, and is signed anew when it is asked for again.
 *
 * @param ms - how long it may take, in milliseconds.
 * @returns a signer that rejects with `HTTP_UNAVAILABLE`; the cause is for the operator.
 */
export function guardedSigner(signer: Signer, ms: number): Signer {
  const unavailable = (cause: unknown): SettldError =>
    new SettldError("HTTP_UNAVAILABLE", "expected the settler's key to sign, found that it cannot just now", { cause });
  return {
    keyid: signer.keyid,
    publicKey: signer.publicKey,
    async sign(message) {
      let timer: NodeJS.Timeout | undefined;
      try {
        const late = new Promise<never>((_resolve, reject) => {
          timer = setTimeout(() => reject(new Error(`expected a signature within ${ms} ms`)), ms);
        });
        const signature = await Promise.race([signer.sign(message), late]);
        if (signature.length === SIGNATURE_BYTES) return signature;
        throw new Error(`expected ${SIGNATURE_BYTES} bytes, found ${signature.length}`);
      } catch (cause) {
        throw unavailable(cause);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
