import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

/** Absolute path of the repository root. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** The part of a `package.json` that the tooling reads. */
export type Manifest = {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

/** One workspace package: its folder relative to the root, with forward slashes, and its manifest. */
export type WorkspacePackage = {
  readonly dir: string;
  readonly manifest: Manifest;
};

/** Reads and parses a JSON file; the caller states the type that it trusts the repository to have. */
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** Every workspace package under `base`, in folder order. The root package itself is not in the list. */
export const workspacePackages = (base: string = root): WorkspacePackage[] => {
  const { packages } = parse(readFileSync(join(base, "pnpm-workspace.yaml"), "utf8")) as { packages: string[] };
  return globSync(
    packages.map((pattern) => `${pattern}/package.json`),
    { cwd: base },
  )
    .sort()
    .map((file) => ({
      dir: dirname(file).replaceAll("\\", "/"),
      manifest: readJson<Manifest>(join(base, file)),
    }));
};
