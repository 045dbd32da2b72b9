import { expect, test } from "vitest";
import type { Outcome } from "../adapter/outcome.ts";
import { compareOutcomes, groupOf } from "./compare.ts";

const accept = (facts?: object): Outcome => ({
  kind: "answer",
  answer: {
    verdict: "accept",
    code: null,
    ...(facts === undefined ? {} : { facts: facts as Record<string, unknown> }),
  },
});
const reject = (code: string): Outcome => ({ kind: "answer", answer: { verdict: "reject", code } });
const crash: Outcome = { kind: "crash", detail: "exit code 1" };
const skip: Outcome = { kind: "skip", feature: "digest", reason: "no" };
const error: Outcome = { kind: "error", message: "no" };

test.each<[string, Outcome, Outcome]>([
  ["equal accepts", accept({ a: 1, b: [{ c: 2, d: 3 }] }), accept({ b: [{ d: 3, c: 2 }], a: 1 })],
  ["facts that only one gives", accept({ a: 1 }), accept({ b: 2 })],
  ["no facts at all", accept(), accept({ b: 2 })],
  ["equal rejections", reject("JSON_SYNTAX"), reject("JSON_SYNTAX")],
  ["two skips", skip, skip],
  ["two failures, because neither answers", crash, error],
])("no difference: %s", (_what, one, other) => {
  expect(compareOutcomes(one, other)).toBeUndefined();
});

test.each<[string, Outcome, Outcome, string]>([
  ["verdict", accept(), reject("JSON_SYNTAX"), "op: accept / JSON_SYNTAX"],
  ["code", reject("JSON_UTF8"), reject("JSON_SYNTAX"), "op: JSON_UTF8 / JSON_SYNTAX"],
  ["a fact", accept({ a: 1, b: 2, c: 3 }), accept({ a: 1, b: 3, c: 4 }), "op: accept / accept, b"],
  ["the order in a list", accept({ a: [1, 2] }), accept({ a: [2, 1] }), "op: accept / accept, a"],
  ["null and nothing in it", accept({ a: null }), accept({ a: {} }), "op: accept / accept, a"],
  ["a crash", accept(), crash, "op: accept / crash"],
  ["a skip", skip, accept(), "op: skip / accept"],
  ["a skip of the other", reject("JSON_SYNTAX"), skip, "op: JSON_SYNTAX / skip"],
  ["an error against a verdict", error, reject("JSON_SYNTAX"), "op: error / JSON_SYNTAX"],
])("a difference: %s", (_what, one, other, group) => {
  const found = compareOutcomes(one, other);
  expect(found === undefined ? undefined : groupOf("op", found)).toBe(group);
});
