import { digestOf } from "@settld/protocol";
import { pickSound } from "../corpus.ts";
import { fewTimes, type Generator } from "../generator.ts";
import { copyOf, type JsonObject } from "../json.ts";
import type { Random } from "../random.ts";
import { share } from "../walk/terms.ts";

const KINDS: readonly string[] = ["buyer", "seller", "escrow", "holdback", "fee"];

const account = (kind: string, random: Random): JsonObject => ({
  kind,
  assetCode: random.chance(98) ? "USD" : "EUR",
  assetScale: random.chance(98) ? 2 : 3,
});

const transaction = (random: Random, balances: Map<string, bigint>): JsonObject => {
  const from = random.pick(KINDS);
  const others = random.shuffled(KINDS.filter((kind) => kind !== from)).slice(0, random.between(1, 3));
  const held = balances.get(from) ?? 0n;
  let left =
    from === "escrow" || from === "holdback"
      ? random.chance(80)
        ? held
        : held + 1n
      : share(10n ** BigInt(random.pick([1, 4, 30])), random);
  const postings: JsonObject[] = [{ account: account(from, random), value: `${-left}` }];
  balances.set(from, held - left);
  for (const [index, kind] of others.entries()) {
    const value = index === others.length - 1 ? left : share(left, random);
    left -= value;
    balances.set(kind, (balances.get(kind) ?? 0n) + value);
    if (value !== 0n || random.chance(5)) postings.push({ account: account(kind, random), value: `${value}` });
  }
  return { id: digestOf(random.bytes(8)), postings: random.chance(95) ? postings : random.shuffled(postings) };
};

const randomLedger = (random: Random): JsonObject[] => {
  const balances = new Map<string, bigint>();
  return Array.from({ length: random.between(1, 6) }, () => transaction(random, balances));
};

const changeLedger = (transactions: readonly JsonObject[], random: Random): JsonObject[] => {
  if (transactions.length === 0) return randomLedger(random);
  const at = random.below(transactions.length);
  const one = transactions[at] ?? {};
  const postings = (one["postings"] ?? []) as JsonObject[];
  const on = (change: JsonObject): JsonObject[] =>
    transactions.map((other, index) => (index === at ? { ...other, ...change } : other));
  const place = postings.length === 0 ? 0 : random.below(postings.length);
  const posted = (change: JsonObject): JsonObject[] =>
    on({ postings: postings.map((other, index) => (index === place ? { ...other, ...change } : other)) });
  const value = BigInt(String(postings[place]?.["value"] ?? "0"));
  return random.pick<() => JsonObject[]>([
    () => posted({ value: `${value + BigInt(random.pick([1, -1, 100, -100]))}` }),
    () => posted({ value: `${-value}` }),
    () => posted({ account: account(random.pick(KINDS), random) }),
    () =>
      posted({ account: { ...(postings[place]?.["account"] as JsonObject), assetScale: random.pick([0, 2, 3, 30]) } }),
    () => on({ postings: postings.filter((_, index) => index !== place) }),
    () => on({ postings: [...postings, ...postings.slice(place, place + 1).map((posting) => copyOf(posting))] }),
    () => on({ id: random.pick(transactions)["id"] ?? "" }),
    () => transactions.filter((_, index) => index !== at),
    () => [...transactions, copyOf(one)],
    () => random.shuffled(transactions),
    () => [...transactions, ...randomLedger(random)],
  ])();
};

/** Transactions that mostly balance. */
export const LEDGER_GENERATORS: readonly Generator[] = [
  {
    name: "ledger",
    weight: 1,
    ops: ["ledger.replay"],
    make: ({ corpus, random, steps }) => {
      const base = random.chance(60)
        ? randomLedger(random)
        : (pickSound(corpus.samples("ledger.replay"), random).input["transactions"] as JsonObject[]);
      const times = random.chance(30) ? 0 : fewTimes(random);
      return { transactions: steps.change(base, times, random, changeLedger), closed: random.chance(40) };
    },
  },
];
