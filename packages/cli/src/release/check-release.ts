import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "@settld/protocol";
import { type Finding, Rejection, shown } from "./finding.ts";
import { BUNDLE_FILE, type FileDigests, type ReleaseFolder, readFolder, SUMS_FILE } from "./folder.ts";
import type { Sigstore } from "./load-sigstore.ts";
import { checkLockfile } from "./lockfile.ts";
import { checkSbom, type ReleasedPackage } from "./sbom.ts";
import { checkSignature, type readTrustedRoot, type Signed } from "./signature.ts";
import { readStatement, type Statement } from "./statement.ts";
import { type PackedManifest, readTarball } from "./tarball.ts";

/** What a release is checked against. */
export type ReleaseSettings = {
  readonly trust: ReturnType<typeof readTrustedRoot>;
  /** Who must have signed, and who must have vouched for that; either may be left open. */
  readonly identity?: string;
  readonly issuer?: string;
  /** The release that was asked for. */
  readonly tag?: string;
  /** A `package-lock.json` to compare with. */
  readonly lockfile?: { readonly path: string; readonly bytes: Uint8Array };
};

/** What the checks gave. `signed` and `statement` are null where they could not be established. */
export type ReleaseReport = {
  readonly findings: readonly Finding[];
  readonly signed: Signed | null;
  readonly statement: Statement | null;
  readonly packages: readonly ReleasedPackage[];
  readonly files: number;
};

/**
 * Checks a release folder, in the order of the clauses REL-1 to REL-14. Reads the folder and nothing else.
 *
 * @throws SettldError `CLI_INPUT` when the system does not give the bytes.
 */
export async function checkRelease(
  path: string,
  settings: ReleaseSettings,
  sigstore: Sigstore,
): Promise<ReleaseReport> {
  let signed: Signed | null = null;
  let statement: Statement | null = null;
  let files = 0;
  try {
    const folder = await readFolder(path);
    files = folder.files.size;
    signed = await checkSignature(join(path, BUNDLE_FILE), settings.trust, sigstore);
    statement = readStatement(signed);
    const findings = [...checkSigner(signed, settings), ...checkFiles(folder, statement)];
    const contents = await checkContents(folder, statement, settings, findings);
    findings.push(...contents.findings);
    return { findings: open(findings, settings, signed), signed, statement, packages: contents.packages, files };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return { findings: [error.finding], signed, statement, packages: [], files };
  }
}

function checkSigner(signed: Signed, { identity, issuer }: ReleaseSettings): Finding[] {
  const findings: Finding[] = [];
  const check = (code: Finding["code"], expected: string | undefined, found: string): void => {
    if (expected === undefined || expected === found) return;
    findings.push({ code, file: BUNDLE_FILE, message: `expected ${shown(expected)}, found ${shown(found)}` });
  };
  check("REL_IDENTITY", identity, signed.identity);
  check("REL_ISSUER", issuer, signed.issuer);
  return findings;
}

/** A release of which nobody said whose it must be is not accepted, however sound it is. */
function open(findings: readonly Finding[], { identity, issuer }: ReleaseSettings, signed: Signed): readonly Finding[] {
  if (identity !== undefined && issuer !== undefined) return findings;
  const missing =
    identity === undefined && issuer === undefined
      ? "--identity and --issuer"
      : identity === undefined
        ? "--identity"
        : "--issuer";
  const message = `expected ${missing}, found neither said nor implied; ${shown(signed.identity)} signed, vouched for by ${shown(signed.issuer)}`;
  return [...findings, { code: "REL_IDENTITY_OPEN", file: BUNDLE_FILE, message }];
}

/** The files against the subjects (REL-9). */
function checkFiles({ files }: ReleaseFolder, { subjects }: Statement): Finding[] {
  const own = new Map([...files].filter(([name]) => name !== BUNDLE_FILE && name !== SUMS_FILE));
  const signed = new Map([...subjects].map(([name, { sha256 }]) => [sha256, name]));
  const same = (a: FileDigests, b: FileDigests): boolean => a.sha256 === b.sha256 && a.sha512 === b.sha512;
  const tarballs = [...own].filter(([name]) => name.endsWith(".tgz"));
  if (tarballs.length > 0 && tarballs.every(([, { sha256 }]) => !signed.has(sha256))) {
    const about = [...subjects.keys()].filter((name) => name.endsWith(".tgz"));
    throw new Rejection(
      "REL_RELEASE",
      BUNDLE_FILE,
      `expected the tarballs here, found a statement about ${shown(about)}`,
    );
  }
  const findings: Finding[] = [];
  for (const [name, digests] of subjects) {
    const found = own.get(name);
    if (found === undefined) {
      findings.push({ code: "REL_MISSING", file: name, message: "expected the file that was signed, found none" });
    } else if (!same(found, digests)) {
      const other = signed.get(found.sha256);
      findings.push({
        code: other === undefined ? "REL_DIGEST" : "REL_SWAPPED",
        file: name,
        message: `expected sha256:${digests.sha256}, found ${other === undefined ? `sha256:${found.sha256}` : `the bytes of ${other}`}`,
      });
    }
  }
  for (const name of own.keys()) {
    if (!subjects.has(name)) {
      findings.push({
        code: "REL_UNLISTED",
        file: name,
        message: "expected signed files only, found one that was not",
      });
    }
  }
  return findings;
}

