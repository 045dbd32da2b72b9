import { shareOf } from "@settld/protocol";

/** How a released gross is split between the seller and the fee. */
export type Leg = { readonly toSeller: bigint; readonly fee: bigint };

/**
 * Splits one released leg. The fee is cumulative: the fee on everything released so far, less the fee taken
 * already, so that splitting a release into legs never changes the sum of the fees (MONEY-7).
 *
 * @param releasedBefore - gross released by earlier legs, in minor units.
 * @param gross - gross of this leg, in minor units.
 * @param feeBps - 0..10000.
 */
export function splitLeg(releasedBefore: bigint, gross: bigint, feeBps: number): Leg {
  const fee = shareOf(releasedBefore + gross, feeBps) - shareOf(releasedBefore, feeBps);
  return { toSeller: gross - fee, fee };
}
