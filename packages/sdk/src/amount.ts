import type { Amount } from "@settld/protocol";

/** An amount in the words of the protocol, or as people write it: `"480.00 USD"`. */
export type AmountInput = Amount | string;

/**
 * Reads an amount of more than nothing. Text has every minor digit, because the number of decimals is part of the
 * asset: `480.00 USD` is 48000 at scale 2, `480 JPY` is 480 at scale 0. The asset of a text is a currency of ISO 4217
 * or an asset id of CAIP-19, whose scale is what is written; other assets come as `{ value, assetCode, assetScale }`.
 *
 * @throws TypeError for other text, and for decimals that the currency does not have.
 */
export function readAmount(input: AmountInput): Amount {
  const amount = readMoney(input);
  if (amount.value !== "0") return amount;
  throw new TypeError(`expected an amount of more than 0, found ${shown(input)}`);
}

/** Reads an amount as {@link readAmount}, or nothing of an asset, such as `"0.00 USD"`. */
export function readMoney(input: AmountInput): Amount {
  if (typeof input === "object" && input !== null) return input;
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,18}))? ([A-Z]{3}|[^ ]+\/[^ ]+)$/.exec(input);
  const [, whole = "", decimals = "", assetCode = ""] = match ?? [];
  const isCurrency = assetCode.length === 3;
  if (match === null || (isCurrency && !Intl.supportedValuesOf("currency").includes(assetCode))) {
    throw new TypeError(
      `expected an amount such as "480.00 USD", or { value, assetCode, assetScale }, found ${shown(input)}`,
    );
  }
  // The runtime knows the minor units of ISO 4217; other assets say their scale by what is written.
  const expected = isCurrency
    ? new Intl.NumberFormat("en", { style: "currency", currency: assetCode }).resolvedOptions().maximumFractionDigits
    : decimals.length;
  if (expected !== decimals.length) {
    throw new TypeError(`expected ${assetCode} with ${expected} decimals, found ${shown(input)}`);
  }
  return { value: BigInt(whole + decimals).toString(), assetCode, assetScale: decimals.length };
}

function shown(input: unknown): string {
  return typeof input === "string" ? JSON.stringify(input) : String(input);
}
