// Run with `node packages/protocol/src/json.bench.ts`. Prints medians and ratios; asserts nothing.
import { utf8 } from "./bytes.ts";
import { canonicalBytes, canonicalize } from "./jcs.ts";
import { type JsonValue, parseJson } from "./json.ts";

const party = (id: string): JsonValue => ({ id, keys: ["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"] });

// The shape and size of an offer, the longest payload that is common: 1.5 KB.
const OFFER: JsonValue = {
  v: "2026-11",
  type: "agreement.offered",
  seq: 0,
  at: "2026-11-20T10:00:00.000Z",
  by: "https://buyer.example/agents/7",
  body: {
    nonce: "00112233445566778899aabbccddeeff",
    parties: {
      buyer: party("https://buyer.example/agents/7"),
      seller: party("https://api.seller.example"),
      settler: party("https://settle.example"),
      arbiter: { id: "https://arbiter.example" },
      checkers: { latency: { id: "https://probe.example" } },
    },
    amount: { value: "125000", assetCode: "USD", assetScale: 2 },
    policy: {
      requirements: [
        { id: "delivered", kind: "item", item: "report", mediaType: "application/json" },
        { id: "fast", kind: "check", checker: "latency", item: "report", pointer: "/p95Ms", op: "le", value: 250 },
        { id: "approved", kind: "approval", onTimeout: "pass" },
      ],
      payout: { kind: "weighted", weights: { delivered: 5000, fast: 3000, approved: 2000 } },
    },
    feeBps: 150,
    acceptBy: "2026-11-20T11:00:00.000Z",
    fundBy: "2026-11-20T12:00:00.000Z",
    submitBy: "2026-11-21T12:00:00.000Z",
    reviewMs: 3_600_000,
    attemptsMax: 2,
    holdbackBps: 1000,
    disputeMs: 86_400_000,
    rulingMs: 172_800_000,
    references: [
      { rel: "order", uri: "https://shop.example/orders/991", note: "Erstlieferung f\u00fcr M\u00fcnchen\n" },
    ],
  },
};

// Whatever a measured function returns goes here, so that no engine drops the work.
let sink: unknown;

function median(work: () => unknown, calls: number): number {
  for (let index = 0; index < calls; index++) sink = work();
  const rounds = Array.from({ length: 11 }, () => {
    const start = performance.now();
    for (let index = 0; index < calls; index++) sink = work();
    return ((performance.now() - start) / calls) * 1000;
  });
  return rounds.sort((a, b) => a - b)[5] ?? 0;
}

function report(label: string, time: number, base: number): void {
  console.log(`${label.padEnd(44)} ${time.toFixed(2).padStart(10)} us  ${(time / base).toFixed(2).padStart(6)}x`);
}

const text = canonicalize(OFFER);
const bytes = utf8(text);
const loose = utf8(JSON.stringify(OFFER, null, 2));
const sorted = JSON.parse(text) as JsonValue;
const decoder = new TextDecoder();

// Twice, because the first pass still compiles.
for (const pass of ["warm-up", "measured"]) {
  console.log(`\n${pass}: ${bytes.length} bytes`);
  const parse = median(() => JSON.parse(decoder.decode(bytes)), 20_000);
  report("JSON.parse of decoded bytes", parse, parse);
  report(
    "parseJson",
    median(() => parseJson(bytes), 20_000),
    parse,
  );
  report(
    "parseJson, canonical",
    median(() => parseJson(bytes, { canonical: true }), 20_000),
    parse,
  );
  const parseLoose = median(() => JSON.parse(decoder.decode(loose)), 20_000);
  report("JSON.parse, unsorted and indented", parseLoose, parseLoose);
  report(
    "parseJson, unsorted and indented",
    median(() => parseJson(loose), 20_000),
    parseLoose,
  );
  const write = median(() => JSON.stringify(sorted), 20_000);
  report("JSON.stringify", write, write);
  report(
    "canonicalize, sorted",
    median(() => canonicalize(sorted), 20_000),
    write,
  );
  report(
    "canonicalize, unsorted",
    median(() => canonicalize(OFFER), 20_000),
    write,
  );
  const encoder = new TextEncoder();
  const encode = median(() => encoder.encode(JSON.stringify(sorted)), 20_000);
  report("JSON.stringify to bytes", encode, encode);
  report(
    "canonicalBytes, sorted",
    median(() => canonicalBytes(sorted), 20_000),
    encode,
  );
}

// Linear time shows as one figure per byte, however long a hostile input is.
console.log("\nnanoseconds a byte, 32 KiB and 1 MiB");
const SHAPES: readonly (readonly [string, (size: number) => string])[] = [
  ["digits", (size) => "1".repeat(size)],
  ["digits and a sign", (size) => `${"1".repeat(size)}+`],
  ["escapes", (size) => `"${"\\n".repeat(size / 2)}"`],
  ["an open string", (size) => `"${"x".repeat(size)}`],
  ["white space", (size) => " ".repeat(size)],
  ["small numbers", (size) => `[${"0,".repeat(size / 2)}0]`],
  ["descending names", (size) => `{${Array.from({ length: size / 13 }, (_, at) => `"n${9e6 - at}":0`).join()}}`],
  ["index-like names", (size) => `{${Array.from({ length: size / 14 }, (_, at) => `"${9e8 - 7 * at}":0`).join()}}`],
  ["a deep sibling", (size) => `[${"[[[[]]]],".repeat(size / 9)}0]`],
];
for (const [label, make] of SHAPES) {
  const figures = [32_768, 1_040_000].map((size) => {
    const input = utf8(make(size));
    const attempt = (): unknown => {
      try {
        return parseJson(input);
      } catch (error) {
        return error;
      }
    };
    return (median(attempt, size > 100_000 ? 3 : 50) * 1000) / input.length;
  });
  console.log(`${label.padEnd(44)} ${figures.map((figure) => figure.toFixed(2).padStart(10)).join("")}`);
}
if (sink === undefined) console.log();
