import { type CryptoPort, isSettldError, parseInstant, SettldError } from "@settld/protocol";
import type { OperationId, Route, RouteScope } from "../gen/routes.ts";
import type { Deliveries } from "../hooks/deliveries.ts";
import type { Endpoints } from "../hooks/endpoints.ts";
import type { Feed } from "../hooks/feed.ts";
import type { Accounts } from "../money/accounts.ts";
import type { Payouts } from "../money/payouts.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Readiness } from "../observe/readiness.ts";
import type { Settler } from "../settler/settler.ts";
import type { Timers } from "../settler/timers.ts";
import type { TrustBook } from "../settler/trust-book.ts";
import type { ApiKeyRow, KeptAnswer, Store } from "../store/store.ts";

/** What an operator allows. */
export type Limits = {
  /** Longest JSON body. */
  readonly bodyBytes: number;
  /** Longest upload of evidence. */
  readonly evidenceBytes: number;
  /** Requests of a tenant a second, over time. */
  readonly requestsPerSecond: number;
  /** Requests of a tenant at once. */
  readonly requestsBurst: number;
  /** How long a body may take to arrive, in milliseconds. */
  readonly bodyMs: number;
  /** How long a tenant's parties with their keys may be in a trust document. */
  readonly partiesBytes: number;
};

/** What the operator does not say otherwise. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 2_097_152,
  evidenceBytes: 1_073_741_824,
  requestsPerSecond: 200,
  requestsBurst: 400,
  bodyMs: 30_000,
  // About a thousand parties with a key each.
  partiesBytes: 262_144,
};

/** Everything that answers requests. */
export type Services = {
  readonly store: Store;
  readonly settler: Settler;
  readonly trust: TrustBook;
  readonly accounts: Accounts;
  readonly timers: Timers;
  readonly payouts: Payouts;
  readonly feed: Feed;
  readonly deliveries: Deliveries;
  readonly endpoints: Endpoints;
  readonly crypto: CryptoPort;
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** What is wrong with each part. */
  readonly ready: () => Promise<Readiness>;
  /** Aborted when streams have to end, because the server does. */
  readonly ending: AbortSignal;
  /** Public keys of the settler, newest first. */
  readonly settlerKeys: readonly Uint8Array[];
  /** The registry's key under which documents may be imported. */
  readonly registryKey: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

/** A key that was checked, with what it may do. */
export type Caller = {
  readonly key: ApiKeyRow;
  readonly isOperator: boolean;
  /** Whether the tenant acts for a party. */
  readonly actsFor: (party: string) => Promise<boolean>;
  /** Every party that the tenant acts for, by id; only for what names them all. */
  readonly parties: () => Promise<readonly string[]>;
  readonly may: (scope: RouteScope) => boolean;
};

/** One request, checked as far as the OpenAPI document says. */
export type Context = {
  readonly services: Services;
  readonly route: Route;
  readonly request: Request;
  /** `undefined` on public routes only. */
  readonly caller: Caller | undefined;
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  readonly body: unknown;
  readonly headers: Headers;
  /** Makes the answer that is kept with the effect (HTTP-7). */
  readonly keep: ((status: number, body: object) => KeptAnswer) | undefined;
};

/** Answers one operation. */
export type Handler = (context: Context) => Promise<Response>;

/** Handlers by operation. */
export type Handlers = Readonly<Partial<Record<OperationId, Handler>>>;

/** The caller of a route that has one. */
export function callerOf({ caller }: Context): Caller {
  if (caller === undefined) throw new Error("a public route asked for its caller");
  return caller;
}

/** Whether the caller acts for one of these parties. */
export async function actsForOne(context: Context, parties: Iterable<string>): Promise<boolean> {
  const { actsFor } = callerOf(context);
  for (const party of parties) if (await actsFor(party)) return true;
  return false;
}

/** A JSON answer. */
export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** A text parameter. */
export function text({ parameters }: Context, name: string): string | undefined {
  const value = parameters[name];
  return value === undefined ? undefined : String(value);
}

/**
 * The time that a parameter or a member of the body names, in milliseconds since 1970.
 *
 * @throws SettldError with the code, for a text of the form of a time that is none, such as the 30th of February.
 */
export function instantOf(value: string, code: "HTTP_PARAMETER" | "HTTP_BODY", name: string): number {
  try {
    return parseInstant(value);
  } catch (cause) {
    if (!isSettldError(cause)) throw cause;
    throw new SettldError(code, `${name}: expected a time that there is, found ${value}`, { pointer: `/${name}` });
  }
}

/** A text parameter that the route requires. */
export function required(context: Context, name: string): string {
  const value = text(context, name);
  if (value === undefined) throw new Error(`${context.route.operationId} has no parameter ${name}`);
  return value;
}
