import { isSettldError, SettldError, type Signer } from "@settld/protocol";
import { isApiError, SettldVerificationError } from "./errors.ts";
import type { Caller, Operations } from "./gen/api.ts";
import { OPERATIONS } from "./gen/operations.ts";
import { List, type Page } from "./http/list.ts";
import {
  CALL_OPTIONS,
  type Exchange,
  type Reply,
  type RequestOptions,
  type RequestRecord,
  Transport,
  type WriteOptions,
} from "./http/transport.ts";
import { assertKnown } from "./known.ts";
import { defaultPlatform, type Platform, randomHex } from "./platform.ts";
import type { Checker, Reader } from "./verification/checker.ts";

/** Name of an operation of the API document. */
export type OperationId = keyof Operations;

/** How a client reaches its server and for whom it acts. */
export type ConnectionOptions = {
  /** Where the server is, such as `https://settle.example`. */
  readonly baseUrl: string;
  /** The API key; a secret. */
  readonly apiKey: string;
  /** Signs the events of your party. Without it the client can read, fund and move money, but not act. */
  readonly signer?: Signer | Promise<Signer>;
  /** The party to act for. Not needed when the API key's tenant has exactly one. */
  readonly party?: string;
  /**
   * Who holds the escrow and signs the account logs. Get it from a place that is not the server, like the registry's
   * key. Without it, whom the server names first is held to for as long as the client lives.
   */
  readonly settler?: string;
  /** Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long one try may take, in milliseconds. Default 30 000. */
  readonly timeout?: number;
  /** How long a request may take with all its tries, in milliseconds. Default 120 000. */
  readonly totalTimeout?: number;
  /** How often a request is tried again. Default 4. */
  readonly maxRetries?: number;
  /** Told of every try, for logs and traces. Never given the API key or a body. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Clock, chance and cryptography; for tests and unusual runtimes. */
  readonly platform?: Partial<Platform>;
};

