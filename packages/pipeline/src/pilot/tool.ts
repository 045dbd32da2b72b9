import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson } from "../files.ts";

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** Packages of ours that a stranger needs: what verifies, and what judges implementations. */
const OURS = ["settld", "settld-conform", "@settld/kernel", "@settld/protocol", "@settld/verifier"];

const fileOf = (name: string): string => name.replace(/^@/, "").replaceAll("/", "-");

/**
 * Lays the packed packages out as npm would install them, with what they need of others, so that they run without a
 * registry.
 *
 * @param tarballs - folder with what `pnpm release:pack` made.
 * @returns name and version of everything that is in it, sorted.
 */
export const layOutTool = (base: string, tarballs: string, target: string): string[] => {
  const listed: string[] = [];
  const others = new Map<string, string>();
  const find = (name: string, from: string): string => {
    for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
      const path = join(folder, "node_modules", name);
      if (existsSync(path)) return realpathSync(path);
    }
    throw new Error(`${name}: expected it below ${from}, found none`);
  };
  const take = ({ dependencies = {} }: Manifest, from: string): void => {
    for (const name of Object.keys(dependencies).filter((one) => !OURS.includes(one) && !others.has(one))) {
      const folder = find(name, from);
      others.set(name, folder);
      // pnpm puts what a package needs beside it.
      take(readJson(join(folder, "package.json")), folder);
    }
  };
  for (const name of OURS) {
    const folder = join(target, "node_modules", name);
    mkdirSync(folder, { recursive: true });
    const tarball = readdirSync(tarballs).find(
      (file) =>
        file.startsWith(`${fileOf(name)}-`) && /^\d/.test(file.slice(fileOf(name).length + 1)) && file.endsWith(".tgz"),
    );
    if (tarball === undefined) throw new Error(`${tarballs}: expected a tarball of ${name}, found none`);
    execFileSync("tar", ["-xzf", join(tarballs, tarball), "-C", folder, "--strip-components=1", "--no-same-owner"]);
    const manifest = readJson<Manifest>(join(folder, "package.json"));
    listed.push(`${name} ${manifest.version}`);
    const source = { settld: "cli", "settld-conform": "conform" }[name] ?? name.slice("@settld/".length);
    take(manifest, join(base, "packages", source));
  }
  for (const [name, folder] of others) {
    cpSync(folder, join(target, "node_modules", name), {
      recursive: true,
      filter: (path) => !/\.(map|ts|flow)$/.test(path),
    });
    listed.push(`${name} ${readJson<Manifest>(join(folder, "package.json")).version}`);
  }
  return listed.sort();
};
