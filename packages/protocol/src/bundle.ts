import { base64Encode } from "./base64.ts";
import { utf8 } from "./bytes.ts";
import type { Envelope } from "./dsse.ts";
import { canonicalize } from "./jcs.ts";

/** The constant first line of every bundle (BUNDLE-2). */
export const BUNDLE_HEADER = '{"settld":"bundle","version":1}';

/** An evidence item of a bundle: with its bytes, or withheld. */
export type Evidence = { readonly digest: string; readonly data?: Uint8Array };

/** What a bundle is made of, in the order of its lines (BUNDLE-5). */
export type BundleParts = {
  readonly events: readonly Envelope[];
  /** Signed trust documents, ascending by registry id and version. */
  readonly trust?: readonly Envelope[];
  /** Every item that an event references, once, in order of first reference. */
  readonly evidence?: readonly Evidence[];
  readonly receipt?: Envelope;
};

/** Writes the lines of a bundle, each with its line feed. Checks nothing: that is the verifier's work. */
export function* bundleLines(parts: BundleParts): Generator<string, void, undefined> {
  yield `${BUNDLE_HEADER}\n`;
  for (const envelope of [...parts.events, ...(parts.trust ?? [])]) yield line(envelope);
  for (const { digest, data } of parts.evidence ?? []) {
    yield line(data === undefined ? { digest, withheld: true } : { digest, data: base64Encode(data) });
  }
  if (parts.receipt !== undefined) yield line(parts.receipt);
}

/** Writes a whole bundle as bytes. */
export function encodeBundle(parts: BundleParts): Uint8Array {
  return utf8([...bundleLines(parts)].join(""));
}

function line(value: object): string {
  return `${canonicalize(value)}\n`;
}
