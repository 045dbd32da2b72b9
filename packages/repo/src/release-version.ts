/**
 * `pnpm release:version` makes a release out of the pending changesets: versions, changelogs, the files that show a
 * version, the archive of the revision, and the lock of the contract. It touches no git and publishes nothing.
 *
 *   --print-tag    only prints the npm dist-tag of what would be published: `latest`, or that of the pre-release
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addToArchive } from "./archive.ts";
import { readChangesets } from "./contract/cover.ts";
import { type ContractFinding, checkContract, writeContract } from "./contract.ts";
import { readJson, root, workspacePackages } from "./workspace.ts";

/** The part of `.changeset/pre.json` that is read: there is one between `pre enter` and the release after `pre exit`. */
type PreState = { readonly mode: "pre" | "exit"; readonly tag: string };

const preState = (base: string): PreState | undefined => {
  const path = join(base, ".changeset/pre.json");
  return existsSync(path) ? readJson<PreState>(path) : undefined;
};

/** The dist-tag under which the present versions are published. */
export const distTag = (base: string): string => {
  const state = preState(base);
  return state?.mode === "pre" ? state.tag : "latest";
};

const versions = (base: string): ReadonlyMap<string, string> =>
  new Map(
    workspacePackages(base).flatMap(({ manifest: { name, version } }) =>
      version === undefined ? [] : [[name, version]],
    ),
  );

/** A version as PyPI writes it (PEP 440), which knows no tags of one's own: what comes before a release is `.devN`. */
export const pythonVersion = (version: string): string =>
  version.replace(/-.*?(\d*)$/, (_, n: string) => `.dev${n || "0"}`);

/** Files that show a version which people use as it stands: path, the text around it, whose version it is, how. */
const shown: readonly (readonly [path: string, pattern: RegExp, name: string, write?: (version: string) => string])[] =
  [
    // The action judges by the kit that was released with it.
    [
      ".github/actions/conform/action.yml",
      /(Exact version of settld-conform;[^\n]*\n {4}required: \w+\n {4}default: |Exact version of settld-conform;[^\n]*\n {4}default: )(\S+)/,
      "settld-conform",
    ],
    // The second implementation goes to PyPI under the same tag.
    ["packages/verifier-python/src/settld_verifier/__init__.py", /^(__version__ = ")([^"]+)/m, "settld", pythonVersion],
  ];

/** Writes the versions into the files that show them, and returns the paths that changed. */
export const showVersions = (base: string): string[] => {
  const now = versions(base);
  return shown.flatMap(([path, pattern, name, write = (version) => version]) => {
    const before = readFileSync(join(base, path), "utf8");
    if (!pattern.test(before)) throw new Error(`${path}: expected a version of ${name}, found none`);
    const after = before.replace(pattern, (_match, lead: string) => `${lead}${write(now.get(name) ?? "")}`);
    if (after === before) return [];
    writeFileSync(join(base, path), after);
    return [path];
  });
};

const listed = 40;

/** What a release changes in the contract, for a changelog: what breaks first; nothing when nothing did. */
export const contractSection = (findings: readonly ContractFinding[], name: string): string => {
  const mine = findings
    .filter((finding) => finding.package === name && finding.level !== "notice")
    .sort((a, b) => Number(a.level !== "breaking") - Number(b.level !== "breaking"));
  if (mine.length === 0) return "";
  const lines = mine.slice(0, listed).map(({ level, where, rule }) => `- ${level}: \`${where}\`: ${rule}`);
  const rest = mine.length > listed ? [`- and ${mine.length - listed} more`] : [];
  return ["### Contract", "", ...lines, ...rest].join("\n");
};

/** Puts a section at the end of what a changelog says about a version. */
export const addSection = (changelog: string, version: string, section: string): string => {
  const start = changelog.indexOf(`## ${version}\n`);
  if (section === "" || start < 0) return changelog;
  const next = changelog.indexOf("\n## ", start);
  const end = next < 0 ? changelog.length : next;
  return `${changelog.slice(0, end).trimEnd()}\n\n${section}\n${next < 0 ? "" : changelog.slice(end)}`;
};

/** Versions the tree at `base`. The lines say what happened; nothing is written when the contract does not hold. */
export const versionRelease = (base: string): { readonly ok: boolean; readonly lines: readonly string[] } => {
  if (readChangesets(base).length === 0) return { ok: true, lines: ["nothing to release: there are no changesets"] };
  const { ok, lines, findings = [] } = checkContract(base);
  if (!ok) return { ok, lines: ["the contract does not hold, so there is nothing to release:", ...lines] };
  const wasReleased = existsSync(join(base, "contract.lock.json"))
    ? Object.values(
        readJson<{ readonly packages: Readonly<Record<string, string>> }>(join(base, "contract.lock.json")).packages,
      ).some((version) => version !== "0.0.0")
    : false;
  const before = versions(base);
  execFileSync(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], {
    cwd: base,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const now = versions(base);
  const raised = [...now].filter(([name, version]) => before.get(name) !== version);
  const written = showVersions(base);
  for (const { dir, manifest } of workspacePackages(base)) {
    const path = join(base, dir, "CHANGELOG.md");
    if (!wasReleased || !existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    const after = addSection(text, now.get(manifest.name) ?? "", contractSection(findings, manifest.name));
    if (after !== text) writeFileSync(path, after);
  }
  // The archive speaks for the verifier, so it grows with its releases.
  const archived = raised.some(([name]) => name === "@settld/verifier") ? addToArchive(base).length : 0;
  // A pre-release promises nothing: the next release is compared with the last real one.
  const isPre = preState(base)?.mode === "pre";
  const lock = isPre ? { ok: true, lines: ["pre-release: the lock of the contract stays"] } : writeContract(base);
  return {
    ok: lock.ok,
    lines: [
      ...raised.map(([name, version]) => `${name.padEnd(20)} ${(before.get(name) ?? "").padEnd(14)} -> ${version}`),
      ...written.map((path) => `wrote ${path}`),
      `${archived} bundles added to the archive`,
      ...lock.lines,
      `to be published as "${distTag(base)}"`,
    ],
  };
};

if (import.meta.main) {
  if (process.argv.includes("--print-tag")) {
    console.log(distTag(root));
  } else {
    const { ok, lines } = versionRelease(root);
    (ok ? console.log : console.error)(lines.join("\n"));
    // The page of all changelogs follows from theirs.
    const planning = ["--conditions=@settld/source", "packages/pipeline/src/plan.ts", "gen"];
    if (ok) execFileSync(process.execPath, planning, { cwd: root, stdio: ["ignore", 2, 2] });
    process.exitCode = ok ? 0 : 1;
  }
}
