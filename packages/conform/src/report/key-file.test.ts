import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { base64urlEncode, bytesEqual, jwkFromPublicKey, pemFromPublicKey, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { describe, expect, test } from "vitest";
import { readPublicKey, readSigner } from "./key-file.ts";

const seed = new Uint8Array(32).fill(9);
const { publicKey, keyid } = await signerFromSeed(seed, defaultCrypto);
const jwk = jwkFromPublicKey(publicKey);
const privateJwk = { ...jwk, d: base64urlEncode(seed) };
const key = createPrivateKey({ key: privateJwk, format: "jwk" });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const pkcs8 = key.export({ format: "pem", type: "pkcs8" }).toString();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const sealed = key.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" }).toString();

describe("a private key", () => {
  test.each([
    ["PKCS #8", pkcs8],
    ["a JWK", `${JSON.stringify(privateJwk, null, 2)}\n`],
  ])("in %s signs", async (_, text) => {
    const signer = await readSigner(bytes(text), "k");
    expect(signer.keyid).toBe(keyid);
    expect(await signer.sign(bytes("m"))).toHaveLength(64);
  });

  test.each([
    ["another kind of key", rsa.privateKey.export({ format: "pem", type: "pkcs8" }).toString(), /of type rsa/],
    ["an encrypted key", sealed, /not encrypted/],
    ["a public JWK", JSON.stringify(jwk), /a JWK without d/],
    [
      "a JWK of two keys",
      JSON.stringify({ ...privateJwk, d: base64urlEncode(seed.map((byte) => byte + 1)) }),
      /another/,
    ],
    ["a JWK of another length", JSON.stringify({ ...privateJwk, d: "AA" }), /32 bytes/],
    ["text", "hello", /JSON_SYNTAX/],
    ["a cut PEM", pkcs8.slice(0, 60), /something that is none/],
  ])("cannot be %s", async (_, text, why) => {
    const reading = readSigner(bytes(text), "k.pem");
    await expect(reading).rejects.toMatchObject({ code: "CLI_KEY" });
    await expect(reading).rejects.toThrow(why);
    await expect(reading).rejects.toThrow(/^k\.pem: /);
  });
});

describe("a public key", () => {
  test.each([
    ["SPKI", pemFromPublicKey(publicKey)],
    ["a JWK", JSON.stringify(jwk)],
    ["a private JWK", JSON.stringify(privateJwk)],
    ["PKCS #8", pkcs8],
  ])("in %s is read", async (_, text) => {
    expect(bytesEqual(await readPublicKey(bytes(text), "k"), publicKey)).toBe(true);
  });

  test.each([
    ["another kind of key", rsa.publicKey.export({ format: "pem", type: "spki" }).toString(), /of type rsa/],
    ["a point of small order", JSON.stringify({ ...jwk, x: base64urlEncode(new Uint8Array(32)) }), /KEY_SMALL_ORDER/],
    ["no point", JSON.stringify({ ...jwk, x: base64urlEncode(new Uint8Array(32).fill(2, 0, 1)) }), /KEY_NOT_ON_CURVE/],
  ])("cannot be %s", async (_, text, why) => {
    const reading = readPublicKey(bytes(text), "k");
    await expect(reading).rejects.toMatchObject({ code: "CLI_KEY" });
    await expect(reading).rejects.toThrow(why);
  });
});
