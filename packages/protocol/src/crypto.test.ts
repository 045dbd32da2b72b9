import { createHash, createPublicKey, verify as nodeVerify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hexDecode, hexEncode, utf8 } from "./bytes.ts";
import { defaultCrypto as nodePort } from "./crypto-node.ts";
import { defaultCrypto as webPort } from "./crypto-web.ts";
import { jwkFromPublicKey } from "./jwk.ts";

// RFC 8032 section 7.1, tests 1, 2, 3 and SHA(abc). Test 1024 is among the Wycheproof vectors.
const RFC_8032: readonly (readonly [seed: string, publicKey: string, message: string, signature: string])[] = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
];

describe.each([
  ["node:crypto", nodePort],
  ["WebCrypto", webPort],
])("the port on %s", (_, port) => {
  test.each(RFC_8032)(
    "signs and verifies as RFC 8032 for seed %s",
    async (seedHex, publicKeyHex, messageHex, signatureHex) => {
      const [seed, publicKey, message, signature] = [seedHex, publicKeyHex, messageHex, signatureHex].map(
        hexDecode,
      ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
      expect(hexEncode(await port.publicKeyOf(seed))).toBe(publicKeyHex);
      expect(hexEncode(await port.sign(seed, message))).toBe(signatureHex);
      expect(hexEncode(await port.sign(await port.importPrivateKey(seed), message))).toBe(signatureHex);
      const key = await port.importPublicKey(publicKey);
      expect(key.raw).toEqual(publicKey);
      expect(await port.verify(key, message, signature)).toBe(true);
      expect(await port.verify(key, utf8("another message"), signature)).toBe(false);
      signature[40] = (signature[40] as number) ^ 1;
      expect(await port.verify(key, message, signature)).toBe(false);
    },
  );

  test("hashes in one call and in parts, and returns plain bytes", () => {
    const bytes = new Uint8Array(1000).map((__, index) => index);
    const expected = createHash("sha256").update(bytes).digest("hex");
    const hash = port.createSha256();
    hash.update(bytes.subarray(0, 3));
    hash.update(bytes.subarray(3));
    const digest = hash.digest();
    expect(hexEncode(digest)).toBe(expected);
    expect(hexEncode(port.sha256(bytes))).toBe(expected);
    expect(port.sha256Hex(bytes)).toBe(expected);
    for (const result of [digest, port.sha256(bytes)]) {
      expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
      expect(result.buffer.byteLength).toBe(32);
    }
    expect(() => hash.update(bytes)).toThrow(TypeError);
    expect(() => hash.digest()).toThrow(TypeError);
  });

  test("keeps a copy of the key", async () => {
    const raw = hexDecode(RFC_8032[0]![1]);
    const key = await port.importPublicKey(raw);
    raw.fill(0);
    expect(hexEncode(key.raw)).toBe(RFC_8032[0]![1]);
  });

  test("draws different seeds whose signatures verify", async () => {
    const [first, second] = [port.generateSeed(), port.generateSeed()];
    expect(first).toHaveLength(32);
    expect(first).not.toEqual(second);
    const key = await port.importPublicKey(await port.publicKeyOf(first));
    expect(await port.verify(key, utf8("m"), await port.sign(first, utf8("m")))).toBe(true);
    expect(await port.verify(key, utf8("m"), await port.sign(second, utf8("m")))).toBe(false);
  });

  test("verifies many at a time", async () => {
    const seed = new Uint8Array(32).fill(5);
    const key = await port.importPublicKey(await port.publicKeyOf(seed));
    const messages = Array.from({ length: 40 }, (__, index) => utf8(`message ${index}`));
    const signatures = await Promise.all(messages.map((message) => port.sign(seed, message)));
    const found = await Promise.all(messages.map((message, at) => port.verify(key, message, signatures[at ^ 1]!)));
    expect(found).toEqual(messages.map(() => false));
    const valid = await Promise.all(messages.map((message, at) => port.verify(key, message, signatures[at]!)));
    expect(valid).toEqual(messages.map(() => true));
  });

  test("refuses wrong lengths and foreign handles as misuse", async () => {
    for (const length of [0, 31, 33, 64]) {
      const bytes = new Uint8Array(length);
      await expect(port.importPrivateKey(bytes)).rejects.toThrow(TypeError);
      await expect(port.publicKeyOf(bytes)).rejects.toThrow(TypeError);
      await expect(port.sign(bytes, bytes)).rejects.toThrow(TypeError);
      await expect((async () => await port.importPublicKey(bytes))()).rejects.toThrow(TypeError);
    }
    const foreign = { raw: new Uint8Array(32), native: {} };
    await expect(port.verify(foreign, new Uint8Array(), new Uint8Array(64))).rejects.toThrow(TypeError);
    await expect(port.sign(foreign, new Uint8Array())).rejects.toThrow(TypeError);
  });
});

test("both ports offer the same, but for verifySync", () => {
  expect(Object.keys(webPort).sort()).toEqual(
    Object.keys(nodePort)
      .filter((name) => name !== "verifySync")
      .sort(),
  );
});

test("the synchronous form of node:crypto agrees with the other", async () => {
  const seed = new Uint8Array(32).fill(6);
  const publicKey = await nodePort.publicKeyOf(seed);
  const key = await nodePort.importPublicKey(publicKey);
  const signature = await nodePort.sign(seed, utf8("m"));
  expect(nodePort.verifySync?.(key, utf8("m"), signature)).toBe(true);
  expect(nodePort.verifySync?.(key, utf8("n"), signature)).toBe(false);
  const jwk = createPublicKey({ key: { ...jwkFromPublicKey(publicKey) }, format: "jwk" });
  expect(nodeVerify(null, utf8("m"), jwk, signature)).toBe(true);
});
