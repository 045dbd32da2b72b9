/**
 * `node archive.ts` adds bundles of the present revision to `fixtures/archive/<revision>`: those of the money demo and
 * a spread of the vectors. A published verifier has to judge them the same way for ever, so entries are only added;
 * `--check` says whether one is missing. Nothing that is there is ever written again.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readCodeRegistry } from "./gen/registry.ts";
import { readJson, root } from "./workspace.ts";

/** One bundle, whom to trust, and what a verifier has to say about it. */
export type ArchiveEntry = {
  readonly name: string;
  /** File of the bundle inside the folder of the revision, and the digest of its bytes. */
  readonly bundle: string;
  readonly digest: string;
  /** Trust document inside the folder, or the registry's public key as base64url. Exactly one of the two. */
  readonly trust?: string;
  readonly root?: string;
  /** Time of the verification, when it is given. */
  readonly now?: string;
  /** Files of supplied evidence by digest. */
  readonly evidence?: Readonly<Record<string, string>>;
  readonly verdict: string;
  readonly code: string | null;
  /** Where the money went, when the log can be read. */
  readonly totals?: Readonly<Record<string, string>>;
};

/** The list of a revision. */
export type ArchiveManifest = { readonly revision: string; readonly entries: readonly ArchiveEntry[] };

type Files = Map<string, Uint8Array>;

/** Bundles above this size prove nothing that smaller ones do not, and stay in every clone for ever. */
const bundleBytesMax = 64 * 1024;

/** A later verifier may know what is unknown today; whatever else it says today it has to say then. */
const notForEver = new Set(["EVENT_REVISION_UNKNOWN"]);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Puts bytes into a folder under a name that says what they are; equal bytes stand there once. */
const keep = (files: Files, folder: string, bytes: Uint8Array, extension: string): string => {
  const path = `${folder}/${sha256(bytes).slice(0, 16)}.${extension}`;
  files.set(path, bytes);
  return path;
};

type Report = {
  readonly verdict: string;
  readonly code: string | null;
  readonly facts: { readonly totals?: Readonly<Record<string, string>> } | null;
};

/** The bundles of the demo, with the verdicts of its golden reports. */
const fromGolden = (base: string, files: Files): ArchiveEntry[] => {
  const golden = join(base, "fixtures/golden");
  const trust = keep(files, "trust", readFileSync(join(golden, "trust.json")), "json");
  const { x: key } = readJson<{ readonly x: string }>(join(golden, "registry-key.jwk"));
  return globSync("*.settld", { cwd: golden })
    .sort()
    .flatMap((file) => {
      const bytes = readFileSync(join(golden, file));
      const name = file.replace(/\.settld$/, "");
      const { verdict, code, facts } = readJson<Report>(join(golden, "reports", `${name}.json`));
      const bundle = keep(files, "bundles", bytes, "settld");
      const shared = {
        bundle,
        digest: `sha256:${sha256(bytes)}`,
        verdict,
        code,
        ...(facts?.totals === undefined ? {} : { totals: facts.totals }),
      };
      // The demo may tell another story one day; then that is another entry.
      const id = `golden-${name}-${sha256(bytes).slice(0, 8)}`;
      return [
        { name: id, trust, ...shared },
        { name: `${id}-root`, root: key, ...shared },
      ];
    });
};

type Vector = {
  readonly id: string;
  readonly verdict: string;
  readonly code?: string | null;
  readonly facts?: { readonly totals?: Readonly<Record<string, string>> };
  readonly input?: Readonly<Record<string, unknown>>;
};
type VectorFile = {
  readonly op?: string;
  readonly testGroups: readonly {
    readonly input?: Readonly<Record<string, unknown>>;
    readonly tests: readonly Vector[];
  }[];
};

