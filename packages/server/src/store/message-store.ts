/** The part of the store port that messages and webhooks need (spec/webhooks.md). */
import type { Page } from "./page.ts";

/** The feed of those who see everything. No tenant has this name. */
export const OPERATORS = "*";

/** A message as a change brings it: told to feeds, or to one endpoint alone when it is tried. */
export type NewMessage = {
  /** `msg_...`, one for one cause; a second one of an id is `stale`. */
  readonly id: string;
  readonly type: string;
  readonly at: number;
  /** JSON of the member `data`. */
  readonly data: string;
  /** Tenants, and {@link OPERATORS}; or the id of an endpoint. */
  readonly to: { readonly feeds: readonly string[] } | { readonly endpoint: string };
};

/** A message in a feed. */
export type FeedMessage = Pick<NewMessage, "id" | "type" | "at" | "data"> & {
  /** Its place in the feed, from 1 and without gaps. */
  readonly place: number;
};

/** What a feed holds: the messages behind `first`, up to `last`. */
export type FeedRange = { readonly first: number; readonly last: number };

/** Which messages of a feed are read: those behind a place, in order. */
export type FeedQuery = { readonly after: number; readonly limit: number };

/** A webhook endpoint as it is stored, with its secret. */
export type EndpointRow = {
  /** `we_...`. */
  readonly id: string;
  readonly tenant: string;
  /** The tenant, or {@link OPERATORS}. */
  readonly feed: string;
  readonly url: string;
  /** Without it, everything. */
  readonly types?: readonly string[];
  readonly description?: string;
  readonly scheme: "v1" | "v1a";
  /** `whsec_...` or `whsk_...`. */
  readonly secret: string;
  /** Thumbprint of the public key of `v1a`. No other endpoint ever has it. */
  readonly keyid?: string;
  /** Signs as well until a time. */
  readonly oldSecret?: { readonly secret: string; readonly until: number };
  /** Why it is disabled; absent while it is enabled. */
  readonly disabled?: "owner" | "gone" | "failing";
  /** Since when every delivery failed. A change of the row leaves it, except that enabling forgets it. */
  readonly failingSince?: number;
  readonly createdAt: number;
  /** 1 for a new one; a change of it has the next, and is `stale` with another. */
  readonly version: number;
};

/** A message on its way to an endpoint. */
export type DeliveryRow = {
  /** Made of the ids of endpoint and message by {@link deliveryId}. */
  readonly id: string;
  readonly endpoint: string;
  readonly message: string;
  readonly type: string;
  readonly state: "pending" | "delivered" | "dead";
  /** Tries since it was made or replayed. */
  readonly attempts: number;
  readonly due: number;
  readonly lastAt?: number;
  readonly lastStatus?: number;
  readonly lastError?: string;
  readonly createdAt: number;
};

/** A delivery that somebody tries just now, and everything that it takes. */
export type ClaimedDelivery = {
  readonly id: string;
  readonly attempts: number;
  readonly message: Pick<NewMessage, "id" | "type" | "at" | "data">;
};

/** How a try ended. */
export type DeliveryOutcome = {
  readonly at: number;
  readonly status?: number;
  /** Absent when it succeeded. */
  readonly error?: string;
  /** When it is tried again; absent when it was the last try. */
  readonly again?: number;
  /** Disables the endpoint with a message about it; nothing when it is disabled already. */
  readonly disable?: { readonly reason: "gone" | "failing"; readonly message: NewMessage };
};

/** What a change writes of messages and webhooks. */
export type MessageChange = {
  readonly messages?: readonly NewMessage[];
  /** New ones, and changes of those that are there. */
  readonly endpoints?: readonly EndpointRow[];
  /** Messages that an endpoint shall get, or get again, now; those that are not kept any more are left out. */
  readonly redeliver?: { readonly endpoint: string; readonly messages: readonly string[]; readonly at: number };
};

/** Reads of messages and webhooks. */
export type MessageReads = {
  readonly endpoint: (id: string) => Promise<EndpointRow | undefined>;
  /** Endpoints of a feed, or all, oldest first. */
  readonly listEndpoints: (feed: string | undefined, page: Page) => Promise<readonly EndpointRow[]>;
  /** The endpoint that has or had a key, by the key's thumbprint. */
  readonly endpointOfKey: (thumbprint: string) => Promise<string | undefined>;
  readonly delivery: (id: string) => Promise<DeliveryRow | undefined>;
  /** Deliveries of an endpoint, the newest first. */
  readonly listDeliveries: (
    endpoint: string,
    state: DeliveryRow["state"] | undefined,
    page: Page,
  ) => Promise<readonly DeliveryRow[]>;
  /** Enabled endpoints with a pending delivery that is due at or before a time, oldest first. */
  readonly dueEndpoints: (now: number, limit: number) => Promise<readonly EndpointRow[]>;
  /** When the next pending delivery of an enabled endpoint is due. */
  readonly nextDelivery: () => Promise<number | undefined>;
};

/** What a store does with messages and webhooks. */
export type MessageStore = {
  /** Messages of a feed in order. What is not there yet will stand behind everything that was ever read. */
  readonly messages: (feed: string, query: FeedQuery) => Promise<readonly FeedMessage[]>;
  readonly feedRange: (feed: string) => Promise<FeedRange>;
  /** Forgets messages from before a time, with their deliveries; returns how many. */
  readonly forgetMessages: (before: number) => Promise<number>;
  /**
   * Takes pending deliveries of an endpoint that are due, earliest first, and puts them off until a time, so that nobody
   * else tries them meanwhile. Nothing of an endpoint that is disabled.
   */
  readonly claimDeliveries: (
    endpoint: string,
    options: { readonly now: number; readonly until: number; readonly limit: number },
  ) => Promise<readonly ClaimedDelivery[]>;
  /** Notes how a try ended. Nothing when the delivery is gone, or was replayed or ended meanwhile. */
  readonly endDelivery: (claimed: ClaimedDelivery, outcome: DeliveryOutcome) => Promise<void>;
  /** Deletes an endpoint with its deliveries; returns whether it was there. */
  readonly deleteEndpoint: (id: string) => Promise<boolean>;
};

/** The id of the delivery of a message to an endpoint. */
export function deliveryId(endpoint: string, message: string): string {
  return `dlv_${endpoint.slice("we_".length)}_${message.slice("msg_".length)}`;
}
