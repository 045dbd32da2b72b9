/** The steps of a release, each a command of `release.ts`, in CI as in the dry run. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Context } from "./context.ts";
import { collectors, type Given } from "./gate/collect.ts";
import {
  type Allowlist,
  type Artifacts,
  type Conformance,
  type Evidence,
  readEvidence,
  writeEvidence,
} from "./gate/evidence.ts";
import { type GateResult, gateNames, judge } from "./gate/gates.ts";
import { checkGolden } from "./golden.ts";
import { integrityOf, packAll } from "./pack.ts";
import { type Published, publish, readPublished } from "./registry/publish.ts";
import type { Registry } from "./registry/registry.ts";
import { withReleaseRegistry } from "./registry/release-registry.ts";
import { ProgramError, pnpm, root, run } from "./run.ts";
import { checkLocked, checkSchema } from "./sbom/check-sbom.ts";
import { readLockfile } from "./sbom/lockfile.ts";
import { makeSbom } from "./sbom/make-sbom.ts";
import type { Sbom } from "./sbom/settle-sbom.ts";
import { BUNDLE_FILE, provenanceOf, SUMS_FILE, sumsOf } from "./sign/provenance.ts";
import { signStatement } from "./sign/sign.ts";
import { fileOf, publicPackages, readJson } from "./workspace.ts";

const OLDEST_NODE = join(dirname(createRequire(import.meta.url).resolve("node-20/package.json")), "bin/node");

const sum = (items: readonly unknown[], word: string): string =>
  `${items.length} ${word}${items.length === 1 ? "" : "s"}`;

/** Builds everything once and packs it into an empty release folder. Nothing is built again after this. */
export const packStep = async (context: Context): Promise<string> => {
  rmSync(context.files, { recursive: true, force: true });
  rmSync(context.evidence, { recursive: true, force: true });
  await pnpm(["run", "build"], { cwd: context.tree, env: { SOURCE_DATE_EPOCH: `${context.epoch}` } });
  await packAll(context.tree, context.files, context.epoch);
  return sum(readdirSync(context.files), "tarball");
};

/** Makes the bills of materials, twice, and judges them by lockfile and schema. */
export const sbomStep = async (context: Context): Promise<string> => {
  const { tree, files, epoch } = context;
  const packages = publicPackages(tree).map(({ manifest }) => manifest);
  const released = new Map(
    packages.map((one) => [`${one.name}@${one.version}`, integrityOf(join(files, `${fileOf(one)}.tgz`))]),
  );
  const { integrities } = readLockfile(join(tree, "pnpm-lock.yaml"));
  let components = 0;
  await withReleaseRegistry(context, "published", async (registry, folder) => {
    for (const [index, manifest] of packages.entries()) {
      const [bytes, again] = await Promise.all([
        makeSbom(manifest, registry, join(folder, `once-${index}`), epoch),
        makeSbom(manifest, registry, join(folder, `again-${index}`), epoch),
      ]);
      const faults = [
        ...(Buffer.compare(bytes, again) === 0 ? [] : ["two runs gave other bytes"]),
        ...(await checkSchema(Buffer.from(bytes).toString("utf8"))),
        ...checkLocked(JSON.parse(Buffer.from(bytes).toString("utf8")) as Sbom, integrities, released),
      ];
      if (faults.length > 0) throw new ProgramError(`${manifest.name}: ${faults.join("\n")}`);
      components += (JSON.parse(Buffer.from(bytes).toString("utf8")) as Sbom).components.length;
      writeFileSync(join(files, `${fileOf(manifest)}.cdx.json`), bytes);
    }
  });
  return `${sum(packages, "bill")}, ${components} components, all in pnpm-lock.yaml or in the release`;
};

const env = (name: string, fallback: string): string => process.env[name] ?? fallback;

/** Signs the provenance of the folder and writes the sums. */
export const signStep = async ({ tree, files, commit, epoch, tag, lockfileSha256 }: Context): Promise<string> => {
  for (const name of [BUNDLE_FILE, SUMS_FILE]) rmSync(join(files, name), { force: true });
  const server = env("GITHUB_SERVER_URL", "https://github.com");
  const repository = `${server}/${env("GITHUB_REPOSITORY", "local/settld")}`;
  const { packageManager } = readJson<{ readonly packageManager: string }>(join(tree, "package.json"));
  const statement = provenanceOf(files, {
    tag,
    packages: Object.fromEntries(publicPackages(tree).map(({ manifest: { name, version } }) => [name, version])),
    source: { uri: `git+${repository}@${env("GITHUB_REF", "refs/heads/main")}`, commit },
    lockfileSha256,
    node: process.versions.node,
    pnpm: packageManager.replace(/^pnpm@/, ""),
    epoch,
    builder: `${server}/${env("GITHUB_WORKFLOW_REF", "local/settld/.github/workflows/release.yml@refs/heads/main")}`,
    invocation: `${repository}/actions/runs/${env("GITHUB_RUN_ID", "0")}`,
  });
  writeFileSync(join(files, BUNDLE_FILE), await signStatement(statement));
  writeFileSync(join(files, SUMS_FILE), sumsOf(files));
  return `${sum(readdirSync(files), "file")}, signed for ${tag}`;
};

