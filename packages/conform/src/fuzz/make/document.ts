import { base64Decode, base64Encode, utf8 } from "@settld/protocol";
import { changeBytes } from "../bytes.ts";
import { changeJson, walkJson } from "../change-json.ts";
import type { Corpus } from "../corpus.ts";
import { fewTimes, type Generator, type Steps } from "../generator.ts";
import { depthOf, encodeJson, type Json, type JsonObject, tryParse } from "../json.ts";
import type { Random } from "../random.ts";
import { INTEGERS, MONEY_TEXTS, ODD_TEXTS } from "../scalars.ts";
import { oneOddity, writeOddly } from "../write-json.ts";

const LEAVES: readonly Json[] = [null, true, false, 0, 1, -1, "", "a"];

/** A JSON value of any shape, and now and then nested as deep as is allowed, or one level deeper. */
export const randomJson = (random: Random, depth = 4): Json => {
  if (random.chance(2) && depth === 4) {
    let nested: Json = [];
    for (let level = random.between(62, 64); level > 0; level -= 1)
      nested = random.chance(50) ? [nested] : { a: nested };
    return nested;
  }
  const kind = random.below(depth > 0 ? 8 : 4);
  if (kind === 0) return random.pick(LEAVES);
  if (kind === 1) return random.pick(INTEGERS);
  if (kind === 2) return random.pick(ODD_TEXTS);
  if (kind === 3) return random.pick(MONEY_TEXTS);
  const size = random.below(5);
  if (kind < 6) return Array.from({ length: size }, () => randomJson(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: size }, () => [
      random.pick([...ODD_TEXTS, "10", "9", "\u{10000}", "\ue000", "z"]),
      randomJson(random, depth - 1),
    ]),
  );
};

/** The bytes of some document of the vectors, or of a random one, changed in one of the ways there are. */
export const changedDocument = (corpus: Corpus, random: Random, steps: Steps): Uint8Array => {
  const base = random.chance(80) ? random.pick(corpus.documents) : encodeJson(randomJson(random));
  const value = tryParse(base);
  const donor = (): Uint8Array => random.pick(corpus.documents);
  if (value === undefined || random.chance(30)) {
    return steps.change(base, fewTimes(random), random, (bytes, stream) => changeBytes(bytes, stream, donor));
  }
  const changed = steps.change(value, random.pick([0, 1, 1, 2]), random, (now, stream) => changeJson(now, stream));
  const style = random.fork();
  if (random.chance(25)) return encodeJson(changed);
  return new TextEncoder().encode(writeOddly(changed, style, oneOddity(style)));
};

const pointerTo = (document: Uint8Array, random: Random): string => {
  const value = tryParse(document);
  const paths = value === undefined ? [[]] : [...walkJson(value)].map(([path]) => path);
  return random
    .pick(paths)
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
};

const POINTER_ENDS: readonly string[] = [
  "/",
  "/-",
  "/0",
  "/00",
  "/01",
  "/1",
  "/-1",
  "/1e0",
  "/4294967295",
  "/4294967296",
  "/9007199254740993",
  "/length",
  "/__proto__",
  "/constructor",
  "/~",
  "/~2",
  "/~01",
  "/~1",
  "/~0",
  "~",
  "x",
  "#/a",
  "/%61",
  "/ ",
  "/\u0000",
  "/é",
];

const changePointer = (pointer: string, random: Random): string =>
  random.weighted<() => string>([
    [4, () => `${pointer}${random.pick(POINTER_ENDS)}`],
    [2, () => `${pointer.replace(/\/[^/]*$/, "")}${random.pick(POINTER_ENDS)}`],
    [1, () => pointer.slice(0, -1)],
    [1, () => pointer.slice(1)],
    [1, () => pointer.replaceAll("~1", "/")],
    [1, () => random.pick(ODD_TEXTS)],
  ])();

const FOUND_DEPTH_MAX = 40;

const resolvable = (corpus: Corpus, random: Random, steps: Steps): JsonObject => {
  const sample = random.pick(corpus.samples("pointer.resolve"));
  const bytes = random.weighted<() => Uint8Array>([
    [4, () => base64Decode(sample.input["document"] as string)],
    [3, () => encodeJson(randomJson(random))],
    [2, () => random.pick(corpus.documents)],
    [1, () => changedDocument(corpus, random, steps)],
  ])();
  // A value that is found comes back in the answer, which must not be nested too deep for a message (CONF-1).
  const document = depthOf(tryParse(bytes) ?? null) > FOUND_DEPTH_MAX ? encodeJson(randomJson(random, 3)) : bytes;
  const pointer = steps.change(pointerTo(document, random), random.below(3), random, changePointer);
  return { document: base64Encode(document), pointer };
};

/** JSON documents for the parsers, by structure and by byte, and pointers into them. */
export const DOCUMENT_GENERATORS: readonly Generator[] = [
  {
    name: "changed document",
    weight: 9,
    ops: ["json.parse", "jcs.canonicalize"],
    make: ({ corpus, random, steps }) => ({ bytes: base64Encode(changedDocument(corpus, random, steps)) }),
  },
  {
    name: "random document",
    weight: 1,
    ops: ["json.parse", "jcs.canonicalize"],
    make: ({ random }) => ({
      bytes: base64Encode(
        random.chance(50)
          ? encodeJson(randomJson(random))
          : utf8(writeOddly(randomJson(random), random, oneOddity(random))),
      ),
    }),
  },
  {
    name: "pointer",
    weight: 1,
    ops: ["pointer.resolve"],
    make: ({ corpus, random, steps }) => resolvable(corpus, random, steps),
  },
  {
    name: "bytes",
    weight: 1,
    ops: ["digest"],
    make: ({ random }) => ({
      bytes: base64Encode(random.bytes(random.pick([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]))),
    }),
  },
];