/** What goes into a call. Members of `path` fill the places of the same name in the operation's path. */
export type CallInput<K extends OperationId> = {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?:
    | (Operations[K] extends { readonly query: infer Q } ? Q : Readonly<Record<string, never>>)
    | undefined;
  /** A JSON value, or the bytes of an upload. */
  readonly body?: Operations[K] extends { readonly body: infer B }
    ? B extends ReadableStream
      ? Uint8Array | Blob
      : B
    : undefined;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What comes out of a call. */
export type CallAnswer<K extends OperationId> = K extends "messages.stream"
  ? ReadableStream<Uint8Array>
  : Operations[K]["answer"] extends ReadableStream
    ? Uint8Array
    : Operations[K]["answer"];

/** What a check of a page may need besides the items. */
type PageFacts = {
  /** What had been seen when the page was asked for. */
  readonly mark: number;
  readonly isLast: boolean;
};

/** Makes the checker of a connection, out of what it may read. */
export type MakeChecker = (reader: Reader, platform: Platform, settler: string | undefined) => Checker;

// A clock that is further off is a fault to be mended, not one to be worked around: what is signed carries its time.
const CLOCK_CORRECTION_MAX_MS = 300_000;
// What answers are that are not JSON.
const READ: Readonly<Record<string, Exchange["read"] | undefined>> = {
  "agreements.bundle": "bytes",
  "evidence.download": "bytes",
  "messages.stream": "stream",
};
const EVENTS_PAGE = 100;

/** What the resources share: requests by operation, the signer, the party, the clock and the checker. */
export class Connection {
  readonly platform: Platform;
  readonly checker: Checker | undefined;
  readonly #options: ConnectionOptions;
  readonly #transport: Transport;
  readonly #baseUrl: string;
  #offset = 0;
  #caller: Promise<Caller> | undefined;

  constructor(options: ConnectionOptions, makeChecker: MakeChecker | undefined) {
    const { baseUrl, apiKey, fetch, timeout = 30_000, totalTimeout = 120_000, maxRetries = 4, onRequest } = options;
    if (typeof apiKey !== "string" || apiKey === "") throw new TypeError("expected `apiKey`, found none");
    if (!/^https?:\/\/[^/?#\s][^?#\s]*$/i.test(baseUrl)) {
      throw new TypeError(`expected \`baseUrl\` such as "https://settle.example", found "${baseUrl}"`);
    }
    this.#baseUrl = new URL(baseUrl).href.replace(/\/+$/, "");
    // A signer that cannot be made is a fault of the call that needs it, not of the process.
    Promise.resolve(options.signer).catch(() => {});
    this.#options = options;
    this.platform = { ...defaultPlatform, ...(fetch === undefined ? {} : { fetch }), ...options.platform };
    this.#transport = new Transport(this.platform, { timeout, totalTimeout, maxRetries, onRequest });
    this.checker = makeChecker?.(this.#reader(), this.platform, options.settler);
  }

  /** Sends a request of an operation and returns the whole answer. */
  async send<K extends OperationId>(operation: K, input: CallInput<K>, options: WriteOptions = {}): Promise<Reply> {
    assertKnown(options, CALL_OPTIONS);
    return this.#transport.send(this.#exchange(operation, input, options), options);
  }

  /** Sends a request of an operation and returns the body of the answer, unchecked. */
  async call<K extends OperationId>(
    operation: K,
    input: CallInput<K>,
    options: WriteOptions = {},
  ): Promise<CallAnswer<K>> {
    return (await this.send(operation, input, options)).body as CallAnswer<K>;
  }

  /** Sends a request, lets the answer be checked, and returns it. */
  async checked<K extends OperationId>(
    operation: K,
    input: CallInput<K>,
    options: WriteOptions,
    check: (checker: Checker, answer: CallAnswer<K>) => Promise<unknown>,
  ): Promise<CallAnswer<K>> {
    const reply = await this.send(operation, input, options);
    await this.verify(operation, reply, (checker) => check(checker, reply.body as CallAnswer<K>));
    return reply.body as CallAnswer<K>;
  }

  /** Runs a check and says of which answer it failed. Does nothing without a checker. */
  async verify<T>(
    operation: OperationId,
    { body, requestId }: Pick<Reply, "body" | "requestId">,
    check: (checker: Checker) => Promise<T>,
  ): Promise<T | undefined> {
    if (this.checker === undefined) return undefined;
    try {
      return await check(this.checker);
    } catch (error) {
      throw distrust(operation, body, requestId, error);
    }
  }

  /** A list of an operation, page by page, each checked before it is handed out. */
  list<T, K extends OperationId, R = T>(
    operation: K,
    { path, query }: Pick<CallInput<K>, "path" | "query">,
    options: RequestOptions,
    check: (checker: Checker, items: readonly T[], page: PageFacts) => Promise<void>,
    view: (item: T) => R = (item) => item as unknown as R,
  ): List<R> {
    const read = async (cursor: string | undefined): Promise<Page<R>> => {
      const mark = this.checker?.mark() ?? 0;
      const input = {
        path,
        query: { ...(query as object), cursor },
      } as unknown as CallInput<K>;
      const reply = await this.send(operation, input, options);
      await this.verify(operation, reply, async (checker) => {
        const { data, hasMore, nextCursor } = reply.body as Page<T>;
        // Without an end a list would be walked for ever.
        if (!Array.isArray(data) || hasMore !== (nextCursor !== null) || (hasMore && nextCursor === cursor)) {
          throw new SettldError("HTTP_BODY", "expected a page of a list, found another");
        }
        await check(checker, data, { mark, isLast: !hasMore });
      });
      const { data, hasMore, nextCursor } = reply.body as Page<T>;
      return { data: data.map(view), hasMore, nextCursor };
    };
    return new List(read, (query as { readonly cursor?: string } | undefined)?.cursor);
  }

  /** The signer, or a TypeError. */
  async signer(): Promise<Signer> {
    const signer = await this.#options.signer;
    if (typeof signer?.sign === "function") return signer;
    const found = signer === undefined ? "none" : "another";
    throw new TypeError(`expected \`signer\` in the options, from localSigner(key) or remoteSigner, found ${found}`);
  }

  /** The party to act for. */
  async party(options: RequestOptions): Promise<string> {
    if (this.#options.party !== undefined) return this.#options.party;
    const { parties } = await this.caller(options);
    const [party, ...more] = parties;
    if (party !== undefined && more.length === 0) return party;
    throw new TypeError(`expected \`party\` in the options of the client: the tenant has ${parties.length} parties`);
  }

  /** The settler that offers name. */
  async settler(options: RequestOptions): Promise<string> {
    return this.#options.settler ?? (await this.caller(options)).settler;
  }

  /** Who the API key speaks for; asked once. */
  async caller(options: RequestOptions): Promise<Caller> {
    const found =
      this.#caller ?? this.checked("account.retrieve", {}, options, (checker, answer) => checker.caller(answer));
    this.#caller = found;
    try {
      return await found;
    } catch (error) {
      this.#caller = undefined;
      throw error;
    }
  }

  /** The time in milliseconds since 1970, as far as is known by the server's clock. */
  now(): number {
    return this.platform.now() + this.#offset;
  }

  /** Follows the server's clock, unless it is too far away; tells whether it did. */
  followClock(headers: Headers | undefined): boolean {
    const date = Date.parse(headers?.get("date") ?? "");
    if (Number.isNaN(date)) return true;
    // The header has whole seconds, so the middle of the second is the best guess.
    const offset = date + 500 - this.platform.now();
    if (Math.abs(offset) > CLOCK_CORRECTION_MAX_MS) return false;
    if (Math.abs(offset) > 1_000) this.#offset = offset;
    return true;
  }

  #exchange<K extends OperationId>(operation: K, input: CallInput<K>, options: WriteOptions): Exchange {
    const [method, template] = OPERATIONS[operation];
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = input.path?.[name];
      if (typeof value !== "string" || value === "") throw new TypeError(`${operation}: expected ${name}, found none`);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(input.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const body: unknown = input.body;
    const isBinary = body instanceof Uint8Array || (typeof Blob !== "undefined" && body instanceof Blob);
    return {
      operation,
      method,
      url: `${this.#baseUrl}${path}${query.size === 0 ? "" : `?${query}`}`,
      headers: {
        authorization: `Bearer ${this.#options.apiKey}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": isBinary ? "application/octet-stream" : "application/json" }),
        ...(method === "POST" ? { "idempotency-key": options.idempotencyKey ?? randomHex(16) } : {}),
        ...input.headers,
      },
      body: body === undefined || isBinary ? (body as Uint8Array | Blob | undefined) : JSON.stringify(body),
      read: method === "HEAD" ? "none" : (READ[operation] ?? "json"),
      // A trust document that was taken over is refused the second time, as it is not newer than itself.
      repeatable: operation !== "trust.import",
    };
  }

  #reader(): Reader {
    return {
      trust: async (agreement) =>
        this.call("trust.retrieve", {
          query: agreement === undefined ? {} : { agreement: agreement as `sha256:${string}` },
        }),
      events: (agreement, from) =>
        behind(this.call("agreements.listEvents", { path: { agreement }, query: { from, limit: EVENTS_PAGE } })),
      entries: (account, from) =>
        behind(this.call("accounts.listEntries", { path: { account }, query: { from, limit: EVENTS_PAGE } })),
      isOperator: async () => (await this.call("account.retrieve", {})).key.scopes.includes("operator"),
    };
  }
}

// What was shown must have a log behind it; a server that does not know it has shown something that is not there.
async function behind<T>(list: Promise<{ readonly data: readonly T[] }>): Promise<readonly T[]> {
  try {
    return (await list).data;
  } catch (error) {
    if (!isApiError(error, "HTTP_NOT_FOUND", "HTTP_PARAMETER")) throw error;
    throw new SettldError("STORE_RECONCILIATION", `expected a log behind it, found none: ${error.message}`);
  }
}

/** The error of an answer that does not hold. What is not about the answer stays what it is. */
export function distrust(
  operation: OperationId,
  answer: unknown,
  requestId: string | undefined,
  error: unknown,
): unknown {
  if (isApiError(error) || error instanceof SettldVerificationError) return error;
  // Errors are logged, and a secret must not be.
  const shown = Object(answer).secret ? { ...Object(answer), secret: null } : answer;
  const shared = { operation, answer: shown, requestId, cause: error };
  if (isSettldError(error)) {
    const { code, message, pointer } = error;
    return new SettldVerificationError(code, `${operation}: ${message}`, {
      ...shared,
      ...(pointer === undefined ? {} : { pointer }),
    });
  }
  // Members that are missing or of another type than the API document says.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
    return new SettldVerificationError("HTTP_BODY", `${operation}: ${error.message}`, shared);
  }
  return error;
}
