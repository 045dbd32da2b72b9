import { isSettldError, type JsonValue, parseJson } from "@settld/protocol";
import { inputError } from "../exit.ts";
import type { Finding } from "./finding.ts";
import { shown } from "./finding.ts";
import type { ReleasedPackage } from "./sbom.ts";

// 64 MiB; lockfiles of large repositories have some ten.
const BYTES_MAX = 67_108_864;

const isMembers = (value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Compares what npm recorded when it installed with what was signed (REL-14).
 *
 * @throws SettldError `CLI_INPUT` when the file is no lockfile of npm 7 or later.
 */
export function checkLockfile(
  bytes: Uint8Array,
  path: string,
  released: ReadonlyMap<string, ReleasedPackage>,
): Finding[] {
  const installed = Object.entries(packagesOf(bytes, path)).flatMap(([place, entry]) => {
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1];
    const expected = name === undefined ? undefined : released.get(name);
    return expected === undefined || !isMembers(entry) ? [] : [{ place, entry, expected }];
  });
  if (installed.length === 0) {
    return [
      { code: "REL_REGISTRY", file: null, message: `expected a package of the release in the lockfile, found none` },
    ];
  }
  return installed.flatMap(({ place, entry, expected: { name, version, sha512 } }) => {
    const integrity = `sha512-${Buffer.from(sha512, "hex").toString("base64")}`;
    if (entry["version"] === version && entry["integrity"] === integrity) return [];
    const found = `${shown(entry["version"])} with ${shown(entry["integrity"])}`;
    const message = `expected ${name} ${version} with ${integrity}, found ${found} at ${shown(place)}`;
    return [{ code: "REL_REGISTRY", file: null, message }];
  });
}

function packagesOf(bytes: Uint8Array, path: string): { readonly [name: string]: JsonValue } {
  try {
    const lockfile = parseJson(bytes, { maxBytes: BYTES_MAX });
    if (isMembers(lockfile) && isMembers(lockfile["packages"])) return lockfile["packages"];
  } catch (error) {
    if (!isSettldError(error)) throw error;
  }
  throw inputError(
    "CLI_INPUT",
    `--lockfile ${path}: expected a package-lock.json of npm 7 or later, found another file`,
  );
}
