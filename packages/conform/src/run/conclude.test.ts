import { REVISION } from "@settld/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OPS } from "../adapter/ops.ts";
import { allVectors, requirements } from "../data.ts";
import type { AdapterHello } from "../gen/types.ts";
import type { CaseResult, CaseStatus } from "../report/report.ts";
import { ofProfile, PROFILES, type ProfileName } from "../requirements.ts";
import { type Conclusion, conclude, type Findings } from "./conclude.ts";

const ALL = allVectors();
const BY_ID = new Map(ALL.map((vector) => [vector.id, vector]));
const REQUIRED = requirements();

const hello = (roles: readonly ProfileName[], features: readonly string[] = OPS): AdapterHello => ({
  type: "hello",
  protocol: 1,
  implementation: { name: "x", version: "1" },
  roles,
  revisions: [REVISION],
  features,
});

const passing: readonly CaseResult[] = ALL.map(({ id, op, verdict, code, facts }) => ({
  id,
  op,
  status: "pass",
  answer: { verdict, code, ...(facts === undefined ? {} : { facts }) },
}));

const withStatus = (status: CaseStatus, ...ids: readonly string[]): CaseResult[] =>
  passing.map(({ id, op, answer }) =>
    ids.includes(id) ? { id, op, status } : { id, op, status: "pass", answer: answer ?? never() },
  );

const never = (): never => {
  throw new Error("every passing case has an answer");
};

const judged = (changes: Partial<Findings>): Conclusion =>
  conclude({
    hello: hello(PROFILES),
    cases: passing,
    vector: (id) => BY_ID.get(id),
    requirements: REQUIRED,
    asked: [],
    filtered: false,
    baseline: null,
    stopped: false,
    ...changes,
  });

const scoredBy = (name: ProfileName): readonly string[] => ofProfile(REQUIRED.profiles, name).scored;
const KERNEL_ID = scoredBy("kernel").find((id) => !scoredBy("verifier-full").includes(id)) ?? never();

test("every scored vector passes: every profile conforms", () => {
  const { profiles, ...rest } = judged({});
  expect(rest).toEqual({ conclusion: "conforms", exitCode: 0 });
  for (const name of PROFILES) {
    const { length } = scoredBy(name);
    expect(profiles[name]).toEqual({ claimed: true, status: "conforms", scored: length, passed: length, missing: [] });
  }
});

test("one failure of any kind in any scored vector is enough", () => {
  const scored = [...new Set(PROFILES.flatMap(scoredBy))];
  const failures = fc.constantFrom<CaseStatus>(
    "wrong-verdict",
    "wrong-code",
    "wrong-facts",
    "skipped",
    "error",
    "crash",
    "timeout",
    "nondeterministic",
    "not-applicable",
  );
  fc.assert(
    fc.property(fc.constantFrom(...scored), failures, (id, status) => {
      const { conclusion, exitCode, profiles } = judged({ cases: withStatus(status, id) });
      expect({ conclusion, exitCode }).toEqual({ conclusion: "fails", exitCode: 1 });
      for (const name of PROFILES)
        expect(profiles[name]?.status).toBe(scoredBy(name).includes(id) ? "fails" : "conforms");
    }),
    { numRuns: 50 },
  );
});

test("only profiles that are claimed, or else complete, or asked for, decide", () => {
  const cases = withStatus("wrong-verdict", KERNEL_ID);
  expect(judged({ cases, hello: hello(["verifier-full"]) }).conclusion).toBe("conforms");
  expect(judged({ cases, hello: hello(["verifier-full", "kernel"]) }).conclusion).toBe("fails");
  expect(judged({ cases, hello: hello([]) }).conclusion).toBe("fails");
  expect(
    judged({
      cases,
      hello: hello(
        [],
        OPS.filter((op) => op !== "ledger.replay"),
      ),
    }).conclusion,
  ).toBe("conforms");
  expect(judged({ cases, asked: ["verifier-full"] }).conclusion).toBe("conforms");
  expect(judged({ cases, hello: hello(["verifier-full"]), asked: ["kernel"] }).conclusion).toBe("fails");
});

