import {
  type AgreementOffered,
  type AgreementOfferedBody,
  addDuration,
  formatInstant,
  type Reference,
} from "@settld/protocol";
import { type AmountInput, readAmount } from "../amount.ts";
import { assertKnown } from "../known.ts";
import { randomHex } from "../platform.ts";
import type { OfferPolicy } from "./policy.ts";

/** A time: an instant in the words of the protocol, a `Date`, or milliseconds since 1970. */
export type TimeInput = string | Date | number;

/** The terms of an offer. What is left out has a default, which the signed offer then states. */
export type CreateAgreement = OfferTerms & (Buying | Selling);

type Buying = {
  /** Who does the work. Named when you buy. */
  readonly seller: string;
  /** Who pays. Default: your party. */
  readonly buyer?: string;
};

type Selling = {
  /** Who pays. Named when you sell. */
  readonly buyer: string;
  /** Who does the work. Default: your party. */
  readonly seller?: string;
};

type OfferTerms = {
  /** Who holds the escrow. Default: the `settler` of the client's options, else the server's. */
  readonly settler?: string;
  /** Who rules on disputes; needed with `disputeMs`. */
  readonly arbiter?: string;
  /** Who measures the work, by the names that the checks of the policy use. */
  readonly checkers?: { readonly [name: string]: string };
  /** What the work is worth, such as `"480.00 USD"`. */
  readonly amount: AmountInput;
  /** What a submission has to meet, and how that becomes money; by default all or nothing. */
  readonly policy: OfferPolicy;
  /** The settler's fee in basis points of what is released. Default 0. */
  readonly feeBps?: number;
  /** Until when the offer stands. Default: for a day. */
  readonly acceptBy?: TimeInput;
  /** Until when the escrow must be funded. Default: a day after `acceptBy`. */
  readonly fundBy?: TimeInput;
  /** Until when work may be handed in. Default: 30 days after `fundBy`. */
  readonly submitBy?: TimeInput;
  /** How long a submission is under review, in milliseconds. Default: 3 days. */
  readonly reviewMs?: number;
  /** How often work may be handed in. Default 1. */
  readonly attemptsMax?: number;
  /** Which part of the award waits for the end of the dispute window, in basis points. Default 0. */
  readonly holdbackBps?: number;
  /** How long a decision may be disputed, in milliseconds. Default 0: not at all. */
  readonly disputeMs?: number;
  /** How long the arbiter has, in milliseconds. Default: 7 days when there may be disputes, else 0. */
  readonly rulingMs?: number;
  /** What the agreement refers to; carried and never decides. */
  readonly references?: readonly Reference[];
};

/** Every member of an offer by its name. */
export const OFFER_MEMBERS: readonly (keyof CreateAgreement)[] = [
  "seller",
  "buyer",
  "settler",
  "arbiter",
  "checkers",
  "amount",
  "policy",
  "feeBps",
  "acceptBy",
  "fundBy",
  "submitBy",
  "reviewMs",
  "attemptsMax",
  "holdbackBps",
  "disputeMs",
  "rulingMs",
  "references",
];

const DAY_MS = 86_400_000;

/** The body of an offer by a party. */
export function offerBody(input: CreateAgreement, by: string, settler: string, now: number): AgreementOfferedBody {
  const { buyer = by, seller = by, arbiter, checkers = {}, policy, disputeMs = 0 } = input;
  assertKnown(input, OFFER_MEMBERS);
  assertKnown(policy, ["requirements", "payout"]);
  if (buyer === seller) throw new TypeError("expected `seller` when you buy, or `buyer` when you sell, found neither");
  const acceptBy = input.acceptBy === undefined ? addDuration(now, DAY_MS) : timeOf(input.acceptBy);
  const fundBy = input.fundBy === undefined ? addDuration(acceptBy, DAY_MS) : timeOf(input.fundBy);
  const submitBy = input.submitBy === undefined ? addDuration(fundBy, 30 * DAY_MS) : timeOf(input.submitBy);
  const body: AgreementOffered["body"] = {
    nonce: randomHex(16),
    parties: {
      buyer: { id: buyer },
      seller: { id: seller },
      settler: { id: settler },
      ...(arbiter === undefined ? {} : { arbiter: { id: arbiter } }),
      checkers: Object.fromEntries(Object.entries(checkers).map(([name, id]) => [name, { id }])),
    },
    amount: readAmount(input.amount),
    policy: { requirements: policy.requirements, payout: policy.payout ?? { kind: "all-or-nothing" } },
    feeBps: input.feeBps ?? 0,
    acceptBy: formatInstant(acceptBy),
    fundBy: formatInstant(fundBy),
    submitBy: formatInstant(submitBy),
    reviewMs: input.reviewMs ?? 3 * DAY_MS,
    attemptsMax: input.attemptsMax ?? 1,
    holdbackBps: input.holdbackBps ?? 0,
    disputeMs,
    rulingMs: input.rulingMs ?? (disputeMs > 0 ? 7 * DAY_MS : 0),
    references: input.references ?? [],
  };
  return body;
}

function timeOf(time: TimeInput): number {
  const ms = typeof time === "number" ? time : new Date(time).getTime();
  if (Number.isSafeInteger(ms)) return ms;
  throw new TypeError(`expected a time, found ${String(time)}`);
}
