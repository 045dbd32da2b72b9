import { digestOf } from "@settld/protocol";
import { changeJson } from "../change-json.ts";
import { fewTimes, type Generator } from "../generator.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Random } from "../random.ts";
import { INTEGERS } from "../scalars.ts";
import { FILES, instant, randomAmount, randomPolicy, randomResult } from "../walk/terms.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2, 9);

const items = (random: Random): JsonObject[] => {
  const names = new Set<string>();
  return random
    .shuffled(FILES)
    .filter(({ name }) => random.chance(80) && !names.has(name) && names.add(name))
    .map(({ name, mediaType, data }) => ({
      name,
      mediaType: random.chance(90) ? mediaType : "text/plain",
      digest: digestOf(data),
      size: data.length,
    }));
};

// A result is any object, so it may be changed freely; a policy may not, because nothing says what a bad one gives.
const result = (random: Random): JsonObject => {
  const base = randomResult(random);
  if (random.chance(10)) return { ...base, validityBps: random.pick(INTEGERS) };
  const changed = random.chance(25) ? changeJson(base, random) : base;
  return isObject(changed) ? changed : base;
};

const factsOf = (requirements: readonly JsonObject[], random: Random): JsonObject | null => {
  if (random.chance(4)) return null;
  const results: JsonObject = {};
  const approvals: JsonObject = {};
  for (const { id, kind } of requirements) {
    if (kind === "check" && random.chance(90)) results[String(id)] = result(random);
    if (kind === "approval" && random.chance(70)) approvals[String(id)] = random.chance(70);
  }
  return { at: instant(START + HOUR * random.below(90)), items: items(random), results, approvals };
};

/** Policies that are as an offer may have them, over submissions that fit more or less. */
export const POLICY_GENERATORS: readonly Generator[] = [
  {
    name: "random policy",
    weight: 3,
    ops: ["policy.evaluate"],
    make: ({ random }) => {
      const amount = String(randomAmount(random)["value"]);
      const policy = randomPolicy(BigInt(amount), START, random);
      return { policy, amount, facts: factsOf(policy["requirements"] as JsonObject[], random) };
    },
  },
  {
    name: "changed results",
    weight: 1,
    ops: ["policy.evaluate"],
    make: ({ corpus, random, steps }) => {
      const { input } = random.pick(corpus.samples("policy.evaluate"));
      const facts = input["facts"];
      if (!isObject(facts)) return input;
      const results = steps.change<Json>(facts["results"] ?? {}, fewTimes(random), random, (now, stream) => {
        const changed = changeJson(now, stream);
        return isObject(changed) && Object.values(changed).every(isObject) ? changed : now;
      });
      return { ...input, facts: { ...facts, results } };
    },
  },
];
