/**
 * Two implementations answer the same generated cases: the reference and `packages/verifier-python`, which was written
 * from the specification alone. A machine without Python 3.9 leaves it out visibly.
 *
 *   --cases N   how many (default 300)
 *   --seed N    which (default 1)
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPython } from "./find-python.ts";
import { root } from "./workspace.ts";

const { cases, seed } = parseArgs({
  options: { cases: { type: "string", default: "300" }, seed: { type: "string", default: "1" } },
}).values;

const python = findPython();
if (python === undefined) {
  console.log("SKIP fuzz: no Python 3.9 or later on the PATH");
} else {
  const findings = mkdtempSync(join(tmpdir(), "settld-fuzz-"));
  const { status } = spawnSync(
    process.execPath,
    [
      "--conditions=@settld/source",
      "packages/conform/src/bin.ts",
      "fuzz",
      `--adapter=node:${join(root, "packages/cli/src/adapter/index.ts")}`,
      `--against=cmd:${python} -m settld_verifier adapter`,
      `--cases=${cases}`,
      `--seed=${seed}`,
      `--out=${findings}`,
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: "--conditions=@settld/source",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONPATH: join(root, "packages/verifier-python/src"),
      },
      stdio: "inherit",
    },
  );
  if (status === 0) rmSync(findings, { recursive: true });
  process.exitCode = status ?? 1;
}
