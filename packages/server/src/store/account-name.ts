import { SettldError } from "@settld/protocol";
import type { BookAccount, BookKind } from "./store.ts";

const KINDS: readonly string[] = ["available", "escrow", "holdback", "fee", "rail"] satisfies readonly BookKind[];

/**
 * The name of an account of the book, one text for one account: kind, asset and scale, then the owner, which may hold
 * anything. It names accounts in locks and is the cursor of lists of accounts.
 */
export function accountName({ kind, owner, assetCode, assetScale }: BookAccount): string {
  return `${kind} ${assetCode}/${assetScale} ${owner}`;
}

/**
 * The account that {@link accountName} names.
 *
 * @throws SettldError `HTTP_PARAMETER` for any other text.
 */
export function parseAccountName(name: string): BookAccount {
  // The asset code may hold slashes, as CAIP-19 ids do, but no space.
  const match = /^([a-z]+) ([^ ]+)\/(0|[1-9]\d?) (.+)$/s.exec(name);
  const [, kind = "", assetCode = "", assetScale = "", owner = ""] = match ?? [];
  if (!KINDS.includes(kind)) {
    throw new SettldError("HTTP_PARAMETER", "after: expected the name of an account, found another text");
  }
  return { kind: kind as BookKind, owner, assetCode, assetScale: Number(assetScale) };
}
