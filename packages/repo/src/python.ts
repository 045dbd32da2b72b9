/**
 * Tests the second implementation, `packages/verifier-python`: its own tests and every conformance vector. A machine
 * without Python 3.9 leaves it out visibly.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./workspace.ts";

const VERSION = "import sys; sys.exit(0 if sys.version_info >= (3, 9) else 1)";

const python = ["python3", "python"].find((name) => spawnSync(name, ["-c", VERSION]).status === 0);

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
