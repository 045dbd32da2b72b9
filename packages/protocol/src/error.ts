import type { Code } from "./gen/codes.ts";

/** What a {@link SettldError} carries besides its message. */
export type SettldErrorOptions = {
  /** JSON Pointer (RFC 6901) into the offending document, when there is one. */
  readonly pointer?: string;
  /** Byte or character offset into the input, when it could not be parsed that far. */
  readonly offset?: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
};

/**
 * The one operational error of every Settld package: bad bytes, a broken rule, a limit.
 * Misuse of an API is a `TypeError`; a broken invariant is a plain `Error` and means a bug.
 */
export class SettldError extends Error {
  /** Registry code, stable across releases; `settld explain CODE` describes it. */
  readonly code: Code;
  readonly pointer: string | undefined;
  readonly offset: number | undefined;

  constructor(code: Code, message: string, options: SettldErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SettldError";
    this.code = code;
    this.pointer = options.pointer;
    this.offset = options.offset;
  }
}

// A brand instead of `instanceof` alone: two copies of the package may be loaded in one process.
const BRAND = Symbol.for("settld.error");
Object.defineProperty(SettldError.prototype, BRAND, { value: true });

/** Tells whether a caught value is a {@link SettldError}, also one from another copy of the package. */
export function isSettldError(value: unknown): value is SettldError {
  return typeof value === "object" && value !== null && BRAND in value;
}
