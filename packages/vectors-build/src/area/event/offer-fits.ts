import { idOf } from "../../cast.ts";
import type { LogCase } from "../../log-case.ts";
import { delivered, NO_BALANCES, NO_WINDOW, offer, terms, valid } from "../../story.ts";
import { at } from "../../time.ts";
import { checkers, checks, party, perUnit, pins, policy, references, tiers, weighted } from "./offer-terms.ts";

const good = (id: string, clause: string, why: string, change: Record<string, unknown>, kills?: string): LogCase => ({
  id: `event-offer${id}`,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  status: "offered",
  balances: NO_BALANCES,
  steps: [offer(terms(change))],
});

/** Offers at a limit, and other terms that fit. */
export const fits: readonly LogCase[] = [
  good("", "EVENT-4", "The standard offer.", {}),
  good("-60-requirements", "EVENT-4", "60 requirements are allowed.", policy(checks(60)), "reject the limit itself"),
  good(
    "-16-checkers",
    "EVENT-4",
    "16 checkers are allowed.",
    party("checkers", checkers(16)),
    "reject the limit itself",
  ),
  good(
    "-32-tiers",
    "EVENT-4",
    "32 tiers are allowed.",
    tiers(...Array.from({ length: 31 }, (_, below) => ({ below, bps: 1 })), { bps: 0 }),
    "reject the limit itself",
  ),
  good(
    "-16-pins",
    "EVENT-4",
    "16 pinned keys are allowed.",
    party("buyer", { id: idOf("buyer"), keys: pins(16) }),
    "reject the limit itself",
  ),
  good(
    "-16-references",
    "EVENT-19",
    "16 references are allowed, and nothing follows from them.",
    { references: references(16) },
    "reject the limit itself",
  ),
  good(
    "-long-uri",
    "EVENT-4",
    "A uri has at most 2048 characters.",
    { references: [{ rel: "terms", uri: `urn:${"x".repeat(2044)}` }] },
    "reject the limit itself",
  ),
  good(
    "-long-party-id",
    "EVENT-6",
    "A party is an id, and pins are optional. (The id of the full length is in edge-party-id-256.)",
    party("buyer", { id: idOf("buyer") }),
    "demand pins",
  ),
  good(
    "-long-name",
    "EVENT-4",
    "A name has at most 64 characters.",
    policy([{ ...delivered, id: "x".repeat(64) }]),
    "reject the limit itself",
  ),
  good(
    "-text-value-astral",
    "EVENT-4",
    "256 characters beyond the basic plane are 512 code units and 1024 bytes; characters count.",
    policy([{ ...valid, op: "eq", value: "\u{1f600}".repeat(256) }]),
    "count UTF-16 code units",
  ),
  good(
    "-duration-max",
    "TIME-6",
    "Ten years is the longest duration; what follows from it saturates.",
    { reviewMs: 315_576_000_000 },
    "reject the limit itself",
  ),
  good("-no-window", "EVENT-8", "Without a window there is no arbiter, no holdback and no ruling time.", NO_WINDOW),
  good(
    "-amount-max",
    "MONEY-1",
    "10^30 can be agreed.",
    { amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 } },
    "reject the limit itself",
  ),
  good(
    "-caip-19",
    "MONEY-1",
    "Assets of blockchains have CAIP-19 ids.",
    { amount: { value: "1", assetCode: "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f", assetScale: 18 } },
    "allow ISO 4217 only",
  ),
  good(
    "-deadlines-equal",
    "EVENT-7",
    "All three deadlines may be one instant.",
    { acceptBy: at(24), fundBy: at(24), submitBy: at(24) },
    "demand strict order",
  ),
  good(
    "-checker-is-buyer",
    "EVENT-6",
    "The buyer may check the work; only the seller may not.",
    party("checkers", { quality: { id: idOf("buyer") } }),
    "keep checkers apart from everyone",
  ),
  good(
    "-weighted",
    "POLICY-6",
    "Weights for every requirement that add up to 10000.",
    weighted(["delivered", 1], ["valid", 9999]),
  ),
  good(
    "-tiers",
    "POLICY-8",
    "Two bounded tiers and an open one.",
    tiers({ below: -5, bps: 0 }, { below: 5, bps: 1 }, { bps: 2 }),
  ),
  good("-tiers-one", "POLICY-8", "One open tier is enough.", tiers({ bps: 5000 }), "demand two tiers"),
  good("-cap-equals-amount", "MONEY-4", "The cap may be the whole amount.", perUnit("48000"), "compare cap < amount"),
  good("-boolean-check", "POLICY-5", "eq and ne compare booleans.", policy([{ ...valid, op: "ne", value: false }])),
];
