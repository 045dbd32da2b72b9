import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { initCommand } from "../commands/init.ts";
import { allVectors } from "../data.ts";
import { runCommand } from "../testing/run-command.ts";
import { startChild } from "../testing/run-main.ts";
import { adapterOf, LANGUAGES, type Language, skeletonOf } from "./skeleton.ts";

const base = mkdtempSync(join(tmpdir(), "settld-init-"));
afterAll(() => rmSync(base, { recursive: true }));

const OPS = ["digest", "digest.parse", "money.parse"];
const TAGS = OPS.flatMap((op) => ["--tag", op]);
const TOOLS: Readonly<Record<Language, readonly string[]>> = {
  node: ["node"],
  python: ["python3"],
  go: ["go"],
  sh: ["sh", "sed", "base64", "sha256sum"],
};

const missing = (language: Language): string[] =>
  TOOLS[language].filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);

for (const language of LANGUAGES) {
  const lacking = missing(language);
  // A skipped test is counted and listed, and an error under SETTLD_REQUIRE_EXTERNAL.
  const name = lacking.length === 0 ? language : `SKIP ${language}: no ${lacking.join(", ")} on this machine`;
  test.skipIf(lacking.length > 0)(`the ${name} skeleton answers its ops right`, { timeout: 180_000 }, async () => {
    const folder = join(base, language);
    const written = await runCommand(initCommand(), "--lang", language, "--out", folder);
    expect(written).toMatchObject({ exitCode: 0, error: undefined });
    expect(written.stdout).toContain(`run --adapter '${adapterOf(language)}'`);
    const args = ["run", "--adapter", adapterOf(language), ...TAGS, "--report", "report.json"];
    const { exitCode, stderr } = await startChild(args, { cwd: folder }).done;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as {
      readonly cases: readonly { readonly id: string; readonly status: string }[];
    };
    const vectors = allVectors().filter(({ op }) => OPS.includes(op));
    expect(report.cases).toHaveLength(vectors.length);
    expect(report.cases.filter(({ status }) => status !== "pass")).toEqual([]);
  });
}

test.each(LANGUAGES)("the %s skeleton has nothing left to fill in, and a workflow that runs it", async (language) => {
  const files = await skeletonOf(language);
  for (const [path, text] of files) {
    expect(text, path).not.toMatch(/\{\{[A-Z]+\}\}|TODO|FIXME/);
    expect(text.endsWith("\n"), path).toBe(true);
  }
  const workflow = files.get(".github/workflows/conform.yml") ?? "";
  expect(workflow).toMatch(/npx -y settld-conform@\S+ run --adapter/);
  expect(workflow).toContain(`'${adapterOf(language)}'`);
  // Actions by commit, because a tag can be moved.
  for (const [, pin = ""] of workflow.matchAll(/uses: (\S+)/g)) expect(pin).toMatch(/@[0-9a-f]{40}$/);
});

test("every template belongs to a skeleton", async () => {
  const folder = fileURLToPath(new URL("./templates/", import.meta.url));
  const known: string[] = ["conform.yml"];
  for (const language of LANGUAGES) {
    for (const path of (await skeletonOf(language)).keys()) if (!path.includes("/")) known.push(`${language}/${path}`);
  }
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length).replaceAll("\\", "/"));
  expect(found.sort()).toEqual(known.sort());
});

test("a script can be started as it is", async () => {
  const folder = join(base, "executable");
  await runCommand(initCommand(), "--lang", "sh", "--out", folder);
  expect(statSync(join(folder, "adapter.sh")).mode & 0o100).toBe(0o100);
});

test.each([
  ["adapter", "adapter.py"],
  ["workflow", ".github/workflows/conform.yml"],
])("red: an %s that is there already stays, and nothing is written", async (what, path) => {
  const folder = join(base, `taken-${what}`);
  mkdirSync(join(folder, ".github/workflows"), { recursive: true });
  writeFileSync(join(folder, path), "mine\n");
  const { error } = await runCommand(initCommand(), "--lang", "python", "--out", folder);
  expect(error).toMatch(/^CLI_OUTPUT: expected no file yet, found one: .*(adapter\.py|conform\.yml)/);
  expect(readFileSync(join(folder, path), "utf8")).toBe("mine\n");
  const other = path === "adapter.py" ? ".github/workflows/conform.yml" : "adapter.py";
  expect(existsSync(join(folder, other))).toBe(false);
});

test("red: a folder that is a file", async () => {
  const file = join(base, "file");
  writeFileSync(file, "");
  const { error } = await runCommand(initCommand(), "--lang", "sh", "--out", file);
  expect(error).toMatch(/^CLI_OUTPUT: expected to write a file, found /);
});
