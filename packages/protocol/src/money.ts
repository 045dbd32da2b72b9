import { SettldError } from "./error.ts";

/** Basis points in one whole. */
export const BPS_ONE = 10_000n;

/** Largest money value, 10^30 minor units (MONEY-1). */
export const VALUE_MAX: bigint = 10n ** 30n;

const VALUE = /^(?:0|[1-9][0-9]{0,30})$/;

/**
 * Reads a money value in minor units.
 *
 * @throws SettldError `MONEY_VALUE` unless it is a plain decimal integer from 0 to 10^30 (MONEY-1).
 */
export function parseValue(text: string): bigint {
  if (VALUE.test(text)) {
    const value = BigInt(text);
    if (value <= VALUE_MAX) return value;
  }
  throw new SettldError(
    "MONEY_VALUE",
    `expected a decimal integer from 0 to 10^30 without sign or leading zero, found ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/** Share of a value in basis points (0..10000), rounded down to a whole minor unit (MONEY-6). */
export function shareOf(value: bigint, bps: number): bigint {
  return (value * BigInt(bps)) / BPS_ONE;
}

/** Writes a value with its asset for people, such as `480.00 USD`; never parsed back. */
export function formatAmount(
  value: bigint,
  asset: { readonly assetCode: string; readonly assetScale: number },
): string {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(asset.assetScale + 1, "0");
  const whole = digits.slice(0, digits.length - asset.assetScale);
  const rest = asset.assetScale === 0 ? "" : `.${digits.slice(-asset.assetScale)}`;
  return `${sign}${whole}${rest} ${asset.assetCode}`;
}
