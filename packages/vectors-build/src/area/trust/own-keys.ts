import {
  bytesOf,
  keyOf,
  secondBuyerKey,
  secondSettlerKey,
  type TrustDoc,
  type TrustKey,
  trustDoc,
  trustKey,
} from "../../cast.ts";
import { field, type Input } from "../../format.ts";

/** A trust document as input, with these keys. */
export const own = (change: Parameters<typeof trustDoc>[1], doc: Partial<TrustDoc> = {}): Input => ({
  trust: field(bytesOf(trustDoc(doc, change))),
});

/** A trust document with a change of the buyer's key. */
export const buyerKey = (change: Partial<TrustKey>): Input => own({ buyer: [trustKey(keyOf("buyer"), change)] });

/** A trust document with a second key of the settler, and a change of the first. */
export const settlerKeys = (change: Partial<TrustKey>): Input =>
  own({ settler: [trustKey(keyOf("settler"), change), trustKey(secondSettlerKey)] });

/** A trust document with two keys of the buyer. */
export const twoBuyerKeys: Input = own({ buyer: [trustKey(keyOf("buyer")), trustKey(secondBuyerKey)] });
