import { readFileSync } from "node:fs";
import { parse } from "yaml";

type Dependencies = Readonly<Record<string, { readonly version: string }>>;

type LockYaml = {
  readonly importers: Readonly<
    Record<string, { readonly dependencies?: Dependencies; readonly optionalDependencies?: Dependencies }>
  >;
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity?: string } }>>;
  readonly snapshots: Readonly<
    Record<
      string,
      {
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
};

/** A version of a package from a registry, as the lockfile has it. */
export type Locked = { readonly name: string; readonly version: string; readonly integrity: string };

/** `pnpm-lock.yaml`, as far as a bill of materials is compared with it. */
export type Lockfile = {
  /** Integrity by `NAME@VERSION`. */
  readonly integrities: ReadonlyMap<string, string>;
  /** What an installation of the package in a folder brings from the registry, in order of names. */
  readonly closure: (dirs: readonly string[]) => readonly Locked[];
};

const split = (key: string): { readonly name: string; readonly version: string } => {
  // Peers stand behind the version, in parentheses.
  const plain = key.replace(/\(.*$/, "");
  const at = plain.lastIndexOf("@");
  return { name: plain.slice(0, at), version: plain.slice(at + 1) };
};

/** Reads a lockfile of pnpm. */
export const readLockfile = (path: string): Lockfile => {
  const { importers, packages, snapshots } = parse(readFileSync(path, "utf8")) as LockYaml;
  const integrities = new Map<string, string>();
  for (const [key, { resolution }] of Object.entries(packages)) {
    if (resolution.integrity !== undefined) integrities.set(key, resolution.integrity);
  }
  const closure = (dirs: readonly string[]): readonly Locked[] => {
    const found = new Map<string, Locked>();
    const seen = new Set<string>();
    const visit = (name: string, version: string): void => {
      if (version.startsWith("link:")) return;
      // A name may stand for another package: then the version begins with its name.
      const key = snapshots[version] === undefined ? `${name}@${version}` : version;
      if (seen.has(key)) return;
      seen.add(key);
      const entry = split(key);
      const plain = `${entry.name}@${entry.version}`;
      const integrity = integrities.get(plain);
      if (integrity === undefined) throw new Error(`pnpm-lock.yaml: expected an integrity of ${plain}, found none`);
      found.set(plain, { ...entry, integrity });
      const { dependencies = {}, optionalDependencies = {} } = snapshots[key] ?? {};
      for (const [child, at] of Object.entries({ ...dependencies, ...optionalDependencies })) visit(child, at);
    };
    for (const dir of dirs) {
      const { dependencies = {}, optionalDependencies = {} } = importers[dir] ?? {};
      for (const [name, { version }] of Object.entries({ ...dependencies, ...optionalDependencies })) {
        visit(name, version);
      }
    }
    return [...found.values()].sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
    );
  };
  return { integrities, closure };
};
