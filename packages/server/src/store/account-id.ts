import { base64urlEncode, utf8 } from "@settld/protocol";
import type { BookAccount } from "./store.ts";

/** The id of an account for clients: opaque, and only a spelling of its name. */
export function accountId({ kind, owner, assetCode, assetScale }: BookAccount): string {
  return `acct_${base64urlEncode(utf8(JSON.stringify([kind, assetCode, assetScale, owner])))}`;
}
