import { workspacePackages } from "../workspace.ts";
import { diffNames, type Finding } from "./difference.ts";

/** How a published package is reached: its subpaths, its programs, and what it needs. */
export type EntryState = {
  /** Keys of `exports`, each with its conditions. */
  readonly exports: Readonly<Record<string, string>>;
  /** Names of programs. */
  readonly bin: readonly string[];
  /** Range of Node. */
  readonly node: string;
  /** Peers that a user has to bring. */
  readonly peers: Readonly<Record<string, string>>;
};

type Manifest = {
  readonly exports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
};

/** Conditions decide who finds what; the condition of this repository's own tests is nobody else's business. */
const conditionsOf = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.keys(value)
        .filter((name) => name !== "@settld/source")
        .join(" ")
    : "default";

/** Reads the manifests of the published packages. */
export const readEntries = (base: string): Record<string, EntryState> =>
  Object.fromEntries(
    workspacePackages(base)
      .filter(({ manifest }) => manifest.private !== true)
      .map(({ manifest }) => {
        const { exports, bin } = manifest as Manifest;
        const subpaths = typeof exports === "object" && exports !== null ? Object.entries(exports) : [];
        const optional = manifest.peerDependenciesMeta ?? {};
        return [
          manifest.name,
          {
            exports: Object.fromEntries(subpaths.map(([path, value]) => [path, conditionsOf(value)])),
            bin: Object.keys(bin ?? {}).sort(),
            node: manifest.engines?.["node"] ?? "",
            peers: Object.fromEntries(
              Object.entries(manifest.peerDependencies ?? {}).filter(([name]) => optional[name]?.optional !== true),
            ),
          },
        ];
      }),
  );

/** Differences between two manifests: what can no longer be imported or started breaks, and so does a higher floor. */
export const diffEntries = (where: string, old: EntryState, now: EntryState): Finding[] => {
  const list = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, ""]));
  const replaced = (place: string, before: string, after: string, what: string): Finding[] =>
    before === after
      ? []
      : [{ level: "breaking", where: place, rule: `${what} changed from "${before}" to "${after}"` }];
  return [
    ...diffNames(old.exports, now.exports, {
      place: (subpath) => `${where} exports ${subpath}`,
      changed: (subpath, before, after) => replaced(`${where} exports ${subpath}`, before, after, "conditions"),
    }),
    ...diffNames(list(old.bin), list(now.bin), { place: (name) => `${where} bin ${name}`, changed: () => [] }),
    ...diffNames(old.peers, now.peers, {
      place: (name) => `${where} peer ${name}`,
      changed: (name, before, after) => replaced(`${where} peer ${name}`, before, after, "range"),
      added: () => "breaking",
    }),
    ...replaced(`${where} engines`, old.node, now.node, "Node"),
  ];
};
