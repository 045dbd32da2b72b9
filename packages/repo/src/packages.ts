/**
 * Checks what would be published: every public package is packed, and the tarballs are judged, not the folders.
 * Then they are laid out as if installed, every entry point is imported and the command line is started, because a
 * file that `files` forgets shows nowhere else.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { isObject } from "./gen/schema-set.ts";
import { outputOf, pnpm } from "./pnpm.ts";
import { readJson, root, type WorkspacePackage, workspacePackages } from "./workspace.ts";

const exec = promisify(execFile);

type PackedManifest = {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly exports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

type Packed = {
  readonly dir: string;
  readonly tarball: string;
  /** Absolute path of the unpacked package. */
  readonly installed: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  readonly manifest: PackedManifest;
};

const pack = async ({ dir, manifest: { name } }: WorkspacePackage, temp: string): Promise<Packed> => {
  const tarball = join(temp, `${name.replaceAll(/[@/]/g, "_")}.tgz`);
  await pnpm(["pack", "--out", tarball], join(root, dir));
  const { stdout } = await exec("tar", ["-tzf", tarball]);
  const installed = join(temp, "node_modules", name);
  mkdirSync(installed, { recursive: true });
  await exec("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  return {
    dir,
    tarball,
    installed,
    files: stdout
      .split("\n")
      .filter((line) => line !== "" && !line.endsWith("/"))
      .map((line) => line.replace(/^package\//, "")),
    manifest: readJson(join(installed, "package.json")),
  };
};

/** What no tarball may hold: tests, local state, and build leftovers. */
const unwanted =
  /\.(test|fuzz|bench)\.|(^|\/)(node_modules|__snapshots__|\.turbo|tsup\.config\.ts|.*\.tsbuildinfo)(\/|$)/;

/** Rules of ours about the list of files and the manifest. */
export const checkFiles = ({ files, manifest }: Pick<Packed, "files" | "manifest">): string[] => [
  ...["LICENSE", "README.md"].filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
  ...files.filter((file) => unwanted.test(file)).map((file) => `${file} has no place in a tarball`),
  ...(files.some((file) => file.endsWith(".js")) && !files.some((file) => file.startsWith("src/"))
    ? ["src is missing, so nobody can compare dist with it"]
    : []),
  ...((manifest.description ?? "") === "" ? ["package.json has no description"] : []),
  ...Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies })
    .filter(([, range]) => /^(workspace|catalog|file|link|git|https?):/.test(range))
    .map(([name, range]) => `dependency ${name} is published as ${range}`),
];

/**
 * Finds dependencies that were built in although npm installs them as well: there would be two of them, and code of
 * others without its licence. Source maps say what a file was made of.
 *
 * @param made - sources by file of the package, as paths from the root of the repository.
 * @param folders - folders of our packages by name.
 */
export const checkBuiltIn = (
  { dependencies, optionalDependencies }: Pick<PackedManifest, "dependencies" | "optionalDependencies">,
  made: Readonly<Record<string, readonly string[]>>,
  folders: Readonly<Record<string, string>>,
): string[] =>
  Object.entries(made).flatMap(([file, sources]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) =>
        sources.some(
          (source) =>
            source.includes(`node_modules/${name}/`) ||
            (folders[name] !== undefined && source.startsWith(`${folders[name]}/`)),
        ),
      )
      .map((name) => `${file} contains ${name}, which is a dependency as well`),
  );

/** What each built file was made of, by its source map. */
const sourcesOf = ({ dir, files, installed }: Packed): Record<string, readonly string[]> =>
  Object.fromEntries(
    files
      .filter((file) => file.endsWith(".js.map"))
      .map((file) => [
        file.slice(0, -".map".length),
        readJson<{ readonly sources: readonly string[] }>(join(installed, file)).sources.map((source) =>
          posix.join(dir, posix.dirname(file), source),
        ),
      ]),
  );

