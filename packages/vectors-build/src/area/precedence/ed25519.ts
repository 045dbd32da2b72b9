import { base64Encode, concatBytes } from "@settld/protocol";
import { keyOf } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { isPoint, le32 } from "../../points.ts";
import { both } from "./fault-pair.ts";
import { message, R, S_TOO_LARGE, signature } from "./signature.ts";

const buyer = keyOf("buyer");

const offCurve = [...Array(100).keys()].map((y) => le32(BigInt(y + 2))).find((bytes) => !isPoint(bytes)) ?? le32(2n);
const allBits = new Uint8Array(32).fill(0xff);
const identity = le32(1n);
const ed = (key: Uint8Array, r: Uint8Array, s: Uint8Array, length = 64) => ({
  publicKey: base64Encode(key),
  message: base64Encode(message),
  signature: base64Encode(concatBytes(r, s).subarray(0, length)),
});

const S = signature.subarray(32);

const cases: readonly Case[] = [
  both(
    "length-small-order-key",
    "DSSE-7",
    "DSSE_SIGNATURE_LENGTH",
    "KEY_SMALL_ORDER",
    "ed25519-valid",
    "The envelope is read before any key is looked at.",
    ed(identity, R, S, 63),
  ),
  both(
    "not-canonical-small-order",
    "KEY-4",
    "KEY_NOT_CANONICAL",
    "KEY_SMALL_ORDER",
    "ed25519-valid",
    "Another spelling of the identity is not canonical first.",
    ed(concatBytes(identity.subarray(0, 31), Uint8Array.of(0x80)), R, S),
  ),
  both(
    "small-order-key-s",
    "KEY-5",
    "KEY_SMALL_ORDER",
    "DSSE_SIGNATURE_S_RANGE",
    "ed25519-valid",
    "Keys come before signatures.",
    ed(identity, R, S_TOO_LARGE),
  ),
  both(
    "off-curve-key-s",
    "KEY-6",
    "KEY_NOT_ON_CURVE",
    "DSSE_SIGNATURE_S_RANGE",
    "ed25519-valid",
    "Also the last check of a key.",
    ed(offCurve, R, S_TOO_LARGE),
  ),
  both(
    "off-curve-key-r",
    "KEY-6",
    "KEY_NOT_ON_CURVE",
    "DSSE_SIGNATURE_R_SMALL_ORDER",
    "ed25519-valid",
    "Also before R.",
    ed(offCurve, identity, S),
  ),
  both(
    "s-r-not-canonical",
    "DSSE-8",
    "DSSE_SIGNATURE_S_RANGE",
    "DSSE_SIGNATURE_R_NOT_CANONICAL",
    "ed25519-valid",
    "S comes before R.",
    ed(buyer.publicKey, allBits, S_TOO_LARGE),
  ),
  both(
    "s-r-small-order",
    "DSSE-8",
    "DSSE_SIGNATURE_S_RANGE",
    "DSSE_SIGNATURE_R_SMALL_ORDER",
    "ed25519-valid",
    "S comes before R.",
    ed(buyer.publicKey, identity, S_TOO_LARGE),
  ),
  both(
    "r-small-order-invalid",
    "DSSE-8",
    "DSSE_SIGNATURE_R_SMALL_ORDER",
    "DSSE_SIGNATURE_INVALID",
    "ed25519-valid",
    "R is judged before the equation.",
    ed(buyer.publicKey, identity, S),
  ),
];

/** Two faults in key and signature. */
export const ed25519: VectorFile = {
  path: "precedence/ed25519.json",
  op: "ed25519.verify",
  description: "Two faults in key and signature.",
  groups: [{ cases }],
};
