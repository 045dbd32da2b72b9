import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalize, type JsonValue } from "@settld/protocol";
import type { Registry } from "../registry/registry.ts";
import { run } from "../run.ts";
import type { Manifest } from "../workspace.ts";
import { type Sbom, settle } from "./settle-sbom.ts";

// Its exports name no file of it, so it is found where it is installed.
const TOOL = join(import.meta.dirname, "../../node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js");

/**
 * Makes the bill of materials of a package that is published at the registry: what npm installs for it into an empty
 * folder, listed by `cyclonedx-npm`.
 *
 * @param epoch - `SOURCE_DATE_EPOCH` in seconds, its time.
 * @returns its bytes: indented JSON, the same in every run.
 */
export const makeSbom = async (
  { name, version }: Manifest,
  registry: Registry,
  folder: string,
  epoch: number,
): Promise<Uint8Array> => {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "installation", version: "0.0.0", private: true, dependencies: { [name]: version } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  await run(["npm", "install", "--ignore-scripts"], { cwd: folder, env: registry.env });
  const output = join(folder, "sbom.json");
  await run(
    [
      process.execPath,
      TOOL,
      ...["--spec-version", "1.6", "--output-format", "JSON", "--output-file", output],
      ...["--output-reproducible", "--flatten-components", "--short-PURLs", "--mc-type", "library", "--validate"],
    ],
    { cwd: folder, env: registry.env },
  );
  const raw = JSON.parse(readFileSync(output, "utf8")) as Sbom;
  const settled = settle(raw, { name, version }, registry.url, epoch);
  // Sorted names make the order the same; indented, a person can read it.
  const sorted = JSON.parse(canonicalize(settled as unknown as JsonValue)) as unknown;
  return Buffer.from(`${JSON.stringify(sorted, null, 2)}\n`);
};
