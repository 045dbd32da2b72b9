/** Base64 with a bit set that means nothing. */
export function bumpLast(value: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const body = value.replace(/=+$/, "");
  const set = body.length === value.length ? url : alphabet;
  return body.slice(0, -1) + set.charAt(set.indexOf(body.slice(-1)) + 1) + value.slice(body.length);
}
