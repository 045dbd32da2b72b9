import { expect, test } from "vitest";
import type { Outcome } from "../adapter/outcome.ts";
import type { Vector } from "../vectors.ts";
import { resultOf } from "./result.ts";

const VECTOR: Vector = {
  id: "v",
  path: "a/b.json",
  op: "digest",
  clause: "DIGEST-1",
  why: "why",
  since: "r",
  fault: null,
  verdict: "accept",
  code: null,
  facts: { digest: "x", list: [1, { a: 1, b: 2 }] },
  input: {},
};

const answer = (facts: object, verdict: "accept" | "reject" = "accept", code: string | null = null): Outcome => ({
  kind: "answer",
  answer: { verdict, code, facts: facts as Record<string, unknown> },
});
const right = answer({ list: [1, { b: 2, a: 1 }], digest: "x" });
const crash: Outcome = { kind: "crash", detail: "ended" };
const timeout: Outcome = { kind: "timeout", detail: "slow" };
const error: Outcome = { kind: "error", message: "no" };
const skip: Outcome = { kind: "skip", feature: "f", reason: "r" };

test.each<[string, readonly (Outcome | undefined)[], object]>([
  ["a right answer", [right], { status: "pass" }],
  [
    "members that nobody declared do not count, and are left out",
    [answer({ digest: "x", list: [1, { a: 1, b: 2 }], more: 1 })],
    { status: "pass", answer: { verdict: "accept", code: null, facts: { digest: "x", list: [1, { a: 1, b: 2 }] } } },
  ],
  [
    "a missing member",
    [answer({ digest: "x" })],
    { status: "wrong-facts", answer: { verdict: "accept", code: null, facts: { digest: "x" } } },
  ],
  ["another value inside", [answer({ digest: "x", list: [1, { a: 1, b: 3 }] })], { status: "wrong-facts" }],
  [
    "another verdict, before its code",
    [answer({}, "reject", "JSON_BOM")],
    { status: "wrong-verdict", answer: { verdict: "reject", code: "JSON_BOM" } },
  ],
  ["nothing", [undefined], { status: "not-run" }],
  ["a skip", [skip], { status: "skipped", detail: "f: r" }],
  ["a skip with an issue", [{ ...skip, issue: "#1" } as Outcome], { status: "skipped", detail: "f: r (#1)" }],
  ["an error", [error], { status: "error", detail: "no" }],
  ["a crash in one of several", [right, crash, right], { status: "crash", detail: "ended" }],
  ["a crash rather than a silence", [timeout, crash], { status: "crash" }],
  ["a silence in one of several", [right, timeout], { status: "timeout", detail: "slow" }],
  ["errors each time", [error, { kind: "error", message: "also no" }], { status: "error", detail: "no" }],
  ["an answer and an error", [right, error], { status: "nondeterministic", detail: "answer, then error" }],
  ["a skip and an answer", [skip, right, right], { status: "nondeterministic", detail: "skip, then answer" }],
  ["the same each time", [right, right, right], { status: "pass" }],
  ["wrong in the same way each time", [answer({}), answer({})], { status: "wrong-facts" }],
  ["too few repetitions", [right, undefined], { status: "not-run", detail: "1 of 2 repetitions ran" }],
  ["too few repetitions, and wrong", [answer({}), undefined], { status: "wrong-facts" }],
])("%s", (_name, outcomes, expected) => {
  expect(resultOf(VECTOR, outcomes)).toMatchObject({ id: "v", op: "digest", ...expected });
});

test("answers that differ are shown once each, with what differs", () => {
  const facts = { digest: "x", list: [1, { a: 1, b: 2 }] };
  const outcomes = [
    answer({ ...facts, at: 1, more: 1 }),
    answer({ ...facts, at: 2, more: 1 }),
    answer({ ...facts, at: 1, more: 1 }),
    answer({ ...facts, more: 1 }),
  ];
  expect(resultOf(VECTOR, outcomes)).toEqual({
    id: "v",
    op: "digest",
    status: "nondeterministic",
    answer: { verdict: "accept", code: null, facts: { ...facts, at: 1 } },
    others: [
      { verdict: "accept", code: null, facts: { ...facts, at: 2 } },
      { verdict: "accept", code: null, facts },
    ],
  });
});
