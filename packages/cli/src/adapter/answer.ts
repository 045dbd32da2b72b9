import { base64Decode, CODES, type Code, isSettldError } from "@settld/protocol";

/** The input of an op: members by name, bytes in base64, as `adapter.schema.json` lists them for each op. */
// biome-ignore lint/suspicious/noExplicitAny: the schema says what is in an input, by op.
export type Input = Readonly<Record<string, any>>;

/** What an op found. `pointer` and `index` are for people and not part of conformance. */
export type Answer = {
  readonly verdict: "accept" | "reject" | "indeterminate";
  readonly code: string | null;
  readonly pointer?: string | undefined;
  readonly index?: number | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
};

/** An accept with what was recomputed. */
export const accept = (facts: Answer["facts"] = {}): Answer => ({ verdict: "accept", code: null, facts });

/** A refusal by a code, with the verdict that the registry gives it. */
export const refuse = (code: Code, pointer?: string, index?: number, facts: Answer["facts"] = {}): Answer => ({
  verdict: CODES[code].verdict === "indeterminate" ? "indeterminate" : "reject",
  code,
  pointer,
  index,
  facts,
});

/**
 * The bytes of an input. Base64 that is wrong here is a fault of whoever sent the case, and no verdict.
 *
 * @throws TypeError when it is no text in base64.
 */
export const bytesOf = (field: unknown): Uint8Array => {
  if (typeof field !== "string") throw new TypeError(`expected bytes in base64, found ${typeof field}`);
  try {
    return base64Decode(field);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw new TypeError(`expected bytes in base64: ${error.message}`);
  }
};
