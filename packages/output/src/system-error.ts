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
  EADDRINUSE: "another program listens there",
  EADDRNOTAVAIL: "it is no address of this machine",
  ENOTFOUND: "no such host",
};

/** Says in words what the system reported. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? "unknown error";
  const reason = REASONS[code];
  return reason === undefined ? code : `${reason} (${code})`;
}
