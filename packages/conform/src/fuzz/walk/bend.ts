import { changeJson, type Lore } from "../change-json.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { Random } from "../random.ts";
import { moveMoney } from "../scalars.ts";
import { type Pins, propose, proposeNext, TYPES } from "./propose.ts";
import { instant } from "./terms.ts";
import { twistDecision, twistItems, twistOffer } from "./twist.ts";
import type { Proposal, Walk } from "./walk.ts";

const MONEY_NAMES: readonly string[] = ["gross", "toSeller", "fee", "toBuyer", "held"];

/** Moves one number of a reaction by a little, or two of them against each other so that the sum stays. */
const wrongMoney = (body: JsonObject, random: Random): JsonObject => {
  const names = MONEY_NAMES.filter((name) => typeof body[name] === "string");
  const totals = body["totals"];
  if (isObject(totals)) return { ...body, totals: wrongTotals(totals, random) };
  if (names.length === 0) return body;
  const name = random.pick(names);
  const changed: JsonObject = { ...body, [name]: moveMoney(String(body[name]), random) };
  const other = random.pick(names);
  if (other !== name && random.chance(50)) {
    const balance = BigInt(String(body[other])) + BigInt(String(body[name])) - BigInt(String(changed[name]));
    if (balance >= 0n) changed[other] = balance.toString();
  }
  return changed;
};

const wrongTotals = (totals: JsonObject, random: Random): JsonObject => {
  const name = random.pick(Object.keys(totals));
  return { ...totals, [name]: moveMoney(String(totals[name]), random) };
};

const wrongTime = (walk: Walk, { at }: Proposal, random: Random): number => {
  const timer = walk.timer()?.[1];
  const times = [at - 1, walk.at - 1, walk.at, at + 86_400_000, at + 31_536_000_000];
  const near = timer === undefined ? [] : [timer, timer - 1, timer + 1, timer];
  return Date.parse(instant(random.pick([...times, ...near])));
};

const wrongParty = (walk: Walk, random: Random): string =>
  random.pick([
    ...["buyer", "seller", "settler", "arbiter"].map((role) => walk.party(role)),
    "https://checker.example",
    "https://stranger.example",
  ]);

/**
 * An event that is probably wrong in one thing: its type, author, time, numbers, place, or anything in it.
 * It is made from what could come next, so that every other check passes.
 */
export const bent = (walk: Walk, random: Random, pins: Pins, loreOf: (type: string) => Lore): JsonObject => {
  const any = (): Proposal => propose(walk, random.pick(TYPES), random, pins);
  const next = proposeNext(walk, random, pins) ?? any();
  // References are most telling where they name another event of the same log.
  const loreAt =
    (type: string): Lore =>
    (place) =>
      /(submission|decision|dispute|cause)$/.test(place) ? walk.digests : loreOf(type)(place);
  // The place stays right, because a log is left at its first fault.
  const change = (proposal: Proposal): JsonObject => {
    const { at, agreement, prev, seq, ...rest } = walk.payloadOf(proposal);
    const place = prev === undefined ? { at, seq } : { at, agreement, prev, seq };
    const force = random.chance(75) ? "gentle" : "any";
    const changed = changeJson(rest, random, { lore: loreAt(proposal.type), force });
    return { ...place, ...asObject(changed) } as JsonObject;
  };
  return random.weighted<() => JsonObject>([
    [15, () => walk.payloadOf(twisted(walk, next, random))],
    [20, () => walk.payloadOf(any())],
    [10, () => walk.payloadOf({ ...next, at: wrongTime(walk, next, random) })],
    [5, () => walk.payloadOf({ ...next, by: wrongParty(walk, random) })],
    [15, () => walk.payloadOf({ ...next, body: wrongMoney(next.body, random) })],
    [25, () => change(next)],
    [5, () => change(any())],
    [3, () => asObject(changeJson(walk.payloadOf(next), random, { lore: loreAt(next.type) }))],
    [4, () => ({ ...walk.payloadOf(next), prev: random.pick(walk.digests.length > 0 ? walk.digests : [""]) })],
    [3, () => ({ ...walk.payloadOf(next), seq: walk.digests.length + random.pick([-1, 1]) })],
  ])();
};

/** The same event once more, or terms, items and decisions with a fault that a schema does not see. */
const twisted = (walk: Walk, next: Proposal, random: Random): Proposal => {
  const { type, body } = next;
  if (type === "agreement.offered") return { ...next, body: twistOffer(body, random) };
  if (type === "decision.made") return { ...next, body: twistDecision(body, random) };
  if (Array.isArray(body["items"]) && random.chance(60)) {
    return { ...next, body: { ...body, items: twistItems(body["items"].filter(isObject), random) } };
  }
  const again = random.pick(walk.payloads);
  return { type: String(again["type"]), by: String(again["by"]), at: walk.at, body: asObject(again["body"]) };
};

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : { value: null });
