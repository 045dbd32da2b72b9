import { base64Encode } from "@settld/protocol";
import { type BytesField, field } from "../../format.ts";

/** A document as input. */
export const text = (input: string): { readonly bytes: BytesField } => ({ bytes: field(input) });

/** Bytes as input. */
export const raw = (...bytes: readonly number[]): { readonly bytes: BytesField } => ({
  bytes: base64Encode(Uint8Array.from(bytes)),
});

/** Arrays or objects inside each other, `levels` deep. */
export const nested = (open: string, close: string, levels: number, inner = ""): string =>
  open.repeat(levels) + inner + close.repeat(levels);
