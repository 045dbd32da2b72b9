/** Steps that only CI takes: each needs somebody's service. They are configured here, and not run by the dry run. */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { canonicalBytes, URI_BASE } from "@settld/protocol";
import type { Context } from "./context.ts";
import { packPython, selectPython } from "./python/dist.ts";
import { ProgramError, run } from "./run.ts";
import { signStatement } from "./sign/sign.ts";
import { fileOf, publicPackages, readJson } from "./workspace.ts";

const require = createRequire(import.meta.url);

type Seeds = Readonly<Record<string, { readonly targets: Readonly<Record<string, string>> }>>;

/** The trusted root of the public Sigstore, as the locked version of `@sigstore/tuf` brings it. Nothing is fetched. */
export const publicTrustedRoot = (): Buffer => {
  const seeds = readJson<Seeds>(join(dirname(require.resolve("@sigstore/tuf")), "../seeds.json"));
  const encoded = seeds["https://tuf-repo-cdn.sigstore.dev"]?.targets["trusted_root.json"];
  if (encoded === undefined)
    throw new ProgramError("@sigstore/tuf: expected a trusted root among its seeds, found none");
  return Buffer.from(encoded, "base64");
};

/** Writes the public trusted root where `verify` and `smoke` look for it. */
export const trustedRootStep = ({ tree }: Context): string => {
  const path = join(tree, "out/release/trusted_root.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, publicTrustedRoot());
  return path;
};

/** Adds the Python distributions to the release folder. */
export const pythonStep = ({ tree, files }: Context): string => packPython(tree, files).join(", ");

/** Copies the Python distributions out of a release folder, for the action that publishes them. */
export const pythonSelectStep = ({ tree }: Context, from: string): string =>
  selectPython(from, join(tree, "out/release/python")).join(", ");

const needed = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new ProgramError(`expected ${name} in the environment, found none`);
  return value;
};

// What `settld serve` is made of.
const IMAGE_PACKAGES: readonly string[] = [
  "settld",
  "@settld/server",
  "@settld/verifier",
  "@settld/kernel",
  "@settld/protocol",
];

/** Lays the tarballs of the server out where deploy/Dockerfile takes them from. */
export const layOutTarballs = (tree: string, files: string): string[] => {
  const folder = join(tree, "deploy/tarballs");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return publicPackages(tree)
    .filter(({ manifest }) => IMAGE_PACKAGES.includes(manifest.name))
    .map(({ manifest }) => {
      const name = `${fileOf(manifest)}.tgz`;
      copyFileSync(join(files, name), join(folder, name));
      return name;
    });
};

/**
 * Builds the image of the server from the signed tarballs, pushes it to GHCR, and signs a statement about its digest
 * with the same identity as the release.
 */
export const imageStep = async ({ tree, files, tag, epoch, commit }: Context): Promise<string> => {
  const repository = needed("GITHUB_REPOSITORY").toLowerCase();
  const image = `ghcr.io/${repository}`;
  const out = join(tree, "out/release/image");
  mkdirSync(out, { recursive: true });
  const login = [
    "bash",
    "-c",
    'printf %s "$GH_TOKEN" | docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin',
  ];
  await run(login as [string, ...string[]]);
  layOutTarballs(tree, files);
  const metadata = join(out, "metadata.json");
  await run(
    [
      ...(["docker", "buildx", "build", "--file", "deploy/Dockerfile", "--push"] as const),
      ...["--tag", `${image}:${tag.slice(1)}`, "--metadata-file", metadata],
      ...[
        "--build-arg",
        `SOURCE_DATE_EPOCH=${epoch}`,
        "--label",
        `org.opencontainers.image.revision=${commit}`,
        "deploy",
      ],
    ],
    { cwd: tree, show: true },
  );
  const { "containerimage.digest": digest } = readJson<Readonly<Record<string, string>>>(metadata);
  if (digest === undefined) throw new ProgramError("docker buildx: expected a digest, found none");
  const server = needed("GITHUB_SERVER_URL");
  const statement = canonicalBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: image, digest: { sha256: digest.replace(/^sha256:/, "") } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${URI_BASE}build/image/v1`,
        externalParameters: { tag, dockerfile: "deploy/Dockerfile" },
        resolvedDependencies: [{ uri: `git+${server}/${needed("GITHUB_REPOSITORY")}`, digest: { gitCommit: commit } }],
      },
      runDetails: { builder: { id: `${server}/${needed("GITHUB_WORKFLOW_REF")}` } },
    },
  });
  writeFileSync(join(out, "image.sigstore.json"), await signStatement(statement));
  return `${image}@${digest}`;
};

/** Makes the tag and the release at GitHub, with the files of the folder as they were signed. */
export const githubStep = async ({ tree, files, tag, commit }: Context): Promise<string> => {
  const paths = readdirSync(files).map((name) => join(files, name));
  const image = join(tree, "out/release/image/image.sigstore.json");
  const notes = join(tree, "packages/cli/CHANGELOG.md");
  await run([
    "gh",
    "release",
    "create",
    tag,
    "--target",
    commit,
    "--title",
    tag,
    "--notes-file",
    notes,
    ...paths,
    image,
  ]);
  return `${tag}: ${paths.length + 1} files, sha256:${createHash("sha256")
    .update(readFileSync(join(files, "SHA256SUMS")))
    .digest("hex")}`;
};
