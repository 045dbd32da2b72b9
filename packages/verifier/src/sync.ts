import type { PublicKeyHandle } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { BundleCheck, type CheckOptions } from "./bundle-check.ts";
import { LineSplitter } from "./lines.ts";
import type { Report } from "./report.ts";
import { feed, handleOf, holdsNothing } from "./verify.ts";

/**
 * Verifies a bundle that is whole in memory, without a turn of the event loop: what `verifyBundle` reports, byte
 * for byte. For Node, Bun and Deno, where Ed25519 has a synchronous form.
 *
 * @throws TypeError when not exactly one of `trust` and `root` is given, or the runtime has no synchronous Ed25519.
 */
export function verifyBundleSync(bytes: Uint8Array, options: CheckOptions): Report {
  const { verifySync } = defaultCrypto;
  if (verifySync === undefined) throw new TypeError("verifyBundleSync: this runtime has no synchronous Ed25519");
  const results: boolean[] = [];
  const check = new BundleCheck(options, defaultCrypto, ({ publicKey, message, signature }) => {
    let handle: PublicKeyHandle;
    try {
      handle = handleOf(defaultCrypto, publicKey) as PublicKeyHandle;
    } catch (error) {
      results.push(holdsNothing(publicKey, error));
      return;
    }
    results.push(verifySync(handle, message, signature));
  });
  const splitter = new LineSplitter();
  feed(check, splitter, bytes);
  check.end(splitter.unfinished, splitter.current);
  return check.report(results);
}
