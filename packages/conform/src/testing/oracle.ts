import { createHash } from "node:crypto";
import { OPS } from "../adapter/ops.ts";
import { allVectors } from "../data.ts";
import { expand, type Vector } from "../vectors.ts";

const keyOf = (op: string, input: unknown): string =>
  createHash("sha256")
    .update(`${op} ${JSON.stringify(input)}`)
    .digest("base64");

const known = new Map<string, ReadonlyMap<string, Vector>>();

/**
 * Finds the vector that an input belongs to. For tests of the runner: an adapter that answers what the vectors declare
 * is right by definition, and one that knows which case it has can be wrong wherever a test wants it to be.
 */
export const vectorOf = (op: string, input: unknown): Vector | undefined => {
  let byInput = known.get(op);
  if (byInput === undefined) {
    // Large inputs take a second to expand, and tests of the runner do not need them.
    const vectors = allVectors().filter((vector) => vector.op === op && !vector.path.startsWith("limit/"));
    byInput = new Map(vectors.map((vector) => [keyOf(op, expand(vector.input)), vector]));
    known.set(op, byInput);
  }
  return byInput.get(keyOf(op, input));
};

/** What an adapter that is always right answers. */
export const declaredAnswer = (
  op: string,
  input: unknown,
): { readonly verdict: Vector["verdict"]; readonly code: string | null; readonly facts: object } => {
  const vector = vectorOf(op, input);
  if (vector === undefined) throw new Error(`no vector has this input of ${op}`);
  const { verdict, code, facts = {} } = vector;
  return { verdict, code, facts };
};

/** A hello that declares every op. */
export const ORACLE_HELLO: Readonly<Record<string, unknown>> = {
  type: "hello",
  protocol: 1,
  implementation: { name: "oracle", version: "1.0.0", language: "TypeScript" },
  roles: ["verifier-core", "verifier-full", "kernel", "issuer"],
  revisions: ["2026-11"],
  features: OPS,
  limits: { inFlight: 1 },
};
