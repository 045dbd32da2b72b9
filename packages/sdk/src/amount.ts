import type { Amount } from "@settld/protocol";

/** An amount in the words of the protocol, or as people write it: `"480.00 USD"`. */
export type AmountInput = Amount | string;

/**
 * Reads an amount. Text has every minor digit, because the number of decimals is part of the asset: `480.00 USD`
 * is 48000 at scale 2, `480 JPY` is 480 at scale 0.
 *
 * @throws TypeError for other text, and for decimals that the currency does not have.
 */
export function readAmount(input: AmountInput): Amount {
  if (typeof input !== "string") return input;
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,18}))? ([^ ]+)$/.exec(input);
  const [, whole = "", decimals = "", assetCode = ""] = match ?? [];
  if (match === null) throw new TypeError(`expected an amount such as "480.00 USD", found ${JSON.stringify(input)}`);
  const expected = decimalsOf(assetCode);
  if (expected !== undefined && expected !== decimals.length) {
    throw new TypeError(`expected ${assetCode} with ${expected} decimals, found ${JSON.stringify(input)}`);
  }
  return { value: BigInt(whole + decimals).toString(), assetCode, assetScale: decimals.length };
}

// The runtime knows the minor units of ISO 4217; other assets say their scale by what is written.
function decimalsOf(assetCode: string): number | undefined {
  if (!/^[A-Z]{3}$/.test(assetCode)) return undefined;
  return new Intl.NumberFormat("en", { style: "currency", currency: assetCode }).resolvedOptions()
    .maximumFractionDigits;
}
