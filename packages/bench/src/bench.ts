/** `pnpm bench`: ratios, measured side by side in one run. Exits with 1 when a required ratio is exceeded. */
import { benchBundles } from "./bundle-bench.ts";
import { benchCli } from "./cli-bench.ts";
import { benchConform } from "./conform-bench.ts";
import { benchJson } from "./json-bench.ts";
import { print } from "./measure.ts";
import { benchPostgres } from "./postgres-bench.ts";
import { benchServer } from "./server-bench.ts";

console.log(`Node ${process.version}; ratios are medians of rounds in alternation`);
const results = [
  print("Bundles", await benchBundles()),
  print("JSON", await benchJson()),
  print("Command line, whole processes on Node 20", await benchCli()),
  print("Conformance kit", await benchConform()),
  print("Settlement server", await benchServer()),
  print("PostgreSQL", await benchPostgres()),
];
if (results.includes(false)) process.exitCode = 1;
