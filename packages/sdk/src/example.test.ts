import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const example = fileURLToPath(new URL("../examples/first-settlement.mjs", import.meta.url));

test("the first settlement takes less than 30 lines, runs as it stands, and is what the README shows", async () => {
  const text = readFileSync(example, "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThan(30);
  const args = ["--conditions=@settld/source", "--disable-warning=ExperimentalWarning", example];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe("closed settled accept 48000\n");
  expect(readFileSync(new URL("../README.md", import.meta.url), "utf8")).toContain(`\`\`\`js\n${text}\`\`\`\n`);
});
