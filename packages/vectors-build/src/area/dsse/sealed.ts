import { type Envelope, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { keyOf, seal } from "../../cast.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

/** The payload of most envelopes. */
export const payload: Uint8Array = utf8('{"a":1}');

/** An event with two signatures. */
export const good: Envelope = await seal(PAYLOAD_TYPES.event, payload, buyer, settler);

/** An event with one signature. */
export const single: Envelope = await seal(PAYLOAD_TYPES.event, payload, buyer);
const signatureOf = (index: number): Envelope["signatures"][number] => {
  const one = good.signatures[index];
  if (one === undefined) throw new Error("two signatures were made");
  return one;
};

/** The first signature of the event with two. */
export const first: Envelope["signatures"][number] = signatureOf(0);

/** Its second signature. */
export const second: Envelope["signatures"][number] = signatureOf(1);
