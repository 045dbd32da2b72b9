import { createHash } from "node:crypto";

/**
 * Shuffles ids in the same way on every machine: by the digest of seed, repetition and id. So the order of some ids is
 * their order among all, whatever else runs.
 *
 * @param repetition - from 1; each has an order of its own.
 */
export const shuffled = <T extends { readonly id: string }>(
  items: readonly T[],
  seed: number,
  repetition: number,
): T[] =>
  items
    .map((item) => ({ item, key: createHash("sha256").update(`${seed}/${repetition}/${item.id}`).digest("hex") }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
