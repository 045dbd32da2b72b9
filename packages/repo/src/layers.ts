/**
 * Who may import whom. `node layers.ts` checks the repository and prints every violation.
 */
import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix } from "node:path";
import { minVersion, satisfies } from "semver";
import ts from "typescript";
import { type Manifest, readJson, root, type WorkspacePackage, workspacePackages } from "./workspace.ts";

const data = ["@settld/schemas", "@settld/vectors"] as const;
const stack = ["@settld/verifier", "@settld/kernel", "@settld/protocol"] as const;

/** Exactly the allowed edges between workspace packages. A package without a row may not exist. */
export const allowedEdges: Readonly<Record<string, readonly string[]>> = {
  // Data imports nothing, and prose even less.
  "@settld/schemas": [],
  "@settld/vectors": [],
  "@settld/spec": [],
  "@settld/fixtures": [],
  // What is published. Schemas reach `protocol` as generated code, so even the data is no dependency.
  "@settld/protocol": [],
  "@settld/kernel": ["@settld/protocol"],
  "@settld/verifier": ["@settld/kernel", "@settld/protocol"],
  "@settld/sdk": stack,
  "@settld/server": stack,
  settld: [...stack, "@settld/server", "@settld/output"],
  // Expectations come from the vectors alone; of our code only transport and signing of reports.
  "settld-conform": [...data, "@settld/protocol", "@settld/output"],
  // Private, and built into the programs that use it.
  "@settld/output": [],
  // Private tooling.
  "@settld/testkit": ["@settld/kernel", "@settld/protocol"],
  // Expectations come from the author of a vector, never from the code under test.
  "@settld/vectors-build": ["@settld/protocol"],
  // Drills and pages start a PostgreSQL.
  "@settld/repo": [...data, "@settld/protocol", "@settld/testkit"],
  "@settld/release": ["@settld/output", "@settld/protocol"],
  "@settld/pipeline": ["@settld/output"],
  // Both ends of the API, and nothing between them.
  "@settld/pact": ["@settld/protocol", "@settld/sdk", "@settld/server", "@settld/testkit"],
  "@settld/adequacy": [...data, ...stack, "settld", "settld-conform", "@settld/output"],
  "@settld/bench": [
    ...data,
    ...stack,
    "@settld/server",
    "settld",
    "settld-conform",
    "@settld/fixtures",
    "@settld/testkit",
  ],
};

/**
 * Packages that are built into a published program instead of being installed beside it, so they are declared for
 * development only. What they need from npm stays a dependency of the program, where an SBOM sees it.
 */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  // One small package without dependencies: what a page loads is what its budget counts.
  "@settld/sdk": stack,
  settld: ["@settld/output"],
  "settld-conform": ["@settld/output", "@settld/protocol", ...data],
};

/** Files of a pure package that may use the built-in modules of Node. Packages that are not listed may everywhere. */
const nodeFiles: Readonly<Record<string, readonly string[]>> = {
  "@settld/protocol": ["crypto-node.ts"],
  "@settld/kernel": [],
  "@settld/verifier": ["sync.ts"],
  "@settld/sdk": [],
};

/** What tests may use on top of their package: shared builders and keys, and the reader of vectors. */
const testOnly = ["@settld/testkit", "settld-conform"];

/** What the tests of one package may use besides: a client is tested against the real server. */
const testEdges: Readonly<Record<string, readonly string[]>> = {
  "@settld/sdk": ["@settld/server"],
  // A release to verify has to be made first.
  settld: ["@settld/release"],
};

/** Folders of what only tests and builds import, and that are not published. */
const testFolders: readonly string[] = [
  "packages/sdk/src/testing/",
  "packages/sdk/src/build/",
  "packages/server/src/testing-postgres/",
  "packages/server/src/trials/",
];

/** The tree that the rules look at: packages and their TypeScript sources, by path relative to the root. */
export type Tree = {
  readonly packages: readonly WorkspacePackage[];
  /** Development tools of the root package; tests may import them. */
  readonly rootDevDependencies: readonly string[];
  readonly sources: ReadonlyMap<string, string>;
};

/** Reads the tree of the repository at `base`. */
export const readTree = (base: string): Tree => ({
  packages: workspacePackages(base),
  rootDevDependencies: Object.keys(readJson<Manifest>(join(base, "package.json")).devDependencies ?? {}),
  sources: new Map(
    globSync("packages/*/src/**/*.{ts,js}", { cwd: base })
      .map((path) => path.replaceAll("\\", "/"))
      .sort()
      .map((path) => [path, readFileSync(join(base, path), "utf8")]),
  ),
});

/** Whether a source file is a test, and so never published and free to use development tools. */
export const isTestFile = (path: string): boolean =>
  /\.(test|fuzz|bench)\.ts$/.test(path) || testFolders.some((folder) => path.startsWith(folder));

/** Module specifiers of a file: static, dynamic and type imports alike. */
const importsOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

