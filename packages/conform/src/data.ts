import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nearest } from "@settld/output";
import { REVISION, SettldError } from "@settld/protocol";
import type { RequirementSet } from "./requirements.ts";
import { type Vector, type VectorFile, vectorsOf } from "./vectors.ts";
import { isBuilt } from "./version.ts";

// The build copies the vectors beside itself (tsup.config.ts).
const BASE = fileURLToPath(new URL(isBuilt ? "./data/vectors/" : "../../../vectors/", import.meta.url));

const read = (path: string): string => readFileSync(`${BASE}${path}`, "utf8");

/** Paths of the files that hold vectors, below `vectors/`, sorted. */
export const vectorPaths = (): string[] =>
  readdirSync(BASE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "requirements" && entry.name !== "node_modules")
    .flatMap(({ name }) => readdirSync(`${BASE}${name}`).map((file) => `${name}/${file}`))
    .filter((path) => path.endsWith(".json"))
    .sort();

/** Every vector, sorted by id. Reading all takes about 20 ms. */
export const allVectors = (): Vector[] =>
  vectorPaths()
    .flatMap((path) => vectorsOf(path, JSON.parse(read(path)) as VectorFile))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * The vector with an id, or the one that took its place. Only its own file is parsed.
 *
 * @throws SettldError `CONF_VECTOR_UNKNOWN`.
 */
export const findVector = (id: string): Vector => {
  const now = resolveId(id);
  const quoted = JSON.stringify(now);
  for (const path of vectorPaths()) {
    const text = read(path);
    if (!text.includes(quoted)) continue;
    const found = vectorsOf(path, JSON.parse(text) as VectorFile).find((vector) => vector.id === now);
    if (found !== undefined) return found;
  }
  throw unknownVector(id, allVectors());
};

/** The error for an id that no vector has, with those that may have been meant. */
export const unknownVector = (id: string, vectors: readonly Vector[]): SettldError => {
  const near = nearest(
    id,
    vectors.map((vector) => vector.id),
    3,
  );
  const hint = near.length === 0 ? "settld-conform list shows them" : `did you mean ${near.join(", ")}?`;
  return new SettldError("CONF_VECTOR_UNKNOWN", `expected the id of a vector, found ${id} (${hint})`);
};

let aliases: Readonly<Record<string, string>> | undefined;

/** The id that took the place of a retired one, or the id itself (CONF-17). */
export const resolveId = (id: string): string => {
  aliases ??= JSON.parse(read("ALIASES.json")) as Record<string, string>;
  let now = id;
  while (Object.hasOwn(aliases, now)) now = aliases[now] ?? now;
  return now;
};

/** The requirement set of the kit's revision. */
export const requirements = (): RequirementSet => JSON.parse(read(`requirements/${REVISION}.json`)) as RequirementSet;

/**
 * Digest of everything that decides a judgement: for each file of vectors, the aliases and the requirement set of the
 * revision a line of SHA-256 in hexadecimal, two spaces and the path below `vectors/`, sorted by path, and then the
 * SHA-256 of these lines. `sha256sum` gives the same.
 */
export const vectorsDigest = (): string => {
  const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
  const paths = [...vectorPaths(), "ALIASES.json", `requirements/${REVISION}.json`].sort();
  return `sha256:${sha256(paths.map((path) => `${sha256(readFileSync(`${BASE}${path}`))}  ${path}\n`).join(""))}`;
};

let ids: ReadonlySet<string> | undefined;

/** Whether a vector has this id, which is no alias. */
export const hasVector = (id: string): boolean => {
  ids ??= new Set(allVectors().map((vector) => vector.id));
  return ids.has(id);
};
