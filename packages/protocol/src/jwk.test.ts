import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { base64urlDecode, base64urlEncode } from "./base64.ts";
import { hexDecode } from "./bytes.ts";
import { defaultCrypto } from "./crypto-node.ts";
import { type JsonValue, parseJsonText } from "./json.ts";
import { jwkFromPublicKey, pemFromPublicKey, publicKeyFromJwk, thumbprint } from "./jwk.ts";

// RFC 8037 appendix A.
const X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const JWK = { kty: "OKP", crv: "Ed25519", x: X } as const;
const KEY = hexDecode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

test("jwkFromPublicKey and publicKeyFromJwk invert each other", () => {
  expect(jwkFromPublicKey(KEY)).toEqual(JWK);
  expect(publicKeyFromJwk(JWK)).toEqual(KEY);
});

test("thumbprint is that of RFC 8037 appendix A.3, with either hash", () => {
  expect(thumbprint(KEY)).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  expect(thumbprint(KEY, defaultCrypto)).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
});

describe("publicKeyFromJwk refuses", () => {
  test.each<[string, JsonValue]>([
    ["null", null],
    ["an array", [JWK]],
    ["text", X],
    ["no member", {}],
    ["no kty", { crv: "Ed25519", x: X }],
    ["another kty", { ...JWK, kty: "EC" }],
    ["kty in lower case", { ...JWK, kty: "okp" }],
    ["another crv", { ...JWK, crv: "X25519" }],
    ["no crv", { kty: "OKP", x: X }],
    ["no x", { kty: "OKP", crv: "Ed25519" }],
    ["a number for x", { ...JWK, x: 1 }],
    ["a private part", { ...JWK, d: X }],
    ["a kid", { ...JWK, kid: "a" }],
    ["`__proto__` as a member", parseJsonText(`{"__proto__":1,"crv":"Ed25519","kty":"OKP","x":"${X}"}`)],
    ["members below `__proto__`", parseJsonText(`{"__proto__":{"crv":"Ed25519","kty":"OKP","x":"${X}"}}`)],
    ["inherited members", Object.create(JWK)],
  ])("%s with KEY_JWK", (_, value) => {
    expect(() => publicKeyFromJwk(value)).toThrow(expect.objectContaining({ name: "SettldError", code: "KEY_JWK" }));
  });

  test.each([
    ["padding", `${X}=`, 43],
    ["standard base64", X.replace("_", "/"), 13],
    ["trailing bits", `${X.slice(0, -1)}p`, 42],
    ["a space", `${X} `, 43],
  ])("%s with KEY_BASE64URL", (_, x, offset) => {
    expect(() => publicKeyFromJwk({ ...JWK, x })).toThrow(
      expect.objectContaining({ name: "SettldError", code: "KEY_BASE64URL", pointer: "/x", offset }),
    );
  });

  test.each([0, 31, 33, 64])("%i bytes with KEY_LENGTH", (length) => {
    expect(() => publicKeyFromJwk({ ...JWK, x: base64urlEncode(new Uint8Array(length)) })).toThrow(
      expect.objectContaining({ name: "SettldError", code: "KEY_LENGTH", pointer: "/x" }),
    );
  });
});

test("pemFromPublicKey writes what other tools read", () => {
  const pem = pemFromPublicKey(KEY);
  expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=]{60}\n-----END PUBLIC KEY-----\n$/);
  expect(createPublicKey(pem).export({ format: "jwk" })).toEqual(JWK);
});

test("other lengths are misuse", () => {
  for (const write of [jwkFromPublicKey, thumbprint, pemFromPublicKey]) {
    expect(() => write(new Uint8Array(31))).toThrow(TypeError);
  }
});

test("a thumbprint is 32 bytes in 43 characters", () => {
  expect(base64urlDecode(thumbprint(KEY))).toHaveLength(32);
  expect(thumbprint(KEY)).toHaveLength(43);
});
