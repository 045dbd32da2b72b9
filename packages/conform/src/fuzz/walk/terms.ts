import { digestOf, hexEncode } from "@settld/protocol";
import { copyOf, type Json, type JsonObject } from "../json.ts";
import type { Random } from "../random.ts";

/** Bytes that may be submitted, with their names and types; some agreements name their digest beforehand. */
export const FILES: readonly { readonly name: string; readonly mediaType: string; readonly data: Uint8Array }[] = [
  ["result.csv", "text/csv", "a,b\n1,2\n"],
  ["report.html", "text/html", "<p>done</p>"],
  ["log", "application/octet-stream", ""],
  ["0", "text/csv", "a,b\n1,2\n"],
  ["result.csv", "text/csv", "c,d\n"],
].map(([name = "", mediaType = "", text]) => ({ name, mediaType, data: new TextEncoder().encode(text) }));

/** Places in a checker's result that requirements look at; `validityBps` most often holds a number. */
const POINTERS: readonly string[] = ["/validityBps", "/validityBps", "/count", "/label", "/ok", "/list/0", "/none", ""];

const HOUR = 3_600_000;

/** The start of the calendar, of the vectors, and close to its end, where sums saturate. */
const STARTS: readonly (readonly [number, number])[] = [
  [1, 0],
  [18, Date.UTC(2026, 2, 2, 9)],
  [1, Date.UTC(9999, 11, 31, 12)],
];

const CALENDAR_END = 253_402_300_799_999;

/** Milliseconds as an instant; what lies after the calendar becomes its end (TIME-6). */
export const instant = (ms: number): string => new Date(Math.max(0, Math.min(ms, CALENDAR_END))).toISOString();

const AMOUNTS: readonly string[] = [
  "1",
  "2",
  "3",
  "100",
  "101",
  "9999",
  "10000",
  "10001",
  "48000",
  `1${"0".repeat(30)}`,
];

const BPS: readonly number[] = [0, 1, 250, 333, 3333, 5000, 9999, 10_000];

const bps = (random: Random): number => (random.chance(70) ? random.pick(BPS) : random.below(10_001));

const durationMs = (random: Random): number =>
  random.weighted([
    [6, HOUR * random.between(1, 96)],
    [1, 1],
    [1, random.below(5000)],
    [1, 315_576_000_000],
  ]);

/** A money value from 1 to `max`, often one of its ends. */
export const share = (max: bigint, random: Random): bigint => {
  if (max < 1n) return 0n;
  const drawn = random.weighted([
    [3, BigInt(`0x${hexEncode(random.bytes(14))}`) % max],
    [1, 0n],
    [1, max - 1n],
    [1, max / 2n],
  ]);
  return drawn + 1n;
};

const checkValue = (random: Random): Json =>
  random.weighted<Json>([
    [4, random.pick([9990, 10_000, 0, 1, -1])],
    [1, random.pick(["good", "", "bad"])],
    [1, random.chance(50)],
  ]);

const requirement = (id: string, start: number, random: Random): JsonObject => {
  const file = random.pick(FILES);
  const kind = random.weighted([
    [3, "item"],
    [5, "check"],
    [1, "deadline"],
    [2, "approval"],
  ]);
  if (kind === "item") {
    const digest = random.chance(20) ? { digest: digestOf(file.data) } : {};
    return { id, kind, item: file.name, mediaType: file.mediaType, ...digest };
  }
  if (kind === "deadline") return { id, kind, before: instant(start + HOUR * random.between(3, 80)) };
  if (kind === "approval") return { id, kind, onTimeout: random.pick(["pass", "fail"]) };
  const value = checkValue(random);
  return {
    id,
    kind,
    checker: random.chance(80) ? "quality" : "second",
    item: file.name,
    pointer: random.pick(POINTERS),
    op: typeof value === "number" ? random.pick(["ge", "le", "eq", "ne", "lt", "gt"]) : random.pick(["eq", "ne"]),
    value,
  };
};

const weights = (requirements: readonly JsonObject[], random: Random): Json[] => {
  let left = 10_000;
  return requirements.map(({ id }, index) => {
    const part = index === requirements.length - 1 ? left : random.below(left + 1);
    left -= part;
    return { requirement: id ?? null, bps: part };
  });
};

