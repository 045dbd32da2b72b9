import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { base64Decode, base64Encode, base64urlEncode } from "./base64.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { defaultCrypto } from "./crypto-node.ts";
import { type Envelope, pae, parseEnvelope, signEnvelope } from "./dsse.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { canonicalize } from "./jcs.ts";
import { type JsonValue, parseJsonText } from "./json.ts";
import { pemFromPublicKey } from "./jwk.ts";
import { type Signer, signerFromSeed } from "./signer.ts";

const TYPE = "application/vnd.settld.event+json";
const OPTIONS = { payloadType: TYPE, maxPayloadBytes: 8, maxSignatures: 2 };
const keyid = (fill: number): string => base64urlEncode(new Uint8Array(32).fill(fill));
const SIG = base64Encode(new Uint8Array(64).fill(3));
const SIGNATURE = { keyid: keyid(1), sig: SIG };
const ENVELOPE = { payload: base64Encode(utf8("{}")), payloadType: TYPE, signatures: [SIGNATURE] };

const signers = (): Promise<Signer[]> =>
  Promise.all([1, 2].map((fill) => signerFromSeed(new Uint8Array(32).fill(fill), defaultCrypto)));

describe("pae", () => {
  test("is that of the DSSE specification's example", () => {
    expect(fromUtf8(pae("http://example.com/HelloWorld", utf8("hello world")))).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
  });

  test("counts bytes", () => {
    expect(fromUtf8(pae("\u20ac", utf8("\ud83d\ude02")))).toBe("DSSEv1 3 \u20ac 4 \ud83d\ude02");
    expect(fromUtf8(pae("", utf8("")))).toBe("DSSEv1 0  0 ");
  });
});