test("a claim without an op of its profile fails", () => {
  const features = OPS.filter((op) => op !== "ledger.replay");
  const without = passing.map(
    ({ id, op, answer }): CaseResult =>
      op === "ledger.replay"
        ? { id, op, status: "not-applicable" }
        : { id, op, status: "pass", answer: answer ?? never() },
  );
  const { conclusion, profiles } = judged({ cases: without, hello: hello(["kernel"], features) });
  expect(conclusion).toBe("fails");
  expect(profiles.kernel).toMatchObject({ claimed: true, status: "fails", missing: ["ledger.replay"] });
  expect(profiles.issuer).toMatchObject({ claimed: false, status: "conforms" });
});

test("nothing that counts was executed: inconclusive, whatever else ran", () => {
  const outside = passing.filter(({ id }) => !scoredBy("kernel").includes(id));
  for (const findings of [
    { cases: [], filtered: true },
    { cases: outside, filtered: true, hello: hello(["kernel"]) },
    { cases: withStatus("not-applicable", ...ALL.map(({ id }) => id)) },
    { hello: null, cases: [] },
    // No profile is complete and none is claimed.
    { hello: hello([], ["digest"]) },
  ]) {
    expect(judged(findings)).toMatchObject({ conclusion: "inconclusive", exitCode: 4 });
  }
});

test("a filter, a shard or an early end never leads to conforms", () => {
  const half = passing.filter((_, at) => at % 2 === 0);
  expect(judged({ cases: half, filtered: true })).toMatchObject({ conclusion: "partial", exitCode: 0 });
  // A filter that lets everything through is one all the same.
  expect(judged({ filtered: true })).toMatchObject({ conclusion: "partial", exitCode: 0 });
  expect(judged({ cases: withStatus("not-run", KERNEL_ID) })).toMatchObject({
    conclusion: "inconclusive",
    exitCode: 4,
  });
  expect(judged({ stopped: true })).toMatchObject({ conclusion: "broken", exitCode: 3 });
});

test("a known failure does not fail the run, and the profile does not conform", () => {
  const cases = withStatus("crash", KERNEL_ID);
  const known = { known: [KERNEL_ID], stale: [] };
  const { conclusion, exitCode, profiles } = judged({ cases, baseline: known });
  expect({ conclusion, exitCode }).toEqual({ conclusion: "partial", exitCode: 0 });
  const { status, passed, scored } = ofProfile(profiles, "kernel");
  expect({ status, passed }).toEqual({ status: "partial", passed: scored - 1 });
  const stale = { known: [], stale: [{ id: KERNEL_ID, why: "expected crash, found pass" }] };
  expect(judged({ baseline: stale })).toMatchObject({ conclusion: "fails", exitCode: 1 });
});

test("on the scale of categories a wrong code of the category passes, but not with wrong facts", () => {
  const required = ofProfile(REQUIRED.profiles, "verifier-core");
  expect(required.scale).toBe("category");
  const id = "json-bom";
  const other = (code: string): CaseResult[] =>
    passing.map((result) =>
      result.id === id ? { id, op: result.op, status: "wrong-code", answer: { verdict: "reject", code } } : result,
    );
  const core = hello(["verifier-core"]);
  expect(judged({ cases: other("JSON_SYNTAX"), hello: core }).conclusion).toBe("conforms");
  expect(judged({ cases: other("LEDGER_UNBALANCED"), hello: core }).conclusion).toBe("fails");
  expect(judged({ cases: other("NO_SUCH_CODE"), hello: core }).conclusion).toBe("fails");
  expect(judged({ cases: other("JSON_SYNTAX"), hello: hello(["verifier-full"]) }).conclusion).toBe("fails");
});
