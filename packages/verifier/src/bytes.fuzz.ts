import { canonicalize } from "@settld/protocol";
import { defaultCrypto as nodeCrypto } from "@settld/protocol/crypto";
import { defaultCrypto as webCrypto } from "@settld/protocol/crypto-web";
import {
  bytesOf,
  cancelledLog,
  Forger,
  FULL,
  PATIENCE,
  richLog,
  runs,
  sealTrust,
  TestLog,
  testCast,
  trustOf,
} from "@settld/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ByteSource } from "./lines.ts";
import type { Report } from "./report.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";
import { verifyBundle } from "./verify.ts";

// Bytes that could be read always get a verdict (BUNDLE-16), the same one however they arrive.

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));
const embedded = await sealTrust(cast, trustOf(cast));
const RICH = await richLog(cast)
  .wait(200)
  .bundle({ trust: [embedded] });
const SMALL = await cancelledLog(cast).bundle({ trust: [embedded] });
const OPEN = await new TestLog(cast).open().submit(3).bundle();
const SEED = 20_260_302;

function text(report: Report): string {
  return canonicalize(report);
}

function judge(bytes: Uint8Array): Report {
  const report = verifyBundleSync(bytes, { trust });
  // A report is canonical JSON, whatever was in the bundle; writing it would throw otherwise.
  text(report);
  return report;
}

test(
  "every truncation at every byte is refused, or in doubt where a whole line is missing",
  () => {
    for (const [name, bundle] of Object.entries({ SMALL, OPEN })) {
      const intact = judge(bundle);
      expect([name, intact.code]).toEqual([name, name === "SMALL" ? null : "BUNDLE_OPEN"]);
      const step = name === "SMALL" || FULL ? 1 : 7;
      for (let length = 0; length < bundle.length; length += step) {
        const { verdict, code } = judge(bundle.subarray(0, length));
        const firstLine = bundle.indexOf(0x0a) + 1;
        if (length < firstLine) expect([length, code]).toEqual([length, "BUNDLE_HEADER"]);
        else if (bundle[length - 1] !== 0x0a) expect([length, code]).toEqual([length, "BUNDLE_TRUNCATED"]);
        else if (length === firstLine) expect([length, code]).toEqual([length, "BUNDLE_EMPTY"]);
        else expect([length, ["reject", "indeterminate"].includes(verdict)]).toEqual([length, true]);
      }
    }
  },
  PATIENCE,
);

const edit = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant("set" as const), at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("delete" as const), at: fc.nat(), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({
    kind: fc.constant("move" as const),
    at: fc.nat(),
    to: fc.nat(),
    count: fc.integer({ min: 1, max: 200 }),
  }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(bundle: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let bytes = [...bundle];
  for (const one of edits) {
    const at = one.at % Math.max(1, bytes.length);
    switch (one.kind) {
      case "flip":
        bytes[at] = (bytes[at] ?? 0) ^ (1 << one.bit);
        break;
      case "set":
        bytes[at] = one.byte;
        break;
      case "insert":
        bytes = [...bytes.slice(0, at), ...one.bytes, ...bytes.slice(at)];
        break;
      case "delete":
        bytes.splice(at, one.count);
        break;
      case "move": {
        const cut = bytes.splice(at, one.count);
        const to = one.to % Math.max(1, bytes.length);
        bytes = [...bytes.slice(0, to), ...cut, ...bytes.slice(to)];
        break;
      }
    }
  }
  return Uint8Array.from(bytes);
}

test(
  "no edited byte is accepted, and none throws",
  () => {
    const bases = { RICH, SMALL, OPEN };
    const base = fc.constantFrom("RICH" as const, "SMALL" as const, "OPEN" as const);
    fc.assert(
      fc.property(base, fc.array(edit, { minLength: 1, maxLength: 3 }), (name, edits) => {
        const bundle = bases[name];
        const bytes = edited(bundle, edits);
        const same = Buffer.compare(bytes, bundle) === 0;
        const { verdict } = judge(bytes);
        if (!same) expect(verdict).not.toBe("accept");
      }),
      { seed: SEED, numRuns: runs(1200) },
    );
  },
  PATIENCE,
);

test(
  "bytes that are no bundle at all are refused",
  () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((json) => Buffer.from(`${json}\n`)),
        ),
        (bytes) => {
          expect(judge(bytes).verdict).toBe("reject");
          const header = Buffer.from('{"settld":"bundle","version":1}\n');
          expect(judge(Buffer.concat([header, bytes])).verdict).toBe("reject");
        },
      ),
      { seed: SEED, numRuns: runs(300) },
    );
  },
  PATIENCE,
);

