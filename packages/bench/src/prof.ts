import { bytesOf, TestLog, termsOf, testCast, trustOf } from "@settld/testkit";
import { parseTrust, verifyBundle } from "@settld/verifier";
import { verifyBundleSync } from "@settld/verifier/sync";

const cast = await testCast();
const requirements = Array.from({ length: 58 }, (_, index) => ({
  id: `check-${index}`,
  kind: "check",
  checker: "quality",
  item: "result.csv",
  pointer: "/validityBps",
  op: "ge",
  value: 9990,
}));
const log = new TestLog(cast).open(termsOf({ policy: { requirements, payout: { kind: "all-or-nothing" } } })).submit(3);
for (const { id } of requirements) log.attest(4, { rows: 412, validityBps: 10_000 }, id);
log.wait(100);
const bytes = await log.bundle();
const trust = parseTrust(bytesOf(trustOf(cast)));
if (process.argv[2] === "a")
  for (let i = 0; i < 5; i++) {
    const t = performance.now();
    await verifyBundle(bytes, { trust });
    console.log(performance.now() - t);
    const u = performance.now();
    verifyBundleSync(bytes, { trust });
    console.log(" sync", performance.now() - u);
  }
else for (let i = 0; i < 600; i++) verifyBundleSync(bytes, { trust });
