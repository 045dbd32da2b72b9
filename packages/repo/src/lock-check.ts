/**
 * `pnpm lock:check` shows that the lockfile decides what is installed. It installs twice, each time from the frozen
 * lockfile into a fresh store and another folder, and compares every file, mode and link; it reads the lockfile for
 * anything that is not a registry tarball with an integrity; and it holds the reviewed list of install scripts against
 * the packages that have one.
 *
 *   --fast    only reads: lockfile, rulings, and the tree that is installed here
 */
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isMap, isScalar, parse, parseDocument } from "yaml";
import { outputOf, pnpm } from "./pnpm.ts";
import { diffTrees, digestOfTree, readTree } from "./tree-digest.ts";
import { readJson, root } from "./workspace.ts";

type Lockfile = {
  readonly lockfileVersion: string;
  readonly packages?: Readonly<
    Record<string, { readonly resolution?: Readonly<Record<string, unknown>>; readonly [key: string]: unknown }>
  >;
};

/** Problems of a lockfile: everything is a tarball of the registry, named by its SHA-512. */
export const checkLockfile = (text: string): string[] =>
  Object.entries((parse(text) as Lockfile).packages ?? {}).flatMap(([name, { resolution = {} }]) => {
    const { integrity, ...rest } = resolution;
    const others = Object.keys(rest);
    return [
      ...(typeof integrity === "string" && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)
        ? []
        : [`pnpm-lock.yaml: ${name} has no SHA-512 integrity`]),
      ...(others.length === 0
        ? []
        : [`pnpm-lock.yaml: ${name} comes from elsewhere than the registry: ${JSON.stringify(rest)}`]),
      ...(/@(?:https?:|git[+:@]|file:|link:)/.test(name)
        ? [`pnpm-lock.yaml: ${name} is no version of the registry`]
        : []),
    ];
  });

/** A package with something that npm would run at its installation. */
type Scripted = { readonly name: string; readonly version: string; readonly scripts: readonly string[] };

const hooks = ["preinstall", "install", "postinstall"];

/** Packages below `node_modules/.pnpm` that have install scripts, or sources that npm would compile. */
export const findScripts = (project: string): Scripted[] =>
  globSync(
    ["node_modules/.pnpm/*/node_modules/*/package.json", "node_modules/.pnpm/*/node_modules/@*/*/package.json"],
    {
      cwd: project,
    },
  )
    .sort()
    .flatMap((path) => {
      const folder = dirname(join(project, path));
      type Manifest = {
        readonly name?: string;
        readonly version?: string;
        readonly scripts?: Readonly<Record<string, string>>;
      };
      const { name = "", version = "", scripts = {} } = readJson<Manifest>(join(project, path));
      // What stands beside a package in its folder are links to what it needs.
      if (!path.includes(`.pnpm/${name.replace("/", "+")}@`)) return [];
      const found = [
        ...hooks.filter((hook) => (scripts[hook] ?? "").trim() !== ""),
        ...(existsSync(join(folder, "binding.gyp")) ? ["binding.gyp"] : []),
      ];
      return found.length === 0 ? [] : [{ name, version, scripts: found }];
    });

/** Names of the packages of a lockfile. */
const lockedNames = (text: string): ReadonlySet<string> =>
  new Set(Object.keys((parse(text) as Lockfile).packages ?? {}).map((key) => key.slice(0, key.lastIndexOf("@"))));

/**
 * Problems of the rulings in `pnpm-workspace.yaml`: each package with install scripts has one, with its reason beside it,
 * and none is left over from a package that is gone. What is for another platform has no script here and keeps its ruling.
 *
 * @param locked - names of the packages of the lockfile.
 */
