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

/** An error that the system reported, such as ENOENT: it concerns what was asked for, not this program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "it exists already",
  ENOTEMPTY: "it is not empty",
  ENOSPC: "no space left",
  EROFS: "the file system is read-only",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
};

/** Says in words what the system reported. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? "unknown error";
  const reason = REASONS[code];
  return reason === undefined ? code : `${reason} (${code})`;
}