/** Of every file of vectors one bundle for each code: the first that is plain bytes and not large. */
const fromVectors = (base: string, files: Files): ArchiveEntry[] =>
  globSync("vectors/*/*.json", { cwd: base })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .flatMap((path) => {
      const { op, testGroups } = readJson<VectorFile>(join(base, path));
      if (op !== "bundle.verify") return [];
      const codes = new Set<string | null>();
      return testGroups.flatMap((group) =>
        group.tests.flatMap((test): ArchiveEntry[] => {
          const {
            bundle,
            trust,
            root: key,
            now,
            evidence = {},
          } = { ...group.input, ...test.input } as Vector["input"] & {
            readonly bundle?: unknown;
            readonly trust?: unknown;
            readonly root?: unknown;
            readonly now?: string;
            readonly evidence?: Readonly<Record<string, unknown>>;
          };
          const { id, verdict, code = null, facts } = test;
          const plain = [bundle, trust ?? key, ...Object.values(evidence)].every((part) => typeof part === "string");
          if (!plain || codes.has(code) || notForEver.has(code ?? "")) return [];
          const bytes = Buffer.from(bundle as string, "base64");
          if (bytes.length > bundleBytesMax) return [];
          codes.add(code);
          return [
            {
              name: id,
              bundle: keep(files, "bundles", bytes, "settld"),
              digest: `sha256:${sha256(bytes)}`,
              ...(trust === undefined
                ? { root: Buffer.from(key as string, "base64").toString("base64url") }
                : { trust: keep(files, "trust", Buffer.from(trust as string, "base64"), "json") }),
              ...(now === undefined ? {} : { now }),
              ...(Object.keys(evidence).length === 0
                ? {}
                : {
                    evidence: Object.fromEntries(
                      Object.entries(evidence).map(([digest, part]) => [
                        digest,
                        keep(files, "evidence", Buffer.from(part as string, "base64"), "bin"),
                      ]),
                    ),
                  }),
              verdict,
              code,
              ...(facts?.totals === undefined ? {} : { totals: facts.totals }),
            },
          ];
        }),
      );
    });

/** Folder of a revision. */
const archiveFolder = (base: string, revision: string): string => join(base, "fixtures/archive", revision);

/** What the tree would add to the archive of its revision: entries of new names, and their files. */
export const missingFrom = (base: string): { readonly entries: readonly ArchiveEntry[]; readonly files: Files } => {
  const { revision } = readCodeRegistry(base);
  const path = join(archiveFolder(base, revision), "manifest.json");
  const known = new Set(existsSync(path) ? readJson<ArchiveManifest>(path).entries.map(({ name }) => name) : []);
  const files: Files = new Map();
  const entries = [...fromGolden(base, files), ...fromVectors(base, files)].filter(({ name }) => !known.has(name));
  const used = new Set(
    entries.flatMap(({ bundle, trust, evidence = {} }) => [bundle, trust ?? "", ...Object.values(evidence)]),
  );
  return { entries, files: new Map([...files].filter(([file]) => used.has(file))) };
};

/** Adds what is missing; a file that is there stays as it is. Returns the names that were added. */
export const addToArchive = (base: string): string[] => {
  const { revision } = readCodeRegistry(base);
  const folder = archiveFolder(base, revision);
  const { entries, files } = missingFrom(base);
  if (entries.length === 0) return [];
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // A name says what the bytes are, so whatever is there has them.
    if (!existsSync(join(folder, path))) writeFileSync(join(folder, path), bytes);
  }
  const path = join(folder, "manifest.json");
  const before = existsSync(path) ? readJson<ArchiveManifest>(path).entries : [];
  const manifest: ArchiveManifest = { revision, entries: [...before, ...entries] };
  writeFileSync(path, `${JSON.stringify(manifest, null, 1)}\n`);
  return entries.map(({ name }) => name);
};

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const { entries } = missingFrom(root);
    console.log(`${entries.length} bundles would be added to the archive by the next release`);
  } else {
    console.log(`${addToArchive(root).length} bundles added to the archive`);
  }
}
