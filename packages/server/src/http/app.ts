import type { Span } from "@opentelemetry/api";
import { formatPointer, isSettldError, type JsonValue, parseJson, REVISION, SettldError, utf8 } from "@settld/protocol";
import { Hono } from "hono";
import { ROUTES, type Route, type RouteScope } from "../gen/routes.ts";
import * as validators from "../gen/validators.js";
import type { Metrics } from "../observe/metrics.ts";
import { inServerSpan, type ServedRequest, traceIdOf } from "../observe/tracing.ts";
import { authenticate } from "./api-keys.ts";
import { readBody } from "./body.ts";
import type { Caller, Context, Handler, Handlers, Services } from "./context.ts";
import { Idempotency, idempotentRequest } from "./idempotency.ts";
import { newRequestId, problemOf, problemResponse, refusalOf } from "./problem.ts";
import { type RateLimit, rateLimit } from "./rate-limit.ts";
import { agreements } from "./resources/agreements.ts";
import { evidence } from "./resources/evidence.ts";
import { messages } from "./resources/messages.ts";
import { money } from "./resources/money.ts";
import { registry } from "./resources/registry.ts";
import { closing, server } from "./resources/server.ts";
import { webhooks } from "./resources/webhooks.ts";

/** What the server tells whoever runs it of one request. */
export type RequestRecord = {
  readonly request: string;
  /** Id of the trace that the request belongs to, as W3C Trace Context has it. */
  readonly trace: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly operation: string | undefined;
  readonly tenant: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly ms: number;
  /** The answer is that of an earlier request with the same idempotency key. */
  readonly replayed: boolean;
  /** Only for faults of the server and of what it needs; their `cause` says what it was. */
  readonly error: unknown;
};

/** The HTTP side of a server. */
export type App = {
  /** Answers a request. `address` is where it comes from, for the rate of failed authentications. */
  readonly fetch: (request: Request, address?: string) => Promise<Response>;
  /** Refuses every further request. */
  readonly close: () => void;
};

const HANDLERS: Handlers = { ...agreements, ...evidence, ...money, ...registry, ...server, ...webhooks, ...messages };
// No parameter has a longer name, and nobody needs to hear a longer one again.
const NAME_MAX = 64;

// A copy, so that a table of routes can name them.
const VALIDATORS: Readonly<Record<keyof typeof validators, Check>> = { ...validators };

const HEALTH = "/healthz";

type Answered = { readonly answer: Response; readonly served: ServedRequest };

type Check = ((value: unknown) => boolean) & Pick<validators.Validator<unknown>, "errors">;

type Bindings = {
  readonly address: string;
  readonly record: {
    operation?: string;
    route?: string;
    tenant?: string;
    code?: string;
    error?: unknown;
    request: string;
  };
};

/**
 * Makes the HTTP side out of the table of routes, which is generated from the OpenAPI document: what the document says
 * about keys, parameters, bodies and idempotency is checked here, once, for every route.
 */
