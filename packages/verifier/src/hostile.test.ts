import {
  base64Decode,
  type Code,
  type CryptoPort,
  canonicalize,
  decodePoint,
  isSettldError,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  parseEvent,
  parseReceipt,
  parseTrustDocument,
  signEnvelope,
  thumbprint,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import {
  type Bendable,
  bundleOf,
  bytesOf,
  copyOf,
  IDS,
  itemOf,
  linesOf,
  PATIENCE,
  payloadOf,
  richLog,
  settledLog,
  TestLog,
  termsOf,
  testCast,
  trustOf,
} from "@settld/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

// Spellings, names and sizes that break careless programs. Everything here is signed by those who may sign it.

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));
const BUNDLE = await settledLog(cast).bundle();
const lines = linesOf(BUNDLE);
const OFFER = new TextDecoder().decode(base64Decode(lines[1].payload));

function codeOf(changed: readonly Bendable[]): Code | null {
  return verifyBundleSync(bundleOf(changed), { trust }).code;
}

const clean = Object.getOwnPropertyNames(Object.prototype).sort().join();
afterAll(() => {
  // Nothing above may have left a trace on what every object inherits.
  expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(clean);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

describe("payloads that say the same in other bytes, or something else in the same", () => {
  const bytesWith = (find: string, replacement: string): Uint8Array => {
    expect(OFFER).toContain(find);
    return Buffer.from(OFFER.replace(find, replacement));
  };
  const spellings: readonly (readonly [string, Uint8Array, Code])[] = [
    ["a member twice", bytesWith('"feeBps":250', '"feeBps":250,"feeBps":0'), "JSON_DUPLICATE_NAME"],
    ["a member twice, once escaped", bytesWith('"feeBps":250', '"feeBps":250,"fee\\u0042ps":0'), "JSON_DUPLICATE_NAME"],
    ["white space", bytesWith('"feeBps":250', '"feeBps": 250'), "JCS_NOT_CANONICAL"],
    ["a line feed at the end", Buffer.from(`${OFFER}\n`), "JCS_NOT_CANONICAL"],
    ["an escape that is not needed", bytesWith('"USD"', '"\\u0055SD"'), "JCS_NOT_CANONICAL"],
    ["an escaped slash", bytesWith("text/csv", "text\\/csv"), "JCS_NOT_CANONICAL"],
    [
      "another order",
      bytesWith('"assetCode":"USD","assetScale":2', '"assetScale":2,"assetCode":"USD"'),
      "JCS_NOT_CANONICAL",
    ],
    ["1.0", bytesWith('"feeBps":250', '"feeBps":250.0'), "JSON_FRACTION"],
    ["an exponent", bytesWith('"feeBps":250', '"feeBps":25e1'), "JSON_EXPONENT"],
    ["minus zero", bytesWith('"feeBps":250', '"feeBps":-0'), "JSON_NEGATIVE_ZERO"],
    ["2^53", bytesWith('"feeBps":250', '"feeBps":9007199254740992'), "JSON_INTEGER_RANGE"],
    ["a leading zero", bytesWith('"feeBps":250', '"feeBps":0250'), "JSON_SYNTAX"],
    ["NaN", bytesWith('"feeBps":250', '"feeBps":NaN'), "JSON_SYNTAX"],
    ["a comment", bytesWith('"feeBps":250', '"feeBps":250/**/'), "JSON_SYNTAX"],
    ["a lone surrogate", bytesWith('"USD"', '"\\ud800"'), "JSON_SURROGATE"],
    ["a byte that is no UTF-8", Buffer.concat([Buffer.from(OFFER.slice(0, -1)), Buffer.from([0xff])]), "JSON_UTF8"],
    [
      "an encoded surrogate",
      Buffer.concat([Buffer.from(OFFER.slice(0, -1)), Buffer.from([0xed, 0xa0, 0x80])]),
      "JSON_UTF8",
    ],
    ["a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(OFFER)]), "JSON_BOM"],
    ["a prototype", bytesWith('{"at":', '{"__proto__":{"polluted":true},"at":'), "EVENT_SCHEMA"],
    ["a prototype in a body", bytesWith('{"acceptBy":', '{"__proto__":{"feeBps":0},"acceptBy":'), "EVENT_SCHEMA"],
    ["a prototype instead of a member", bytesWith('"nonce":"000102030405060708090a0b0c0d0e0f",', ""), "EVENT_SCHEMA"],
    ["a constructor", bytesWith('"checkers":{', '"checkers":{"__proto__":{"id":"https://x.example"},'), "EVENT_SCHEMA"],
    ["nothing", new Uint8Array(), "JSON_SYNTAX"],
    ["null", Buffer.from("null"), "EVENT_SCHEMA"],
    ["a text", Buffer.from('"agreement.offered"'), "EVENT_SCHEMA"],
    ["an array", Buffer.from(`[${OFFER}]`), "EVENT_SCHEMA"],
    ["an unknown type", bytesWith('"agreement.offered"', '"toString"'), "EVENT_TYPE_UNKNOWN"],
    ["a type that every object has", bytesWith('"agreement.offered"', '"constructor"'), "EVENT_TYPE_UNKNOWN"],
    ["an unknown revision", bytesWith('"2026-11"', '"2027-01"'), "EVENT_REVISION_UNKNOWN"],
    ["an unknown requirement", bytesWith('"kind":"item"', '"kind":"__proto__"'), "POLICY_REQUIREMENT_UNKNOWN"],
    ["an unknown payout", bytesWith('"kind":"all-or-nothing"', '"kind":"constructor"'), "POLICY_PAYOUT_UNKNOWN"],
  ];

  test.each(spellings)("%s", async (_, payload, code) => {
    const envelope = await signEnvelope(PAYLOAD_TYPES.event, payload, [cast.buyer, cast.settler]);
    expect(codeOf(lines.with(1, envelope))).toBe(code);
  });

  test("the same spellings in the line itself", () => {
    const text = new TextDecoder().decode(BUNDLE);
    const judge = (find: string, replacement: string): Code | null =>
      verifyBundleSync(utf8(text.replace(find, replacement)), { trust }).code;
    expect(judge('"payloadType"', '"payload":"","payloadType"')).toBe("JSON_DUPLICATE_NAME");
    expect(judge('"payloadType":', '"payloadType": ')).toBe("JCS_NOT_CANONICAL");
    expect(judge("\n", "\r\n")).toBe("BUNDLE_HEADER");
    expect(judge("}]}\n", "}]}\r\n")).toBe("JCS_NOT_CANONICAL");
    expect(judge("}]}\n", "}]}\n\n")).toBe("JSON_SYNTAX");
    expect(judge('"signatures":[', '"signatures":[[],')).toBe("DSSE_MEMBERS");
    expect(judge('{"payload":', '{"__proto__":{},"payload":')).toBe("DSSE_MEMBERS");
    expect(judge('{"data":', '{"__proto__":{},"data":')).toBe("BUNDLE_LINE");
  });
});

describe("base64 and key ids in other spellings", () => {
  // Chosen so that there are unused bits to abuse.
  const variants = (text: string): string[] => {
    const bare = text.replace(/=+$/, "");
    const last = bare.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const loose = alphabet[(alphabet.indexOf(last) + 1) % 64];
    const found = [
      `${text}\n`,
      ` ${text}`,
      `${text}====`,
      text.replace(/./, "$&\n"),
      `${text}AA`,
      text.replace(/./, "-"),
      text.replace(/./, "\u0000"),
    ];
    if (text.endsWith("="))
      found.push(bare, `${bare.slice(0, -1)}${loose}${text.slice(bare.length)}`, `${bare}${"=".repeat(3)}`);
    return found;
  };

  test("payload, signature and evidence have one spelling", () => {
    for (const index of [1, 2, 3, lines.length - 1]) {
      for (const payload of variants(lines[index].payload)) {
        expect([index, codeOf(lines.with(index, { ...lines[index], payload }))]).toEqual([index, "DSSE_BASE64"]);
      }
      for (const sig of variants(lines[index].signatures[0].sig)) {
        const signatures = lines[index].signatures.with(0, { ...lines[index].signatures[0], sig });
        expect([index, sig, codeOf(lines.with(index, { ...lines[index], signatures }))]).toEqual([
          index,
          sig,
          "DSSE_BASE64",
        ]);
      }
    }
    for (const data of variants(lines.at(-2).data))
      expect(codeOf(lines.with(-2, { ...lines.at(-2), data }))).toBe("DSSE_BASE64");
  });

  test("so has a key id", () => {
    const [first, ...rest] = lines[1].signatures;
    const id = (keyid: string): Code | null =>
      codeOf(lines.with(1, { ...lines[1], signatures: [{ ...first, keyid }, ...rest] }));
    const bits = `${first.keyid.slice(0, -1)}${String.fromCharCode(first.keyid.charCodeAt(42) + 1)}`;
    for (const keyid of [
      "",
      `${first.keyid}=`,
      ` ${first.keyid}`,
      first.keyid.slice(1),
      bits,
      "__proto__",
      "constructor",
      "x".repeat(100_000),
    ]) {
      expect([keyid.slice(0, 50), id(keyid)]).toEqual([keyid.slice(0, 50), "DSSE_KEYID"]);
    }
    expect(id("A".repeat(43))).toBe("TRUST_KEY_UNKNOWN");
  });
});

describe("names that every object has", () => {
  const NAMES = [
    "constructor",
    "tostring",
    "valueof",
    "hasownproperty",
    "0",
    "1",
    "4294967295",
    "toString".toLowerCase(),
  ];

  test("as checkers, requirements, items and members of results", async () => {
    const names = [...new Set(NAMES)];
    const terms = termsOf({
      policy: {
        requirements: names.map((id) => ({
          id,
          kind: "check",
          checker: id,
          item: id,
          pointer: `/${id}/__proto__/constructor`,
          op: "eq",
          value: id,
        })),
        payout: {
          kind: "weighted",
          weights: names.map((requirement, index) => ({ requirement, bps: index === 0 ? 10_000 : 0 })),
        },
      },
    });
    terms.parties.checkers = Object.fromEntries(names.map((name) => [name, { id: IDS.checker }]));
    const log = new TestLog(cast).open(terms);
    const items = names.map((name) => itemOf(name, `text of ${name}`));
    log.evidence.push(...items.map(({ evidence }) => evidence));
    log.add("work.submitted", "seller", 3, { attempt: 1, items: items.map(({ item }) => item) });
    for (const [index, requirement] of names.entries()) {
      // As text: in a literal this name would set the prototype.
      const result = copyOf(JSON.parse(`{"${requirement}":{"x":1}}`));
      Object.defineProperty(result[requirement], "__proto__", {
        value: { constructor: requirement },
        enumerable: true,
      });
      log.add("evidence.attested", "checker", 4, {
        submission: log.state?.submission?.digest,
        subject: items[index]?.item["digest"],
        requirement,
        result,
      });
    }
    const report = verifyBundleSync(await log.wait(100).bundle(), { trust });
    expect(report).toMatchObject({ verdict: "accept", facts: { outcome: "full" } });
    // Inherited members are not there: the same without the members of its own.
    const bare = new TestLog(cast).open(terms);
    bare.add("work.submitted", "seller", 3, { attempt: 1, items: items.map(({ item }) => item) });
    for (const [index, requirement] of names.entries()) {
      const body = {
        submission: bare.state?.submission?.digest,
        subject: items[index]?.item["digest"],
        requirement,
        result: { [requirement]: {} },
      };
      bare.add("evidence.attested", "checker", 4, body);
    }
    const decision = bare.last("decision.made").payload.body as Bendable;
    expect(new Set(decision.requirements.map(({ code }: Bendable) => code))).toEqual(new Set(["POLICY_VALUE_MISSING"]));
  });

  test("as a checker that the offer does not name", async () => {
    for (const checker of ["constructor", "tostring"]) {
      const terms = termsOf();
      terms.policy.requirements[1].checker = checker;
      const payload = { ...payloadOf(lines[1]), body: terms };
      const envelope = await signEnvelope(PAYLOAD_TYPES.event, bytesOf(payload), [cast.buyer, cast.settler]);
      expect(codeOf([lines[0], envelope])).toBe("POLICY_CHECKER_UNKNOWN");
    }
  });

  test("text that looks like something else is carried as it is", async () => {
    for (const reason of [
      "\u0000",
      "\u202egnp.exe",
      "\u001b[2J",
      "<script>",
      "=1+1",
      "\u{10ffff}",
      "__proto__",
      "\u2028",
    ]) {
      const bytes = await new TestLog(cast).open().add("agreement.cancelled", "seller", 3, { reason }).bundle();
      expect(verifyBundleSync(bytes, { trust })).toMatchObject({ verdict: "accept" });
    }
  });
});

test(
  "text of any length in any member is refused in time and without an exception",
  () => {
    // A pattern that backtracks, or recurses, fails here: the longest text that a payload holds, in several shapes.
    const shapes = ["a", "/", "~0", "0", "-", "a:", "%", "\u{1f600}", "//a"].map((unit) =>
      unit.repeat(Math.floor(200_000 / unit.length)),
    );
    const documents: readonly (readonly [JsonValue, (value: JsonValue) => unknown])[] = [
      ...richLog(cast)
        .wait(200)
        .appended.map(
          ({ payload }) => [payload as unknown as JsonValue, (value: JsonValue) => parseEvent(value)] as const,
        ),
      [trustOf(cast), parseTrustDocument],
      [payloadOf(linesOf(BUNDLE).at(-1)), parseReceipt],
    ];
    for (const [document, read] of documents) {
      for (const path of textsOf(document)) {
        for (const shape of shapes) {
          const copy = copyOf(document);
          let parent = copy;
          for (const token of path.slice(0, -1)) parent = parent[token];
          parent[path.at(-1) as string] = `${parent[path.at(-1) as string]}${shape}`;
          if (path.join() === "body,result,note") continue;
          let caught: unknown;
          try {
            read(copy);
          } catch (error) {
            caught = error;
          }
          expect([path.join("/"), shape.slice(0, 3), isSettldError(caught)]).toEqual([
            path.join("/"),
            shape.slice(0, 3),
            true,
          ]);
          // Messages and pointers are for people and logs; they may not carry a megabyte on.
          expect((caught as Error).message.length).toBeLessThan(2000);
        }
      }
    }
  },
  PATIENCE,
);

function textsOf(value: JsonValue, path: readonly string[] = []): string[][] {
  if (typeof value === "string") return [[...path]];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner as JsonValue, [...path, name]));
}

test("a platform that refuses to import a key that is no point gives the same verdict as one that does not", async () => {
  const publicKey = new Uint8Array(32).with(0, 2);
  expect(decodePoint(publicKey)).toBeUndefined();
  const document = trustOf(cast);
  document.parties[0].keys.push({ ...document.parties[0].keys[0], jwk: jwkFromPublicKey(publicKey) });
  const own = parseTrust(bytesOf(document));
  const keyid = thumbprint(publicKey);
  const bytes = bundleOf(
    lines.with(1, { ...lines[1], signatures: [{ ...lines[1].signatures[0], keyid }, lines[1].signatures[1]] }),
  );
  const expected = canonicalize(verifyBundleSync(bytes, { trust: own }) as unknown as JsonValue);
  const strict = (refuse: (error: Error) => never | Promise<never>): CryptoPort => ({
    ...defaultCrypto,
    importPublicKey: (raw) =>
      decodePoint(raw) === undefined ? refuse(new Error("invalid point")) : defaultCrypto.importPublicKey(raw),
  });
  const thrown = strict((error) => {
    throw error;
  });
  const rejected = strict((error) => Promise.reject(error));
  // In pieces, with turns in between: a promise that rejects unheard would end the process.
  const slowly = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) {
      yield bytes.subarray(at, at + 1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  for (const crypto of [thrown, rejected]) {
    const report = await verifyBundle(slowly(), { trust: parseTrust(bytesOf(document)), crypto });
    expect(canonicalize(report as unknown as JsonValue)).toBe(expected);
    expect(report.code).toBe("KEY_NOT_ON_CURVE");
  }
});
