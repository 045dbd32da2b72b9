import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";

const config: Options = {
  ...base({ bin: "src/bin.ts" }),
  platform: "node",
  // No consumer imports the CLI; commands behind `import()` become chunks of their own and load when used.
  dts: false,
};

export default config;
