import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * What an installation leaves behind that says when and where it ran, and not what was installed:
 * `.modules.yaml` has the time of the last clean-up and the path of the store, the workspace state has the time of the
 * last check and the path of the project. Nothing reads code or versions from either.
 */
const left: ReadonlySet<string> = new Set([".modules.yaml", ".pnpm-workspace-state-v1.json"]);

/**
 * Everything below the `node_modules` folders of a project: path -> kind, mode, and digest or target. Starters in
 * `.bin` name the folder of the project as `NODE_PATH`, so that folder is taken out of them; links that are absolute are
 * kept as they are, because a tree that has one is not the same in another place. Times are left out: they are those of
 * the installation. Hard links to the store are files like any other.
 */
export const readTree = (project: string): Map<string, string> => {
  const entries = new Map<string, string>();
  const file = (path: string, mode: number): string => {
    let bytes: string | Buffer = readFileSync(path);
    if (path.includes("/.bin/")) bytes = bytes.toString("latin1").replaceAll(project, "<project>");
    return `file ${(mode & 0o777).toString(8)} ${createHash("sha256").update(bytes).digest("hex")}`;
  };
  const visit = (folder: string, inside: boolean): void => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      const at = relative(project, path).replaceAll("\\", "/");
      const stat = lstatSync(path);
      if (inside && left.has(name)) continue;
      if (stat.isDirectory()) {
        if (inside) entries.set(at, `folder ${(stat.mode & 0o777).toString(8)}`);
        visit(path, inside || name === "node_modules");
      } else if (inside) {
        entries.set(at, stat.isSymbolicLink() ? `link ${readlinkSync(path)}` : file(path, stat.mode));
      }
    }
  };
  visit(project, false);
  return entries;
};

/** One digest of a tree. */
export const digestOfTree = (tree: ReadonlyMap<string, string>): string =>
  createHash("sha256")
    .update([...tree].map(([path, what]) => `${path}\0${what}\n`).join(""))
    .digest("hex");

/** What differs between two trees, in words. */
export const diffTrees = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((path) => {
    const [first, second] = [one.get(path), other.get(path)];
    return first === second ? [] : [`${path}: first ${first ?? "missing"}, then ${second ?? "missing"}`];
  });
