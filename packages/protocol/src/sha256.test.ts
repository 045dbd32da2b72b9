import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hexEncode, utf8 } from "./bytes.ts";
import { createSha256, sha256 } from "./sha256.ts";

describe("sha256", () => {
  // NIST example values and CAVP short messages for SHA-256.
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("hashes %j", (text, expected) => {
    expect(hexEncode(sha256(utf8(text)))).toBe(expected);
  });

  test.each([
    [[0xd3], "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"],
    [[0x11, 0xaf], "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"],
    [[0xb4, 0x19, 0x0e], "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"],
  ])("hashes the bytes %j", (bytes, expected) => {
    expect(hexEncode(sha256(Uint8Array.from(bytes)))).toBe(expected);
  });

  test("hashes a million letters", () => {
    const hash = createSha256();
    const part = new Uint8Array(1000).fill(0x61);
    for (let index = 0; index < 1000; index++) hash.update(part);
    expect(hexEncode(hash.digest())).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  test("agrees with node:crypto at every length around a block", () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = new Uint8Array(length).map((_, index) => index * 31 + length);
      expect(hexEncode(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  test("agrees with node:crypto however the input is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 }), (parts) => {
        const theirs = createHash("sha256");
        const ours = createSha256();
        for (const part of parts) {
          theirs.update(part);
          ours.update(part);
        }
        expect(hexEncode(ours.digest())).toBe(theirs.digest("hex"));
      }),
      { seed: 1 },
    );
  });

  test("keeps hashes in progress apart", () => {
    const [first, second] = [createSha256(), createSha256()];
    first.update(utf8("ab"));
    second.update(utf8("x"));
    first.update(utf8("c"));
    expect(first.digest()).toEqual(sha256(utf8("abc")));
    expect(second.digest()).toEqual(sha256(utf8("x")));
  });

  test("refuses to go on after the digest", () => {
    const hash = createSha256();
    hash.digest();
    expect(() => hash.update(utf8("a"))).toThrow(TypeError);
    expect(() => hash.digest()).toThrow(TypeError);
  });
});
