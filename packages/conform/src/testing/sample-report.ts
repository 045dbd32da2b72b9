import { REVISION, URI_BASE } from "@settld/protocol";
import { allVectors, requirements, vectorsDigest } from "../data.ts";
import type { AdapterHello } from "../gen/types.ts";
import { judge } from "../judge.ts";
import type { Vectors } from "../report/recheck.ts";
import type { CaseResult, ConformanceReport } from "../report/report.ts";
import { conclude } from "../run/conclude.ts";
import type { Vector } from "../vectors.ts";

/** Every vector of the repository, sorted by id. */
export const VECTORS: readonly Vector[] = allVectors();

const BY_ID: ReadonlyMap<string, Vector> = new Map(VECTORS.map((vector) => [vector.id, vector]));

/** What formats may look up, from the vectors of the repository. */
export const CONTEXT: Vectors = {
  vector: (id) => BY_ID.get(id),
  requirements: requirements(),
  all: VECTORS,
  digest: vectorsDigest(),
};

/** A hello that declares every op. */
export const HELLO: AdapterHello = {
  type: "hello",
  protocol: 1,
  implementation: { name: "settld-go", version: "0.3.1", language: "Go", url: "https://example.com/settld-go" },
  roles: ["verifier-core", "kernel"],
  revisions: [REVISION],
  features: [...new Set(VECTORS.map(({ op }) => op))].sort(),
};

/** What a case would be for an implementation that answers as declared. */
export const passing = ({ id, op, verdict, code, facts }: Vector): CaseResult => ({
  id,
  op,
  status: "pass",
  answer: { verdict, code, ...(facts === undefined ? {} : { facts }) },
});

/** A case with an answer, judged exactly. */
export const answered = (vector: Vector, answer: NonNullable<CaseResult["answer"]>): CaseResult => ({
  id: vector.id,
  op: vector.op,
  status: judge(vector, answer, "code"),
  answer,
});

/** What is special about a run. */
export type SampleRun = Partial<Pick<ConformanceReport, "adapter" | "baseline" | "stopped" | "stderr" | "options">>;

/** A report of a run whose cases are made by `caseOf`; profiles, conclusion and exit code follow from them. */
export const sampleReport = (
  caseOf: (vector: Vector) => CaseResult = passing,
  { adapter, baseline = null, stopped = null, stderr = "", options }: SampleRun = {},
  cases: readonly CaseResult[] = VECTORS.map(caseOf),
): ConformanceReport => {
  const used = adapter ?? { via: "cmd:./settld-adapter --strict", hello: HELLO };
  const asked = options ?? { profiles: [], filters: [], repeat: 1, seed: 0 };
  return {
    schema: `${URI_BASE}schemas/conformance-report.schema.json`,
    revision: REVISION,
    kit: { name: "settld-conform", version: "0.1.0" },
    vectors: { digest: CONTEXT.digest, total: VECTORS.length },
    adapter: used,
    options: asked,
    cases,
    baseline,
    stopped,
    stderr,
    ...conclude({
      hello: used.hello,
      cases,
      vector: CONTEXT.vector,
      requirements: CONTEXT.requirements,
      asked: asked.profiles,
      filtered: asked.filters.length > 0,
      baseline,
      stopped: stopped !== null,
    }),
  };
};

/** An implementation with some typical mistakes. */
export const faultyCase = (vector: Vector): CaseResult => {
  const { id, op, code, facts } = vector;
  if (id === "money-negative" || id === "money-plus") return answered(vector, { verdict: "accept", code: null });
  if (id === "forged-under-small-order-key") return answered(vector, { verdict: "accept", code: null });
  if (code === "JSON_DUPLICATE_NAME") return answered(vector, { verdict: "reject", code: "JSON_SYNTAX" });
  if (vector.path === "policy/payouts.json" && facts !== undefined && id.includes("round")) {
    return answered(vector, { verdict: "accept", code: null, facts: { ...facts, gross: "1" } });
  }
  if (
    op === "log.reduce" &&
    vector.verdict === "accept" &&
    vector.path === "money/settlement.json" &&
    facts !== undefined
  ) {
    const balances = { ...(facts["balances"] as Record<string, string>), escrow: "17" };
    return answered(vector, { verdict: "accept", code: null, facts: { ...facts, balances } });
  }
  if (id === "limit-events-1024") return { id, op, status: "timeout", detail: "no answer for 60000 ms" };
  if (vector.path === "limit/json.json")
    return { id, op, status: "crash", detail: "ended with exit code 134 (SIGABRT)" };
  if (op === "dsse.verify") return { id, op, status: "not-applicable" };
  if (id === "ed25519-empty-message") return { id, op, status: "error", detail: "crypto: no such algorithm" };
  return passing(vector);
};
