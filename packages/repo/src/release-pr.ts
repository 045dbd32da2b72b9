/**
 * `pnpm release:pr` keeps one pull request open that would release what is pending: on every push to the main branch it
 * makes the release anew on the branch `release/next`, pushes that, and opens or updates the pull request. Merging it
 * is the decision to release.
 *
 *   --dry-run    makes the release in a clone, prints the pull request, pushes nothing
 *
 * It needs `GH_TOKEN` with `contents: write` and `pull-requests: write` for the `gh` of the runner.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readChangesets } from "./contract/cover.ts";
import { pnpmCommand } from "./pnpm.ts";
import { root } from "./workspace.ts";

const branch = "release/next";

const text = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26, stdio: ["ignore", "pipe", "inherit"] });

/** Title and body: the versions, then what changed in the words of the changesets. */
export const describeRelease = (
  lines: readonly string[],
  changes: readonly { readonly bumps: Readonly<Record<string, string>>; readonly text: string }[],
): { readonly title: string; readonly body: string } => {
  const raised = lines.flatMap((line) => {
    const [, name, before, now] = /^(\S+) +(\S+) +-> (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, before, now }];
  });
  const version = raised.find(({ name }) => name === "settld")?.now ?? raised[0]?.now ?? "";
  const table = raised.map(({ name, before, now }) => `| \`${name}\` | ${before} | ${now} |`);
  return {
    title: `Release ${version}`,
    body: [
      "Merging this releases:",
      "",
      "| package | now | next |",
      "|---|---|---|",
      ...table,
      "",
      ...changes.map(({ text: words }) => `- ${words.trim().replaceAll("\n", "\n  ")}`),
      "",
    ].join("\n"),
  };
};

/** Makes the release in a clone of `base`. */
const makeRelease = (base: string, clone: string): { readonly title: string; readonly body: string } => {
  text("git", ["clone", "--quiet", base, clone], base);
  const changes = readChangesets(clone);
  const [pnpm, ...first] = pnpmCommand();
  text(pnpm, [...first, "install", "--frozen-lockfile", "--prefer-offline", "--reporter=silent"], clone);
  const lines = text(pnpm, [...first, "--silent", "release:version"], clone).split("\n");
  return describeRelease(lines, changes);
};

const git = (clone: string, ...args: readonly string[]): string => text("git", args, clone);

const main = (): number => {
  const dry = process.argv.includes("--dry-run");
  if (readChangesets(root).length === 0) {
    console.log("nothing to release: there are no changesets");
    return 0;
  }
  const temp = mkdtempSync(join(tmpdir(), "settld-release-"));
  try {
    const clone = join(temp, "clone");
    const { title, body } = makeRelease(root, clone);
    git(clone, "checkout", "--quiet", "-B", branch);
    git(clone, "add", "--all");
    const author = ["-c", "user.name=settld-release", "-c", "user.email=settld-release@users.noreply.github.com"];
    git(clone, ...author, "commit", "--quiet", "-m", title);
    console.log(`${title}\n\n${body}`);
    if (dry) {
      console.log(git(clone, "show", "--stat", "--format=", "HEAD"));
      return 0;
    }
    const remote = git(root, "remote", "get-url", "origin").trim();
    // The credentials that the checkout left are those of this repository, so they push from it.
    git(root, "fetch", "--quiet", clone, `${branch}:${branch}`, "--force");
    git(root, "push", "--quiet", "--force", "origin", `${branch}:${branch}`);
    const open = JSON.parse(
      text("gh", ["pr", "list", "--head", branch, "--state", "open", "--json", "number"], root),
    ) as {
      readonly number: number;
    }[];
    const [first] = open;
    const words = ["--title", title, "--body", body];
    text(
      "gh",
      first === undefined
        ? ["pr", "create", "--head", branch, "--base", "main", ...words]
        : ["pr", "edit", String(first.number), ...words],
      root,
    );
    console.log(`${first === undefined ? "opened" : "updated"} the pull request of ${branch} at ${remote}`);
    return 0;
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  process.exitCode = main();
}
