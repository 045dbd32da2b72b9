import { isSettldError } from "@settld/protocol";
import type { DeliveryError } from "../gen/types.ts";
import { inBackground, inChildSpan } from "../observe/tracing.ts";
import type { Waiting } from "../settler/timers.ts";
import { SWEEP_MS } from "../store/jobs.ts";
import type { ClaimedDelivery, DeliveryOutcome, EndpointRow } from "../store/message-store.ts";
import type { Store } from "../store/store.ts";
import type { AddressPolicy } from "./address.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { bodyOf, messageFor } from "./message.ts";
import { PostError, type Posted, type Poster } from "./post.ts";
import { FAILING_MS_MAX, nextTry } from "./schedule.ts";
import { signMessage } from "./secret.ts";

/** What {@link Deliveries} are made of. */
export type DeliveriesOptions = {
  readonly store: Store;
  readonly waiting: Waiting;
  readonly poster: Poster;
  readonly policy: AddressPolicy;
  readonly allowLoopback: boolean;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
};

// For so many times the time of an answer nobody else takes up a delivery that somebody tries. If the process ends
// meanwhile, the message goes out again after it.
const LEASE = 2;
// Tries under way: of one endpoint, of one that fails, of a tenant, and of all.
const ENDPOINT_MAX = 8;
const FAILING_MAX = 1;
const TENANT_MAX = 32;
const ALL_MAX = 128;
const ENDPOINTS_MAX = 1_000;
// How often the store is looked at when nobody says that something is in it.
const INTERVAL_MS = 30_000;
// How long the end waits for answers. A message without one goes out again after the next start.
const CLOSE_MS = 5_000;

type Running = { readonly endpoint: EndpointRow; readonly done: Promise<void> };

