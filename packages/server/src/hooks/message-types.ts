import { EVENT_TYPES } from "@settld/protocol";
import type { MessageType } from "../gen/types.ts";

const TYPES: ReadonlySet<string> = new Set<MessageType>([
  ...EVENT_TYPES,
  "receipt.issued",
  "deposit.booked",
  "withdrawal.created",
  "withdrawal.paid",
  "withdrawal.returned",
  "webhook_endpoint.disabled",
  "webhook_endpoint.test",
]);

/** Whether a text is a type of messages. */
export function isMessageType(text: string): text is MessageType {
  return TYPES.has(text);
}
