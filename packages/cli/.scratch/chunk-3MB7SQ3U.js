import {
  parseDocument
} from "./chunk-PTEVOOZX.js";
import {
  inputError
} from "./chunk-QAFWPTKF.js";

// src/keys/public-key.ts
import { createPublicKey } from "node:crypto";
import {
  base64urlDecode,
  bytesEqual,
  checkPublicKey,
  decodePoint,
  isSettldError,
  publicKeyFromJwk
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
var PEM = /^\s*-----BEGIN PUBLIC KEY-----\s/;
async function readPublicKey(bytes, where) {
  let publicKey;
  try {
    const text = new TextDecoder().decode(bytes.subarray(0, 4096));
    publicKey = PEM.test(text) ? fromPem(text) : await fromJwk(parseDocument(bytes));
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw inputError(error.code, `${where}: ${error.message}`, error);
  }
  const code = checkPublicKey(publicKey) ?? (decodePoint(publicKey) === void 0 ? "KEY_NOT_ON_CURVE" : void 0);
  if (code !== void 0) throw inputError(code, `${where}: expected a usable Ed25519 public key, found another`);
  return publicKey;
}
function fromPem(text) {
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === "ed25519") {
      return new Uint8Array(key.export({ format: "der", type: "spki" }).subarray(-32));
    }
    throw inputError("CLI_KEY", `expected an Ed25519 key in PEM, found one of type ${key.asymmetricKeyType}`);
  } catch (error) {
    if (isSettldError(error)) throw error;
    throw inputError("CLI_KEY", "expected an Ed25519 public key in PEM, found something that is none", error);
  }
}
async function fromJwk(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, "d")) {
    return publicKeyFromJwk(value);
  }
  const { d, ...jwk } = value;
  const publicKey = publicKeyFromJwk(jwk);
  const seed = typeof d === "string" ? base64urlDecode(d) : new Uint8Array();
  if (seed.length !== 32) throw inputError("CLI_KEY", `/d: expected a private part of 32 bytes, found ${seed.length}`);
  if (!bytesEqual(await defaultCrypto.publicKeyOf(seed), publicKey)) {
    throw inputError("CLI_KEY", "/x: expected the public key of the private part, found another");
  }
  return publicKey;
}

export {
  readPublicKey
};
//# sourceMappingURL=chunk-3MB7SQ3U.js.map