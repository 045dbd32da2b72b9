import { cp, readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Options } from "tsup";
import { base } from "../../tsup.base.ts";
import manifest from "./package.json" with { type: "json" };

// Everything that the program reads goes into the tarball as it is, so that the digest of the vectors is that of the
// repository, and an auditor can compare the files.
const copyData = async (): Promise<void> => {
  await cp("../../vectors", "dist/data/vectors", {
    recursive: true,
    filter: async (path) =>
      (await stat(path)).isDirectory()
        ? basename(path) !== "node_modules"
        : path.endsWith(".json") && basename(path) !== "package.json",
  });
  for (const name of await readdir("../../schemas")) {
    if (/(?:\.schema|^openapi)\.json$/.test(name)) await cp(`../../schemas/${name}`, `dist/data/schemas/${name}`);
  }
  await cp("src/init/templates", "dist/templates", { recursive: true });
};

const options: Options = {
  // Threads and processes start from files, so these two are files of their own.
  ...base({
    bin: "src/bin.ts",
    index: "src/index.ts",
    "node-worker": "src/adapter/node-worker.ts",
    cheat: "src/selftest/cheat.ts",
  }),
  platform: "node",
  dts: { entry: { index: "src/index.ts" } },
  // Ours goes inside, so that the tarball is complete; what comes from npm stays a dependency that an SBOM can see.
  noExternal: [/^@settld\//],
  define: { SETTLD_CONFORM_VERSION: JSON.stringify(manifest.version) },
  onSuccess: copyData,
};

export default options;
