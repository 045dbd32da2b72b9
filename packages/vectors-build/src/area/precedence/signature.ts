import { utf8 } from "@settld/protocol";
import { keyOf } from "../../cast.ts";
import { L, le32 } from "../../points.ts";

const buyer = keyOf("buyer");

/** What is signed. */
export const message: Uint8Array = utf8("settld vector");

/** The good signature of the buyer. */
export const signature: Uint8Array = await buyer.sign(message);

/** A second half of a signature that is not below the order of the group. */
export const S_TOO_LARGE: Uint8Array = le32(L);

/** The first half of the good signature. */
export const R: Uint8Array = signature.subarray(0, 32);
