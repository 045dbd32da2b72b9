/**
 * The whole release, here: a copy of the tree is taken to its next version, built, tested, listed, signed by a
 * stand-in for Sigstore, verified, judged, published to a registry on loopback, and used from there.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatTable } from "@settld/output";
import { fetchLocked, type Registry, startRegistry } from "../registry/registry.ts";
import { ProgramError, pnpm, root, run, UNREACHABLE } from "../run.ts";
import { readLockfile } from "../sbom/lockfile.ts";
import { startStandIn } from "../sign/stand-in.ts";
import { publicPackages } from "../workspace.ts";

const IDENTITY = "https://github.com/local/settld/.github/workflows/release.yml@refs/heads/main";
const ISSUER = "https://token.actions.githubusercontent.com";

type Stage = {
  readonly name: string;
  readonly what: string;
  readonly work: () => Promise<string>;
};

type Row = {
  readonly stage: Stage;
  readonly status: "ok" | "RED" | "not run";
  readonly ms: number;
  readonly note: string;
};

/** Copies what git knows of the tree, and what it would take in, to a repository of its own with one commit. */
const copyTree = async (to: string): Promise<void> => {
  const { stdout } = await run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const path of stdout.split("\0").filter((name) => name !== "" && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(root, path), join(to, path), { verbatimSymlinks: true });
  }
  await run(["git", "init", "--quiet", "--initial-branch=main"], { cwd: to });
};

const commit = async (tree: string, message: string): Promise<void> => {
  const date = "2026-11-01T00:00:00Z";
  const who = {
    GIT_AUTHOR_NAME: "Dry run",
    GIT_AUTHOR_EMAIL: "dry@localhost",
    GIT_COMMITTER_NAME: "Dry run",
    GIT_COMMITTER_EMAIL: "dry@localhost",
  };
  const env = { ...who, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, GIT_CONFIG_GLOBAL: "/dev/null" };
  await run(["git", "add", "--all"], { cwd: tree, env });
  await run(["git", "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", message], { cwd: tree, env });
};

/** A registry with the locked versions only: the packages of the release are still to be published. */
const lockedRegistry = async (tree: string, folder: string): Promise<Registry> => {
  const dirs = publicPackages(tree).map(({ dir }) => dir);
  const locked = readLockfile(join(tree, "pnpm-lock.yaml")).closure(dirs);
  return startRegistry(join(folder, "registry"), await fetchLocked(locked, join(folder, "locked")));
};

const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/**
 * Runs all stages and prints their table; the first red one ends it.
 *
 * @param without - names of stages to leave out, which the table then says.
 * @returns the exit code.
 */
