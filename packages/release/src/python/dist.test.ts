import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "../run.ts";
import { packPython, pythonDistributions } from "./dist.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-python-"));
afterAll(() => rmSync(folder, { recursive: true }));

const python = (
  ...args: string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync("python3", args, { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", HOME: folder } });

test("both are the same bytes every time", () => {
  const make = (): Readonly<Record<string, Buffer>> =>
    pythonDistributions(join(root, "packages/verifier-python"), readFileSync(join(root, "LICENSE")));
  const [a, b] = [make(), make()];
  expect(Object.keys(a)).toEqual([
    expect.stringMatching(/^settld_verifier-.*-py3-none-any\.whl$/),
    expect.stringMatching(/\.tar\.gz$/),
  ]);
  for (const [name, bytes] of Object.entries(a)) expect(b[name]?.equals(bytes)).toBe(true);
});

test.skipIf(python("-m", "pip", "--version").status !== 0)("the wheel installs with pip and verifies a bundle", () => {
  const [wheel = "", source = ""] = packPython(root, folder);
  const installed = python("-m", "pip", "install", "--no-index", "--no-deps", "--target", "site", wheel);
  expect(installed).toMatchObject({ status: 0 });
  // The program runs on what was installed, and finds the bundle sound.
  writeFileSync(
    join(folder, "run.py"),
    "import sys; sys.path.insert(0, 'site'); from settld_verifier.cli import main; sys.exit(main())",
  );
  const golden = join(root, "fixtures/golden");
  const { status, stdout } = python(
    "run.py",
    "verify",
    join(golden, "act-1.settld"),
    "--trust",
    join(golden, "trust.json"),
  );
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("accept") });
  expect(python("-m", "zipfile", "-t", wheel).status).toBe(0);
  expect(spawnSync("tar", ["-tzf", source], { cwd: folder, encoding: "utf8" }).stdout).toContain("/pyproject.toml");
});
