import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

/** The part of a `package.json` that a release reads. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
};

/** A package that is published: its folder relative to the root, and its manifest. */
export type PublicPackage = { readonly dir: string; readonly manifest: Manifest };

/** Reads a JSON file whose form the caller trusts. */
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** Packages of the workspace at `base` that are published, in order of folders. */
export const publicPackages = (base: string): PublicPackage[] => {
  const { packages } = parse(readFileSync(join(base, "pnpm-workspace.yaml"), "utf8")) as { packages: string[] };
  return globSync(
    packages.map((pattern) => `${pattern}/package.json`),
    { cwd: base },
  )
    .sort()
    .map((file) => ({ dir: dirname(file).replaceAll("\\", "/"), manifest: readJson<Manifest>(join(base, file)) }))
    .filter(({ manifest }) => manifest.private !== true);
};

/** Name of the tarball of a package, without its suffix, as npm names it. */
export const fileOf = ({ name, version }: Pick<Manifest, "name" | "version">): string =>
  `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}`;

/** The tag of npm under which the versions of a tree are published: a series of pre-releases has its own. */
export const distTag = (base: string): string => {
  const path = join(base, ".changeset/pre.json");
  if (!existsSync(path)) return "latest";
  const { mode, tag } = readJson<{ readonly mode: "pre" | "exit"; readonly tag: string }>(path);
  return mode === "pre" ? tag : "latest";
};
