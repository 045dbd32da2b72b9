import type { Code } from "@settld/protocol";
import { SettldApiError } from "../errors.ts";
import type { Problem } from "../gen/api.ts";
import { readJson } from "../json.ts";
import type { Platform } from "../platform.ts";
import { backoff, retryAfter } from "./retry.ts";

/** What every request can be given. */
export type RequestOptions = {
  /** Stops the request; the promise rejects with the signal's reason. What was sent may still have had its effect. */
  readonly signal?: AbortSignal;
  /** How long one try may take, in milliseconds. */
  readonly timeout?: number;
  /** How long all tries together may take, with the waits between them, in milliseconds. */
  readonly totalTimeout?: number;
  /** How often to try again. 0 for never. */
  readonly maxRetries?: number;
};

/** What a request that changes something can be given. */
export type WriteOptions = RequestOptions & {
  /**
   * Makes a request of your own choosing the same request when you repeat it, also from another process: 1 to 255
   * printable ASCII characters. Without it each call draws one, and keeps it over its retries.
   */
  readonly idempotencyKey?: string;
};

/** What a request that changes an agreement can be given. */
export type AgreementOptions = WriteOptions & {
  /** Carried out only while the agreement has this number of events; else `HTTP_PRECONDITION_FAILED` (HTTP-8). */
  readonly ifEvents?: number;
};

/** Every option of a call by its name. */
export const CALL_OPTIONS: readonly (keyof AgreementOptions)[] = [
  "signal",
  "timeout",
  "totalTimeout",
  "maxRetries",
  "idempotencyKey",
  "ifEvents",
];

/** Told of every try, for logs and traces. */
export type RequestRecord = {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
  /** undefined when no answer arrived. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** The code of the refusal. */
  readonly code: string | undefined;
  /** Whether the answer is that of an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
};

/** One request, ready to be sent as often as necessary. */
export type Exchange = {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Blob | undefined;
  readonly read: "json" | "bytes" | "stream" | "none";
  /** Whether sending it twice has one effect at most, so that it may be repeated when no answer arrived. */
  readonly repeatable: boolean;
};

/** An answer with its body read. */
export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: typed by the operation, one layer up.
  readonly body: any;
  /** How often the request was sent. */
  readonly attempts: number;
};

/** How a transport behaves when a request does not say. */
export type TransportOptions = Required<Omit<RequestOptions, "signal">> & {
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
};

// What a status means when there is no problem document: an intermediary answered, not the server.
const CODE_OF_STATUS: Readonly<Record<number, Code>> = {
  401: "HTTP_UNAUTHENTICATED",
  403: "HTTP_FORBIDDEN",
  404: "HTTP_NOT_FOUND",
  410: "STORE_EVIDENCE_PURGED",
  405: "HTTP_METHOD",
  408: "HTTP_TIMEOUT",
  413: "HTTP_TOO_LARGE",
  415: "HTTP_MEDIA_TYPE",
  429: "HTTP_RATE_LIMITED",
  500: "HTTP_INTERNAL",
};
const RETRIED_STATUS: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Sends requests, reads answers whole, and tries again where that is safe. */
export class Transport {
  readonly #platform: Platform;
  readonly #options: TransportOptions;

  constructor(platform: Platform, options: TransportOptions) {
    this.#platform = platform;
    this.#options = options;
  }

