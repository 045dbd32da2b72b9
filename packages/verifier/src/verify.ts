import { type CryptoPort, decodePoint, hexEncode, type PublicKeyHandle } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { BundleCheck, type CheckOptions, type SignatureJob } from "./bundle-check.ts";
import { type ByteSource, LineSplitter } from "./lines.ts";
import type { Report } from "./report.ts";

/** Options of {@link verifyBundle}. Exactly one of `trust` and `root` is given. */
export type VerifyOptions = CheckOptions & {
  /**
   * Finds the bytes of withheld evidence, for example in a folder. Returning nothing leaves the item withheld;
   * bytes that do not match reject the bundle.
   */
  readonly evidence?: (digest: string, size: number) => Promise<ByteSource | undefined>;
  /** Cryptography to use; by default what the runtime offers. */
  readonly crypto?: CryptoPort;
};

/**
 * Verifies one bundle: recomputes every digest, signature, rule, decision and posting, and needs nothing but the
 * bundle and whom to trust. Reads in one pass and holds the log and one line, never all evidence.
 *
 * Bytes that could be read always get a verdict; only a failing source makes the promise reject.
 *
 * @param source - the bytes of a `.settld` file, whole or in chunks.
 * @throws TypeError when not exactly one of `trust` and `root` is given.
 * @example
 * const report = await verifyBundle(bytes, { trust: parseTrust(trustBytes) });
 * if (report.verdict === "accept") console.log(report.facts?.totals);
 */
export async function verifyBundle(source: ByteSource, options: VerifyOptions): Promise<Report> {
  const crypto = options.crypto ?? defaultCrypto;
  const results: Promise<boolean>[] = [];
  // Each equation starts at once, so that other cores work on it while this one reads on.
  const check = new BundleCheck(options, crypto, (job) => results.push(verifyJob(crypto, job)));
  const splitter = new LineSplitter();
  for await (const chunk of chunksOf(source)) {
    feed(check, splitter, chunk);
    if (check.stopped) break;
  }
  check.end(splitter.unfinished, splitter.current);
  if (!check.stopped && options.evidence !== undefined) await supply(check, options.evidence, crypto);
  return check.report(await Promise.all(results));
}

/** Feeds a chunk to a check, line by line, until it stops. */
export function feed(check: BundleCheck, splitter: LineSplitter, chunk: Uint8Array): void {
  try {
    for (const line of splitter.push(chunk)) {
      check.line(line);
      if (check.stopped) return;
    }
  } catch (error) {
    check.fail(error, splitter.current);
  }
}

function chunksOf(source: ByteSource): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return source instanceof Uint8Array ? [source] : source;
}

type Handle = PublicKeyHandle | Promise<PublicKeyHandle>;
const HANDLES = new WeakMap<CryptoPort, WeakMap<Uint8Array, Handle>>();

/** Imports a key once for as long as its trust document lives, because importing costs more than verifying. */
export function handleOf(crypto: CryptoPort, publicKey: Uint8Array): Handle {
  let handles = HANDLES.get(crypto);
  if (handles === undefined) {
    handles = new WeakMap();
    HANDLES.set(crypto, handles);
  }
  let handle = handles.get(publicKey);
  if (handle === undefined) {
    handle = crypto.importPublicKey(publicKey);
    handles.set(publicKey, handle);
  }
  return handle;
}

function verifyJob(crypto: CryptoPort, { publicKey, message, signature }: SignatureJob): Promise<boolean> {
  let handle: Handle;
  try {
    handle = handleOf(crypto, publicKey);
  } catch (error) {
    return Promise.resolve(holdsNothing(publicKey, error));
  }
  return handle instanceof Promise
    ? handle.then(
        (key) => crypto.verify(key, message, signature),
        (error: unknown) => holdsNothing(publicKey, error),
      )
    : crypto.verify(handle, message, signature);
}

/** Some platforms find out on import that a key is no point of the curve; no equation holds under it (KEY-6). */
export function holdsNothing(publicKey: Uint8Array, error: unknown): false {
  if (decodePoint(publicKey) === undefined) return false;
  throw error;
}

async function supply(
  check: BundleCheck,
  find: NonNullable<VerifyOptions["evidence"]>,
  crypto: CryptoPort,
): Promise<void> {
  for (const { digest, size } of check.withheld) {
    const source = await find(digest, size);
    if (source === undefined) continue;
    const hash = crypto.createSha256();
    let found = 0;
    for await (const chunk of chunksOf(source)) {
      hash.update(chunk);
      found += chunk.length;
    }
    const actual = `sha256:${hexEncode(hash.digest())}`;
    if (actual !== digest) {
      return check.failEvidence("BUNDLE_EVIDENCE_DIGEST", `supplied evidence: expected ${digest}, found ${actual}`);
    }
    if (found !== size) {
      return check.failEvidence(
        "BUNDLE_EVIDENCE_SIZE",
        `supplied evidence ${digest}: expected ${size} bytes, found ${found}`,
      );
    }
    check.supplied += 1;
  }
}
