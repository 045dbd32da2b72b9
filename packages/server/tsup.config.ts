import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";

const options: Options = {
  ...base({ index: "src/index.ts", testing: "src/testing/index.ts" }),
  platform: "node",
};

export default options;
