import { canonicalize, digestOf, type JsonValue } from "@settld/protocol";
import { type Case, field, type Input } from "../../format.ts";
import { payload } from "./sealed.ts";

/** An envelope as input. */
export const bytes = (envelope: unknown): Input => ({ envelope: field(canonicalize(envelope as JsonValue)) });

/** An envelope that is accepted. */
export const accept = (
  id: string,
  clause: string,
  why: string,
  envelope: unknown,
  keyids: readonly string[],
  signedBytes: Uint8Array = payload,
  kills?: string,
): Case => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: bytes(envelope),
  facts: { digest: digestOf(signedBytes), keyids },
});

/** An envelope that is refused. */
export const reject = (
  id: string,
  clause: string,
  code: string,
  pointer: string,
  envelope: unknown,
  why: string,
  kills: string,
  twin = "dsse-envelope-two-signatures",
): Case => ({
  id: `dsse-envelope-${id}`,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  input: bytes(envelope),
});
