import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { CODES, type Code, parseJson, REVISION, URI_BASE } from "@settld/protocol";
import type { ApiDocument, Operation } from "./document.ts";
import { serverClock } from "./server-clock.ts";
import type { NoAnswer, Transport, WireAnswer } from "./transport.ts";
import { at, isObject, shown, textAt } from "./values.ts";

/** What goes with a request. */
export type Extra = {
  /** Values of the places in the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` sends none; without it a POST gets a new one. */
  readonly idempotencyKey?: string | null;
  /** Takes a refusal for the rate, or because the server is busy, as it comes. */
  readonly once?: boolean;
  /** Breaks the connection after so many bytes of the body. */
  readonly breakAfter?: number;
};

/** An answer. */
export type Reply = {
  readonly operation: string;
  /** What was asked, such as `GET /v1/accounts`. */
  readonly asked: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  /** The body when it is JSON, as far as it can be read. */
  readonly body: unknown;
  /** The code of a refusal that is a problem document. */
  readonly code: string | undefined;
};

/** What every answer has to be, and whether all so far were. */
export type AuditKind = "headers" | "problem" | "document" | "served" | "codes";

/** Sends requests to a server and looks at each answer. */
export type Api = {
  readonly own: ApiDocument;
  /** Asks for an operation with an API key, or without one. */
  readonly call: (apiKey: string | undefined, operation: string, extra?: Extra) => Promise<Reply>;
  /** Asks for whatever. */
  readonly raw: (apiKey: string | undefined, method: string, path: string, extra?: Extra) => Promise<Reply>;
  /** Opens an operation whose answer goes on until the signal. */
  readonly stream: (
    apiKey: string,
    operation: string,
    extra: Pick<Extra, "query" | "headers">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<Pick<WireAnswer, "status" | "headers">>;
  /** Differences of every answer so far, by what is wrong. */
  readonly faults: (kind: AuditKind) => readonly string[];
  /** Answers so far. */
  readonly count: () => number;
  /** The server's clock, as far as its answers tell, in milliseconds since 1970. */
  readonly now: () => number;
  /** Answers are held against the document that the server hands out too. */
  readonly serve: (document: ApiDocument) => void;
  readonly url: string;
};

const FAULTS_MAX = 8;
const TRIES = 6;
const RETRY_SECONDS_MAX = 20;
const BODY_BYTES_MAX = 16_777_216;

/**
 * Makes an API over a transport.
 *
 * @param onAnswered - told of every request that had an answer, or had none.
 */
export const apiOf = (
  wire: Transport,
  url: string,
  own: ApiDocument,
  onAnswered: (failure: NoAnswer | undefined) => void,
): Api => {
  const faults = new Map<AuditKind, string[]>();
  const requests = new Set<string>();
  let served: ApiDocument | undefined;
  let answers = 0;
  const clock = serverClock();

  const note = (kind: AuditKind, reply: Reply, text: string): void => {
    const found = faults.get(kind) ?? [];
    faults.set(kind, found);
    const line = `${reply.operation}: ${reply.status}: ${text}`;
    if (found.length < FAULTS_MAX && !found.includes(line)) found.push(line);
  };

  const look = (reply: Reply, asked: number): void => {
    answers += 1;
    const { headers, status, operation, body } = reply;
    const request = headers.get("settld-request") ?? "";
    if (request === "") note("headers", reply, "expected Settld-Request, found none");
    else if (requests.has(request)) note("headers", reply, "expected a Settld-Request of its own, found one again");
    requests.add(request);
    if (headers.get("settld-revision") !== REVISION) {
      note("headers", reply, `expected Settld-Revision ${REVISION}, found ${headers.get("settld-revision") ?? "none"}`);
    }
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date)) note("headers", reply, `expected a Date, found ${headers.get("date") ?? "none"}`);
    else clock.hear(date, asked, Date.now());
    if (status >= 400 && reply.bytes.length === 0 && reply.asked.startsWith("HEAD ")) return;
    const mediaType = mediaTypeOf(headers);
    if (status >= 400) for (const fault of problemFaults(reply, mediaType, request)) note("problem", reply, fault);
    if (!own.operations.has(operation)) return;
    if (status === 304) return;
    const fault = own.fault(operation, status, mediaType, body);
    if (fault !== undefined) note("document", reply, fault);
    const codes = own.codes(operation, status);
    if (status >= 400 && reply.code !== undefined && codes !== undefined && !codes.includes(reply.code)) {
      note("codes", reply, `expected one of ${codes.join(", ")}, found ${reply.code}`);
    }
    const other =
      served?.operations.has(operation) === true ? served.fault(operation, status, mediaType, body) : undefined;
    if (other !== undefined) note("served", reply, other);
  };

  const send = async (
    apiKey: string | undefined,
    operation: string,
    method: string,
    path: string,
    extra: Extra,
  ): Promise<Reply> => {
    const { query = {}, body, headers = {}, idempotencyKey } = extra;
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const isBytes = body instanceof Uint8Array;
    const bytes = body === undefined ? undefined : isBytes ? body : Buffer.from(JSON.stringify(body));
    const key = idempotencyKey === undefined && method === "POST" ? freshKey() : idempotencyKey;
    const request = {
      method,
      url: `${url}${path}${search.size === 0 ? "" : `?${search}`}`,
      headers: {
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(key === undefined || key === null ? {} : { "idempotency-key": key }),
        ...(bytes === undefined
          ? {}
          : {
              "content-type": isBytes ? "application/octet-stream" : "application/json",
              "content-length": String(bytes.length),
            }),
        ...headers,
      },
      body: bytes,
      ...(extra.breakAfter === undefined ? {} : { breakAfter: extra.breakAfter }),
    };
    for (let tries = 1; ; tries++) {
      let answer: WireAnswer;
      const asked = Date.now();
      try {
        answer = await wire.send(request);
        onAnswered(undefined);
      } catch (error) {
        if (extra.breakAfter === undefined) onAnswered(error as NoAnswer);
        throw error;
      }
      const reply = replyOf(operation, `${method} ${path}`, answer);
      look(reply, asked);
      const busy = reply.code === "HTTP_RATE_LIMITED" || reply.code === "HTTP_UNAVAILABLE";
      if (!busy || extra.once === true || tries === TRIES) return reply;
      const seconds = Number(reply.headers.get("retry-after") ?? "1");
      await wait(Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0.05) : 1, RETRY_SECONDS_MAX) * 1000);
    }
  };

  return {
    own,
    url,
    call: (apiKey, id, extra = {}) => {
      const { method, path } = own.operations.get(id) ?? unknown(id);
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(extra.path?.[name] ?? ""));
      return send(apiKey, id, method, filled, extra);
    },
    raw: (apiKey, method, path, extra = {}) => send(apiKey, `${method} ${path.split("?")[0]}`, method, path, extra),
    stream: (apiKey, id, { query = {}, headers = {} }, onText, signal) => {
      const { method, path } = own.operations.get(id) ?? unknown(id);
      const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
      const request = {
        method,
        url: `${url}${path}${search.size === 0 ? "" : `?${search}`}`,
        headers: { authorization: `Bearer ${apiKey}`, accept: "text/event-stream", ...headers },
      };
      return wire.stream(request, onText, signal);
    },
    faults: (kind) => faults.get(kind) ?? [],
    count: () => answers,
    now: () => Date.now() + clock.ahead(),
    serve: (document) => {
      served = document;
    },
  };
};

