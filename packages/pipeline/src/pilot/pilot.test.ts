import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { jsonText, root } from "../files.ts";
import { readFolder, sumsOf, zipOf } from "./archive.ts";
import { type Drill, drillFaults, runDrill, sumLedger } from "./drill.ts";
import { pilotPage } from "./page.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-pilot-test-"));
const stage = join(folder, "stage");
const BIN = "tool/node_modules/settld/dist/bin.js";
let drill: Drill;

beforeAll(() => {
  // The program of the sources in the place of the packed one: what is tested here is the archive.
  mkdirSync(join(stage, "tool/node_modules/settld/dist"), { recursive: true });
  const source = JSON.stringify(join(root, "packages/cli/src/bin.ts"));
  writeFileSync(
    join(stage, BIN),
    `const { spawnSync } = require("node:child_process");
process.exitCode = spawnSync(process.execPath, ["--conditions=@settld/source", ${source}, ...process.argv.slice(2)], { stdio: "inherit" }).status;\n`,
  );
  drill = runDrill(BIN, stage);
  cpSync(join(root, "packages/pipeline/data/pilot-verify.mjs"), join(stage, "verify.mjs"));
  const { seconds: _, ...results } = drill;
  writeFileSync(join(stage, "results.json"), jsonText(results));
  writeFileSync(join(stage, "SHA256SUMS"), sumsOf(readFolder(stage)));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the drill goes as it must, and the page says what it showed", () => {
  expect(drillFaults(drill)).toEqual([]);
  expect(drill.sequence).toEqual(["PASS", "FAIL", "PASS"]);
  const page = pilotPage(drill, { at: "2026-11-21", machine: "x", story: 1, proofs: 2 });
  for (const { sha256 } of drill.proofs) expect(page).toContain(sha256);
  expect(page).toMatch(/\*\*FAIL\*\* +\| nothing-lost: `POLICY_CHECK_FAILED`/);
  expect(page).toMatch(/all 7 requirements: `POLICY_MET`/);
});

test("a drill that went otherwise is red", () => {
  const faultsOf = (change: (draft: { -readonly [Name in keyof Drill]: Drill[Name] }) => void): string[] => {
    const draft = structuredClone(drill);
    change(draft);
    return drillFaults(draft);
  };
  expect(faultsOf((one) => (one.sequence = ["PASS", "PASS", "PASS"]))).toEqual([
    "expected PASS FAIL PASS, found PASS PASS PASS",
  ]);
  expect(
    faultsOf((one) => (one.proofs = one.proofs.filter(({ file }) => file !== "act-1-cheated.settld"))),
  ).toHaveLength(1);
  expect(faultsOf((one) => (one.ledger = { ...one.ledger, imbalances: 1 }))).toEqual([
    expect.stringContaining("do not balance"),
  ]);
  const csv = readFileSync(join(stage, "proofs/ledger.csv"), "utf8");
  expect(sumLedger(csv)).toMatchObject({ imbalances: 0, escrowLeft: "0" });
  expect(sumLedger(csv.replace(",421.20,", ",421.21,"))).toMatchObject({ imbalances: 1 });
});

test("the archive: the same bytes in every zone", () => {
  const program = `
    import { readFolder, zipOf } from ${JSON.stringify(join(root, "packages/pipeline/src/pilot/archive.ts"))};
    import { createHash } from "node:crypto";
    process.stdout.write(createHash("sha256").update(zipOf("x", readFolder(process.argv[1]))).digest("hex"));`;
  const digest = (zone: string): string =>
    execFileSync(process.execPath, ["--conditions=@settld/source", "--input-type=module", "--eval", program, stage], {
      encoding: "utf8",
      env: { ...process.env, TZ: zone },
      cwd: join(root, "packages/pipeline"),
    });
  expect(digest("Pacific/Kiritimati")).toBe(digest("America/St_Johns"));
  const files = new Map(readFolder(stage));
  const before = zipOf("x", files);
  files.set("results.json", new Uint8Array([1]));
  expect(Buffer.compare(before, zipOf("x", files))).not.toBe(0);
});

describe("a stranger", () => {
  const verify = (change: (copy: string) => void): { status: number | null; stdout: string; stderr: string } => {
    const copy = mkdtempSync(join(folder, "copy-"));
    cpSync(stage, copy, { recursive: true });
    change(copy);
    return spawnSync(process.execPath, [join(copy, "verify.mjs")], { encoding: "utf8", cwd: "/" });
  };
  const rewrite = (copy: string, path: string, edit: (text: string) => string): void =>
    writeFileSync(join(copy, path), edit(readFileSync(join(copy, path), "latin1")), "latin1");
  const relist = (copy: string): void => {
    rmSync(join(copy, "SHA256SUMS"));
    writeFileSync(join(copy, "SHA256SUMS"), sumsOf(readFolder(copy)));
  };

  test("verifies it alone, with one command", () => {
    const run = verify(() => {});
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(/drill {4}PASS -> FAIL -> PASS\n/);
    expect(run.stdout).toMatch(/holds {4}SHA256SUMS [0-9a-f]{64}\n$/);
  });

  test.each<[string, RegExp, (copy: string) => void]>([
    [
      "a changed byte",
      /proofs\/ledger\.csv: has other bytes/,
      (copy) => rewrite(copy, "proofs/ledger.csv", (text) => text.replace("480.00", "481.00")),
    ],
    ["a file too many", /extra: is not listed/, (copy) => writeFileSync(join(copy, "extra"), "")],
    ["a file too few", /results\.json: is missing/, (copy) => rmSync(join(copy, "results.json"))],
    [
      "a link",
      /results\.json: is no file/,
      (copy) => {
        rmSync(join(copy, "results.json"));
        symlinkSync(join(stage, "results.json"), join(copy, "results.json"));
      },
    ],
    [
      "a better result, and a new list",
      /act-1-cheated\.settld: expected accept/,
      (copy) => {
        rewrite(copy, "results.json", (text) =>
          text.replace(/("act-1-cheated[^}]*?"verdict": )"reject"/, '$1"accept"'),
        );
        relist(copy);
      },
    ],
    [
      "a changed proof, and a new list",
      /act-3\.settld: expected accept null, found reject/,
      (copy) => {
        rewrite(copy, "proofs/act-3.settld", (text) =>
          text.replace(/"sig":"(.)/, (_, one: string) => `"sig":"${one === "A" ? "B" : "A"}`),
        );
        relist(copy);
      },
    ],
    [
      "a changed ledger, and a new list",
      /adds up to 1/,
      (copy) => {
        rewrite(copy, "proofs/ledger.csv", (text) => text.replace(",421.20,", ",421.21,"));
        relist(copy);
      },
    ],
  ])("sees %s", (_, message, change) => {
    const run = verify(change);
    expect(run).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(message),
      stdout: expect.stringContaining("DOES NOT HOLD"),
    });
  });
});

test("the page of service levels names alerts and sections that are there", () => {
  const page = readFileSync(join(root, "docs/pilot/slo.md"), "utf8");
  const { groups } = parse(readFileSync(join(root, "deploy/prometheus/alerts.yaml"), "utf8")) as {
    groups: { rules: { alert: string }[] }[];
  };
  const alerts = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  const named = [...page.matchAll(/`(Settld\w+)`/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !alerts.has(name))).toEqual([]);
  expect(existsSync(join(root, "docs/pilot-results.md"))).toBe(true);
});