export function createApp(services: Services, onRequest: (record: RequestRecord) => void): App {
  const hono = new Hono<{ Bindings: Bindings }>();
  const idempotency = new Idempotency(services.store);
  const limits = {
    tenants: rateLimit(services.limits.requestsPerSecond, services.limits.requestsBurst, services.clock),
    // Whoever guesses keys gets few tries; whoever mistypes one has enough.
    strangers: rateLimit(5, 20, services.clock),
  };
  let isClosed = false;

  const methods = new Map<string, string[]>();
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    methods.set(path, [...(methods.get(path) ?? []), route.method]);
  }
  for (const route of ROUTES) {
    const handler = HANDLERS[route.operationId];
    if (handler === undefined) throw new Error(`${route.operationId} has no handler`);
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    // The framework asks the handler of GET for HEAD too, and only drops the body that it makes.
    hono.on(route.method === "HEAD" ? "GET" : route.method, path, (c, next) =>
      c.req.raw.method === route.method
        ? services.trust.within(() =>
            answer(services, route, handler, idempotency, limits, c.req.raw, c.req.param(), c.env),
          )
        : next(),
    );
  }
  for (const [path, allowed] of methods) {
    hono.all(path, (c) => {
      throw Object.assign(new SettldError("HTTP_METHOD", `expected ${allowed.join(", ")}, found ${c.req.raw.method}`), {
        headers: { allow: allowed.join(", ") },
      });
    });
  }
  hono.notFound((c) => {
    throw new SettldError(
      "HTTP_NOT_FOUND",
      `expected a route of the OpenAPI document, found ${c.req.method} ${c.req.path}`,
    );
  });
  hono.onError((error) => {
    throw error;
  });

  const { metrics } = services;
  const answerOne = async (request: Request, address: string, span: Span): Promise<Answered> => {
    const start = performance.now();
    const record: Bindings["record"] = { request: newRequestId() };
    const { pathname } = new URL(request.url);
    let response: Response;
    try {
      // Whether the process lives is no matter of whether it works.
      if (isClosed && pathname !== HEALTH) throw closing();
      response = await hono.fetch(request, { address, record });
    } catch (error) {
      const refusal = refusalOf(error);
      record.code = refusal.code;
      // What has a cause beneath it, a disk or a signer, is a fault too, and only here is it told.
      if (!isSettldError(error) || error.cause !== undefined) record.error = error;
      const { headers } = refusal as { readonly headers?: Readonly<Record<string, string>> };
      response = problemResponse(problemOf(refusal, record.request), headers);
    }
    // The headers are those of the refusal that a GET would have had.
    if (request.method === "HEAD" && response.body !== null) {
      const { status, headers } = response;
      response = new Response(null, { status, headers });
    }
    response.headers.set("settld-request", record.request);
    response.headers.set("settld-revision", REVISION);
    response.headers.set("date", new Date(services.clock()).toUTCString());
    response.headers.set("cache-control", "no-store");
    const done: RequestRecord = {
      request: record.request,
      trace: traceIdOf(span, request.headers.get("traceparent")),
      method: request.method,
      path: pathname,
      operation: record.operation,
      tenant: record.tenant,
      status: response.status,
      code: record.code,
      ms: performance.now() - start,
      replayed: response.headers.has("idempotency-replayed"),
      error: record.error,
    };
    count(metrics, done);
    onRequest(done);
    const { route, code } = record;
    return { answer: response, served: { route, status: response.status, ...(code === undefined ? {} : { code }) } };
  };
  const fetch: App["fetch"] = async (request, address = "") => {
    metrics.requestsRunning.inc();
    try {
      return await inServerSpan(request, (span) => answerOne(request, address, span));
    } finally {
      metrics.requestsRunning.dec();
    }
  };
  const close = (): void => {
    isClosed = true;
  };
  return { fetch, close };
}

// The codes of requests whose idempotency key was known, as the metrics name them.
const IDEMPOTENCY: Readonly<Record<string, string | undefined>> = {
  HTTP_IDEMPOTENCY_KEY_REUSED: "reused",
  HTTP_IDEMPOTENCY_IN_FLIGHT: "in_flight",
};

function count(metrics: Metrics, { operation = "none", status, code, ms, replayed }: RequestRecord): void {
  metrics.requests.inc({ operation, status: `${Math.floor(status / 100)}xx` });
  metrics.requestSeconds.observe({ operation }, ms / 1e3);
  const outcome = replayed ? "replayed" : IDEMPOTENCY[code ?? ""];
  if (outcome !== undefined) metrics.idempotency.inc({ outcome });
}

async function answer(
  services: Services,
  route: Route,
  handler: Handler,
  idempotency: Idempotency,
  limits: { readonly tenants: RateLimit; readonly strangers: RateLimit },
  request: Request,
  path: Readonly<Record<string, string>>,
  { address, record }: Bindings,
): Promise<Response> {
  record.operation = route.operationId;
  record.route = route.path;
  const caller = route.isPublic ? undefined : await callerOf(services, request, address, limits);
  if (caller !== undefined) record.tenant = caller.key.tenant;
  if (caller !== undefined && route.scope !== undefined && !caller.may(route.scope)) {
    throw new SettldError(
      "HTTP_FORBIDDEN",
      `expected a key with the scope ${route.scope}, found ${caller.key.scopes.join(", ")}`,
    );
  }
  // What is open to everybody has no parameters, and does not mind what proxies and probes put there.
  const parameters = route.isPublic ? {} : readParameters(route, path, new URL(request.url).searchParams);
  const context: Context = {
    services,
    route,
    request,
    caller,
    parameters,
    body: undefined,
    headers: request.headers,
    keep: undefined,
  };
  if (route.body?.kind === "bytes") {
    checkMediaType(request, route.body.mediaType);
    return handler(context);
  }
  const bytes =
    route.body === undefined && !route.idempotencyKey
      ? utf8("")
      : await readBody(request, services.limits.bodyBytes, services.limits.bodyMs);
  if (!route.idempotencyKey || caller === undefined)
    return handler({ ...context, body: readJson(route, request, bytes) });
  const { pathname, search } = new URL(request.url);
  const asked = idempotentRequest(
    caller.key.tenant,
    request.headers.get("idempotency-key") ?? undefined,
    { method: request.method, path: `${pathname}${search}`, body: bytes },
    services.crypto,
  );
  return idempotency.once(asked, async () => {
    const body = readJson(route, request, bytes);
    const createdAt = services.clock();
    return handler({
      ...context,
      body,
      keep: (status, answer) => ({ ...asked, status, body: utf8(JSON.stringify(answer)), createdAt }),
    });
  });
}

