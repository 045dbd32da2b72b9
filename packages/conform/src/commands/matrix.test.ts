import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { afterAll, expect, test } from "vitest";
import { reportText } from "../report/read-report.ts";
import { runCommand } from "../testing/run-command.ts";
import { faultyCase, HELLO, sampleReport, VECTORS } from "../testing/sample-report.ts";
import { matrixCommand } from "./matrix.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-conform-"));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (file: string, name: string, caseOf?: typeof faultyCase): string => {
  const features = HELLO.features.filter((op) => caseOf === undefined || op !== "dsse.verify");
  const hello = { ...HELLO, features, implementation: { name, version: "1" } };
  const path = join(folder, file);
  writeFileSync(path, reportText(sampleReport(caseOf, { adapter: { via: "cmd:./x", hello } })));
  return path;
};

const good = put("good.json", "settld-go");
const bad = put("bad.json", "settld-rs", faultyCase);

test("shows implementations beside each other", async () => {
  const { stdout, error } = await runCommand(matrixCommand(), good, bad);
  expect(error).toBeUndefined();
  const [heading, conclusion, ...rows] = stdout.trimEnd().split("\n");
  expect(heading?.trim().split(/ {2,}/)).toEqual(["settld-go 1", "settld-rs 1"]);
  expect(conclusion?.split(/ {2,}/)).toEqual(["conclusion", "conforms", "fails"]);
  const total = VECTORS.filter(({ path }) => path.startsWith("digest/")).length;
  const cells = new Map(rows.map((row) => row.split(/ {2,}/)).map(([name = "", ...scores]) => [name, scores]));
  expect(cells.get("digest")).toEqual([`${total}/${total}`, `${total}/${total}`]);
  expect(cells.get("verifier-full")?.[1]).toBe("-");
  expect(cells.get("kernel")?.[1]).toMatch(/^fails \d+\/\d+$/);
  const [passed = 0, all = 0] = cells.get("money")?.[1]?.split("/").map(Number) ?? [];
  expect(passed).toBeLessThan(all);
});

test("as JSON it has the same numbers", async () => {
  const { stdout } = await runCommand(matrixCommand(), good, bad, "--json");
  const { areas, columns } = JSON.parse(stdout);
  expect(columns.map(({ conclusion }: { conclusion: string }) => conclusion)).toEqual(["conforms", "fails"]);
  const sum = (column: { areas: Record<string, { passed: number; total: number }> }): number =>
    Object.values(column.areas).reduce((sum, { total }) => sum + total, 0);
  expect(columns.map(sum)).toEqual([VECTORS.length, VECTORS.length]);
  expect(areas).toContain("money");
});

test("as Markdown it is a table of the same shape, whatever the names", async () => {
  const shape = async (path: string): Promise<string> => {
    const { stdout } = await runCommand(matrixCommand(), path, "--markdown");
    const page = micromark(stdout, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
    return page.replaceAll(/>[^<]*</g, "><");
  };
  const plain = await shape(good);
  expect(plain).toContain("<table>");
  for (const [at, { text }] of HOSTILE_NAMES.entries()) {
    if (/\p{Cs}/u.test(text)) continue; // No report has half characters.
    expect(await shape(put(`${at}.json`, text))).toBe(plain);
  }
});

test("refuses reports that do not follow from their answers", async () => {
  const forged = { ...sampleReport(faultyCase), conclusion: "conforms" as const, exitCode: 0 };
  const path = join(folder, "forged.json");
  writeFileSync(path, reportText(forged));
  expect((await runCommand(matrixCommand(), good, path)).error).toMatch(/^CONF_REPORT: .*forged\.json/);
  expect((await runCommand(matrixCommand(), good, "--json", "--markdown")).error).toMatch(/^CLI_USAGE/);
});