  /** Sends a request until it is answered, refused for good, or out of tries or time. */
  async send(exchange: Exchange, options: RequestOptions): Promise<Reply> {
    const { maxRetries = this.#options.maxRetries, totalTimeout = this.#options.totalTimeout } = options;
    const run = async (signal: AbortSignal): Promise<Reply> => {
      for (let attempt = 1; ; attempt += 1) {
        const fault = await this.#try(exchange, options, attempt, signal);
        if (!(fault instanceof SettldApiError)) return fault;
        fault.attempts = attempt;
        if (attempt > maxRetries || !mayRepeat(exchange, fault)) throw fault;
        const { headers } = fault;
        const asked = retryAfter(
          headers?.get("retry-after") ?? null,
          headers?.get("date") ?? null,
          this.#platform.now(),
        );
        // Waiting for longer than there is time would only hide the reason.
        if (asked !== undefined && asked > totalTimeout) throw fault;
        await this.#platform.sleep(backoff(attempt, this.#platform.random, asked), signal).catch(() => {
          throw options.signal?.aborted === true ? options.signal.reason : fault;
        });
      }
    };
    try {
      return await within(totalTimeout, options.signal, run);
    } catch (error) {
      throw error instanceof Late ? unanswered(exchange, error) : error;
    }
  }

  async #try(
    exchange: Exchange,
    options: RequestOptions,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Reply | SettldApiError> {
    const { operation, method, url } = exchange;
    const note = (reply: Reply | undefined, fault: SettldApiError | undefined): void =>
      this.#options.onRequest?.({
        operation,
        method,
        url,
        attempt,
        status: reply?.status ?? fault?.status,
        requestId: reply?.requestId ?? fault?.requestId,
        code: fault?.code,
        replayed: reply?.headers.get("idempotency-replayed") === "true",
      });
    try {
      const { timeout = this.#options.timeout } = options;
      const reply = await within(timeout, signal, (own) => this.#once(exchange, own, attempt));
      note(reply, undefined);
      return reply;
    } catch (error) {
      if (signal.aborted && !(error instanceof SettldApiError)) throw error;
      const fault = error instanceof SettldApiError ? error : unanswered(exchange, error);
      note(undefined, fault);
      return fault;
    }
  }

  async #once(exchange: Exchange, signal: AbortSignal, attempts: number): Promise<Reply> {
    const { method, url, headers, body, read } = exchange;
    const response = await this.#platform.fetch(url, {
      method,
      headers,
      // A redirect would carry the API key to wherever the server points.
      redirect: "error",
      signal,
      ...(body === undefined ? {} : { body: body as BodyInit }),
    });
    const requestId = response.headers.get("settld-request") ?? undefined;
    if (!response.ok) throw await refusal(exchange, response, requestId);
    const shared = { status: response.status, headers: response.headers, requestId, attempts };
    if (read === "none") return { ...shared, body: undefined };
    if (read === "stream") return { ...shared, body: response.body };
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (read === "bytes") return { ...shared, body: bytes };
    try {
      return { ...shared, body: readJson(bytes) };
    } catch (cause) {
      // An answer that breaks off looks like this as well, so the request may be repeated.
      throw new SettldApiError("HTTP_BODY", `${method} ${url}: expected JSON in the answer, found none`, {
        status: response.status,
        requestId,
        retryable: true,
        headers: response.headers,
        cause,
      });
    }
  }
}

function mayRepeat({ repeatable }: Exchange, { code, status, retryable, problem }: SettldApiError): boolean {
  if (status === undefined || status < 300) return repeatable;
  // The only conflict that time alone resolves: the first request with this key is still running.
  if (status === 409) return code === "HTTP_IDEMPOTENCY_IN_FLIGHT";
  if (!RETRIED_STATUS.includes(status) || !retryable) return false;
  // A refusal has no effect (HTTP-7); what an intermediary says may stand for anything.
  return repeatable || (problem !== undefined && (status === 429 || status === 503));
}

async function refusal(
  { method, url }: Exchange,
  response: Response,
  requestId: string | undefined,
): Promise<SettldApiError> {
  const { status, headers } = response;
  const text = await response.text();
  const problem = /^application\/problem\+json\b/.test(headers.get("content-type") ?? "")
    ? readProblem(text)
    : undefined;
  const fallback: Code = CODE_OF_STATUS[status] ?? (status >= 500 ? "HTTP_UNAVAILABLE" : "HTTP_BODY");
  return new SettldApiError(
    // A newer server may have codes that this release does not know.
    (problem?.code as Code | undefined) ?? fallback,
    problem?.detail ?? `${method} ${url}: answered with status ${status}`,
    {
      status,
      requestId: problem?.request ?? requestId,
      problem,
      retryable: problem?.retryable ?? RETRIED_STATUS.includes(status),
      headers,
      ...(problem?.pointer === undefined ? {} : { pointer: problem.pointer }),
    },
  );
}

function readProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem = typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";
    return isProblem ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function unanswered({ method, url }: Exchange, cause: unknown): SettldApiError {
  const late = cause instanceof Late;
  // What happened to the socket stands behind the "fetch failed" of some runtimes.
  const { code, message } = Object(Object(cause).cause ?? cause);
  const why = late ? ` within ${cause.ms} ms, found none` : `, found none: ${code ?? message}`;
  const reason = `expected an answer${why}`;
  return new SettldApiError(late ? "HTTP_TIMEOUT" : "HTTP_UNAVAILABLE", `${method} ${url}: ${reason}`, {
    retryable: true,
    cause,
  });
}

class Late extends Error {
  readonly ms: number;

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "TimeoutError";
    this.ms = ms;
  }
}

/** Runs something under a signal that is aborted by another one or after a time. */
async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const stop = (): void => own.abort(outer?.reason);
  if (outer?.aborted === true) throw outer.reason;
  outer?.addEventListener("abort", stop, { once: true });
  const late = new Late(ms);
  const timer = Number.isFinite(ms) ? setTimeout(() => own.abort(late), ms) : undefined;
  try {
    return await run(own.signal);
  } catch (error) {
    // What a fetch throws when it is aborted differs by runtime; the reason does not.
    throw own.signal.aborted && !(error instanceof SettldApiError) ? own.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}
