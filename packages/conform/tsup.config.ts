import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";
import manifest from "./package.json" with { type: "json" };

const options: Options = {
  ...base({ bin: "src/bin.ts", index: "src/index.ts" }),
  platform: "node",
  dts: { entry: { index: "src/index.ts" } },
  // Ours goes inside, so that the tarball is complete; what comes from npm stays a dependency that an SBOM can see.
  noExternal: [/^@settld\//],
  define: { SETTLD_CONFORM_VERSION: JSON.stringify(manifest.version) },
};

export default options;
