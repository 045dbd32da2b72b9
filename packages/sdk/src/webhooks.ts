/**
 * The receiver of webhooks: verifies what a server posts. It needs no client, and no key but the endpoint's secret.
 */
export { isSettldError, SettldError } from "@settld/protocol";
export type {
  AgreementMessage,
  DepositMessage,
  EndpointMessage,
  Message,
  MessageType,
  ReceiptMessage,
  WithdrawalMessage,
} from "./gen/api.ts";
export {
  type MessageOf,
  type WebhookHandlerOptions,
  type WebhookHandlers,
  type WebhookInfo,
  webhookHandler,
} from "./webhooks/handler.ts";
export {
  type VerifiedWebhook,
  verifyWebhook,
  type WebhookHeaders,
  type WebhookInput,
} from "./webhooks/verify.ts";
