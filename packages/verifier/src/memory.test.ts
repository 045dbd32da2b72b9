import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FULL, PATIENCE } from "@settld/testkit";
import { expect, test } from "vitest";

// Runs in a process of its own, whose peak is not that of the test runner. Evidence is made and thrown away piece by
// piece, as from a socket: what is left in memory is the verifier's.
const CHILD = `
const [count] = process.argv.slice(-1).map(Number);
const base = ${JSON.stringify(new URL("../../", import.meta.url).href)};
const { TestLog, testCast, trustOf, bytesOf } = await import(base + "testkit/src/index.ts");
const { verifyBundle, parseTrust } = await import(base + "verifier/src/index.ts");
const { createHash } = await import("node:crypto");
const SIZE = 8388608, STEP = 49152;
const piece = (index, length) => Buffer.alloc(length, index + 1);
const digestOf = (index) => {
  const hash = createHash("sha256");
  for (let at = 0; at < SIZE; at += STEP) hash.update(piece(index, Math.min(STEP, SIZE - at)));
  return "sha256:" + hash.digest("hex");
};
const cast = await testCast();
const log = new TestLog(cast).open();
const digests = Array.from({ length: count }, (_, index) => digestOf(index));
const items = digests.map((digest, index) => ({ name: index === 0 ? "result.csv" : "item" + index, mediaType: "text/csv", digest, size: SIZE }));
log.add("work.submitted", "seller", 3, { attempt: 1, items });
log.attest(4, { validityBps: 10000 }).wait(100);
log.evidence.push(...digests.map((digest) => ({ digest })));
const lines = Buffer.from(await log.bundle()).toString().split("\\n");
let bytes = 0;
async function* source() {
  for (const line of lines.slice(0, -1)) {
    const index = digests.findIndex((digest) => line === JSON.stringify({ digest, withheld: true }));
    if (index < 0) yield Buffer.from(line + "\\n");
    else {
      yield Buffer.from('{"data":"');
      for (let at = 0; at < SIZE; at += STEP) {
        const chunk = Buffer.from(piece(index, Math.min(STEP, SIZE - at)).toString("base64"));
        bytes += chunk.length;
        yield chunk;
      }
      yield Buffer.from('","digest":"' + digests[index] + '"}\\n');
    }
    // A pipe gives other work a turn between reads.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const report = await verifyBundle(source(), { trust: parseTrust(bytesOf(trustOf(cast))) });
console.log(JSON.stringify({ verdict: report.verdict, findings: report.findings, inline: report.evidence.inline, bytes, peak: process.resourceUsage().maxRSS * 1024 }));
`;

test(
  "a bundle far larger than memory is read in one pass below 200 MB",
  async () => {
    const count = FULL ? 64 : 4;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--conditions=@settld/source",
      "--max-old-space-size=48",
      "--input-type=module",
      "--eval",
      CHILD,
      "--",
      `${count}`,
    ]);
    const { peak, bytes, ...report } = JSON.parse(stdout) as { peak: number; bytes: number };
    expect(report).toEqual({ verdict: "accept", findings: [], inline: count });
    expect(bytes).toBeGreaterThan(count * 11_000_000);
    expect(peak).toBeLessThan(200_000_000);
  },
  PATIENCE,
);
