// src/exit.ts
import { CODES, isSettldError, SettldError } from "@settld/protocol";
var EXIT = {
  accept: 0,
  reject: 1,
  /** Usage, invalid trust input, or bytes that could not be obtained. */
  usage: 2,
  indeterminate: 3,
  /** EX_SOFTWARE of sysexits.h. */
  internal: 70,
  /** What shells report for a program that SIGPIPE ended. */
  brokenPipe: 141
};
var FATAL_INPUT = /* @__PURE__ */ Symbol("settld.cli.input");
function inputError(code, message, cause) {
  const error = new SettldError(code, message, cause === void 0 ? {} : { cause });
  Object.defineProperty(error, FATAL_INPUT, { value: true });
  return error;
}
function exitCodeOf(error) {
  if (!isSettldError(error)) return void 0;
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
function isSystemError(error) {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}
var REASONS = {
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
  EMFILE: "too many open files"
};
function reasonOf(error) {
  const code = error.code ?? "unknown error";
  const reason = REASONS[code];
  return reason === void 0 ? code : `${reason} (${code})`;
}

export {
  EXIT,
  inputError,
  exitCodeOf,
  isSystemError,
  reasonOf
};
//# sourceMappingURL=chunk-QAFWPTKF.js.map