import { base64Encode, canonicalize, type Envelope, type JsonValue, type Signer } from "@settld/protocol";
import { bytesOf, trustDoc } from "../../cast.ts";
import { field, type Input } from "../../format.ts";
import { envelopes, fileOf, type Log, linesOf, type ReceiptTerms, receiptOf, sealReceipt } from "../../log-builder.ts";
import { EXPIRED, NO_TOTALS } from "../../story.ts";
import { at } from "../../time.ts";
import { signature } from "./signature.ts";

/** The terms of the receipt of an offer that expired. */
export const LATE: ReceiptTerms = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };

/** The lines of a bundle: signatures by index of the event, and no receipt where it is `null`. */
export const bundleOf = async (
  log: Log,
  signed: Readonly<Record<number, readonly Signer[]>> = {},
  receipt: Record<string, unknown> | null = receiptOf(log, LATE),
  by?: Signer,
): Promise<string[]> =>
  linesOf({
    events: await envelopes(log, signed),
    ...(receipt === null ? {} : { receipt: await sealReceipt(receipt, by) }),
  });

/** The lines of the bundle of an offer that expired. */
export const whole: readonly string[] = await bundleOf(EXPIRED);

/** A bundle as input. */
export const file = (lines: readonly string[]): Input => ({ bundle: field(fileOf(lines)) });

/** The line of a changed envelope. */
export const edit = (line: string, change: (value: Envelope) => unknown): string =>
  canonicalize(change(JSON.parse(line) as Envelope) as JsonValue);

/** The line with a signature over something else. */
export const broken = (line: string): string =>
  edit(line, (value) => ({
    ...value,
    signatures: value.signatures.map((one, index) => (index === 0 ? { ...one, sig: base64Encode(signature) } : one)),
  }));

/** The lines with another one at `index`. */
export const put = (lines: readonly string[], index: number, line: (before: string) => string): string[] =>
  lines.map((one, place) => (place === index ? line(one) : one));

/** A trust document as input, with these keys. */
export const own = (change: Parameters<typeof trustDoc>[1], document: Parameters<typeof trustDoc>[0] = {}): Input => ({
  trust: field(bytesOf(trustDoc(document, change))),
});
