import { createHash } from "node:crypto";
import { formatInstant } from "@settld/protocol";
import type {
  AgreementMessageData,
  DepositMessageData,
  EndpointMessageData,
  MessageType,
  ReceiptMessageData,
  WithdrawalMessageData,
} from "../gen/types.ts";
import { type FeedMessage, type NewMessage, OPERATORS } from "../store/message-store.ts";

/** What can be said of each type of message. */
type Data =
  | AgreementMessageData
  | ReceiptMessageData
  | DepositMessageData
  | WithdrawalMessageData
  | EndpointMessageData;

/** A message before it has an id and knows who is told. */
export type Told = {
  readonly type: MessageType;
  /** What causes it: the same cause makes the same id, so that nothing is told twice. */
  readonly cause: string;
  readonly at: number;
  readonly data: Data;
};

/** A message for tenants and operators (HOOK-1). */
export function messageFor(tenants: Iterable<string>, told: Told): NewMessage {
  return { ...messageOf(told), to: { feeds: [...new Set([...tenants, OPERATORS])] } };
}

/** A message for one endpoint alone. */
export function messageToEndpoint(endpoint: string, told: Told): NewMessage {
  return { ...messageOf(told), to: { endpoint } };
}

function messageOf({ type, cause, at, data }: Told): Omit<NewMessage, "to"> {
  const hash = createHash("sha256").update(`${type} ${cause}`).digest("base64url");
  return { id: `msg_${hash.slice(0, 28)}`, type, at, data: JSON.stringify(data) };
}

/** The body of a webhook, the same text each time (HOOK-2). */
export function bodyOf({ type, at, data }: Pick<FeedMessage, "type" | "at" | "data">): string {
  return `{"type":${JSON.stringify(type)},"timestamp":"${formatInstant(at)}","data":${data}}`;
}

/** The line of a stream: the body with its id. */
export function lineOf(message: Pick<FeedMessage, "id" | "type" | "at" | "data">): string {
  return `{"id":${JSON.stringify(message.id)},${bodyOf(message).slice(1)}`;
}

/** Who may see an agreement: the tenants of its parties (HTTP-5). */
export async function tenantsOf(
  parties: Iterable<string>,
  tenantOf: (party: string) => Promise<string | undefined>,
): Promise<Set<string>> {
  const tenants = new Set<string>();
  for (const party of parties) {
    const tenant = await tenantOf(party);
    if (tenant !== undefined) tenants.add(tenant);
  }
  return tenants;
}
