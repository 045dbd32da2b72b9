/**
 * The Python verifier as a wheel and a source archive. It is pure Python without dependencies, so both are archives of
 * its files with a few lines about them; written here, their bytes are the same everywhere, and building needs no
 * program that a release would have to trust.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProgramError } from "../run.ts";
import { tarballOf } from "../testing/tarball.ts";
import { type ArchiveFile, zipOf } from "./zip.ts";

const field = (toml: string, name: string): string => {
  const found = new RegExp(`^${name} = "(.*)"$`, "m").exec(toml)?.[1];
  if (found === undefined) throw new ProgramError(`pyproject.toml: expected ${name}, found none`);
  return found;
};

const list = (toml: string, name: string): string[] => {
  const body = new RegExp(`^${name} = \\[([\\s\\S]*?)\\]$`, "m").exec(toml)?.[1] ?? "";
  return [...body.matchAll(/"(.*?)"/g)].map(([, text = ""]) => text);
};

/** Core metadata 2.1 (PEP 566), from `pyproject.toml`. */
const metadataOf = (toml: string, version: string, readme: string): string =>
  [
    "Metadata-Version: 2.1",
    `Name: ${field(toml, "name")}`,
    `Version: ${version}`,
    `Summary: ${field(toml, "description")}`,
    "License: Apache-2.0",
    `Keywords: ${list(toml, "keywords").join(",")}`,
    ...list(toml, "classifiers").map((text) => `Classifier: ${text}`),
    `Requires-Python: ${field(toml, "requires-python")}`,
    "Description-Content-Type: text/markdown",
    "",
    readme,
  ].join("\n");

const filesBelow = (folder: string, prefix: string): ArchiveFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(py|typed)$/.test(path))
    .sort()
    .map((path) => ({
      path: `${prefix}${path.slice(folder.length).replaceAll("\\", "/")}`,
      bytes: readFileSync(path),
    }));

/** Both distributions of the package at `dir`, by name of the file. */
export const pythonDistributions = (dir: string, license: Buffer): Readonly<Record<string, Buffer>> => {
  const toml = readFileSync(join(dir, "pyproject.toml"), "utf8");
  const readme = readFileSync(join(dir, "README.md"), "utf8");
  const name = field(toml, "name").replaceAll("-", "_");
  const init = readFileSync(join(dir, `src/${name}/__init__.py`), "utf8");
  const version = /^__version__ = "(.*)"$/m.exec(init)?.[1];
  if (version === undefined) throw new ProgramError(`${name}: expected __version__, found none`);
  const metadata = Buffer.from(metadataOf(toml, version, readme));
  const info = `${name}-${version}.dist-info`;
  const script = /^\[project\.scripts\]\n(\S+) = "(.*)"$/m.exec(toml);
  const files: ArchiveFile[] = [
    ...filesBelow(join(dir, "src", name), name),
    { path: `${info}/licenses/LICENSE`, bytes: license },
    { path: `${info}/METADATA`, bytes: metadata },
    {
      path: `${info}/WHEEL`,
      bytes: Buffer.from("Wheel-Version: 1.0\nGenerator: settld\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    },
    { path: `${info}/entry_points.txt`, bytes: Buffer.from(`[console_scripts]\n${script?.[1]} = ${script?.[2]}\n`) },
  ];
  const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("base64url");
  const record = files.map(({ path, bytes }) => `${path},sha256=${digest(bytes)},${bytes.length}\n`).join("");
  const recordFile = { path: `${info}/RECORD`, bytes: Buffer.from(`${record}${info}/RECORD,,\n`) };
  const top = `${name}-${version}`;
  const source: ArchiveFile[] = [
    { path: `${top}/PKG-INFO`, bytes: metadata },
    { path: `${top}/LICENSE`, bytes: license },
    { path: `${top}/README.md`, bytes: Buffer.from(readme) },
    { path: `${top}/pyproject.toml`, bytes: Buffer.from(toml) },
    ...filesBelow(join(dir, "src"), `${top}/src`),
    ...filesBelow(join(dir, "tests"), `${top}/tests`),
  ];
  return {
    [`${name}-${version}-py3-none-any.whl`]: zipOf([...files, recordFile]),
    [`${name}-${version}.tar.gz`]: tarballOf(
      source.map(({ path, bytes }) => ({ path, content: bytes.toString("utf8") })),
    ),
  };
};

/** Writes both distributions into a folder. */
export const packPython = (tree: string, folder: string): readonly string[] => {
  const files = pythonDistributions(join(tree, "packages/verifier-python"), readFileSync(join(tree, "LICENSE")));
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return Object.keys(files);
};

/** Copies what goes to PyPI out of a release folder. */
export const selectPython = (from: string, to: string): readonly string[] => {
  const names = readdirSync(from).filter((name) => /\.(whl|tar\.gz)$/.test(name));
  if (names.length !== 2)
    throw new ProgramError(`expected a wheel and a source archive in ${from}, found ${names.join(", ")}`);
  mkdirSync(to, { recursive: true });
  for (const name of names) cpSync(join(from, name), join(to, name));
  return names;
};