/** Cuts bytes at arbitrary places and hands out every chunk in one and the same buffer, as a file reader may. */
function* reused(bytes: Uint8Array, sizes: readonly number[], buffer: Uint8Array): Generator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, Math.min(sizes[index % sizes.length] ?? 1, buffer.length, bytes.length - at));
    buffer.set(bytes.subarray(at, at + size));
    yield buffer.subarray(0, size);
    at += size;
  }
}

// What reports must agree on: sound and unsound bundles of every kind, among them late failures and forged signatures.
const forger = new Forger(richLog(cast).wait(200));
const bundles: Uint8Array[] = [RICH, SMALL, OPEN, RICH.subarray(0, RICH.length - 1), new Uint8Array()];
{
  const wrongFee = forger.parts();
  wrongFee.events[forger.indexOf("settlement.executed")].body.fee = "1";
  forger.rechain(wrongFee);
  bundles.push(await forger.sign(wrongFee));
  const lines = new TextDecoder().decode(RICH).split("\n");
  for (const index of [1, 5, 12, lines.length - 3, lines.length - 2]) {
    bundles.push(Buffer.from(lines.toSpliced(index, 1).join("\n")));
    // The last signature of a line, spoiled: one character of base64 that carries no padding bits.
    bundles.push(
      Buffer.from(
        lines
          .with(index, lines[index]?.replace(/"sig":"(.)/, (_, c) => `"sig":"${c === "A" ? "B" : "A"}`) ?? "")
          .join("\n"),
      ),
    );
  }
}

test(
  "chunks, runtimes and time of arrival do not change a byte of the report",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bundles.length - 1 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.constantFrom("node", "web"),
        fc.constantFrom("array", "buffer", "async", "slow"),
        async (index, sizes, port, how) => {
          const bundle = bundles[index] as Uint8Array;
          const crypto = port === "node" ? nodeCrypto : webCrypto;
          const expected = text(judge(bundle));
          const chunks = reused(bundle, sizes, how === "buffer" ? Buffer.alloc(5000) : new Uint8Array(5000));
          const sources: Record<string, () => ByteSource> = {
            array: () => chunks,
            buffer: () => chunks,
            async: () =>
              (async function* () {
                yield* chunks;
              })(),
            slow: () =>
              (async function* () {
                for (const chunk of chunks) {
                  await new Promise((resolve) => setImmediate(resolve));
                  yield chunk;
                }
              })(),
          };
          const report = await verifyBundle((sources[how] as () => ByteSource)(), { trust, crypto });
          expect(text(report)).toBe(expected);
        },
      ),
      { seed: SEED, numRuns: runs(150) },
    );
  },
  PATIENCE,
);

test(
  "both ports and both verifiers give the same bytes for every bundle, byte by byte",
  async () => {
    for (const bundle of bundles) {
      const expected = text(judge(bundle));
      for (const crypto of [nodeCrypto, webCrypto]) {
        expect(text(await verifyBundle(bundle, { trust, crypto }))).toBe(expected);
        expect(text(await verifyBundle(reused(bundle, [1], Buffer.alloc(1)), { trust, crypto }))).toBe(expected);
      }
    }
  },
  PATIENCE,
);

test("a source that fails is the only thing that rejects", async () => {
  const failing = (async function* () {
    yield RICH.subarray(0, 3000);
    throw new Error("disk on fire");
  })();
  await expect(verifyBundle(failing, { trust })).rejects.toThrow("disk on fire");
});
