import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";
import manifest from "./package.json" with { type: "json" };

const options: Options = {
  ...base({ index: "src/index.ts", testing: "src/testing/index.ts", postgres: "src/store/postgres/index.ts" }),
  platform: "node",
  // Known when it is built, for the metrics.
  define: { SETTLD_SERVER_VERSION: JSON.stringify(manifest.version) },
};

export default options;
