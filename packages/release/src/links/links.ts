/**
 * `pnpm links`: every relative link and anchor of every Markdown file leads somewhere in a fresh clone. External links
 * are listed with `--external`, and never fetched.
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseArgs } from "node:util";
import { root, run } from "../run.ts";
import { type MarkdownLinks, readMarkdown } from "./markdown.ts";

/** What is wrong, and where links lead out of the repository. */
export type LinkReport = {
  readonly faults: readonly string[];
  /** Files that link there, by URL. */
  readonly external: ReadonlyMap<string, readonly string[]>;
  readonly checked: number;
};

/**
 * Checks the links of a set of files.
 *
 * @param files - everything that a clone has, by path with forward slashes.
 * @param read - the text of a Markdown file.
 */
export const checkLinks = (files: readonly string[], read: (path: string) => string): LinkReport => {
  const there = new Set(files);
  const folders = new Set(files.flatMap((file) => ancestors(file)));
  const parsed = new Map<string, MarkdownLinks>();
  const markdown = (path: string): MarkdownLinks => {
    const known = parsed.get(path) ?? readMarkdown(read(path));
    parsed.set(path, known);
    return known;
  };
  const faults: string[] = [];
  const external = new Map<string, string[]>();
  let checked = 0;
  for (const file of files.filter((path) => path.endsWith(".md")).toSorted()) {
    for (const link of markdown(file).links) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(link)) {
        external.set(link, [...(external.get(link) ?? []), file]);
        continue;
      }
      checked += 1;
      const [path = "", anchor] = link.split("#", 2);
      const target = path === "" ? file : targetOf(file, path);
      if (target === undefined) {
        faults.push(`${file}: ${link} leads out of the repository`);
      } else if (!there.has(target) && !folders.has(target)) {
        faults.push(`${file}: ${link} leads to ${target}, which a clone does not have`);
      } else if (
        anchor !== undefined &&
        target.endsWith(".md") &&
        !markdown(target).anchors.has(decodeURIComponent(anchor))
      ) {
        faults.push(`${file}: ${link} names an anchor that ${target} does not have`);
      }
    }
  }
  return { faults, external, checked };
};

const ancestors = (file: string): string[] => {
  const parts = file.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
};

const targetOf = (file: string, path: string): string | undefined => {
  const decoded = decodeURIComponent(path.replace(/\?.*$/, ""));
  const target = posix.normalize(decoded.startsWith("/") ? decoded.slice(1) : posix.join(posix.dirname(file), decoded));
  if (target === ".." || target.startsWith("../")) return undefined;
  return target === "." ? "" : target.replace(/\/$/, "");
};

/** The links of the repository, in what git has or would take in. */
export const checkRepository = async (): Promise<LinkReport> => {
  const { stdout } = await run([
    "git",
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
  ]);
  const { stdout: gone } = await run(["git", "ls-files", "-z", "--deleted"]);
  const deleted = new Set(gone.split("\0"));
  const files = stdout.split("\0").filter((name) => name !== "" && !deleted.has(name));
  return checkLinks(files, (path) => readFileSync(join(root, path), "utf8"));
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { external: { type: "boolean" } } });
  const { faults, external, checked } = await checkRepository();
  for (const fault of faults) console.error(fault);
  if (values.external === true) {
    for (const [url, files] of [...external].sort()) console.log(`${url}  (${[...new Set(files)].join(", ")})`);
  }
  console.log(`${checked} links inside, ${faults.length} lead nowhere; ${external.size} lead outside`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
