import { copyOf, isObject, type Json, type JsonObject } from "../json.ts";
import type { Random } from "../random.ts";
import { moveMoney } from "../scalars.ts";

const at = <T>(list: readonly T[], index: number, change: (one: T) => T): T[] =>
  list.map((one, place) => (place === index ? change(one) : one));

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const twistParties = (parties: JsonObject, random: Random): JsonObject => {
  const names = Object.keys(parties).filter((name) => name !== "checkers");
  const [one = "buyer", other = "seller"] = random.shuffled(names);
  const { arbiter: _arbiter, ...without } = parties;
  return random.pick<() => JsonObject>([
    () => ({ ...parties, [one]: copyOf(parties[other] ?? null) }),
    () => ({ ...parties, checkers: { ...(parties["checkers"] as JsonObject), quality: copyOf(parties[one] ?? null) } }),
    () => ({ ...parties, checkers: {} }),
    () => without,
  ])();
};

const twistPayout = (payout: JsonObject, amount: string, random: Random): JsonObject => {
  const entries = payout["kind"] === "weighted" ? "weights" : "tiers";
  const list = objects(payout[entries]);
  if (list.length === 0) {
    return random.pick<() => JsonObject>([
      () => ({ ...payout, cap: moveMoney(amount, random) }),
      () => ({ ...payout, check: random.pick(["delivered", "z.9", "nothing"]) }),
    ])();
  }
  const index = random.below(list.length);
  const { below: _below, ...open } = list[index] as JsonObject;
  return random.pick<() => JsonObject>([
    () => ({
      ...payout,
      [entries]: at(list, index, (one) => ({ ...one, bps: Number(one["bps"]) === 0 ? 1 : Number(one["bps"]) - 1 })),
    }),
    () => ({ ...payout, [entries]: random.shuffled(list) }),
    () => ({
      ...payout,
      [entries]: at(list, index, (one) => (entries === "tiers" ? open : { ...one, requirement: "nothing" })),
    }),
    () => ({ ...payout, [entries]: [...list, copyOf(list[index] as JsonObject)] }),
    () => ({ ...payout, [entries]: list.filter((_, place) => place !== index) }),
    () => ({ ...payout, ...(entries === "tiers" ? { check: random.pick(["delivered", "nothing"]) } : {}) }),
  ])();
};

const twistRequirements = (list: readonly JsonObject[], random: Random): JsonObject[] => {
  const index = random.below(list.length);
  const other = random.pick(list);
  return at(list, index, (one) =>
    random.pick<() => JsonObject>([
      () => ({ ...one, id: other["id"] ?? "" }),
      () => (one["kind"] === "check" ? { ...one, checker: "nobody" } : { ...one, kind: "promise" }),
      () =>
        one["kind"] === "check"
          ? { ...one, value: random.pick<Json>(["9990", true]), op: random.pick(["ge", "lt", "ne"]) }
          : one,
    ])(),
  );
};

/** The terms of an offer with one thing in them that an offer must not have, or that looks like it. */
export const twistOffer = (terms: JsonObject, random: Random): JsonObject => {
  const policy = terms["policy"] as JsonObject;
  const amount = String((terms["amount"] as JsonObject)["value"]);
  const instants = random.shuffled(["acceptBy", "fundBy", "submitBy"]);
  const [one = "", other = ""] = instants;
  return random.weighted<() => JsonObject>([
    [2, () => ({ ...terms, parties: twistParties(terms["parties"] as JsonObject, random) })],
    [1, () => ({ ...terms, [one]: terms[other] ?? "", [other]: terms[one] ?? "" })],
    [2, () => ({ ...terms, [random.pick(["disputeMs", "rulingMs", "holdbackBps"])]: random.pick([0, 0, 1]) })],
    [
      2,
      () => ({
        ...terms,
        policy: { ...policy, requirements: twistRequirements(objects(policy["requirements"]), random) },
      }),
    ],
    [
      3,
      () => ({ ...terms, policy: { ...policy, payout: twistPayout(policy["payout"] as JsonObject, amount, random) } }),
    ],
  ])();
};

/** Items with a name twice, or with one digest and two sizes. */
export const twistItems = (items: readonly JsonObject[], random: Random): JsonObject[] => {
  const one = random.pick(items);
  return random.pick<() => JsonObject[]>([
    () => [...items, copyOf(one)],
    () => [...items, { ...one, name: "again", size: Number(one["size"]) + 1 }],
    () => [...items, { ...one, name: "again" }],
    () => at(items, random.below(items.length), (item) => ({ ...item, size: Number(item["size"]) + 1 })),
  ])();
};

/** A decision that says one thing too many: another outcome, another end, another reason. */
export const twistDecision = (body: JsonObject, random: Random): JsonObject => {
  const requirements = objects(body["requirements"]);
  const index = requirements.length === 0 ? 0 : random.below(requirements.length);
  return random.pick<() => JsonObject>([
    () => ({ ...body, outcome: random.pick(["none", "partial", "full"]) }),
    () => ({ ...body, final: body["final"] !== true }),
    () => ({ ...body, attempt: Number(body["attempt"]) + random.pick([1, -1]) }),
    () => ({ ...body, requirements: at(requirements, index, (one) => ({ ...one, code: "POLICY_ITEM_DIGEST" })) }),
    () => ({ ...body, requirements: random.shuffled(requirements) }),
  ])();
};
