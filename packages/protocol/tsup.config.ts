import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";

const config: Options = base({
  index: "src/index.ts",
  "crypto-node": "src/crypto-node.ts",
  "crypto-web": "src/crypto-web.ts",
});

export default config;