/** Who must have signed, from the environment: in CI the workflow itself, in the dry run the stand-in's identity. */
export type Expectation = { readonly trustedRoot: string; readonly identity: string; readonly issuer: string };

const expectationArgs = ({ trustedRoot, identity, issuer }: Expectation): string[] => [
  ...["--trusted-root", trustedRoot, "--identity", identity, "--issuer", issuer],
];

/** Verifies the folder in a process of its own, and keeps what it says as evidence. */
export const verifyStep = async (context: Context, expected: Expectation): Promise<string> => {
  const { stdout } = await run(
    [
      process.execPath,
      "--conditions=@settld/source",
      join(root, "packages/cli/src/bin.ts"),
      ...["verify-release", context.files, "--tag", context.tag, "--json"],
      ...expectationArgs(expected),
    ],
    { env: { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined }, accept: [0, 1, 3] },
  );
  const report = JSON.parse(stdout) as Artifacts & {
    readonly release: { readonly tag: string } | null;
    readonly files: number;
  };
  const { verdict, findings, release, files } = report;
  writeEvidence(context, "artifacts", { verdict, findings, tag: release?.tag ?? null });
  if (verdict !== "accept")
    throw new ProgramError(findings.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  return `${files} files accepted`;
};

/** Installs packages as a user does: npm, an empty folder, a registry. */
const install = async (folder: string, registry: Pick<Registry, "env">, names: readonly string[]): Promise<string> => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private":true}\n');
  await run(["npm", "install", "--ignore-scripts", ...names], { cwd: folder, env: registry.env });
  return join(folder, "node_modules/.bin");
};

const conform = async (bin: string, folder: string): Promise<Conformance> => {
  const report = join(folder, "report.json");
  await run(
    [join(bin, "settld-conform"), "run", "--adapter", `cmd:'${join(bin, "settld")}' adapter`, "--report", report],
    { cwd: folder, accept: [0, 1, 3, 4], env: { GITHUB_STEP_SUMMARY: undefined } },
  );
  const { conclusion, cases } = readJson<{ readonly conclusion: string; readonly cases: readonly unknown[] }>(report);
  return { conclusion, executed: cases.length };
};

/** The conformance kit against the reference, both as installed from the tarballs. */
export const conformStep = async (context: Context): Promise<string> => {
  const result = await withReleaseRegistry(context, "published", async (registry, folder) => {
    const place = join(folder, "user");
    return conform(await install(place, registry, ["settld", "settld-conform"]), place);
  });
  writeEvidence(context, "conformance", result);
  if (result.conclusion !== "conforms") throw new ProgramError(`expected conforms, found ${result.conclusion}`);
  return `${result.conclusion}, ${result.executed} cases`;
};

/** The demo of the tarballs, as installed, against the golden files. */
const golden = (context: Context): Promise<Evidence["golden"]> =>
  withReleaseRegistry(context, "published", async (registry, folder) => {
    const bin = await install(join(folder, "user"), registry, ["settld"]);
    const differences = await checkGolden([join(bin, "settld")], join(context.tree, "fixtures/golden"));
    return { ok: differences.length === 0, detail: differences.join("\n") };
  });

/** Runs one collector and keeps its evidence; the gate judges it. */
export const collectStep = async (context: Context, name: keyof Evidence, given: Given): Promise<string> => {
  const collector = name === "golden" ? golden : collectors[name];
  if (collector === undefined) throw new ProgramError(`${name} comes from another step`);
  writeEvidence(context, name, (await collector(context, given)) as never);
  const [result] = judgeNow(context).filter(({ gate }) => gate === name);
  if (result?.ok !== true) throw new ProgramError((result?.reasons ?? []).join("\n"));
  return "evidence kept";
};

const judgeNow = ({ evidence, commit, lockfileSha256 }: Context): GateResult[] =>
  judge(readEvidence(evidence, gateNames), {
    commit,
    lockfileSha256,
    now: new Date().toISOString(),
    allowlist: readJson<Allowlist>(join(root, "packages/release/data/advisories.json")),
  });

