/**
 * Traces by OpenTelemetry's API alone: without an SDK in the process nothing of this happens. Attributes never hold
 * secrets, bodies, or ids of parties and tenants; a trace is read by more people than a ledger is.
 */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  propagation,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isSettldError } from "@settld/protocol";

// Asked for each time, because a program may register its SDK later. The API hands out one that does nothing till then.
const tracer = (): Tracer => trace.getTracer("@settld/server");

/** What a request did, as its span says it in the end. */
export type ServedRequest = { readonly route: string | undefined; readonly status: number; readonly code?: string };

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

// Any other method is somebody's text, and would make names without end.
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Id of the trace that a request belongs to: that of its span, or what `traceparent` says when nobody records. */
export function traceIdOf(span: Span | undefined, traceparent: string | null): string | undefined {
  const own = span?.spanContext();
  if (own !== undefined && isSpanContextValid(own)) return own.traceId;
  const found = TRACEPARENT.exec(traceparent ?? "")?.[1];
  return found === undefined || /^0+$/.test(found) ? undefined : found;
}

/** Runs the answering of a request in its server span, as a child of the caller's by W3C `traceparent`. */
export async function inServerSpan<T>(
  request: Request,
  work: (span: Span) => Promise<{ readonly answer: T; readonly served: ServedRequest }>,
): Promise<T> {
  const method = METHODS.has(request.method) ? request.method : "_OTHER";
  const parent: Context = propagation.extract(context.active(), request.headers, {
    get: (headers, name) => headers.get(name) ?? undefined,
    keys: (headers) => [...headers.keys()],
  });
  const span = tracer().startSpan(
    method,
    { kind: SpanKind.SERVER, attributes: { "http.request.method": method, "url.scheme": "http" } },
    parent,
  );
  try {
    const { answer, served } = await context.with(trace.setSpan(parent, span), () => work(span));
    const { route, status, code } = served;
    if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute("http.route", route);
    span.setAttribute("http.response.status_code", status);
    if (code !== undefined) span.setAttribute("error.type", code);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    return answer;
  } finally {
    span.end();
  }
}

/** Runs work on something else, a store or a signer, in a span below the present one; without one, it just runs. */
export function inChildSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const active = trace.getActiveSpan();
  if (active === undefined || !active.isRecording()) return work();
  return inSpan(tracer().startSpan(name, { kind: SpanKind.CLIENT, attributes }), work);
}

/**
 * Runs work that nobody waits for in a trace of its own, linked to the request that caused it when that was in this
 * process.
 *
 * @param cause - id of the agreement, command or delivery, under which {@link noteCause} may have written it down.
 */
export function inBackground<T>(
  name: string,
  cause: string | undefined,
  work: () => Promise<T>,
  attributes: Attributes = {},
): Promise<T> {
  const known = cause === undefined ? undefined : causes.get(cause);
  const links: Link[] = known === undefined ? [] : [{ context: known }];
  return inSpan(tracer().startSpan(name, { root: true, kind: SpanKind.INTERNAL, links, attributes }), work);
}

async function inSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    // The code and nothing of the message, which may hold what somebody wrote.
    span.setAttribute(
      "error.type",
      isSettldError(error) ? error.code : ((error as Error | undefined)?.name ?? "error"),
    );
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

// Which request made what is done later. Only a shortcut for those who look: the oldest are forgotten.
const causes = new Map<string, SpanContext>();
const CAUSES_MAX = 10_000;

/** Writes down that the present request is the cause of what will be done later under these ids. */
export function noteCause(ids: readonly string[]): void {
  const found = trace.getActiveSpan()?.spanContext();
  if (found === undefined || !isSpanContextValid(found)) return;
  for (const id of ids) {
    causes.delete(id);
    causes.set(id, found);
  }
  for (const oldest of causes.keys()) {
    if (causes.size <= CAUSES_MAX) break;
    causes.delete(oldest);
  }
}
