import { randomUUID } from "node:crypto";
import { SettldError } from "@settld/protocol";
import type { EndpointRow } from "../store/message-store.ts";
import { OPERATORS } from "../store/message-store.ts";
import type { Change, KeptAnswer, Store } from "../store/store.ts";
import type { AddressPolicy } from "./address.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { newSecret, publicKeyOf, type Scheme, secretBytes } from "./secret.ts";

/** What {@link Endpoints} are made of. */
export type EndpointsOptions = {
  readonly store: Store;
  readonly clock: () => number;
  readonly policy: AddressPolicy;
  readonly allowLoopback: boolean;
  /** Thumbprints of keys that sign for the server itself. */
  readonly ownKeys: ReadonlySet<string>;
  /** Most endpoints of a feed. */
  readonly endpointsMax: number;
};

/** What a new endpoint is made from. */
export type NewEndpoint = {
  readonly tenant: string;
  readonly isOperator: boolean;
  readonly url: string;
  readonly types?: readonly string[];
  readonly description?: string;
  readonly scheme?: Scheme;
  readonly secret?: string;
};

/** What is changed; `null` takes away. */
export type EndpointChange = {
  readonly url?: string;
  readonly types?: readonly string[] | null;
  readonly description?: string | null;
  readonly status?: "enabled" | "disabled";
};

/** Makes the answer that is kept with a change (HTTP-7). */
type Keep = (row: EndpointRow) => Promise<KeptAnswer | undefined>;

const OVERLAP_MS = 86_400_000;

/** Webhook endpoints: where they are and how they are signed (HOOK-4 to HOOK-6). */
export class Endpoints {
  readonly #options: EndpointsOptions;

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /**
   * Makes an endpoint.
   *
   * @throws SettldError `HOOK_URL`, `HOOK_ADDRESS`, `HOOK_SECRET`, `HOOK_KEY_ROLE`, or `HTTP_FORBIDDEN` for one too many.
   */
  async create(input: NewEndpoint, keep: Keep): Promise<EndpointRow> {
    const { store, clock, endpointsMax } = this.#options;
    const { tenant, isOperator, url, types, description, scheme = "v1" } = input;
    const feed = isOperator ? OPERATORS : tenant;
    this.#checkUrl(url);
    const secret = input.secret ?? newSecret(scheme);
    const keyid = await this.#checkSecret(scheme, secret);
    return store.exclusively(`webhooks ${feed}`, async () => {
      const rows = await store.listEndpoints(feed, { limit: endpointsMax });
      if (rows.length >= endpointsMax) {
        throw new SettldError("HTTP_FORBIDDEN", `expected at most ${endpointsMax} webhook endpoints, found one more`);
      }
      const row: EndpointRow = {
        id: `we_${randomUUID().replaceAll("-", "").slice(0, 24)}`,
        tenant,
        feed,
        url,
        ...(types === undefined ? {} : { types }),
        ...(description === undefined ? {} : { description }),
        scheme,
        secret,
        ...(keyid === undefined ? {} : { keyid }),
        createdAt: clock(),
        version: 1,
      };
      await this.#write(row, keep);
      return row;
    });
  }

  /** Changes an endpoint. */
  async update(before: EndpointRow, change: EndpointChange, keep: Keep): Promise<EndpointRow> {
    const { url = before.url, types = before.types, description = before.description, status } = change;
    if (change.url !== undefined) this.#checkUrl(url);
    const { types: _t, description: _d, disabled, failingSince, ...rest } = before;
    const isEnabled = status === undefined ? disabled === undefined : status === "enabled";
    const row: EndpointRow = {
      ...rest,
      url,
      ...(types === undefined || types === null ? {} : { types }),
      ...(description === undefined || description === null ? {} : { description }),
      ...(isEnabled ? {} : { disabled: disabled ?? "owner" }),
      // Enabling begins anew, so that the first failure afterwards does not disable it again.
      ...(failingSince === undefined || (isEnabled && disabled !== undefined) ? {} : { failingSince }),
      version: before.version + 1,
    };
    await this.#write(row, keep);
    return row;
  }

  /** Gives an endpoint another secret; the one before signs as well for a while. */
  async rotate(
    before: EndpointRow,
    {
      secret: brought,
      overlapMs = OVERLAP_MS,
    }: { readonly secret?: string | undefined; readonly overlapMs?: number | undefined },
    keep: Keep,
  ): Promise<EndpointRow> {
    const secret = brought ?? newSecret(before.scheme);
    const keyid = await this.#checkSecret(before.scheme, secret, before.id);
    const { keyid: _k, oldSecret: _o, ...rest } = before;
    const row: EndpointRow = {
      ...rest,
      secret,
      ...(keyid === undefined ? {} : { keyid }),
      ...(overlapMs === 0 || secret === before.secret
        ? {}
        : { oldSecret: { secret: before.secret, until: this.#options.clock() + overlapMs } }),
      version: before.version + 1,
    };
    await this.#write(row, keep);
    return row;
  }

  #checkUrl(url: string): void {
    readEndpointUrl(url, this.#options.policy, this.#options.allowLoopback);
  }

  // A key that signs webhooks signs nothing else (HOOK-5).
  async #checkSecret(scheme: Scheme, secret: string, endpoint?: string): Promise<string | undefined> {
    const { store, ownKeys } = this.#options;
    secretBytes(scheme, secret);
    if (scheme === "v1") return undefined;
    const { keyid } = await publicKeyOf(secret);
    const owner = await store.endpointOfKey(keyid);
    if (ownKeys.has(keyid) || (await store.partyOfKey(keyid)) !== undefined || (owner ?? endpoint) !== endpoint) {
      throw new SettldError("HOOK_KEY_ROLE", "/secret: expected a key that signs nothing else, found one that does", {
        pointer: "/secret",
      });
    }
    return keyid;
  }

  async #write(row: EndpointRow, keep: Keep): Promise<void> {
    const answer = await keep(row);
    const change: Change = { endpoints: [row], ...(answer === undefined ? {} : { answer }) };
    const written = await this.#options.store.write(change);
    if (written.ok) return;
    throw written.conflict.kind === "answered"
      ? new SettldError("HTTP_IDEMPOTENCY_IN_FLIGHT", "a request with this Idempotency-Key was just answered")
      : new SettldError("HTTP_UNAVAILABLE", "the endpoint changed at the same time; try again");
  }
}

/** Refuses keys for the registry that sign webhooks, or did (HOOK-5). */
export async function refuseWebhookKeys(
  store: Pick<Store, "endpointOfKey">,
  thumbprints: Iterable<string>,
): Promise<void> {
  for (const thumbprint of thumbprints) {
    if ((await store.endpointOfKey(thumbprint)) !== undefined) {
      throw new SettldError("HOOK_KEY_ROLE", `expected keys that sign no webhooks, found ${thumbprint}, which does`);
    }
  }
}
