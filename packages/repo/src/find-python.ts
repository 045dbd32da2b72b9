import { spawnSync } from "node:child_process";

const VERSION = "import sys; sys.exit(0 if sys.version_info >= (3, 9) else 1)";

/** The name of Python 3.9 or later on the PATH. */
export const findPython = (): string | undefined =>
  ["python3", "python"].find((name) => spawnSync(name, ["-c", VERSION]).status === 0);
