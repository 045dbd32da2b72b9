import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** A JavaScript runtime that the packages promise to run on, from the lockfile. */
export type Runtime = { readonly name: string; readonly command: readonly [string, ...string[]] };

const binary = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path);

/** Every server-side runtime: the three lines of Node, Bun and Deno. */
export const runtimes = (): Runtime[] => [
  { name: "Node 20", command: [binary("node-20", "bin/node")] },
  { name: "Node 22", command: [binary("node-22", "bin/node")] },
  { name: "Node 24", command: [binary("node", "bin/node")] },
  { name: "Bun", command: [binary("bun", "bin/bun.exe")] },
  { name: "Deno", command: [binary("deno", "bin.cjs"), "run", "--allow-all", "--quiet"] },
];

/** A Chromium of the machine, which no package brings; `SETTLD_CHROMIUM` names another one. */
export const chromium = (): string | undefined =>
  [process.env["SETTLD_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path !== undefined && existsSync(path),
  );