async function callerOf(
  { store, trust }: Services,
  request: Request,
  address: string,
  limits: { readonly tenants: RateLimit; readonly strangers: RateLimit },
): Promise<Caller> {
  const key = await authenticate(request.headers.get("authorization") ?? undefined, store).catch((error: unknown) => {
    // Behind a proxy strangers and tenants have one address, so only what fails counts for it.
    if (isSettldError(error) && error.code === "HTTP_UNAUTHENTICATED") limits.strangers.take(address);
    throw error;
  });
  limits.tenants.take(key.tenant);
  const isOperator = key.scopes.includes("operator");
  return {
    key,
    isOperator,
    actsFor: async (party) => (await trust.tenantOf(party)) === key.tenant,
    parties: () => trust.partiesOf(key.tenant),
    may: (scope: RouteScope) => isOperator || key.scopes.includes(scope),
  };
}

function readParameters(
  route: Route,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): Context["parameters"] {
  // Without a prototype, because a query may name its members.
  const parameters: Record<string, string | number> = Object.create(null);
  for (const name of route.pathParameters) {
    const value = path[name];
    if (value !== undefined) parameters[name] = value;
  }
  for (const name of new Set(query.keys())) {
    const [value, ...more] = query.getAll(name);
    if (value === undefined || more.length > 0) throw badParameter(name, "expected it once, found it twice");
    const known = route.query.find((one) => one.name === name);
    parameters[name] = known?.integer === true && /^(?:0|[1-9][0-9]{0,15})$/.test(value) ? Number(value) : value;
  }
  const check: Check | undefined = route.parameters === undefined ? undefined : VALIDATORS[route.parameters];
  if (check !== undefined && !check(parameters)) {
    const [error] = check.errors ?? [];
    const extra = error?.params["additionalProperty"];
    const name = typeof extra === "string" ? extra : (error?.instancePath.slice(1) ?? "");
    throw badParameter(name, error?.message ?? "expected another value");
  }
  for (const { name, default: value } of route.query) {
    if (value !== undefined) parameters[name] ??= value;
  }
  return parameters;
}

function badParameter(name: string, message: string): SettldError {
  return new SettldError("HTTP_PARAMETER", `${name.slice(0, NAME_MAX)}: ${message}`, {
    pointer: formatPointer([name]),
  });
}

function checkMediaType(request: Request, expected: string): void {
  const found = request.headers.get("content-type") ?? "";
  if (found.split(";")[0]?.trim().toLowerCase() !== expected) {
    throw new SettldError("HTTP_MEDIA_TYPE", `expected ${expected}, found ${found === "" ? "none" : found}`);
  }
}

function readJson(route: Route, request: Request, bytes: Uint8Array): JsonValue | undefined {
  const { body } = route;
  if (body === undefined) return undefined;
  checkMediaType(request, body.mediaType);
  const value = parseJson(bytes, { maxBytes: bytes.length });
  const check = body.kind === "json" && body.validator !== undefined ? VALIDATORS[body.validator] : undefined;
  if (check !== undefined && !check(value)) {
    const [error] = check.errors ?? [];
    const pointer = error?.instancePath ?? "";
    throw new SettldError(
      "HTTP_BODY",
      `${pointer === "" ? "body" : pointer}: ${error?.message ?? "expected another value"}`,
      { pointer },
    );
  }
  return value;
}