/** `@scope/name/sub/path` -> `@scope/name`. */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const cyclesIn = (graph: ReadonlyMap<string, readonly string[]>): string[] => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push(`${[...path.slice(at), file].join(" -> ")}: files import each other in a circle`);
      return;
    }
    if (done.has(file)) {
      return;
    }
    for (const next of graph.get(file) ?? []) {
      visit(next, [...path, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) {
    visit(file, []);
  }
  return found;
};

/** Checks every import and every declared dependency; returns one sentence per violation. */
export const checkLayers = ({ packages, rootDevDependencies, sources }: Tree): string[] => {
  const violations: string[] = [];
  const workspace = new Set(packages.map(({ manifest }) => manifest.name));
  for (const { dir, manifest } of packages) {
    const { name } = manifest;
    const allowed = allowedEdges[name];
    if (allowed === undefined) {
      violations.push(`${dir}: package ${name} has no row in the table of allowed edges`);
      continue;
    }
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const installed = [...wanted, ...Object.keys(manifest.peerDependencies ?? {})];
    const declared = [...installed, ...Object.keys(manifest.devDependencies ?? {})];
    const inside = (builtIn[name] ?? []).filter((target) => declared.includes(target));
    const runtime = [...installed, ...inside];
    const pure = nodeFiles[name];
    const used = new Set<string>();
    for (const { manifest: part } of packages.filter((one) => inside.includes(one.manifest.name))) {
      for (const dependency of Object.keys(part.dependencies ?? {})) {
        used.add(dependency);
        if (!installed.includes(dependency) && !inside.includes(dependency)) {
          violations.push(`${dir}/package.json: builds in ${part.name}, so it must declare ${dependency}`);
        }
      }
    }
    const graph = new Map<string, string[]>();
    for (const [path, text] of sources) {
      if (!path.startsWith(`${dir}/src/`)) {
        continue;
      }
      const isTest = isTestFile(path);
      const relativeImports: string[] = [];
      for (const specifier of importsOf(text)) {
        if (specifier.startsWith(".")) {
          const target = posix.join(posix.dirname(path), specifier);
          relativeImports.push(target);
          if (!target.startsWith(`${dir}/src/`)) {
            violations.push(`${path}: "${specifier}" reaches outside its package`);
          }
        } else if (isBuiltin(specifier)) {
          if (pure !== undefined && !isTest && !pure.some((file) => path === `${dir}/src/${file}`)) {
            violations.push(`${path}: "${specifier}" is a module of Node, and ${name} runs everywhere`);
          }
        } else {
          const target = packageOf(specifier);
          const edges = isTest ? [...allowed, ...testOnly, ...(testEdges[name] ?? []), name] : allowed;
          if (workspace.has(target) && !edges.includes(target)) {
            violations.push(`${path}: ${name} must not import ${target}`);
          }
          const available = isTest || manifest.private === true ? [...declared, ...rootDevDependencies, name] : runtime;
          if (!available.includes(target)) {
            violations.push(`${path}: imports ${target}, which ${dir}/package.json does not declare`);
          }
          if (!isTest) {
            used.add(target);
          }
        }
      }
      if (!isTest) {
        graph.set(path, relativeImports);
      }
    }
    violations.push(...cyclesIn(graph));
    for (const dependency of wanted) {
      if (workspace.has(dependency) && inside.includes(dependency)) {
        violations.push(`${dir}/package.json: ${dependency} is built in, so it is a devDependency`);
      }
      if (workspace.has(dependency) && !allowed.includes(dependency)) {
        violations.push(`${dir}/package.json: ${name} must not depend on ${dependency}`);
      }
      if (!used.has(dependency)) {
        violations.push(`${dir}/package.json: declares ${dependency}, which no source imports`);
      }
      if (pure !== undefined && !workspace.has(dependency)) {
        violations.push(`${dir}/package.json: ${name} has no third-party dependencies, so not ${dependency} either`);
      }
    }
  }
  return violations;
};

/** Finds the manifest of an installed dependency from the folder of the package that wants it. */
export type FindManifest = (
  from: string,
  dependency: string,
) => { readonly dir: string; readonly manifest: Manifest } | undefined;

const findInstalled: FindManifest = (from, dependency) => {
  for (let dir = from; ; dir = dirname(dir)) {
    const candidate = join(dir, "node_modules", dependency);
    if (existsSync(join(candidate, "package.json"))) {
      const real = realpathSync(candidate);
      return { dir: real, manifest: readJson(join(real, "package.json")) };
    }
    if (dir === dirname(dir)) {
      return undefined;
    }
  }
};

/**
 * Checks that everything a published package installs runs on the oldest Node that the package promises. Optional
 * dependencies may want a later one: package managers leave them out where they do not run.
 * `find` is a parameter so that a test can plant dependencies.
 */
export const checkEngines = (
  packages: readonly WorkspacePackage[],
  base: string,
  find: FindManifest = findInstalled,
): string[] => {
  const violations: string[] = [];
  for (const { dir, manifest } of packages) {
    if (manifest.private === true || manifest.dependencies === undefined) {
      continue;
    }
    const floor = minVersion(manifest.engines?.["node"] ?? "");
    if (floor === null || manifest.engines?.["node"] === undefined) {
      violations.push(`${dir}/package.json: states no engines.node`);
      continue;
    }
    const seen = new Set<string>();
    const visit = (
      from: string,
      { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest,
    ): void => {
      const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
      for (const name of [...Object.keys(dependencies), ...peers]) {
        const found = find(from, name);
        if (found === undefined) {
          violations.push(`${dir}: dependency ${name} is not installed`);
          continue;
        }
        if (seen.has(found.dir)) {
          continue;
        }
        seen.add(found.dir);
        const range = found.manifest.engines?.["node"];
        if (range !== undefined && !satisfies(floor, range)) {
          violations.push(`${dir}: promises Node ${floor.version}, but ${name} wants ${range}`);
        }
        visit(found.dir, found.manifest);
      }
    };
    visit(join(base, dir), manifest);
  }
  return violations;
};

if (import.meta.main) {
  const tree = readTree(root);
  const violations = [...checkLayers(tree), ...checkEngines(tree.packages, root)];
  for (const violation of violations) {
    console.error(violation);
  }
  console.log(`${tree.sources.size} files of ${tree.packages.length} packages, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
