import { isSettldError, SettldError } from "@settld/protocol";

/** The SQLSTATE of an error of the database, or the code of the socket's. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);

// Classes and codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
const SERIALIZATION = new Set(["40001", "40P01"]);
// The server ends the connection, or does not take one just now.
const ENDED = /^(?:08|57P|53300)/;
// An address that nobody answers at, a name that nobody has, too many clients.
const REFUSED = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|53300)$/;
// What the driver says itself has no code.
const DRIVER = /^(?:Connection terminated|Query read timeout|timeout exceeded|Client (?:has|was) .* not queryable)/;

/** Whether other transactions were in the way, so that the same statement may succeed when it is sent again. */
export function isSerializationFailure(error: unknown): boolean {
  return SERIALIZATION.has(codeOf(error) ?? "");
}

/**
 * Whether the connection broke, or did not come about. What was sent on it may have been carried out; nobody knows.
 */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error) || isSettldError(error)) return false;
  const code = codeOf(error);
  if (code === undefined) return DRIVER.test(error.message);
  return isSqlState(code) ? ENDED.test(code) : /^E[A-Z_]+$/.test(code);
}

/** Whether a connection that was there broke, as in a failover; one that never came about is something else. */
export function isCut(error: unknown): boolean {
  const cause = isSettldError(error) ? error.cause : error;
  const code = codeOf(cause);
  if (code === undefined)
    return cause instanceof Error && /^Connection terminated(?: unexpectedly)?$/.test(cause.message);
  return isConnectionFailure(cause) && !REFUSED.test(code);
}

/** The error of a database that cannot do its work. The cause is for the operator alone (HTTP-2). */
export function unavailable(cause: unknown): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "expected the store to answer, found that it cannot just now", { cause });
}

/**
 * The error with which a store does not open. Whoever opens it is its operator, and needs to know why. The message of the
 * driver names the user and the address, never the password.
 */
export function openError(error: unknown): unknown {
  if (isSettldError(error) || !(error instanceof Error)) return error;
  const message = error.message === "" ? (codeOf(error) ?? error.name) : error.message;
  return new SettldError("HTTP_UNAVAILABLE", `expected a PostgreSQL database that can be opened, found: ${message}`, {
    cause: error,
  });
}

/** What a store that is closed answers. */
export function closed(): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "expected an open store, found one that is closed");
}

/** What a caller of the store sees of an error: faults of the database as `HTTP_UNAVAILABLE`, the rest as it is. */
export function storeError(error: unknown): unknown {
  if (isSettldError(error)) return error;
  return codeOf(error) !== undefined || isConnectionFailure(error) ? unavailable(error) : error;
}
