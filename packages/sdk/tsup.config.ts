import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";
import { small } from "./src/build/small.ts";

const paths = Object.fromEntries(
  ["protocol", "kernel", "verifier"].map((name) => [`@settld/${name}`, [`../${name}/src/index.ts`]]),
);

const options: Options = {
  ...base({
    index: "src/index.ts",
    core: "src/core.ts",
    webhooks: "src/webhooks.ts",
    "crypto-node": "../protocol/src/crypto-node.ts",
    "crypto-web": "../protocol/src/crypto-web.ts",
  }),
  // Ours goes inside, so that what a page loads is one package without dependencies.
  noExternal: [/^@settld\//],
  // The runtime picks one of the two through the conditions of `imports` in package.json.
  external: [/^node:/, "#crypto"],
  esbuildPlugins: [small("runtime")],
  // Types go inside as well: through paths, because what is found in node_modules would stay an import.
  dts: {
    entry: { index: "src/index.ts", core: "src/core.ts", webhooks: "src/webhooks.ts" },
    compilerOptions: { paths },
  },
};

export default options;
