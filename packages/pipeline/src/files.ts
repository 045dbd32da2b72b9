import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Absolute path of the repository root. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** Reads a JSON file whose form the caller trusts; `readData` judges those that people write. */
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** JSON as it is written here: two spaces, one line end. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** SHA-256 of bytes, with its prefix. */
export const digestOf = (bytes: string | Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Files to be written, by path from the root. */
export type Files = Readonly<Record<string, string>>;

/** Writes files below a folder. */
export const writeFiles = (base: string, files: Files): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
};

/** Files that are not there as they would be written, by path, with the first line that differs. */
export const staleFiles = (base: string, files: Files, remedy: string): string[] =>
  Object.entries(files).flatMap(([path, text]) => {
    if (!existsSync(join(base, path))) return [`${path}: expected a generated file, found none; run \`${remedy}\``];
    const found = readFileSync(join(base, path), "utf8");
    if (found === text) return [];
    const [a, b] = [text.split("\n"), found.split("\n")];
    const line = a.findIndex((one, index) => one !== b[index]);
    // From where they part, because lines of tables are long.
    const [one = "the end", other = "the end"] = [a[line], b[line]];
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    const show = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60));
    return [`${path}:${line + 1}: expected ${show(one)}, found ${show(other)}; run \`${remedy}\``];
  });
