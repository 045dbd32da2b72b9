import { idOf, keyOf } from "../../cast.ts";
import { delivered, PARTIES, valid } from "../../story.ts";

/** Terms with another party in a role. */
export const party = (role: string, entry: unknown): Record<string, unknown> => ({
  parties: { ...PARTIES, [role]: entry },
});

/** Terms with a policy of these requirements. */
export const policy = (
  requirements: readonly unknown[],
  payout: unknown = { kind: "all-or-nothing" },
): Record<string, unknown> => ({
  policy: { requirements, payout },
});

/** Requirements, `count` of them, each of another id. */
export const checks = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ ...delivered, id: `r${index}` }));

/** Checkers, `count` of them; the first is the one of the standard policy. */
export const checkers = (count: number): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index === 0 ? "quality" : `c${index}`, { id: idOf("checker") }]),
  );

/** Terms whose payout goes by tiers. */
export const tiers = (...list: readonly unknown[]): Record<string, unknown> =>
  policy([valid], { kind: "tiers", check: "valid", pointer: "/n", tiers: list });

/** Terms whose payout is weighted, in basis points for each requirement. */
export const weighted = (...list: readonly (readonly [string, number])[]): Record<string, unknown> =>
  policy([delivered, valid], { kind: "weighted", weights: list.map(([requirement, bps]) => ({ requirement, bps })) });

/** Terms whose payout is per unit, up to a cap. */
export const perUnit = (cap: string): Record<string, unknown> =>
  policy([valid], { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap });

/** Key ids, `count` of them, that no key has. */
export const pins = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${keyOf("buyer").keyid.slice(0, 40)}${String(index).padStart(2, "0")}A`);

/** References to `count` orders. */
export const references = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ rel: "order", uri: `urn:order:${index}` }));
