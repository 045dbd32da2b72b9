import { concatBytes, utf8 } from "@settld/protocol";
import { field, type Input } from "../../format.ts";

/** A document as input. */
export const text = (input: string | Uint8Array): Input => ({ bytes: field(input) });

/** Text and single bytes, one after another. */
export const joined = (...list: readonly (string | number)[]): Uint8Array =>
  concatBytes(...list.map((one) => (typeof one === "string" ? utf8(one) : Uint8Array.of(one))));