/** What a package may weigh: bytes of the tarball, and packages from npm that come with it. */
export const budgets: Readonly<Record<string, { readonly bytes: number; readonly dependencies: number }>> = {
  // Every vector is inside, so that a run needs no network.
  "settld-conform": { bytes: 1_800_000, dependencies: 3 },
  // A page loads less: see `pages` below.
  "@settld/sdk": { bytes: 310_000, dependencies: 0 },
  // Ours; hono and its adapter for Node, neither of which has dependencies; prom-client and the API of OpenTelemetry.
  // PostgreSQL's packages are optional peers, installed by those who use it.
  "@settld/server": { bytes: 850_000, dependencies: 7 },
};

/**
 * What a page may load for an entry point, minified and compressed, with all that comes with it: bytes by subpath. What
 * is only loaded when it is used, by `import()`, is left out.
 */
export const pages: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "@settld/sdk": { ".": 40_000, "./core": 15_000, "./webhooks": 6_000 },
};

/** The files that a page loads before it does anything: the entry, and what that imports without `import()`. */
const loadedAtOnce = (files: readonly OutputFile[], { outputs }: Metafile): Uint8Array[] => {
  const needed = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === "<stdin>");
  for (const path of needed) {
    const statics = (outputs[path]?.imports ?? []).filter(({ kind }) => kind === "import-statement");
    needed.push(...statics.map((one) => one.path).filter((one) => !needed.includes(one)));
  }
  return files
    .filter(({ path }) => needed.some((one) => path.endsWith(posix.basename(one))))
    .map(({ contents }) => contents);
};

