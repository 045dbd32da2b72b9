import { cp } from "node:fs/promises";
import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";
import manifest from "./package.json" with { type: "json" };

const common: Options = base({
  bin: "src/bin.ts",
  "verify-worker": "src/verify/worker.ts",
  "demo-server": "src/demo/server/child.ts",
  adapter: "src/adapter/index.ts",
});

const options: Options = {
  ...common,
  // tsup knows of dependencies, and would build optional ones in.
  external: [...(common.external ?? []), ...Object.keys(manifest.optionalDependencies)],
  platform: "node",
  // Consumers import only the adapter; commands behind `import()` become chunks of their own and load when used.
  dts: { entry: { adapter: "src/adapter/index.ts" } },
  noExternal: ["@settld/output"],
  // Known when it is built, so that `settld --version` reads nothing.
  define: { SETTLD_VERSION: JSON.stringify(manifest.version) },
  // The demo's data set goes with the program, as the file that it is.
  onSuccess: () => cp("../../fixtures/demo/shipments.csv", "dist/demo-data/shipments.csv"),
};

export default options;
