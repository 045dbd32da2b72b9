import { expect, test } from "vitest";
import { answered, CONTEXT, faultyCase, sampleReport, VECTORS } from "../../testing/sample-report.ts";
import type { ConformanceReport } from "../report.ts";
import { summary } from "./summary.ts";

const conforms = { claimed: true, status: "conforms", scored: 12, passed: 12, missing: [] } as const;
const lacking = {
  claimed: false,
  status: "not-applicable",
  scored: 9,
  passed: 3,
  missing: ["issue", "digest"],
} as const;

test("a conforming report is a heading and a table", () => {
  const report: ConformanceReport = {
    ...sampleReport(),
    profiles: { "verifier-core": conforms, "verifier-full": lacking, kernel: conforms, issuer: lacking },
    vectors: { digest: "sha256:0123", total: 21 },
  };
  expect(summary.render(report, CONTEXT)).toMatchInlineSnapshot(`
    "## Settld conformance: ✅ conforms

    <p><code>settld-go</code> <code>0.3.1</code>: Every profile that counts has only passing vectors. Exit code 0.</p>

    | Profile | Claimed | Result | Passed | Not declared |
    | --- | --- | --- | ---: | --- |
    | verifier-core | yes | conforms | 12 of 12 |  |
    | verifier-full | no | not-applicable | 3 of 9 | issue, digest |
    | kernel | yes | conforms | 12 of 12 |  |
    | issuer | no | not-applicable | 3 of 9 | issue, digest |

    <p>Revision <code>2026-11</code>, kit <code>0.1.0</code>, 21 vectors <code>sha256:0123</code>
    </p>
    "
  `);
});

test("the first 20 of many failures are shown, and all are counted", () => {
  const report = sampleReport((vector) => answered(vector, { verdict: "indeterminate", code: "BUNDLE_OPEN" }));
  const text = summary.render(report, CONTEXT);
  expect(text).toMatch(/<summary>The first 20 of \d{3,} failures<\/summary>/);
  expect(text.match(/<li>/g)).toHaveLength(20);
  expect(text.match(/npx settld-conform repro /g)).toHaveLength(20);
  expect(text.length).toBeLessThan(20_000);
});

test("a failure says its clause, what was expected and found, why, and how to repeat it", () => {
  const cases = VECTORS.filter(({ id }) => id === "money-negative").map(faultyCase);
  const text = summary.render({ ...sampleReport(faultyCase), cases }, CONTEXT);
  expect(text.slice(text.indexOf("<details"), text.indexOf("</details>"))).toMatchInlineSnapshot(`
    "<details open>
    <summary>1 failure</summary>
    <ol>
    <li><code>money-negative</code> (<code>MONEY-1</code>): wrong verdict
    <br>expected <code>reject MONEY_VALUE</code>, got <code>accept</code>
    <br>There are no negative values; a leg has a direction instead.
    <br><code>npx settld-conform repro money-negative --adapter &#39;cmd:./settld-adapter --strict&#39;</code></li>
    </ol>
    "
  `);
});
