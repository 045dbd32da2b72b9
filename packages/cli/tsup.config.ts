import { defineConfig } from "tsup";
import { base } from "../../tsup.base.ts";
import manifest from "./package.json" with { type: "json" };

export default defineConfig({
  ...base({ bin: "src/bin.ts", "verify-worker": "src/verify/worker.ts" }),
  platform: "node",
  // No consumer imports the CLI; commands behind `import()` become chunks of their own and load when used.
  dts: false,
  // Known when it is built, so that `settld --version` reads nothing.
  define: { SETTLD_VERSION: JSON.stringify(manifest.version) },
});
