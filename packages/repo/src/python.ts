/**
 * Tests the second implementation, `packages/verifier-python`: its own tests and every conformance vector. A machine
 * without Python 3.9 leaves it out visibly.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findPython } from "./find-python.ts";
import { root } from "./workspace.ts";

const python = findPython();

if (python === undefined) {
  console.log("SKIP python: no Python 3.9 or later on the PATH");
} else {
  const { status } = spawnSync(python, ["-m", "unittest", "discover", "-s", "tests"], {
    cwd: join(root, "packages/verifier-python"),
    // Compiled files would stay in the tree.
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
