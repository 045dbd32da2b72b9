import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expand, type Vector, type VectorFile, vectorsOf } from "settld-conform";

/** A vector with a way to its input. */
export type Case = Vector & {
  /** The input as an adapter gets it. Large ones are made anew each time, so that memory stays small. */
  readonly read: () => object;
};

/** Reads every vector below a folder, in the order of their files. */
export const readCases = (folder: string): Case[] =>
  globSync("*/*.json", { cwd: folder, exclude: ["requirements/**", "node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .flatMap((path) => vectorsOf(path, JSON.parse(readFileSync(join(folder, path), "utf8")) as VectorFile))
    .map(caseOf);

// Above this an input is expanded anew each time it is used.
const KEPT_CHARS_MAX = 4_000_000;

const caseOf = (vector: Vector): Case => {
  let kept: object | undefined;
  let large: boolean | undefined;
  const read = (): object => {
    if (kept !== undefined) return kept;
    const input = expand(vector.input) as object;
    large ??= JSON.stringify(input).length > KEPT_CHARS_MAX;
    if (!large) kept = input;
    return input;
  };
  return { ...vector, read };
};
