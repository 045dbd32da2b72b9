import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Source } from "./instrument.ts";

/** Root of the repository. */
export const ROOT: string = join(import.meta.dirname, "../../..");

const PACKAGES = ["protocol", "kernel", "verifier"];
const FILE = /\/packages\/(protocol|kernel|verifier)\/src\/(.*\.ts)$/;

/** Everything that is mutated: the sources of the three packages that judge, without tests and generated code. */
export const readSources = (root: string): Source[] =>
  PACKAGES.flatMap((name) =>
    globSync(`packages/${name}/src/**/*.ts`, { cwd: root })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => !/\.(?:test|fuzz|bench|d)\.ts$|\/gen\//.test(path))
      .map((path) => ({ file: fileOf(path), text: readFileSync(join(root, path), "utf8") })),
  );

const fileOf = (path: string): string => path.replace(/^packages\//, "").replace("/src/", "/");

/** The port of cryptography that a build uses. */
export type Port = "node" | "web";

/**
 * Builds the adapter of the reference with other texts for some of its files, into one script that takes the parameters
 * of `program.ts`. The compiled schemas stay outside: `$r.validators` has them.
 */
export const bundleProgram = async (root: string, texts: ReadonlyMap<string, string>, port: Port): Promise<string> => {
  const names = Object.keys(validatorTargets(root));
  const instrumented: Plugin = {
    name: "instrumented",
    setup(build) {
      build.onLoad({ filter: FILE }, ({ path }) => {
        const [, name = "", rest = ""] = FILE.exec(path.replaceAll("\\", "/")) ?? [];
        const contents = texts.get(`${name}/${rest}`);
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
      build.onLoad({ filter: /\/protocol\/src\/gen\/validators\.js$/ }, () => ({
        contents: names.map((name) => `export const ${name} = $r.validators.${name};`).join("\n"),
        loader: "js",
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: ["settld/adapter"],
    absWorkingDir: join(root, "packages/adequacy"),
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node24",
    conditions: ["@settld/source"],
    alias: { "@settld/protocol/crypto": join(root, `packages/protocol/src/crypto-${port}.ts`) },
    plugins: [instrumented],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
};

/** The schemas that the protocol compiles: `$id#pointer` by the name of the validator. */
export const validatorTargets = (root: string): Readonly<Record<string, string>> =>
  (JSON.parse(readFileSync(join(root, "schemas/validators.json"), "utf8")) as { protocol: Record<string, string> })
    .protocol;

/** Builds the compiled schemas of the protocol as a script of their own. */
export const bundleValidators = async (root: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(root, "packages/protocol/src/gen/validators.js")],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
};
