import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUNDLE_FILE, type BuildFacts, provenanceOf, SUMS_FILE, sumsOf } from "../sign/provenance.ts";
import { signStatement } from "../sign/sign.ts";
import type { StandIn } from "../sign/stand-in.ts";
import { tarballOf } from "./tarball.ts";

/** What a test changes about a release before it is signed. */
export type SampleOptions = {
  readonly version?: string;
  readonly facts?: Partial<BuildFacts>;
  /** Changes the files of the folder: null leaves one out. */
  readonly files?: (files: ReadonlyMap<string, Buffer>) => Readonly<Record<string, Buffer | string | null>>;
  /** Changes the statement. */
  readonly statement?: (statement: string) => string;
};

const fileOf = (name: string, version: string): string => `${name.replace(/^@/, "").replace("/", "-")}-${version}`;

const sbomOf = (name: string, version: string, tarball: Buffer): string => {
  const [group, rest] = name.startsWith("@") ? name.split("/") : ["", name];
  const content = createHash("sha512").update(tarball).digest("hex");
  const component = {
    type: "library",
    ...(group === "" ? {} : { group }),
    name: rest,
    version,
    hashes: [{ alg: "SHA-512", content }],
  };
  return JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", metadata: { component }, components: [] });
};

const withEnvironment = async <T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> => {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    process.env = before;
  }
};

/** Makes a small release of two packages that depend on each other, signed by the stand-in, in a folder of its own. */
export const sampleRelease = async (standIn: StandIn, options: SampleOptions = {}): Promise<string> => {
  const { version = "1.2.3" } = options;
  const folder = mkdtempSync(join(tmpdir(), "settld-release-"));
  const packages = { "@settld/protocol": version, settld: version };
  const files = new Map<string, Buffer>();
  for (const name of Object.keys(packages)) {
    const dependencies = name === "settld" ? { "@settld/protocol": version } : {};
    const tarball = tarballOf([
      { path: "package/package.json", content: JSON.stringify({ name, version, dependencies }) },
      { path: "package/dist/index.js", content: `// ${name} ${version}\n`.repeat(20) },
    ]);
    files.set(`${fileOf(name, version)}.tgz`, tarball);
    files.set(`${fileOf(name, version)}.cdx.json`, Buffer.from(sbomOf(name, version, tarball)));
  }
  for (const [name, bytes] of Object.entries(options.files?.(files) ?? {})) {
    if (bytes === null) files.delete(name);
    else files.set(name, Buffer.from(bytes));
  }
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const statement = provenanceOf(folder, {
    tag: `v${version}`,
    packages,
    source: { uri: "git+https://github.com/example/settld@refs/heads/main", commit: "a".repeat(40) },
    lockfileSha256: "b".repeat(64),
    node: "24.21.0",
    pnpm: "12.21.0",
    epoch: 1_790_000_000,
    builder: "https://github.com/example/settld/.github/workflows/release.yml",
    invocation: "https://github.com/example/settld/actions/runs/1",
    ...options.facts,
  });
  const changed = options.statement?.(Buffer.from(statement).toString("utf8"));
  const bundle = await withEnvironment(standIn.env, () =>
    signStatement(changed === undefined ? statement : Buffer.from(changed)),
  );
  writeFileSync(join(folder, BUNDLE_FILE), bundle);
  writeFileSync(join(folder, SUMS_FILE), sumsOf(folder));
  return folder;
};
