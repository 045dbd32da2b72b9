import { createHmac, timingSafeEqual } from "node:crypto";
import { base64Decode, concatBytes, isSettldError, utf8, verifyEd25519 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { HookRequest } from "./hook-receiver.ts";

const TOLERANCE_S = 300;

/**
 * What is wrong with a delivery by the Standard Webhooks specification, or `undefined`: the three headers, a time that is
 * near, and one signature that verifies.
 *
 * @param secret - `whsec_` and base64 for HMAC-SHA256, or `whpk_` and base64 of an Ed25519 public key.
 */
export const hookFault = async (
  { headers, body, at }: HookRequest,
  secret: string,
  { now = at }: { readonly now?: number } = {},
): Promise<string | undefined> => {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map(
    (name) => headers.get(`webhook-${name}`) ?? "",
  );
  if (id === undefined || id === "" || id.includes(".")) return `expected webhook-id, found ${id === "" ? "none" : id}`;
  if (timestamp === undefined || !/^[1-9][0-9]{0,15}$/.test(timestamp))
    return `expected webhook-timestamp, found ${timestamp}`;
  const skew = Math.abs(now / 1000 - Number(timestamp));
  if (skew > TOLERANCE_S)
    return `expected webhook-timestamp within ${TOLERANCE_S} s, found it ${Math.round(skew)} s away`;
  const message = concatBytes(utf8(`${id}.${timestamp}.`), body);
  for (const signature of (signatures ?? "").split(" ")) {
    if (await verifies(signature, message, secret)) return undefined;
  }
  return `expected a signature under the secret, found ${signatures === "" ? "none" : "none that verifies"}`;
};

const verifies = async (signature: string, message: Uint8Array, secret: string): Promise<boolean> => {
  const comma = signature.indexOf(",");
  const [scheme, text] = [signature.slice(0, comma), signature.slice(comma + 1)];
  try {
    const key = base64Decode(secret.replace(/^wh(?:sec|pk)_/, ""));
    const found = base64Decode(text);
    if (scheme === "v1" && secret.startsWith("whsec_")) {
      const expected = createHmac("sha256", key).update(message).digest();
      return found.length === expected.length && timingSafeEqual(found, expected);
    }
    if (scheme === "v1a" && secret.startsWith("whpk_")) {
      return (await verifyEd25519(defaultCrypto, key, message, found)) === undefined;
    }
    return false;
  } catch (error) {
    if (!isSettldError(error)) throw error;
    return false;
  }
};