/** What the files say about each other (REL-10 to REL-14). Files that are not as signed are not read. */
async function checkContents(
  { path, files }: ReleaseFolder,
  statement: Statement,
  settings: ReleaseSettings,
  known: readonly Finding[],
): Promise<{ readonly findings: readonly Finding[]; readonly packages: readonly ReleasedPackage[] }> {
  const findings: Finding[] = [];
  const sound = (name: string): boolean => files.has(name) && !known.some(({ file }) => file === name);
  const manifests = new Map<string, PackedManifest>();
  for (const name of [...files.keys()].filter((name) => name.endsWith(".tgz") && sound(name))) {
    try {
      manifests.set(name, await readTarball(join(path, name), name));
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      findings.push(error.finding);
    }
  }
  const packages = [...manifests].map(([file, { name, version }]) => ({
    name,
    version,
    sha512: files.get(file)?.sha512 ?? "",
  }));
  const released = new Map(packages.map((one) => [one.name, one]));
  findings.push(...(await checkSboms(path, files, manifests, released, sound)));
  findings.push(...checkVersions(statement, [...manifests.values()], settings.tag));
  findings.push(...(await checkSums(path, files)));
  if (settings.lockfile !== undefined) {
    findings.push(...checkLockfile(settings.lockfile.bytes, settings.lockfile.path, released));
  }
  return { findings, packages };
}

async function checkSboms(
  path: string,
  files: ReleaseFolder["files"],
  manifests: ReadonlyMap<string, PackedManifest>,
  released: ReadonlyMap<string, ReleasedPackage>,
  sound: (name: string) => boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [tarball, { name }] of manifests) {
    const sbom = tarball.replace(/\.tgz$/, ".cdx.json");
    const about = released.get(name);
    if (!files.has(sbom)) {
      findings.push({ code: "REL_SBOM", file: tarball, message: `expected ${sbom} beside it, found none` });
    } else if (about !== undefined && sound(sbom)) {
      findings.push(...checkSbom(await readFile(join(path, sbom)), sbom, about, released));
    }
  }
  for (const sbom of [...files.keys()].filter((name) => name.endsWith(".cdx.json"))) {
    const tarball = sbom.replace(/\.cdx\.json$/, ".tgz");
    if (!files.has(tarball)) {
      findings.push({ code: "REL_SBOM", file: sbom, message: `expected ${tarball} beside it, found none` });
    }
  }
  return findings;
}

function checkVersions({ tag, packages }: Statement, manifests: readonly PackedManifest[], asked?: string): Finding[] {
  const findings: Finding[] = [];
  const wrong = (message: string): void => void findings.push({ code: "REL_VERSION", file: null, message });
  const versions = new Map(manifests.map(({ name, version }) => [name, version]));
  for (const name of new Set([...packages.keys(), ...versions.keys()])) {
    const [said, found] = [packages.get(name), versions.get(name)];
    if (said !== found)
      wrong(`expected ${name} ${said ?? "not at all"}, as the statement says, found ${found ?? "none"}`);
  }
  if (tag !== `v${versions.get("settld")}`) {
    wrong(`expected the tag of settld ${versions.get("settld") ?? "(not there)"}, found ${shown(tag)}`);
  }
  for (const { name, dependencies } of manifests) {
    for (const [dependency, range] of dependencies) {
      const version = versions.get(dependency);
      if (version !== undefined && range !== version && range !== `^${version}` && range !== `~${version}`) {
        wrong(`expected ${name} to install ${dependency} ${version}, found ${shown(range)}`);
      }
    }
  }
  if (asked !== undefined && asked !== tag) {
    findings.push({ code: "REL_TAG", file: BUNDLE_FILE, message: `expected ${shown(asked)}, found ${shown(tag)}` });
  }
  return findings;
}

async function checkSums(path: string, files: ReleaseFolder["files"]): Promise<Finding[]> {
  const expected = [...files]
    .filter(([name]) => name !== SUMS_FILE)
    .map(([name, { sha256 }]) => `${sha256}  ${name}\n`)
    .join("");
  const bad = (message: string): Finding[] => [{ code: "REL_SUMS", file: SUMS_FILE, message }];
  if (!files.has(SUMS_FILE)) return bad("expected the file, found none");
  const found = await readFile(join(path, SUMS_FILE));
  if (Buffer.from(expected).equals(found)) return [];
  const lines = expected.split("\n");
  const text = isUtf8(found) ? found.toString("utf8").split("\n") : [];
  const line = lines.findIndex((entry, index) => entry !== text[index]);
  return bad(
    `expected ${shown(lines[line] ?? "no more")} in line ${line + 1}, found ${shown(text[line] ?? "nothing")}`,
  );
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    fromUtf8(bytes);
    return true;
  } catch {
    return false;
  }
}