/** Judges all evidence and writes down the result. */
export const gateStep = (context: Context): readonly GateResult[] => {
  const results = judgeNow(context);
  mkdirSync(context.evidence, { recursive: true });
  writeFileSync(join(context.evidence, "gate.json"), `${JSON.stringify(results, null, 2)}\n`);
  return results;
};

/** A registry may take a while until it shows what it has taken: five minutes at most. */
const whenPublished = async (manifest: Parameters<typeof readPublished>[0], registry: string): Promise<Published> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const found = await readPublished(manifest, registry);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
  throw new ProgramError(`${manifest.name} ${manifest.version}: was published, and the registry does not show it`);
};

/**
 * Publishes every tarball whose version the registry does not have, and compares the registry's copy of each with what
 * was signed. A version that is there already must have the same bytes.
 */
export const publishStep = async (
  { tree, files }: Context,
  registry: string,
  registryEnv: Registry["env"],
  args: readonly string[],
): Promise<string> => {
  let [published, kept] = [0, 0];
  for (const { manifest } of publicPackages(tree)) {
    const tarball = join(files, `${fileOf(manifest)}.tgz`);
    const there = await readPublished(manifest, registry);
    if (there === undefined) {
      await publish(tarball, registryEnv, args);
      published += 1;
    } else {
      kept += 1;
    }
    const { integrity, tarball: url } = there ?? (await whenPublished(manifest, registry));
    const expected = integrityOf(tarball);
    if (integrity !== expected) {
      throw new ProgramError(
        `${manifest.name} ${manifest.version}: expected ${expected} in the registry, found ${integrity}`,
      );
    }
    const copy = Buffer.from(await (await fetch(url)).arrayBuffer());
    if (!copy.equals(readFileSync(tarball))) {
      throw new ProgramError(
        `${manifest.name} ${manifest.version}: the registry's copy has other bytes than the signed file`,
      );
    }
  }
  return `${published} published, ${kept} were there; every copy has the signed bytes`;
};

/** What a user does: installs from the registry into an empty folder and uses all that came, and nothing else. */
export const smokeStep = async (
  { files, tag, tree }: Context,
  registry: Pick<Registry, "env">,
  expected: Expectation,
): Promise<string> => {
  const place = mkdtempSync(join(tmpdir(), "settld-user-"));
  try {
    const version = tag.slice(1);
    const others = publicPackages(tree).map(({ manifest }) => `${manifest.name}@${manifest.version}`);
    const bin = await install(place, registry, others);
    // The installation stands on its own: it cannot see the repository.
    const options = { cwd: place, env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } };
    const settld = join(bin, "settld");
    const said = (await run([settld, "--version"], options)).stdout.trim();
    if (said !== version) throw new ProgramError(`settld --version: expected ${version}, found ${said}`);
    const lockfile = ["--lockfile", join(place, "package-lock.json")];
    const verify = ["verify-release", files, "--tag", tag, ...lockfile, ...expectationArgs(expected)];
    await run([settld, ...verify], options);
    // The oldest Node that is promised, with the same installation.
    await run([OLDEST_NODE, join(place, "node_modules/settld/dist/bin.js"), ...verify], options);
    const { conclusion, executed } = await conform(bin, place);
    if (conclusion !== "conforms") throw new ProgramError(`settld-conform run: expected conforms, found ${conclusion}`);
    await run([settld, "demo", "--out", "demo"], options);
    await run([settld, "verify", "demo/act-1.settld", "--trust", "demo/trust.json"], options);
    await run([settld, "demo", "--server", "--out", "demo-server"], options);
    for (const name of publicPackages(tree).map(({ manifest }) => manifest.name)) {
      if (!existsSync(join(place, "node_modules", name, "package.json")))
        throw new ProgramError(`${name} is not installed`);
    }
    return `verify-release, ${executed} conformance cases, demo and demo --server from ${sum(others, "installed package")}`;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
};

/** Says whether there is something to release: the versions stand, and their tag does not exist yet. */
export const planStep = async ({ tree, tag }: Context): Promise<string> => {
  const { code } = await run(["git", "rev-parse", "--verify", "--quiet", `refs/tags/${tag}`], {
    cwd: tree,
    accept: [0, 1],
  });
  const release = code === 1 && tag !== "v0.0.0";
  const output = process.env["GITHUB_OUTPUT"];
  if (output !== undefined) appendFileSync(output, `release=${release}\ntag=${tag}\n`);
  return release ? `${tag} is to be released` : `${tag} is nothing to release`;
};
