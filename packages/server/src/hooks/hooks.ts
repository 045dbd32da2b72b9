import type { Waiting } from "../settler/timers.ts";
import type { Store } from "../store/store.ts";
import { addressPolicy } from "./address.ts";
import { Deliveries } from "./deliveries.ts";
import { Endpoints } from "./endpoints.ts";
import { Feed } from "./feed.ts";
import { makePoster, type Poster } from "./post.ts";

/** What an operator says about messages and webhooks. */
export type WebhookOptions = {
  /** Also posts by http, and to this machine. Only for development. */
  readonly allowLoopback?: boolean;
  /** Networks in public space that are not called, such as `203.0.114.0/24`. */
  readonly refuse?: readonly string[];
  /** How long an answer may take, in milliseconds. Default 15000. */
  readonly timeoutMs?: number;
  /** Most endpoints of a tenant. Default 16. */
  readonly endpointsMax?: number;
  /** How long messages are kept, in milliseconds. Default 30 days. */
  readonly keptMs?: number;
  /** How often messages of other processes are looked for, in milliseconds. Default 1000. */
  readonly pollMs?: number;
  /** What posts, and chance; for tests. */
  readonly poster?: Poster;
  readonly random?: () => number;
};

/** What {@link makeHooks} is given. */
export type HooksParts = {
  readonly store: Store;
  readonly waiting: Waiting;
  readonly ending: AbortSignal;
  /** Thumbprints of keys that sign for the server itself. */
  readonly ownKeys: ReadonlySet<string>;
  readonly onError: (error: unknown) => void;
  readonly options: WebhookOptions;
};

/** Messages on their way to tenants. */
export type Hooks = {
  readonly feed: Feed;
  readonly deliveries: Deliveries;
  readonly endpoints: Endpoints;
  /** Forgets what is older than it is kept. */
  readonly forget: () => Promise<number>;
};

const TIMEOUT_MS = 15_000;
const ENDPOINTS_MAX = 16;
const KEPT_MS = 2_592_000_000;
const POLL_MS = 1_000;

/** Makes everything that tells tenants what happened. */
export function makeHooks({ store, waiting, ending, ownKeys, onError, options }: HooksParts): Hooks {
  const { allowLoopback = false, refuse = [], timeoutMs = TIMEOUT_MS, keptMs = KEPT_MS } = options;
  const policy = addressPolicy(refuse);
  const clock = waiting.now;
  const endpointsMax = options.endpointsMax ?? ENDPOINTS_MAX;
  return {
    feed: new Feed({ store, waiting, ending, pollMs: options.pollMs ?? POLL_MS }),
    deliveries: new Deliveries({
      store,
      waiting,
      poster: options.poster ?? makePoster({ policy, allowLoopback }),
      policy,
      allowLoopback,
      timeoutMs,
      random: options.random ?? Math.random,
      onError,
    }),
    endpoints: new Endpoints({ store, clock, policy, allowLoopback, ownKeys, endpointsMax }),
    forget: () => store.forgetMessages(clock() - keptMs),
  };
}

/** The same store, which says when it has written a message. */
export function tellingStore(store: Store, wrote: () => void): Store {
  return {
    ...store,
    async write(change) {
      const written = await store.write(change);
      if (written.ok && (change.messages !== undefined || change.redeliver !== undefined)) wrote();
      return written;
    },
    async endDelivery(claimed, outcome) {
      await store.endDelivery(claimed, outcome);
      if (outcome.disable !== undefined) wrote();
    },
  };
}