export const dryRun = async (without: readonly string[]): Promise<number> => {
  const base = mkdtempSync(join(tmpdir(), "settld-dry-"));
  const tree = join(base, "tree");
  const standIn = await startStandIn({ identity: IDENTITY, issuer: ISSUER });
  const trustedRoot = join(base, "trusted_root.json");
  writeFileSync(trustedRoot, standIn.trustedRoot);
  const who = ["--trusted-root", trustedRoot, "--identity", IDENTITY, "--issuer", ISSUER];
  const step = async (command: string, ...args: string[]): Promise<string> => {
    const { stdout } = await pnpm(["run", "--silent", "release", command, ...args], { cwd: tree, env: standIn.env });
    return last(stdout).replace(/^[a-z]+: /, "");
  };
  const script = async (name: string, ...args: string[]): Promise<string> =>
    last((await pnpm(["run", "--silent", name, ...args], { cwd: tree })).stdout);

  let registry: Registry | undefined;
  const registryArgs = async (): Promise<string[]> => {
    registry ??= await lockedRegistry(tree, join(base, "registry"));
    return ["--registry", registry.url, "--npmrc", join(base, "registry/registry/npmrc")];
  };
  const notRun: string[] = [];
  const stages: readonly Stage[] = [
    {
      name: "clone",
      what: "a copy of the tree, as git has it",
      work: async () => {
        await copyTree(tree);
        await commit(tree, "The tree as it is");
        return tree;
      },
    },
    {
      name: "install",
      what: "dependencies of the lockfile",
      work: async () => last((await pnpm(["install", "--frozen-lockfile", "--prefer-offline"], { cwd: tree })).stdout),
    },
    {
      name: "version",
      what: "versions, changelogs, contract lock",
      work: async () => {
        const pending = readdirSync(join(tree, ".changeset")).filter(
          (name) => name.endsWith(".md") && name !== "README.md",
        );
        if (pending.length === 0) return "nothing pends: the versions stand";
        await script("release:version");
        await commit(tree, "Versions of the release");
        return step("plan");
      },
    },
    { name: "pack", what: "built once, and packed", work: () => step("pack") },
    { name: "python", what: "wheel and source archive of the Python verifier", work: () => step("python") },
    { name: "test", what: "pnpm test", work: () => script("test") },
    { name: "conform", what: "the kit against the reference, from the tarballs", work: () => step("conform") },
    { name: "determinism", what: "runs, installation and packing, twice", work: () => step("collect", "determinism") },
    { name: "golden", what: "the demo's files, byte by byte", work: () => step("collect", "golden") },
    { name: "ledger", what: "a real book against its logs", work: () => step("collect", "ledger") },
    { name: "contract", what: "changes are announced", work: () => step("collect", "contract") },
    { name: "rollback", what: "the drill", work: () => step("collect", "rollback") },
    { name: "sbom", what: "bills of materials, twice, against lockfile and schema", work: () => step("sbom") },
    { name: "sign", what: "provenance, by the stand-in for Sigstore", work: () => step("sign") },
    { name: "verify", what: "settld verify-release, offline", work: () => step("verify", ...who) },
    { name: "versions", what: "versions, tag, changelogs, tarballs", work: () => step("collect", "versions") },
    { name: "advisories", what: "known weaknesses of what is installed", work: () => step("collect", "advisories") },
    { name: "issues", what: "open P0 in the tracker", work: () => step("collect", "issues") },
    {
      name: "gate",
      what: "all evidence together",
      work: () => step("gate", ...notRun.flatMap((name) => ["--not-run", name])),
    },
    {
      name: "publish",
      what: "npm publish, and the registry's copies compared",
      work: async () => step("publish", "--rehearsal", ...(await registryArgs())),
    },
    {
      name: "smoke",
      what: "installed from the registry into an empty folder, and used",
      work: async () => step("smoke", ...who, ...(await registryArgs())),
    },
  ];
  try {
    const rows: Row[] = [];
    for (const stage of stages) {
      if (rows.some(({ status }) => status === "RED")) break;
      const row = await play(stage, without);
      if (row.status === "not run") notRun.push(stage.name);
      rows.push(row);
    }
    console.log(
      `\n${formatTable(rows.map(({ stage, status, ms, note }) => [stage.name, status, `${(ms / 1000).toFixed(1)} s`, note])).join("\n")}`,
    );
    return rows.some(({ status }) => status === "RED") ? 1 : 0;
  } finally {
    await Promise.all([standIn.close(), registry?.close()]);
    if (process.env["SETTLD_KEEP"] !== "1") rmSync(base, { recursive: true, force: true });
    else console.log(`kept: ${base}`);
  }
};

const play = async (stage: Stage, without: readonly string[]): Promise<Row> => {
  if (without.includes(stage.name)) return { stage, status: "not run", ms: 0, note: "left out" };
  const start = performance.now();
  try {
    const note = await stage.work();
    const ms = performance.now() - start;
    console.log(`ok  ${stage.name}: ${stage.what} (${(ms / 1000).toFixed(1)} s)`);
    return { stage, status: "ok", ms, note };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.code === UNREACHABLE) {
      console.log(`not run  ${stage.name}: ${last(error.message)}`);
      return { stage, status: "not run", ms: performance.now() - start, note: "cannot be asked from here" };
    }
    console.error(`RED ${stage.name}: ${stage.what}\n${error.message}`);
    return { stage, status: "RED", ms: performance.now() - start, note: last(error.message).slice(0, 120) };
  }
};
