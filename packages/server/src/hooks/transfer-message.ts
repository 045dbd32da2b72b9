import { accountId } from "../store/account-id.ts";
import type { NewMessage } from "../store/message-store.ts";
import type { TransferRow } from "../store/store.ts";
import { messageFor } from "./message.ts";

/** What is told of a transfer (HOOK-1): to the tenant that sees it, and operators. */
export function transferMessage(
  type: "deposit.booked" | "withdrawal.created" | "withdrawal.paid" | "withdrawal.returned",
  { id, tenant, party, assetCode, assetScale, entry, status }: TransferRow,
  at: number,
): NewMessage {
  const account = accountId({ kind: "available", owner: party, assetCode, assetScale });
  const shared = { party, account, entry, status };
  const cause = `${id} ${entry}`;
  return type === "deposit.booked"
    ? messageFor([tenant], { type, cause, at, data: { deposit: id, ...shared } })
    : messageFor([tenant], { type, cause, at, data: { withdrawal: id, ...shared } });
}
