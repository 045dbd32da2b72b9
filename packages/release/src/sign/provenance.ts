import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalBytes, type JsonValue, URI_BASE } from "@settld/protocol";

/** Names of the two files of a release that no subject is about. */
export const BUNDLE_FILE = "release.sigstore.json";
export const SUMS_FILE = "SHA256SUMS";

/** What a release was made of and by whom, as far as the machine that built it knows. */
export type BuildFacts = {
  readonly tag: string;
  /** Versions by name of the package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Where the source is, and which commit of it was built. */
  readonly source: { readonly uri: string; readonly commit: string };
  readonly lockfileSha256: string;
  readonly node: string;
  readonly pnpm: string;
  /** `SOURCE_DATE_EPOCH` of the build, in seconds. */
  readonly epoch: number;
  readonly builder: string;
  /** The run that built it, as a URL. */
  readonly invocation: string;
};

const hash = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest("hex");

/** Names of the files of a release folder that are signed, in order. */
export const signedFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== BUNDLE_FILE && name !== SUMS_FILE)
    .sort();

/** The statement over all files of a release folder: in-toto v1 with a SLSA provenance v1, as canonical JSON. */
export const provenanceOf = (folder: string, facts: BuildFacts): Uint8Array => {
  const { source } = facts;
  const statement: JsonValue = {
    _type: "https://in-toto.io/Statement/v1",
    subject: signedFiles(folder).map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, digest: { sha256: hash("sha256", bytes), sha512: hash("sha512", bytes) } };
    }),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${URI_BASE}build/release/v1`,
        externalParameters: { tag: facts.tag, packages: facts.packages },
        internalParameters: { sourceDateEpoch: facts.epoch },
        resolvedDependencies: [
          { uri: source.uri, digest: { gitCommit: source.commit } },
          { uri: "pnpm-lock.yaml", digest: { sha256: facts.lockfileSha256 } },
          { uri: `pkg:generic/node@${facts.node}` },
          { uri: `pkg:npm/pnpm@${facts.pnpm}` },
        ],
      },
      runDetails: { builder: { id: facts.builder }, metadata: { invocationId: facts.invocation } },
    },
  };
  return canonicalBytes(statement);
};

/** `SHA256SUMS` of a release folder (REL-13). */
export const sumsOf = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== SUMS_FILE)
    .map(({ name }) => name)
    .sort()
    .map((name) => `${hash("sha256", readFileSync(join(folder, name)))}  ${name}\n`)
    .join("");