/**
 * Posts messages to webhook endpoints in the background: when it is woken, and when something is due. What is due stands
 * in the store alone, so nothing is lost when the process ends, and any number of processes may do this at once.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #running = new Map<string, Running>();
  readonly #ending = new AbortController();
  #cancel: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  #again = false;
  #closed = false;
  // Whose turn was last, so that those behind it are not always late.
  #lastServed = "";

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Delivers what became due while nobody looked, and goes on with what comes. */
  async start(): Promise<void> {
    // A job says only that it is worth a look; the look is at everything that is due.
    await this.#options.store.jobs?.work("delivery", async () => {
      this.#wakeUp();
      await this.#starting;
    });
    this.#wakeUp();
  }

  /** Says that there may be something to deliver; cheap. */
  wake(): void {
    const { jobs } = this.#options.store;
    // Where there are jobs, the change has put one, for whichever process takes it.
    if (jobs === undefined) this.#wakeUp();
    else jobs.wake("delivery");
  }

  /** Delivers what is due now, and waits until nothing is under way. */
  async run(): Promise<void> {
    this.#wakeUp();
    await this.#settle();
  }

  /** Ends; what is under way is waited for, and for a while its answers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    const { waiting, poster } = this.#options;
    const cancel = waiting.at(waiting.now() + CLOSE_MS, () => this.#ending.abort());
    await this.#settle();
    cancel();
    poster.close();
  }

  #wakeUp(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
      if (this.#again) this.#wakeUp();
    });
  }

  async #settle(): Promise<void> {
    while (this.#starting !== undefined || this.#running.size > 0) {
      await this.#starting;
      await Promise.all([...this.#running.values()].map(({ done }) => done));
    }
  }

  async #start(): Promise<void> {
    const { store, waiting, onError } = this.#options;
    this.#cancel?.();
    let next = waiting.now() + (store.jobs === undefined ? INTERVAL_MS : SWEEP_MS);
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        for (const endpoint of await this.#due()) await this.#take(endpoint);
      }
      next = Math.min(next, Math.max((await store.nextDelivery()) ?? next, waiting.now() + 1));
    } catch (error) {
      onError(error);
    }
    if (!this.#closed) this.#cancel = waiting.at(next, () => this.#wakeUp());
  }

  async #due(): Promise<readonly EndpointRow[]> {
    const { store, waiting } = this.#options;
    const due = await store.dueEndpoints(waiting.now(), ENDPOINTS_MAX);
    const at = due.findIndex(({ id }) => id === this.#lastServed) + 1;
    return [...due.slice(at), ...due.slice(0, at)];
  }

  async #take(endpoint: EndpointRow): Promise<void> {
    const { store, waiting, timeoutMs } = this.#options;
    const limit = this.#free(endpoint);
    if (limit <= 0 || this.#closed) return;
    this.#lastServed = endpoint.id;
    const now = waiting.now();
    const until = now + timeoutMs * LEASE;
    for (const claimed of await store.claimDeliveries(endpoint.id, { now, until, limit })) {
      const done = inBackground("webhook delivery", claimed.message.id, () => this.#deliver(endpoint, claimed)).then(
        () => {
          this.#running.delete(claimed.id);
          // There may be more than were under way at once.
          this.#wakeUp();
        },
        (error: unknown) => {
          // Its end could not be noted, so it goes out again; the store gets a pause.
          this.#running.delete(claimed.id);
          this.#options.onError(error);
        },
      );
      this.#running.set(claimed.id, { endpoint, done });
    }
  }

  // One endpoint that is slow must not hold up others.
  #free({ id, tenant, failingSince }: EndpointRow): number {
    const all = [...this.#running.values()];
    const mine = all.filter(({ endpoint }) => endpoint.id === id).length;
    const tenants = all.filter(({ endpoint }) => endpoint.tenant === tenant).length;
    const most = failingSince === undefined ? ENDPOINT_MAX : FAILING_MAX;
    return Math.min(most - mine, TENANT_MAX - tenants, ALL_MAX - all.length);
  }

  async #deliver(endpoint: EndpointRow, claimed: ClaimedDelivery): Promise<void> {
    const { store, waiting, random } = this.#options;
    const posted = await this.#post(endpoint, claimed);
    const now = waiting.now();
    if (!(posted instanceof PostError) && posted.status >= 200 && posted.status < 300) {
      await store.endDelivery(claimed, { at: now, status: posted.status });
      return;
    }
    // Nobody asked any more, so nothing is known about the endpoint; the message goes out again.
    if (this.#ending.signal.aborted && posted instanceof PostError) return;
    const { attempts } = claimed;
    const answer = posted instanceof PostError ? undefined : posted;
    const again = nextTry({ attempts, now, retryAfterMs: answer?.retryAfterMs, random: random() });
    const error: DeliveryError = posted instanceof PostError ? posted.reason : "status";
    const reason = disableReason(endpoint, answer?.status, now);
    const outcome: DeliveryOutcome = {
      at: now,
      error,
      ...(answer === undefined ? {} : { status: answer.status }),
      ...(again === undefined ? {} : { again }),
      ...(reason === undefined ? {} : { disable: { reason, message: disabledMessage(endpoint, reason, now) } }),
    };
    await store.endDelivery(claimed, outcome);
  }

  async #post(endpoint: EndpointRow, { message }: ClaimedDelivery): Promise<Posted | PostError> {
    const { waiting, poster, policy, allowLoopback, timeoutMs } = this.#options;
    const asking = new AbortController();
    const abort = (): void => asking.abort();
    const cancel = waiting.at(waiting.now() + timeoutMs, abort);
    this.#ending.signal.addEventListener("abort", abort);
    try {
      if (this.#ending.signal.aborted) abort();
      const url = readEndpointUrl(endpoint.url, policy, allowLoopback);
      const body = bodyOf(message);
      const headers = await headersOf(endpoint, message.id, body, waiting.now());
      return await inChildSpan("webhook POST", {}, () => poster.post({ url, headers, body, signal: asking.signal }));
    } catch (error) {
      if (error instanceof PostError) return error;
      // The operator's mind has changed since it was made.
      if (isSettldError(error) && error.code.startsWith("HOOK_")) return new PostError("address", error);
      throw error;
    } finally {
      cancel();
      this.#ending.signal.removeEventListener("abort", abort);
    }
  }
}

/** The headers of a try (HOOK-2). */
async function headersOf(
  { scheme, secret, oldSecret }: EndpointRow,
  id: string,
  body: string,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const seconds = Math.floor(now / 1_000);
  const secrets = [secret, ...(oldSecret !== undefined && oldSecret.until > now ? [oldSecret.secret] : [])];
  const signatures = await Promise.all(secrets.map((one) => signMessage(scheme, one, { id, seconds, body })));
  return {
    "content-type": "application/json",
    "user-agent": "Settld-Webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signatures.join(" "),
  };
}

function disableReason(
  { failingSince }: EndpointRow,
  status: number | undefined,
  now: number,
): "gone" | "failing" | undefined {
  if (status === 410) return "gone";
  return failingSince !== undefined && now - failingSince >= FAILING_MS_MAX ? "failing" : undefined;
}

function disabledMessage({ id, feed, version }: EndpointRow, reason: "gone" | "failing", at: number) {
  return messageFor([feed], {
    type: "webhook_endpoint.disabled",
    cause: `${id} ${version}`,
    at,
    data: { endpoint: id, reason },
  });
}
