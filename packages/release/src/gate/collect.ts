/** Collectors: each runs the real thing and writes down what it said. What it means, the gates say. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { readManifest } from "../registry/manifest.ts";
import { ProgramError, pnpm, run, UNREACHABLE } from "../run.ts";
import { fileOf, publicPackages, readJson } from "../workspace.ts";
import type { Advisories, Determinism, Evidence, IssueSnapshot, Verdict } from "./evidence.ts";
import { collectLedger } from "./ledger.ts";

/** What a program says, and whether it ends with 0. */
const verdictOf = async (work: Promise<{ readonly stdout: string; readonly stderr: string }>): Promise<Verdict> => {
  try {
    const { stdout, stderr } = await work;
    return { ok: true, detail: `${stdout}${stderr}`.trim().slice(-4000) };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return { ok: false, detail: error.message.slice(-4000) };
  }
};

const script = (name: string, ...args: string[]): Promise<Verdict> =>
  verdictOf(pnpm(["run", "--silent", name, ...args]));

/** Determinism in its three senses: of what programs print, of an installation, of a build. */
const determinism = async ({ files }: Context): Promise<Determinism> => {
  const checks: Determinism["checks"][number][] = [];
  for (const [name, work] of [
    ["runs", () => script("determinism")],
    ["install", () => script("lock:check")],
    ["pack", () => script("pack:check", "--against", files)],
  ] as const) {
    checks.push({ name, ...(await work()) });
  }
  return { checks };
};

const versions = async ({ tree, tag, files }: Context): Promise<Evidence["versions"]> => {
  const packages: Record<string, { version: string; packed: string | null; changelog: boolean }> = {};
  for (const { dir, manifest } of publicPackages(tree)) {
    const tarball = join(files, `${fileOf(manifest)}.tgz`);
    const changelog = join(tree, dir, "CHANGELOG.md");
    packages[manifest.name] = {
      version: manifest.version,
      packed: existsSync(tarball) ? readManifest(readFileSync(tarball)).version : null,
      changelog:
        existsSync(changelog) && readFileSync(changelog, "utf8").split("\n").includes(`## ${manifest.version}`),
    };
  }
  const config = readJson<{ readonly fixed: readonly (readonly string[])[] }>(join(tree, ".changeset/config.json"));
  const pre = join(tree, ".changeset/pre.json");
  // In a pre-release the changesets stay where they are until it ends.
  const taken = existsSync(pre) ? readJson<{ readonly changesets: readonly string[] }>(pre).changesets : [];
  const pending = readdirSync(join(tree, ".changeset"))
    .filter((name) => name.endsWith(".md") && name !== "README.md" && !taken.includes(name.slice(0, -".md".length)))
    .sort();
  const { code, stdout } = await run(["git", "rev-parse", "--verify", "--quiet", `refs/tags/${tag}^{commit}`], {
    cwd: tree,
    accept: [0, 1],
  });
  return { tag, packages, fixed: config.fixed, pending, tagged: code === 0 ? stdout.trim() : null };
};

type Audit = {
  readonly advisories?: Readonly<
    Record<
      string,
      {
        readonly github_advisory_id?: string;
        readonly module_name?: string;
        readonly name?: string;
        readonly severity: string;
        readonly title: string;
      }
    >
  >;
};

/** Reads what `pnpm audit --json` prints. */
export const readAudit = (text: string): Advisories["advisories"] =>
  Object.entries((JSON.parse(text) as Audit).advisories ?? {}).map(([key, advisory]) => ({
    id: advisory.github_advisory_id ?? key,
    package: advisory.module_name ?? advisory.name ?? "",
    severity: advisory.severity,
    title: advisory.title,
  }));

/**
 * Asks the registry for advisories about everything in the lockfile. Where it has no such answer, a recorded one is
 * taken, and the gate judges its age.
 *
 * @throws ProgramError when there is neither.
 */
const advisories = async ({ tree }: Context, recorded: string | undefined): Promise<Advisories> => {
  try {
    // It ends with 1 when there are advisories.
    const { stdout } = await pnpm(["audit", "--json"], { cwd: tree, accept: [0, 1] });
    return { at: new Date().toISOString(), advisories: readAudit(stdout) };
  } catch (error) {
    const unreachable = error instanceof ProgramError || error instanceof SyntaxError;
    if (unreachable && recorded !== undefined) return readJson<Advisories>(recorded);
    if (!unreachable) throw error;
    throw new ProgramError(
      `the registry gives no advisories, and none were recorded: ${(error as Error).message}`,
      UNREACHABLE,
    );
  }
};

/** Files with answers of others, for collectors that cannot ask themselves. */
export type Given = { readonly issues?: string; readonly audit?: string };

type Collector = (context: Context, given: Given) => Promise<unknown>;

/** Collectors by name of the evidence. Conformance, artifacts and golden come from the steps that install and verify. */
export const collectors: Readonly<Partial<Record<keyof Evidence, Collector>>> = {
  determinism: (context) => determinism(context),
  ledger: ({ tree }) => collectLedger(join(tree, "fixtures/golden")),
  contract: () => script("contract:check"),
  rollback: () => script("drill:rollback"),
  versions: (context) => versions(context),
  advisories: (context, { audit }) => advisories(context, audit),
  issues: async (_, { issues }): Promise<IssueSnapshot> => {
    if (issues === undefined)
      throw new ProgramError("expected --issues FILE, a snapshot of the tracker, found none", UNREACHABLE);
    return readJson<IssueSnapshot>(issues);
  },
};
