import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run } from "./run.ts";

const filesOf = (folder: string): Map<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path)]),
  );

/** Compares two folders byte by byte; returns a sentence for every difference. */
export const compareFolders = (expected: string, found: string): string[] => {
  const [a, b] = [filesOf(expected), filesOf(found)];
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((name) => {
    const [left, right] = [a.get(name), b.get(name)];
    if (left === undefined) return [`${name}: is not in fixtures/golden`];
    if (right === undefined) return [`${name}: was not made`];
    if (left.equals(right)) return [];
    const at = left.findIndex((byte, index) => byte !== right[index]);
    return [`${name}: differs from byte ${at < 0 ? left.length : at} on (${left.length} and ${right.length} bytes)`];
  });
};

/**
 * Makes the demo's files anew with a command line and compares them with the golden ones.
 *
 * @param command - the program that plays the demo, such as an installed `settld`.
 */
export const checkGolden = async (
  command: readonly [string, ...string[]],
  golden: string,
): Promise<readonly string[]> => {
  const temp = mkdtempSync(join(tmpdir(), "settld-golden-"));
  try {
    const out = join(temp, "demo");
    await run([...command, "demo", "--out", out], { cwd: temp });
    return compareFolders(golden, out);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};