const unknown = (id: string): Operation => {
  throw new Error(`the document has no operation ${id}`);
};

/** An idempotency key that no other request has. */
export const freshKey = (): string => `conform-${randomBytes(12).toString("hex")}`;

const mediaTypeOf = (headers: ReadonlyMap<string, string>): string =>
  (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

const replyOf = (operation: string, asked: string, { status, headers, bytes }: WireAnswer): Reply => {
  const mediaType = mediaTypeOf(headers);
  const body = /[/+]json$/.test(mediaType) && bytes.length <= BODY_BYTES_MAX ? readJson(bytes) : undefined;
  const code =
    status >= 400 && mediaType === "application/problem+json" ? textAt(body, "code") || undefined : undefined;
  return { operation, asked, status, headers, bytes, body, code };
};

// By the protocol's own strict reader: a body with two members of one name is none.
const readJson = (bytes: Uint8Array): unknown => {
  try {
    return parseJson(bytes, { maxBytes: BODY_BYTES_MAX });
  } catch {
    return undefined;
  }
};

const problemFaults = ({ status, body, bytes }: Reply, mediaType: string, request: string): string[] => {
  if (mediaType !== "application/problem+json")
    return [`expected application/problem+json, found ${mediaType || "none"}`];
  if (!isObject(body))
    return [`expected a problem document, found ${shown(Buffer.from(bytes.subarray(0, 80)).toString("utf8"))}`];
  const code = textAt(body, "code");
  if (!Object.hasOwn(CODES, code)) return [`expected a code of the registry, found ${shown(code)}`];
  const { summary, httpStatus, clause, retryable } = CODES[code as Code];
  const expected = {
    type: `${URI_BASE}codes/${code}`,
    title: summary,
    status: httpStatus,
    clause,
    retryable,
    request,
  };
  const faults = Object.entries(expected).flatMap(([name, value]) =>
    at(body, name) === value ? [] : [`${code}: ${name}: expected ${shown(value)}, found ${shown(at(body, name))}`],
  );
  if (status !== httpStatus) faults.push(`${code}: expected status ${httpStatus}, found ${status}`);
  if (textAt(body, "detail") === "") faults.push(`${code}: expected a detail, found none`);
  return faults;
};
