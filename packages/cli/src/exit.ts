import { CODES, type Code, isSettldError, SettldError } from "@settld/protocol";

/** Exit codes of every command. A crash is none of the others, so that a bug is never taken for a verdict. */
export const EXIT: {
  readonly accept: 0;
  readonly reject: 1;
  readonly usage: 2;
  readonly indeterminate: 3;
  readonly internal: 70;
  readonly brokenPipe: 141;
} = {
  accept: 0,
  reject: 1,
  /** Usage, invalid trust input, or bytes that could not be obtained. */
  usage: 2,
  indeterminate: 3,
  /** EX_SOFTWARE of sysexits.h. */
  internal: 70,
  /** What shells report for a program that SIGPIPE ended. */
  brokenPipe: 141,
};

const FATAL_INPUT: unique symbol = Symbol("settld.cli.input");

/** An error in what the user handed over apart from the bundles: always exit code 2, whatever its code. */
export function inputError(code: Code, message: string, cause?: unknown): SettldError {
  const error = new SettldError(code, message, cause === undefined ? {} : { cause });
  Object.defineProperty(error, FATAL_INPUT, { value: true });
  return error;
}

/** The exit code for an error that ends a command, or `undefined` for a bug. */
export function exitCodeOf(error: unknown): number | undefined {
  if (!isSettldError(error)) return undefined;
  if (FATAL_INPUT in error) return EXIT.usage;
  switch (CODES[error.code].verdict) {
    case "reject":
      return EXIT.reject;
    case "indeterminate":
      return EXIT.indeterminate;
    default:
      return EXIT.usage;
  }
}
