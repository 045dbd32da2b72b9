import type { Connection } from "../connection.ts";
import type {
  CreatedWebhookEndpoint,
  CreateWebhookEndpoint,
  Delivery,
  Replay,
  ReplayWebhooks,
  RotateWebhookSecret,
  UpdateWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointsListDeliveriesQuery,
  WebhookEndpointsListQuery,
} from "../gen/api.ts";
import type { List } from "../http/list.ts";
import type { RequestOptions, WriteOptions } from "../http/transport.ts";

const unchecked = async (): Promise<void> => {};

/**
 * Places to which the server posts messages. Nothing of it is signed by the protocol, so nothing is verified here:
 * check what arrives with `@settld/sdk/webhooks`, and fetch what a message names.
 */
export class WebhookEndpoints {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Makes an endpoint. Its `secret` is in the first answer only. */
  create(body: CreateWebhookEndpoint, options?: WriteOptions): Promise<CreatedWebhookEndpoint> {
    return this.#api.call("webhookEndpoints.create", { body }, options);
  }

  /** Lists endpoints, oldest first. */
  list(query: WebhookEndpointsListQuery = {}, options: RequestOptions = {}): List<WebhookEndpoint> {
    return this.#api.list("webhookEndpoints.list", { query }, options, unchecked);
  }

  /** Reads an endpoint. */
  retrieve(endpoint: string, options?: RequestOptions): Promise<WebhookEndpoint> {
    return this.#api.call("webhookEndpoints.retrieve", { path: { endpoint } }, options);
  }

  /** Changes what is named; null takes it away. */
  update(endpoint: string, body: UpdateWebhookEndpoint, options?: WriteOptions): Promise<WebhookEndpoint> {
    return this.#api.call("webhookEndpoints.update", { path: { endpoint }, body }, options);
  }

  /** Deletes an endpoint with its deliveries. */
  delete(endpoint: string, options?: RequestOptions): Promise<WebhookEndpoint> {
    return this.#api.call("webhookEndpoints.delete", { path: { endpoint } }, options);
  }

  /** Replaces the secret; the one before signs as well for `overlapSeconds`, by default a day. */
  rotate(endpoint: string, body: RotateWebhookSecret = {}, options?: WriteOptions): Promise<CreatedWebhookEndpoint> {
    return this.#api.call("webhookEndpoints.rotate", { path: { endpoint }, body }, options);
  }

  /** Sends a message of type `webhook_endpoint.test`. */
  test(endpoint: string, options?: WriteOptions): Promise<Delivery> {
    return this.#api.call("webhookEndpoints.test", { path: { endpoint }, body: {} }, options);
  }

  /** Lists deliveries, the newest first; the dead letters with the state `dead`. */
  deliveries(
    endpoint: string,
    query: WebhookEndpointsListDeliveriesQuery = {},
    options: RequestOptions = {},
  ): List<Delivery> {
    return this.#api.list("webhookEndpoints.listDeliveries", { path: { endpoint }, query }, options, unchecked);
  }

  /** Delivers one message again. */
  replayDelivery(endpoint: string, delivery: string, options?: WriteOptions): Promise<Delivery> {
    return this.#api.call("webhookEndpoints.replayDelivery", { path: { endpoint, delivery }, body: {} }, options);
  }

  /** Delivers everything since a time again, at most 1000 messages a call. */
  replay(endpoint: string, body: ReplayWebhooks, options?: WriteOptions): Promise<Replay> {
    return this.#api.call("webhookEndpoints.replay", { path: { endpoint }, body }, options);
  }
}