const payout = (requirements: readonly JsonObject[], amount: bigint, random: Random): JsonObject => {
  const checks = requirements.filter(({ kind }) => kind === "check");
  const kind = random.pick(checks.length === 0 ? ["all-or-nothing", "weighted"] : KINDS);
  if (kind === "all-or-nothing") return { kind };
  if (kind === "weighted") return { kind, weights: weights(requirements, random) };
  const { id: check = null, pointer = null } = random.pick(checks);
  const at = { kind, check, pointer: random.chance(70) ? pointer : random.pick(POINTERS) };
  if (kind === "per-unit") {
    return { ...at, unitValue: share(amount, random).toString(), cap: share(amount, random).toString() };
  }
  const bounds = [...new Set([random.between(-2, 3), 5000, 9990, 9991, 10_000, 10_001])].sort((a, b) => a - b);
  const tiers = bounds.filter(() => random.chance(50)).map((below) => ({ below, bps: bps(random) }));
  return { ...at, tiers: [...tiers, { bps: bps(random) }] };
};

const KINDS: readonly string[] = ["all-or-nothing", "weighted", "tiers", "per-unit"];

/** A policy that an offer may have, over an amount. */
export const randomPolicy = (amount: bigint, start: number, random: Random): JsonObject => {
  const ids = ["delivered", "valid", "a", "z.9", "toString"].map((id) => id.toLowerCase());
  const requirements = random
    .shuffled(ids)
    .slice(0, random.between(1, 4))
    .map((id) => requirement(id, start, random));
  return { requirements, payout: payout(requirements, amount, random) };
};

/** The result of a checker that may or may not have what policies look at. */
export const randomResult = (random: Random): JsonObject => {
  const number = random.weighted<Json>([
    [8, random.pick([9990, 9991, 10_000, 10_000, 0, 1, -1, 9989])],
    [2, random.pick<Json>([Number.MAX_SAFE_INTEGER, "9990", true, null, [], {}])],
  ]);
  return {
    validityBps: number,
    count: random.below(12),
    label: random.pick(["good", "bad", "GOOD", ""]),
    ok: random.chance(70),
    list: [random.pick<Json>([9990, "good", true])],
  };
};

/** A random amount, from 1 minor unit to the largest that there is. */
export const randomAmount = (random: Random): JsonObject => ({
  value: random.chance(70) ? random.pick(AMOUNTS) : share(10n ** 30n, random).toString(),
  ...random.pick([
    { assetCode: "USD", assetScale: 2 },
    { assetCode: "USD", assetScale: 2 },
    { assetCode: "JPY", assetScale: 0 },
    { assetCode: "eip155:1/erc20:0xa0b8", assetScale: 6 },
  ]),
});

const PARTY_IDS: Readonly<Record<string, string>> = {
  buyer: "https://buyer.example",
  seller: "https://seller.example",
  settler: "https://settler.example",
  arbiter: "https://arbiter.example",
};

/** The body of an offer that should be all right, and the instant at which it may be made. */
export const randomOffer = (
  random: Random,
  pins: (role: string) => Json[] | undefined,
): { readonly start: number; readonly body: JsonObject } => {
  const start = random.weighted(STARTS);
  const amount = randomAmount(random);
  const party = (role: string, id = PARTY_IDS[role] ?? ""): JsonObject => {
    const keys = pins(role);
    return keys === undefined ? { id } : { id, keys };
  };
  const checkers = {
    quality: party("checker", "https://checker.example"),
    second: party("checker", random.chance(70) ? "https://checker.example" : "https://buyer.example"),
  };
  const disputable = random.chance(75);
  const acceptBy = start + HOUR * random.pick([1, 24, 24, 24]);
  const fundBy = acceptBy + HOUR * random.pick([0, 24, 24, 24]);
  const submitBy = fundBy + HOUR * random.pick([0, 48, 48, 48]);
  const parties: JsonObject = { buyer: party("buyer"), seller: party("seller"), settler: party("settler"), checkers };
  return {
    start,
    body: copyOf({
      nonce: hexEncode(random.bytes(16)),
      parties: disputable ? { ...parties, arbiter: party("arbiter") } : parties,
      amount,
      policy: randomPolicy(BigInt(amount["value"] as string), start, random),
      feeBps: bps(random),
      acceptBy: instant(acceptBy),
      fundBy: instant(fundBy),
      submitBy: instant(submitBy),
      reviewMs: random.chance(8) ? 0 : durationMs(random),
      attemptsMax: random.pick([1, 2, 3, 16]),
      holdbackBps: disputable ? bps(random) : 0,
      disputeMs: disputable ? durationMs(random) : 0,
      rulingMs: disputable ? durationMs(random) : 0,
      references: random.chance(90) ? [] : [{ rel: "order", uri: "urn:x" }],
    }),
  };
};
