import { type CryptoPort, hexEncode } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** What the client takes from its surroundings; tests and unusual runtimes bring their own. */
export type Platform = {
  readonly fetch: typeof globalThis.fetch;
  /** The time in milliseconds since 1970; becomes the `at` of what is signed. */
  readonly now: () => number;
  /** A number from 0 to below 1, for the jitter of retries. */
  readonly random: () => number;
  /** Waits; rejects with the signal's reason when it is aborted meanwhile. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly crypto: CryptoPort;
};

/** What the runtime offers. */
export const defaultPlatform: Platform = {
  // Looked up at each call, so that what replaces the global later counts as well.
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep,
  crypto: defaultCrypto,
};

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Draws bytes that nobody can guess, in lower-case hexadecimal; each byte is two digits. */
export function randomHex(bytes: number): string {
  const drawn = globalThis.crypto.getRandomValues(new Uint8Array(bytes));
  return hexEncode(drawn);
}
