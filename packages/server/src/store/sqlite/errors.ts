import { isSettldError, SettldError } from "@settld/protocol";

// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
const BUSY = 5;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;

/** The primary result code when the error comes from SQLite. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  // The bytes above the first say more, but not what to do.
  return error.errcode & 0xff;
}

/** Whether another connection holds what is needed. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** Whether an error is the fault of one statement, so that others of the same transaction may go on. */
export function isStatementFault(error: unknown): boolean {
  const code = resultCode(error);
  return code === undefined || code === CONSTRAINT || code === MISMATCH || code === TOO_BIG;
}

/**
 * The error of a store that cannot do its work: a full disk, a file that is gone, another process in the way. Its message
 * goes to whoever asked, and says nothing of the inside of the server (HTTP-2); the cause is for the operator.
 */
export function unavailable(cause: unknown): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "expected the store to answer, found that it cannot just now", { cause });
}

/** What a store that is closed answers. */
export function closed(): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "expected an open store, found one that is closed");
}

/** What a caller of the store sees of an error: faults of the machine as `HTTP_UNAVAILABLE`, the rest as it is. */
export function storeError(error: unknown): unknown {
  return isSettldError(error) || isStatementFault(error) ? error : unavailable(error);
}
