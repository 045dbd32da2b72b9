import { randomBytes } from "node:crypto";
import { CODES, type Code, type Envelope, isSettldError, SettldError, URI_BASE } from "@settld/protocol";

/** A problem document (RFC 9457) as every refusal of the server has it (HTTP-2). */
export type Problem = {
  /** The registry's URI of the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Expected, found, where. */
  readonly detail: string;
  readonly code: Code;
  readonly clause: string;
  /** Whether the same request can succeed later. */
  readonly retryable: boolean;
  /** Id of the request, as in the server's log. */
  readonly request: string;
  /** JSON Pointer into the body or payload, when a place is known. */
  readonly pointer?: string;
  /** The signed tombstone of evidence that was purged (STORE-12). */
  readonly tombstone?: Envelope;
};

const POINTER_MAX = 256;

// Seconds that a client waits before it repeats a request which says so.
const RETRY_AFTER_SECONDS = 1;

const ID_BYTES = 12;

// Chance for many ids at once, because asking for it costs the same for a few bytes as for many.
let chance: Buffer = Buffer.alloc(0);

/** A new id of a request (HTTP-10). */
export function newRequestId(): string {
  if (chance.length < ID_BYTES) chance = randomBytes(ID_BYTES * 256);
  const id = chance.toString("base64url", 0, ID_BYTES);
  chance = chance.subarray(ID_BYTES);
  return `req_${id}`;
}

/** The problem document of a refusal. */
export function problemOf(refusal: SettldError, request: string): Problem {
  const { code, message, pointer } = refusal;
  const { tombstone } = refusal as { readonly tombstone?: Envelope };
  const { clause, httpStatus, retryable, summary } = CODES[code];
  return {
    type: `${URI_BASE}codes/${code}`,
    title: summary,
    status: httpStatus,
    detail: message,
    code,
    clause,
    retryable,
    request,
    // Of names that somebody made up, a pointer can be longer than any place is.
    ...(pointer === undefined || pointer.length > POINTER_MAX ? {} : { pointer }),
    ...(tombstone === undefined ? {} : { tombstone }),
  };
}

/** What a caller is told of an error: a refusal as it is, a fault of the server without its inside. */
export function refusalOf(error: unknown): SettldError {
  if (isSettldError(error)) return error;
  return new SettldError("HTTP_INTERNAL", "the server has a fault; its operator finds it by the request id");
}

/** The response that carries a problem document. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const retry = problem.status === 429 || problem.status === 503;
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      ...(problem.status === 401 ? { "www-authenticate": 'Bearer realm="settld"' } : {}),
      ...(retry ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
      ...headers,
    },
  });
}
