import { isSettldError, type JsonValue, parseJson } from "@settld/protocol";
import type { Finding } from "./finding.ts";
import { shown } from "./finding.ts";

/** A package of the release, as a bill of materials must show it. */
export type ReleasedPackage = { readonly name: string; readonly version: string; readonly sha512: string };

// 16 MiB: hundreds of times what the dependencies of one package fill.
const BYTES_MAX = 16_777_216;

type Members = { readonly [name: string]: JsonValue };

const isMembers = (value: JsonValue | undefined): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Checks the bill of materials of one package (REL-11).
 *
 * @param file - its name, for findings.
 * @param about - the package beside it.
 * @param released - every package of the release by name.
 */
export function checkSbom(
  bytes: Uint8Array,
  file: string,
  about: ReleasedPackage,
  released: ReadonlyMap<string, ReleasedPackage>,
): Finding[] {
  const bad = (message: string): Finding[] => [{ code: "REL_SBOM", file, message }];
  let sbom: JsonValue;
  try {
    sbom = parseJson(bytes, { maxBytes: BYTES_MAX });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    return bad(`expected JSON, found ${error.code}: ${error.message}`);
  }
  if (!isMembers(sbom) || sbom["bomFormat"] !== "CycloneDX" || !isMembers(sbom["metadata"])) {
    return bad("expected a CycloneDX document with metadata, found another");
  }
  const main = sbom["metadata"]["component"];
  const components = sbom["components"] ?? [];
  if (!isMembers(main) || !Array.isArray(components)) return bad("expected a main component and a list, found less");
  const findings = compare(main, about, file);
  for (const component of components as readonly JsonValue[]) {
    if (!isMembers(component)) return bad(`expected components, found ${shown(component)}`);
    const expected = released.get(nameOf(component));
    if (expected !== undefined) findings.push(...compare(component, expected, file));
  }
  return findings;
}

const nameOf = ({ group, name }: Members): string =>
  typeof group === "string" && group !== "" ? `${group}/${String(name)}` : String(name);

function compare(component: Members, { name, version, sha512 }: ReleasedPackage, file: string): Finding[] {
  const hashes = Array.isArray(component["hashes"]) ? (component["hashes"] as readonly JsonValue[]) : [];
  const found = hashes.flatMap((hash) => (isMembers(hash) && hash["alg"] === "SHA-512" ? [hash["content"]] : []));
  const same = nameOf(component) === name && component["version"] === version;
  if (same && found.length === 1 && found[0] === sha512) return [];
  const message = same
    ? `expected the SHA-512 ${sha512.slice(0, 16)}... of ${name}, found ${shown(found)}`
    : `expected ${name} ${version}, found ${shown(nameOf(component))} ${shown(component["version"])}`;
  return [{ code: "REL_SBOM_MISMATCH", file, message }];
}
