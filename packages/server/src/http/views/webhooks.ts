import { formatInstant } from "@settld/protocol";
import type { Delivery, DeliveryError, MessageType, WebhookEndpoint } from "../../gen/types.ts";
import { publicKeyOf } from "../../hooks/secret.ts";
import { type DeliveryRow, type EndpointRow, OPERATORS } from "../../store/message-store.ts";

/** A webhook endpoint as it is answered, without its secret. */
export async function endpointView(row: EndpointRow, now: number): Promise<WebhookEndpoint> {
  const { id, tenant, feed, url, types, description, scheme, secret, oldSecret, disabled, failingSince } = row;
  return {
    object: "webhook_endpoint",
    id,
    tenant,
    audience: feed === OPERATORS ? "operator" : "tenant",
    url,
    types: (types as readonly MessageType[] | undefined)?.slice() ?? null,
    description: description ?? null,
    scheme,
    publicKey: scheme === "v1a" ? (await publicKeyOf(secret)).publicKey : null,
    status: disabled === undefined ? "enabled" : "disabled",
    disabledReason: disabled ?? null,
    failingSince: instant(failingSince),
    oldSecretUntil: instant(oldSecret !== undefined && oldSecret.until > now ? oldSecret.until : undefined),
    createdAt: formatInstant(row.createdAt),
  };
}

/** A delivery as it is answered. */
export function deliveryView(row: DeliveryRow): Delivery {
  const { id, endpoint, message, type, state, attempts, due, lastAt, lastStatus, lastError, createdAt } = row;
  return {
    object: "delivery",
    id,
    endpoint,
    message,
    type: type as MessageType,
    state,
    attempts,
    nextAttemptAt: state === "pending" ? formatInstant(due) : null,
    lastAttemptAt: instant(lastAt),
    lastStatus: lastStatus ?? null,
    lastError: (lastError as DeliveryError | undefined) ?? null,
    createdAt: formatInstant(createdAt),
  };
}

function instant(time: number | undefined): string | null {
  return time === undefined ? null : formatInstant(time);
}
