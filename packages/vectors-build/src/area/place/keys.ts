import type { Signer } from "@settld/protocol";
import {
  bytesOf,
  keyOf,
  secondArbiterKey,
  secondBuyerKey,
  secondCheckerKey,
  secondSellerKey,
  secondSettlerKey,
  type TrustKey,
  trustDoc,
  trustKey,
} from "../../cast.ts";
import { field, type Input } from "../../format.ts";

type Keys = Parameters<typeof trustDoc>[1];

/** A trust document as input, with these keys and roles; roles go by the id of the party. */
export const trust = (keys: Keys, roles: Readonly<Record<string, readonly string[]>> = {}): Input => {
  const document = trustDoc({}, keys);
  return {
    trust: field(
      bytesOf({
        ...document,
        parties: document.parties.map((party) => ({ ...party, roles: roles[party.id] ?? party.roles })),
      }),
    ),
  };
};

/** Two keys of one party, with a change of the second. */
export const two = (first: Signer, second: Signer, change: Partial<TrustKey> = {}): TrustKey[] => [
  trustKey(first),
  trustKey(second, change),
];

/** A trust document with two keys of every party. */
export const everyKey: Input = trust({
  buyer: two(keyOf("buyer"), secondBuyerKey),
  seller: two(keyOf("seller"), secondSellerKey),
  settler: two(keyOf("settler"), secondSettlerKey),
  arbiter: two(keyOf("arbiter"), secondArbiterKey),
  checker: two(keyOf("checker"), secondCheckerKey),
});
