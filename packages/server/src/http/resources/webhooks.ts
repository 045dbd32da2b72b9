import { SettldError } from "@settld/protocol";
import type {
  CreateWebhookEndpoint,
  Replay,
  ReplayWebhooks,
  RotateWebhookSecret,
  UpdateWebhookEndpoint,
} from "../../gen/types.ts";
import { cursorOf, placeOf } from "../../hooks/feed.ts";
import { messageToEndpoint } from "../../hooks/message.ts";
import { type DeliveryRow, deliveryId, type EndpointRow, OPERATORS } from "../../store/message-store.ts";
import type { Change, KeptAnswer } from "../../store/store.ts";
import { type Context, callerOf, type Handlers, instantOf, json, required, text } from "../context.ts";
import { badCursor, listPage } from "../list.ts";
import { deliveryView, endpointView } from "../views/webhooks.ts";

// Messages of one replay, and how many are looked at for them.
const REPLAYED_MAX = 1_000;
const PAGE = 1_000;
const LOOKED_AT_MAX = 10_000;

/** Webhook endpoints and their deliveries. */
export const webhooks: Handlers = {
  "webhookEndpoints.create": async (context) => {
    const { services } = context;
    const { key, isOperator } = callerOf(context);
    const body = context.body as CreateWebhookEndpoint;
    const row = await services.endpoints.create({ ...body, tenant: key.tenant, isOperator }, keepCreated(context, 201));
    return json(201, await createdView(context, row), { location: `/v1/webhook_endpoints/${row.id}` });
  },

  "webhookEndpoints.list": async (context) => {
    const { isOperator, key } = callerOf(context);
    return listPage(
      context,
      async (page) => {
        if (page.after !== undefined && (await find(context, page.after)) === undefined) throw badCursor();
        return context.services.store.listEndpoints(isOperator ? undefined : key.tenant, page);
      },
      ({ id }) => id,
      (row) => endpointView(row, context.services.clock()),
    );
  },

  "webhookEndpoints.retrieve": async (context) =>
    json(200, await endpointView(await own(context), context.services.clock())),

  "webhookEndpoints.update": async (context) => {
    const { services, keep } = context;
    const view = (row: EndpointRow) => endpointView(row, services.clock());
    const row = await services.endpoints.update(
      await own(context),
      context.body as UpdateWebhookEndpoint,
      async (made) => keep?.(200, await view(made)),
    );
    services.deliveries.wake();
    return json(200, await view(row));
  },

  "webhookEndpoints.delete": async (context) => {
    const { store, clock } = context.services;
    const row = await own(context);
    await store.deleteEndpoint(row.id);
    return json(200, await endpointView(row, clock()));
  },

  "webhookEndpoints.rotate": async (context) => {
    const { secret, overlapSeconds } = context.body as RotateWebhookSecret;
    const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1_000;
    const before = await own(context);
    const row = await context.services.endpoints.rotate(before, { secret, overlapMs }, keepCreated(context, 200));
    return json(200, await createdView(context, row));
  },

  "webhookEndpoints.test": async (context) => {
    const { clock } = context.services;
    const { id } = await enabled(context);
    const at = clock();
    const cause = `${callerOf(context).key.tenant} ${context.headers.get("idempotency-key")} ${at}`;
    const data = { endpoint: id, reason: null };
    const message = messageToEndpoint(id, { type: "webhook_endpoint.test", cause, at, data });
    const row = newDelivery(id, message, at);
    return redeliver(context, 201, row, { messages: [message] });
  },

  "webhookEndpoints.listDeliveries": async (context) => {
    const { id } = await own(context);
    const state = text(context, "state") as DeliveryRow["state"] | undefined;
    return listPage(
      context,
      (page) => context.services.store.listDeliveries(id, state, page),
      (row) => row.id,
      deliveryView,
    );
  },

  "webhookEndpoints.replayDelivery": async (context) => {
    const { store, clock } = context.services;
    const { id } = await enabled(context);
    const delivery = required(context, "delivery");
    const before = await store.delivery(delivery);
    if (before === undefined || before.endpoint !== id) {
      throw new SettldError("HTTP_NOT_FOUND", `expected a delivery, found none: ${delivery}`);
    }
    const at = clock();
    const row: DeliveryRow = { ...before, state: "pending", attempts: 0, due: at };
    return redeliver(context, 200, row, { redeliver: { endpoint: id, messages: [before.message], at } });
  },

  "webhookEndpoints.replay": async (context) => {
    const { store, feed, clock, deliveries } = context.services;
    const { since, cursor } = context.body as ReplayWebhooks;
    const endpoint = await enabled(context);
    const from = instantOf(since, "HTTP_BODY", "since");
    let place = cursor === undefined ? await feed.placeBefore(endpoint.feed, from) : placeOf(cursor, "/cursor");
    if (cursor !== undefined) await feed.expectPlace(endpoint.feed, place);
    const found: string[] = [];
    let hasMore = true;
    for (let looked = 0; hasMore && looked < LOOKED_AT_MAX; looked += PAGE) {
      const page = await store.messages(endpoint.feed, { after: place, limit: PAGE });
      for (const { place: at, id, type, at: time } of page) {
        if (found.length >= REPLAYED_MAX) break;
        place = at;
        if (time >= from && (endpoint.types === undefined || endpoint.types.includes(type))) found.push(id);
      }
      hasMore = page.length === PAGE || (page.at(-1)?.place !== place && page.length > 0);
      if (found.length >= REPLAYED_MAX) break;
    }
    const view: Replay = {
      object: "replay",
      deliveries: found.length,
      hasMore,
      nextCursor: hasMore ? cursorOf(place) : null,
    };
    const change = { redeliver: { endpoint: endpoint.id, messages: found, at: clock() } };
    await write(context, { ...change, ...answerOf(context.keep?.(200, view)) });
    deliveries.wake();
    return json(200, view);
  },
};

