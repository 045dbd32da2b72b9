import { base64urlDecode, base64urlEncode, canonicalize, fromUtf8, SettldError, utf8 } from "@settld/protocol";

/** What the id of an account says: its kind, its asset and whose it is. */
export type AccountParts = {
  readonly kind: string;
  readonly assetCode: string;
  readonly assetScale: number;
  readonly owner: string;
};

/** The id of an account. */
export function accountId({ kind, assetCode, assetScale, owner }: AccountParts): string {
  return `acct_${base64urlEncode(utf8(canonicalize([kind, assetCode, assetScale, owner])))}`;
}

/**
 * Reads the id of an account.
 *
 * @throws SettldError `HTTP_PARAMETER` for a text that is none.
 */
export function readAccountId(id: string): AccountParts {
  try {
    const [kind, assetCode, assetScale, owner] = JSON.parse(fromUtf8(base64urlDecode(id.slice("acct_".length))));
    const parts = { kind, assetCode, assetScale, owner };
    if (accountId(parts) === id) return parts;
  } catch {
    // Text that no id decodes to.
  }
  throw new SettldError("HTTP_PARAMETER", `expected the id of an account, found ${JSON.stringify(id.slice(0, 80))}`);
}
