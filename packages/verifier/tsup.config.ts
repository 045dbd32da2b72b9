import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";

const config: Options = {
  ...base({ index: "src/index.ts", sync: "src/sync.ts" }),
  // The runtime picks node:crypto or WebCrypto through the conditions of this subpath, so it must not be bundled.
  external: [/^node:/, "@settld/protocol/crypto"],
};

export default config;