async function redeliver(context: Context, status: number, row: DeliveryRow, change: Change): Promise<Response> {
  const view = deliveryView(row);
  await write(context, { ...change, ...answerOf(context.keep?.(status, view)) });
  context.services.deliveries.wake();
  return json(status, view);
}

async function write({ services }: Context, change: Change): Promise<void> {
  const written = await services.store.write(change);
  if (written.ok) return;
  throw written.conflict.kind === "answered"
    ? new SettldError("HTTP_IDEMPOTENCY_IN_FLIGHT", "a request with this Idempotency-Key was just answered")
    : new SettldError("HTTP_UNAVAILABLE", "the endpoint changed at the same time; try again");
}

function answerOf(answer: KeptAnswer | undefined): Pick<Change, "answer"> {
  return answer === undefined ? {} : { answer };
}

function newDelivery(
  endpoint: string,
  { id, type }: { readonly id: string; readonly type: string },
  at: number,
): DeliveryRow {
  return {
    id: deliveryId(endpoint, id),
    endpoint,
    message: id,
    type,
    state: "pending",
    attempts: 0,
    due: at,
    createdAt: at,
  };
}

async function createdView({ services }: Context, row: EndpointRow): Promise<object> {
  // A key of v1a never leaves the server: its public half is all that a receiver needs.
  const secret = row.scheme === "v1" ? row.secret : null;
  return { ...(await endpointView(row, services.clock())), secret };
}

// The kept answer is without the secret, because what is kept can be read (HTTP-7).
function keepCreated({ services, keep }: Context, status: number) {
  return async (row: EndpointRow): Promise<KeptAnswer | undefined> =>
    keep?.(status, { ...(await endpointView(row, services.clock())), secret: null });
}

// An operator's endpoint hears everything, so a key that may not hear it does not even see the endpoint.
async function find(context: Context, id: string): Promise<EndpointRow | undefined> {
  const { isOperator, key } = callerOf(context);
  const row = await context.services.store.endpoint(id);
  return row !== undefined && (isOperator || (row.feed !== OPERATORS && row.feed === key.tenant)) ? row : undefined;
}

async function own(context: Context): Promise<EndpointRow> {
  const id = required(context, "endpoint");
  const row = await find(context, id);
  if (row === undefined) throw new SettldError("HTTP_NOT_FOUND", `expected a webhook endpoint, found none: ${id}`);
  return row;
}

async function enabled(context: Context): Promise<EndpointRow> {
  const row = await own(context);
  if (row.disabled !== undefined) {
    throw new SettldError("HOOK_DISABLED", `expected an endpoint that is enabled, found ${row.id} disabled`);
  }
  return row;
}
