import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";

const config: Options = base({ index: "src/index.ts" });

export default config;