/** Bundles an installed entry point as a page would, and says what is wrong with the result. */
const checkPage = async (name: string, subpath: string, bytes: number, temp: string): Promise<string[]> => {
  const specifier = `${name}${subpath.slice(1)}`;
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from ${JSON.stringify(specifier)};`, resolveDir: temp },
      bundle: true,
      splitting: true,
      outdir: temp,
      metafile: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
      logLevel: "silent",
    });
    const size = loadedAtOnce(outputFiles, metafile).reduce(
      (sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length,
      0,
    );
    return size <= bytes ? [] : [`a page loads ${size} bytes for "${specifier}", which is more than ${bytes}`];
  } catch (error) {
    return [`"${specifier}" does not bundle for a page: ${outputOf(error)}`];
  }
};

/** What is over its budget. */
export const checkBudget = (name: string, bytes: number, dependencies: number): string[] => {
  const budget = budgets[name];
  if (budget === undefined) return [];
  return [
    ...(bytes > budget.bytes ? [`weighs ${bytes} bytes, which is more than ${budget.bytes}`] : []),
    ...(dependencies > budget.dependencies
      ? [`has ${dependencies} dependencies, which is more than ${budget.dependencies}`]
      : []),
  ];
};

const subpaths = (exports: unknown): string[] => {
  if (typeof exports === "string") {
    return ["."];
  }
  return isObject(exports) ? Object.keys(exports).filter((key) => key.startsWith(".") && !key.includes("*")) : [];
};

const check = async (packed: Packed): Promise<string[]> => {
  const { manifest, tarball, files } = packed;
  const problems = checkFiles(packed);
  const folders = Object.fromEntries(workspacePackages().map((one) => [one.manifest.name, one.dir]));
  problems.push(...checkBuiltIn(manifest, sourcesOf(packed), folders));
  const bytes = readFileSync(tarball);
  problems.push(...checkBudget(manifest.name, bytes.length, Object.keys(manifest.dependencies ?? {}).length));
  const { messages } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer },
    strict: true,
  });
  // A suggestion is an opinion; warnings and errors are rules.
  for (const message of messages.filter(({ type }) => type !== "suggestion")) {
    problems.push(`publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`);
  }
  if (files.some((file) => file.endsWith(".d.ts"))) {
    const attw = join(root, "packages/repo/node_modules/.bin/attw");
    try {
      await exec(attw, [tarball, "--profile", "esm-only", "--no-emoji", "--no-color", "--format", "ascii"]);
    } catch (error) {
      problems.push(`attw: ${outputOf(error)}`);
    }
  }
  return problems;
};

/** Third-party dependencies come from the workspace, ours from the tarballs: an installation without a registry. */
const linkDependencies = ({ dir, manifest }: Packed, temp: string): void => {
  for (const name of Object.keys(manifest.dependencies ?? {}).filter((name) => !/^(@settld\/|settld$)/.test(name))) {
    const link = join(temp, "node_modules", name);
    // Two packages may need the same one.
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(root, dir, "node_modules", name)), link, "dir");
  }
};

/** Starts the command line as on a Node for which npm leaves the server out. */
const withoutServer = async (temp: string): Promise<string[]> => {
  const [server, away] = [join(temp, "node_modules/@settld/server"), join(temp, "server-away")];
  renameSync(server, away);
  try {
    await exec(process.execPath, [join(temp, "node_modules/settld/dist/bin.js"), "reconcile"], { cwd: temp });
    return ["installed without @settld/server: settld reconcile works"];
  } catch (error) {
    const output = outputOf(error);
    return output.startsWith("settld: CLI_UNSUPPORTED: ") ? [] : [`installed without @settld/server: ${output}`];
  } finally {
    renameSync(away, server);
  }
};

const tryOut = async ({ manifest }: Packed, temp: string): Promise<string[]> => {
  const problems: string[] = [];
  const attempt = async (what: string, args: readonly string[]): Promise<void> => {
    try {
      await exec(process.execPath, args, { cwd: temp, timeout: 300_000 });
    } catch (error) {
      const output = outputOf(error);
      problems.push(`installed: ${what} fails: ${/^.*Error.*$/m.exec(output)?.[0] ?? output}`);
    }
  };
  for (const subpath of subpaths(manifest.exports)) {
    const specifier = `${manifest.name}${subpath.slice(1)}`;
    const options = subpath.endsWith(".json") ? ', { with: { type: "json" } }' : "";
    await attempt(`import "${specifier}"`, [
      "--input-type=module",
      "--eval",
      `await import(${JSON.stringify(specifier)}${options})`,
    ]);
  }
  for (const [subpath, bytes] of Object.entries(pages[manifest.name] ?? {})) {
    problems.push(...(await checkPage(manifest.name, subpath, bytes, temp)));
  }
  for (const [name, path] of Object.entries(manifest.bin ?? {})) {
    await attempt(`${name} --help`, [join(temp, "node_modules", manifest.name, path), "--help"]);
  }
  if (manifest.name === "settld-conform") {
    // What a partner does, with the reference as the partner: both as they would be installed.
    const [kit, reference] = ["settld-conform", "settld"].map((name) =>
      join(temp, "node_modules", name, "dist/bin.js"),
    );
    const adapter = `cmd:'${process.execPath}' '${reference}' adapter`;
    await attempt("the reference under the kit", [kit ?? "", "run", "--adapter", adapter]);
  }
  if (manifest.name === "settld") problems.push(...(await withoutServer(temp)));
  return problems;
};

const main = async (): Promise<number> => {
  const temp = mkdtempSync(join(tmpdir(), "settld-packages-"));
  try {
    const packed: Packed[] = [];
    for (const one of workspacePackages().filter(({ manifest }) => manifest.private !== true)) {
      packed.push(await pack(one, temp));
    }
    for (const one of packed) {
      linkDependencies(one, temp);
    }
    let failures = 0;
    for (const one of packed) {
      const problems = [...(await check(one)), ...(await tryOut(one, temp))];
      failures += problems.length;
      console.log(
        `${one.manifest.name} ${one.manifest.version}: ${one.files.length} files, ${problems.length} problems`,
      );
      for (const problem of problems) {
        console.log(`  ${problem.replaceAll("\n", "\n  ")}`);
      }
    }
    return failures === 0 ? 0 : 1;
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  process.exitCode = await main();
}
