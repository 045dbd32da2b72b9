import { expect, test } from "vitest";
import { describeRelease } from "./release-pr.ts";

const lines = [
  "@settld/sdk          0.1.0          -> 0.1.1",
  "settld               0.1.0          -> 0.2.0-next.0",
  "wrote .github/actions/conform/action.yml",
];

test("a pull request names the versions, and says what changed in the words of the changesets", () => {
  const { title, body } = describeRelease(lines, [{ bumps: { settld: "minor" }, text: "One.\n\nTwo." }]);
  expect(title).toBe("Release 0.2.0-next.0");
  expect(body).toContain("| `@settld/sdk` | 0.1.0 | 0.1.1 |\n| `settld` | 0.1.0 | 0.2.0-next.0 |");
  expect(body).toContain("- One.\n  \n  Two.");
  expect(body).not.toContain("wrote");
});

test("without the group the first package gives the title", () => {
  expect(describeRelease(lines.slice(0, 1), []).title).toBe("Release 0.1.1");
});
