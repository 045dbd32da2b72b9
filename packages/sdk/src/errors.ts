import { type Code, SettldError, type SettldErrorOptions } from "@settld/protocol";
import type { Problem } from "./gen/api.ts";

/** What a {@link SettldApiError} carries besides code and message. */
export type SettldApiErrorOptions = SettldErrorOptions & {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly problem?: Problem | undefined;
  readonly retryable: boolean;
  readonly headers?: Headers | undefined;
};

/**
 * A request that did not succeed: the server refused it (then there are a status and a problem document), or no answer
 * arrived (then there is no status, and the code is `HTTP_UNAVAILABLE` or, after a timeout, `HTTP_TIMEOUT`).
 * Decide by `code`; it is stable across releases.
 */
export class SettldApiError extends SettldError {
  /** Status of the answer; undefined when none arrived. */
  readonly status: number | undefined;
  /** Id of the request in the server's log, for whoever runs it. */
  readonly requestId: string | undefined;
  /** The problem document, when the server sent one (RFC 9457). */
  readonly problem: Problem | undefined;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** Headers of the answer. */
  readonly headers: Headers | undefined;
  /** How often the request was sent. */
  attempts = 1;

  constructor(code: Code, message: string, options: SettldApiErrorOptions) {
    super(code, message, options);
    this.name = "SettldApiError";
    this.status = options.status;
    this.requestId = options.requestId;
    this.problem = options.problem;
    this.retryable = options.retryable;
    this.headers = options.headers;
  }
}

/**
 * An answer that does not hold: a signature, a chain, a sum or a statement in it is wrong. The code is the one that
 * the verifier has for it. Do not retry; keep the answer, it may be evidence against the server.
 */
export class SettldVerificationError extends SettldError {
  /** What was asked, as the API document names the operation. */
  readonly operation: string;
  /** The answer as it arrived: JSON, bytes, or undefined for one without a body. */
  readonly answer: unknown;
  /** Id of the request as the server stated it. */
  readonly requestId: string | undefined;

  constructor(
    code: Code,
    message: string,
    options: SettldErrorOptions & {
      readonly operation: string;
      readonly answer: unknown;
      readonly requestId: string | undefined;
    },
  ) {
    super(code, message, options);
    this.name = "SettldVerificationError";
    this.operation = options.operation;
    this.answer = options.answer;
    this.requestId = options.requestId;
  }
}

/** Tells whether a caught value is a refusal, or the lack of an answer, with one of some codes. */
export function isApiError(error: unknown, ...codes: readonly Code[]): error is SettldApiError {
  return error instanceof SettldApiError && (codes.length === 0 || codes.includes(error.code));
}