describe("parseEnvelope", () => {
  test("decodes", () => {
    expect(parseEnvelope(ENVELOPE, OPTIONS)).toEqual({
      payloadType: TYPE,
      payload: utf8("{}"),
      signatures: [{ keyid: keyid(1), sig: new Uint8Array(64).fill(3) }],
    });
  });

  test("accepts what equals its limits", () => {
    const payload = base64Encode(new Uint8Array(8));
    const two = [SIGNATURE, { keyid: keyid(2), sig: SIG }];
    expect(parseEnvelope({ ...ENVELOPE, payload, signatures: two }, OPTIONS).signatures).toHaveLength(2);
    expect(parseEnvelope({ ...ENVELOPE, payload: "" }, OPTIONS).payload).toHaveLength(0);
  });

  const { payload, payloadType, signatures } = ENVELOPE;
  const withSignature = (signature: JsonValue): JsonValue => ({ ...ENVELOPE, signatures: [signature] });
  const many = (count: number): JsonValue[] =>
    Array.from({ length: count }, (_, at) => ({ keyid: keyid(at), sig: SIG }));

  test.each<[string, string, JsonValue, string]>([
    ["DSSE_MEMBERS", "null", null, ""],
    ["DSSE_MEMBERS", "an array", [], ""],
    ["DSSE_MEMBERS", "nothing", {}, ""],
    ["DSSE_MEMBERS", "no payload", { payloadType, signatures }, ""],
    ["DSSE_MEMBERS", "no type", { payload, signatures }, ""],
    ["DSSE_MEMBERS", "no signatures", { payload, payloadType }, ""],
    ["DSSE_MEMBERS", "one member more", { ...ENVELOPE, extra: 1 }, ""],
    ["DSSE_MEMBERS", "`__proto__` more", parseJsonText(canonicalize(ENVELOPE).replace("{", '{"__proto__":1,')), ""],
    ["DSSE_MEMBERS", "another spelling of a name", { Payload: payload, payloadType, signatures }, ""],
    ["DSSE_MEMBERS", "a number for the payload", { ...ENVELOPE, payload: 1 }, "/payload"],
    ["DSSE_MEMBERS", "null for the type", { ...ENVELOPE, payloadType: null }, "/payloadType"],
    ["DSSE_MEMBERS", "an object for the signatures", { ...ENVELOPE, signatures: {} }, "/signatures"],
    ["DSSE_MEMBERS", "text for a signature", withSignature("a"), "/signatures/0"],
    ["DSSE_MEMBERS", "a signature without keyid", withSignature({ sig: SIG }), "/signatures/0"],
    ["DSSE_MEMBERS", "a signature without sig", withSignature({ keyid: keyid(1) }), "/signatures/0"],
    ["DSSE_MEMBERS", "a certificate", withSignature({ ...SIGNATURE, cert: "" }), "/signatures/0"],
    ["DSSE_MEMBERS", "a number for a keyid", withSignature({ keyid: 1, sig: SIG }), "/signatures/0/keyid"],
    ["DSSE_MEMBERS", "null for a sig", withSignature({ keyid: keyid(1), sig: null }), "/signatures/0/sig"],
    ["DSSE_PAYLOAD_TYPE", "another type", { ...ENVELOPE, payloadType: "application/json" }, "/payloadType"],
    ["DSSE_PAYLOAD_TYPE", "capitals", { ...ENVELOPE, payloadType: TYPE.toUpperCase() }, "/payloadType"],
    ["DSSE_BASE64", "an unpadded payload", { ...ENVELOPE, payload: "e30" }, "/payload"],
    ["DSSE_BASE64", "trailing bits in the payload", { ...ENVELOPE, payload: "e31=" }, "/payload"],
    ["DSSE_BASE64", "an unpadded sig", withSignature({ keyid: keyid(1), sig: SIG.slice(0, -2) }), "/signatures/0/sig"],
    ["DSSE_BASE64", "a url-safe sig", withSignature({ keyid: keyid(1), sig: "-_-_" }), "/signatures/0/sig"],
    ["LIMIT_PAYLOAD_BYTES", "nine bytes", { ...ENVELOPE, payload: base64Encode(new Uint8Array(9)) }, "/payload"],
    ["DSSE_SIGNATURE_COUNT", "no signature", { ...ENVELOPE, signatures: [] }, "/signatures"],
    ["DSSE_SIGNATURE_COUNT", "three signatures", { ...ENVELOPE, signatures: many(3) }, "/signatures"],
    ["DSSE_KEYID", "an empty keyid", withSignature({ keyid: "", sig: SIG }), "/signatures/0/keyid"],
    ["DSSE_KEYID", "42 characters", withSignature({ keyid: "A".repeat(42), sig: SIG }), "/signatures/0/keyid"],
    ["DSSE_KEYID", "44 characters", withSignature({ keyid: `${"A".repeat(43)}=`, sig: SIG }), "/signatures/0/keyid"],
    ["DSSE_KEYID", "trailing bits", withSignature({ keyid: `${"A".repeat(42)}B`, sig: SIG }), "/signatures/0/keyid"],
    ["DSSE_KEYID", "standard base64", withSignature({ keyid: `+${"A".repeat(42)}`, sig: SIG }), "/signatures/0/keyid"],
    [
      "DSSE_SIGNATURE_DUPLICATE",
      "a key twice",
      { ...ENVELOPE, signatures: [SIGNATURE, SIGNATURE] },
      "/signatures/1/keyid",
    ],
    ["DSSE_SIGNATURE_LENGTH", "an empty sig", withSignature({ keyid: keyid(1), sig: "" }), "/signatures/0/sig"],
    [
      "DSSE_SIGNATURE_LENGTH",
      "65 bytes",
      withSignature({ keyid: keyid(1), sig: base64Encode(new Uint8Array(65)) }),
      "/signatures/0/sig",
    ],
  ])("%s: %s", (code, _, value, pointer) => {
    expect(() => parseEnvelope(value, OPTIONS)).toThrow(
      expect.objectContaining({ name: "SettldError", code, pointer }),
    );
  });

  // Each envelope has every fault from its row on; the first rule in order names it.
  test("applies its rules in order, each to the whole envelope", () => {
    const bad = {
      payload: base64Encode(new Uint8Array(9)),
      payloadType: "x",
      signatures: [
        { keyid: keyid(1), sig: "AA==" },
        { keyid: keyid(1), sig: "AA==" },
        { keyid: "short", sig: "A" },
      ],
    };
    const code = (value: JsonValue): unknown => {
      try {
        return parseEnvelope(value, OPTIONS);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const [first, second, third] = bad.signatures as unknown as [JsonValue, JsonValue, { keyid: string }];
    expect(code({ ...bad, signatures: [first, second, { ...third, sig: 1 }] })).toBe("DSSE_MEMBERS");
    expect(code(bad)).toBe("DSSE_PAYLOAD_TYPE");
    const typed = { ...bad, payloadType: TYPE };
    expect(code(typed)).toBe("DSSE_BASE64");
    const decodable = { ...typed, signatures: [first, second, { ...third, sig: "AA==" }] };
    expect(code(decodable)).toBe("LIMIT_PAYLOAD_BYTES");
    const small = { ...decodable, payload };
    expect(code(small)).toBe("DSSE_SIGNATURE_COUNT");
    expect(code({ ...small, signatures: [{ ...third, sig: "AA==" }, first] })).toBe("DSSE_KEYID");
    expect(code({ ...small, signatures: [first, { ...third, sig: "AA==" }] })).toBe("DSSE_KEYID");
    expect(code({ ...small, signatures: [first, second] })).toBe("DSSE_SIGNATURE_DUPLICATE");
    expect(code({ ...small, signatures: [first] })).toBe("DSSE_SIGNATURE_LENGTH");
  });
});

describe("signEnvelope", () => {
  test("makes what parseEnvelope reads and verifyEd25519 accepts, in the signers' order", async () => {
    const [first, second] = (await signers()) as [Signer, Signer];
    const envelope = await signEnvelope(TYPE, utf8("{}"), [second, first]);
    expect(Object.keys(parseJsonText(canonicalize(envelope)) as object)).toEqual([
      "payload",
      "payloadType",
      "signatures",
    ]);
    const parsed = parseEnvelope(envelope, OPTIONS);
    expect(parsed.signatures.map(({ keyid }) => keyid)).toEqual([second.keyid, first.keyid]);
    for (const [index, { publicKey }] of [second, first].entries()) {
      const sig = parsed.signatures[index]?.sig as Uint8Array;
      expect(await verifyEd25519(defaultCrypto, publicKey, pae(TYPE, parsed.payload), sig)).toBeUndefined();
      expect(await verifyEd25519(defaultCrypto, publicKey, parsed.payload, sig)).toBe("DSSE_SIGNATURE_INVALID");
    }
  });

  test("signs what was there when it was called", async () => {
    const [first] = (await signers()) as [Signer];
    const payload = utf8("{}");
    const running = signEnvelope(TYPE, payload, [first]);
    payload.fill(0);
    const { payload: encoded, signatures } = await running;
    expect(base64Decode(encoded)).toEqual(utf8("{}"));
    const sig = base64Decode(signatures[0]?.sig as string);
    expect(await verifyEd25519(defaultCrypto, first.publicKey, pae(TYPE, utf8("{}")), sig)).toBeUndefined();
  });

  test("calls the signer as a method", async () => {
    class Service {
      readonly keyid = keyid(1);
      readonly #signature = new Uint8Array(64);
      async sign(): Promise<Uint8Array> {
        return await Promise.resolve(this.#signature);
      }
    }
    await expect(signEnvelope(TYPE, utf8("{}"), [new Service()])).resolves.toMatchObject({ payloadType: TYPE });
  });

  test("takes misuse for misuse", async () => {
    const [first] = (await signers()) as [Signer];
    const sign = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(63));
    await expect(signEnvelope(TYPE, utf8("{}"), [])).rejects.toThrow(TypeError);
    await expect(signEnvelope(TYPE, utf8("{}"), [first, first])).rejects.toThrow(TypeError);
    await expect(signEnvelope(TYPE, utf8("{}"), [{ keyid: first.keyid, sign }])).rejects.toThrow(TypeError);
    await expect(signEnvelope(TYPE, utf8("{}"), [{ ...first, keyid: "a" }])).rejects.toThrow(TypeError);
  });
});

const OPENSSL = spawnSync("openssl", ["version"]).status === 0;

test.skipIf(!OPENSSL)("openssl verifies the pre-authentication encoding (skipped without openssl)", async () => {
  const [first] = (await signers()) as [Signer];
  const envelope: Envelope = await signEnvelope(TYPE, utf8('{"a":1}'), [first]);
  const folder = mkdtempSync(join(tmpdir(), "settld-dsse-"));
  try {
    const [pem, message, sig] = ["key.pem", "pae", "sig"].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(pem, pemFromPublicKey(first.publicKey));
    writeFileSync(sig, base64Decode(envelope.signatures[0]?.sig as string));
    const verify = (payload: string): number | null => {
      writeFileSync(message, pae(TYPE, utf8(payload)));
      return spawnSync("openssl", [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        pem,
        "-rawin",
        "-in",
        message,
        "-sigfile",
        sig,
      ]).status;
    };
    expect(verify('{"a":1}')).toBe(0);
    expect(verify('{"a":2}')).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
