import type { Code } from "@settld/protocol";

/** Why an event does not fit its log: a verdict, not an exception. */
export type Rejection = {
  readonly code: Code;
  /** JSON Pointer into the payload, empty for the payload as a whole. */
  readonly pointer: string;
  /** What was expected and what was found, for people. */
  readonly message: string;
};

/** Builds a {@link Rejection} that says what was expected and what was found. */
export function mismatch(code: Code, pointer: string, expected: unknown, found: unknown): Rejection {
  return { code, pointer, message: `${pointer}: expected ${show(expected)}, found ${show(found)}` };
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