export const checkRulings = (text: string, scripted: readonly Scripted[], locked: ReadonlySet<string>): string[] => {
  const file = "pnpm-workspace.yaml";
  const builds = parseDocument(text).get("allowBuilds");
  const items = isMap(builds) ? builds.items : [];
  const names = items.map(({ key }) => (isScalar(key) ? String(key.value) : ""));
  // A comment above the first entry belongs to the list as well as to the entry.
  const problems = items.flatMap(({ key, value }, index) => {
    const reason = isScalar(value) ? (value.comment ?? "") : "";
    const ruling = isScalar(value) ? value.value : undefined;
    const above = isScalar(key) && index > 0 ? (key.commentBefore ?? "") : "";
    return [
      ...(`${reason}${above}`.trim().length < 10 ? [`${file}: allowBuilds of ${names[index]} gives no reason`] : []),
      ...(typeof ruling === "boolean" ? [] : [`${file}: allowBuilds of ${names[index]} is neither true nor false`]),
    ];
  });
  return [
    ...problems,
    ...scripted
      .filter(({ name }) => !names.includes(name))
      .map(
        ({ name, version, scripts }) =>
          `${file}: ${name} ${version} has ${scripts.join(", ")} and no ruling in allowBuilds`,
      ),
    ...names
      .filter((name) => !locked.has(name))
      .map((name) => `${file}: allowBuilds rules on ${name}, which the lockfile does not have`),
  ];
};

/** What an installation is made from. */
const inputs = [
  "package.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  ".npmrc",
  "*/package.json",
  "packages/*/package.json",
];

const copyInputs = (base: string, project: string): void => {
  for (const path of globSync(inputs, { cwd: base, exclude: ["node_modules/**"] })) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    cpSync(join(base, path), join(project, path));
  }
};

/** Installs the locked dependencies of a project, with a store and caches of its own. */
const installAnew = async (project: string, store: string): Promise<void> => {
  const { npm_config_store_dir: _store, ...env } = process.env;
  await pnpm(
    [
      "install",
      "--frozen-lockfile",
      `--store-dir=${store}/store`,
      `--config.cache-dir=${store}/cache`,
      "--reporter=silent",
    ],
    project,
    // Install scripts run with their temporary files inside their package, where Node would leave compiled code of its own.
    { ...env, CI: "1", XDG_CACHE_HOME: `${store}/xdg`, NODE_DISABLE_COMPILE_CACHE: "1" },
  );
};

/** Installs twice and says what differs. `between` is for tests: it may touch the second tree. */
export const installTwice = async (
  base: string,
  between: (project: string) => void = () => {},
): Promise<{ readonly problems: readonly string[]; readonly files: number; readonly digest: string }> => {
  const temp = mkdtempSync(join(tmpdir(), "settld-lock-"));
  try {
    const trees: Map<string, string>[] = [];
    // Read once: somebody may be changing dependencies while this runs.
    copyInputs(base, join(temp, "inputs"));
    for (const [project, store] of [
      ["one", "store-one"],
      ["another/deeper", "elsewhere/store"],
    ] as const) {
      copyInputs(join(temp, "inputs"), join(temp, project));
      await installAnew(join(temp, project), join(temp, store));
      if (trees.length > 0) between(join(temp, project));
      trees.push(readTree(join(temp, project)));
      // Two of them would fill a small disk.
      rmSync(join(temp, project), { recursive: true, force: true });
      rmSync(join(temp, store), { recursive: true, force: true });
    }
    const [one = new Map(), other = new Map()] = trees;
    return { problems: diffTrees(one, other), files: one.size, digest: digestOfTree(one) };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

const shown = 30;

const main = async (): Promise<number> => {
  const lockfile = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  const scripted = findScripts(root);
  const problems = [
    ...checkLockfile(lockfile),
    ...checkRulings(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"), scripted, lockedNames(lockfile)),
  ];
  const packages = Object.keys((parse(lockfile) as Lockfile).packages ?? {}).length;
  console.log(`${packages} packages in the lockfile, ${scripted.length} with install scripts`);
  if (!process.argv.includes("--fast")) {
    try {
      const twice = await installTwice(root);
      problems.push(...twice.problems);
      console.log(
        `two installations of ${twice.files} files, folders and links; the first has the digest ${twice.digest}`,
      );
    } catch (error) {
      problems.push(`an installation into a fresh store fails: ${outputOf(error)}`);
    }
  }
  for (const problem of problems.slice(0, shown)) console.error(problem);
  if (problems.length > shown) console.error(`and ${problems.length - shown} more`);
  console.log(`${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
};

if (import.meta.main) {
  process.exitCode = await main();
}
