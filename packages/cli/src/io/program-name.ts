import { basename, relative } from "node:path";

/**
 * How to call this program again from here, in words that work where it was called.
 *
 * @param path - the path under which it was started.
 */
export function programName(path: string = process.argv[1] ?? ""): string {
  if (/[/\\]node_modules[/\\]/.test(path)) return "npx settld";
  if (!basename(path).startsWith("bin.")) return "settld";
  const near = relative(process.cwd(), path);
  return `node ${near.startsWith("..") ? path : near}`;
}
