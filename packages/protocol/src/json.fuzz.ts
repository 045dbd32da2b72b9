// `toStrictEqual` reads the member `constructor` as a type; these documents have one.
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesEqual, fromUtf8, utf8 } from "./bytes.ts";
import { isSettldError, SettldError } from "./error.ts";
import { canonicalBytes, canonicalize } from "./jcs.ts";
import { type JsonValue, parseJson, parseJsonText } from "./json.ts";

const settings = {
  seed: Number(process.env["SETTLD_FUZZ_SEED"] ?? 1),
  numRuns: Number(process.env["SETTLD_FUZZ_RUNS"] ?? 2000),
};

const name = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "10", "9", "", "a", "b", "\u20ac", "\ud83d\ude02", "\ufb33"),
  fc.string({ unit: "binary", maxLength: 6 }),
);

const { document } = fc.letrec<{ value: JsonValue; document: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom(null, true, false),
    fc.oneof(
      fc.maxSafeInteger().map((number) => number + 0),
      fc.integer({ min: -20, max: 20 }),
    ),
    name,
    tie("document"),
    tie("document"),
  ),
  document: fc.oneof(
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
}));

// Well-formed text with everything that the profile or canonical form refuses, each now and then.
const { text: loose } = fc.letrec<{ text: string }>((tie) => {
  const often = (usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  const space = often([""], [" ", "\n", "\t"]);
  const strings = ['"a"', '"b"', '"10"', '"9"', '"__proto__"', '"\u20ac"', '"\ud83d\ude02"', '"\\n"', '"\\u001f"'];
  const odd = ['"\\u0061"', '"\\/"', '"\\ud83d\\ude02"', '"\\ud800"', '"\\u001F"', '"\\u000a"', '"\\udc00\\ud800"'];
  const numbers = ["-0", "1.0", "1e2", "-1.5E-3", "9007199254740992", "-9007199254740992"];
  const member = fc.tuple(space, often(strings, odd), space, tie("text"), space);
  return {
    text: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      often(["0", "1", "-7", "9007199254740991", "true", "false", "null", ...strings], [...odd, ...numbers]),
      fc
        .array(fc.tuple(space, tie("text")), { maxLength: 3 })
        .map((items) => `[${items.map((item) => item.join(""))}]`),
      fc
        .array(member, { maxLength: 4 })
        .map(
          (members) =>
            `{${members.map(([before, key, behind, value, end]) => `${before}${key}${behind}:${value}${end}`)}}`,
        ),
    ),
  };
});

// Text that is nearly JSON: every token of the grammar, right and wrong, in any order.
const TOKENS = [
  ...'[]{},:"\\ \n\t',
  ...["1", "-0", "0", "01", "1.0", "1e2", "-", "9007199254740992", "true", "null", "\u0000", "\ufeff", "\u20ac"],
  ...['"a"', '"\\u0061"', '"\\ud800"', '"\\ud83d\\ude02"', '"\\/"', '"\\n"', '"__proto__"', '{"a":', '{"a":1,"a":2}'],
];
const nearly = fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }).map((tokens) => tokens.join(""));

const byte = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'[]{},:"\\0-.eu d8').map((char) => char.charCodeAt(0)) },
  { weight: 1, arbitrary: fc.nat(255) },
);
const damaged = fc
  .tuple(
    fc.oneof(document.map(canonicalBytes), loose.map(utf8)).map((bytes) => [...bytes]),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom("insert", "replace", "remove"), byte), { minLength: 1, maxLength: 3 }),
  )
  .map(([bytes, edits]) => {
    for (const [place, kind, value] of edits) {
      bytes.splice(place % (bytes.length + 1), kind === "insert" ? 0 : 1, ...(kind === "remove" ? [] : [value]));
    }
    return Uint8Array.from(bytes);
  });

const hostile = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 2, arbitrary: nearly.map(utf8) },
  { weight: 4, arbitrary: damaged },
  { weight: 4, arbitrary: loose.map(utf8) },
);

function outcome(bytes: Uint8Array, canonical: boolean): { value: JsonValue } | SettldError {
  try {
    return { value: parseJson(bytes, { canonical }) };
  } catch (error) {
    if (isSettldError(error)) return error;
    throw error;
  }
}

test("agrees with JSON.parse on every document of the profile", () => {
  fc.assert(
    fc.property(document, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      deepStrictEqual(parseJsonText(text), JSON.parse(text));
      deepStrictEqual(parseJson(utf8(text)), JSON.parse(text));
    }),
    settings,
  );
});

test("throws nothing but SettldError, with an offset inside the input", () => {
  fc.assert(
    fc.property(hostile, fc.boolean(), (bytes, canonical) => {
      const found = outcome(bytes, canonical);
      if (!(found instanceof SettldError)) return;
      expect(found.code).toMatch(/^(JSON|JCS)_/);
      expect(found.offset).toBeGreaterThanOrEqual(0);
      expect(found.offset).toBeLessThanOrEqual(bytes.length);
    }),
    { ...settings, numRuns: 3 * settings.numRuns },
  );
});

test("accepts only what JSON.parse accepts, and calls a syntax error only what it refuses", () => {
  fc.assert(
    fc.property(hostile, (bytes) => {
      const found = outcome(bytes, false);
      let text: string;
      try {
        text = fromUtf8(bytes);
      } catch {
        expect(found).toMatchObject({ code: "JSON_UTF8" });
        return;
      }
      if (!(found instanceof SettldError)) deepStrictEqual(found.value, JSON.parse(text));
      else if (found.code === "JSON_SYNTAX") expect(() => JSON.parse(text)).toThrow(SyntaxError);
    }),
    { ...settings, numRuns: 3 * settings.numRuns },
  );
});

test("canonical mode accepts exactly what canonicalization returns", () => {
  const input = fc.oneof(
    hostile,
    document.map(canonicalBytes),
    document.map((value) => utf8(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(input, (bytes) => {
      const strict = outcome(bytes, false);
      const canonical = outcome(bytes, true);
      if (strict instanceof SettldError) {
        // A violation of the strict profile comes first, at the same place.
        expect(canonical).toMatchObject({ code: strict.code, offset: strict.offset });
        return;
      }
      const form = canonicalBytes(strict.value);
      if (bytesEqual(form, bytes)) {
        deepStrictEqual(canonical, strict);
        return;
      }
      expect(canonical).toMatchObject({ code: "JCS_NOT_CANONICAL" });
    }),
    { ...settings, numRuns: 3 * settings.numRuns },
  );
});

test("text and bytes lead to one answer", () => {
  fc.assert(
    fc.property(fc.oneof(nearly, loose), (text) => {
      const bytes = outcome(utf8(text), true);
      try {
        deepStrictEqual({ value: parseJsonText(text, { canonical: true }) }, bytes);
      } catch (error) {
        if (!isSettldError(error)) throw error;
        expect(bytes).toMatchObject({ code: error.code });
        // The byte offset is the length of the text in front.
        expect((bytes as SettldError).offset).toBe(utf8(text.slice(0, error.offset)).length);
      }
    }),
    settings,
  );
});

test("canonical form survives a round trip", () => {
  fc.assert(
    fc.property(document, (value) => {
      const text = canonicalize(value);
      expect(canonicalize(parseJsonText(text, { canonical: true }))).toBe(text);
      deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
    settings,
  );
});
