import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { generatedFrom } from "../table.ts";

const sorted = (base: string, pattern: string): string[] =>
  globSync(pattern, { cwd: base, exclude: (path) => path.includes("node_modules") })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();

/** What a changeset says: packages with their bump, and the text. */
const changesetOf = (text: string): string => {
  const [, head = "", body = ""] = /^---\n([\s\S]*?)\n?---\n([\s\S]*)$/.exec(text) ?? [];
  const bumps = Object.entries((parse(head) ?? {}) as Readonly<Record<string, string>>);
  return `${bumps.map(([name, bump]) => `\`${name}\` ${bump}`).join(", ")}\n\n${body.trim()}`;
};

/** One changelog for all packages: what waits for a release, and what each package says of its releases. */
export const changelogPage = (base: string): string => {
  const pending = sorted(base, ".changeset/*.md").filter((path) => !path.endsWith("/README.md"));
  const released = sorted(base, "packages/*/CHANGELOG.md").concat(
    ["schemas", "vectors", "spec"].map((name) => `${name}/CHANGELOG.md`).filter((path) => existsSync(join(base, path))),
  );
  const versions = released.map((path) => {
    const { name } = JSON.parse(readFileSync(join(base, path, "../package.json"), "utf8")) as { readonly name: string };
    const found = [...readFileSync(join(base, path), "utf8").matchAll(/^## (\S+)$/gm)].map(([, version]) => version);
    return `- [\`${name}\`](../${path}): ${found.join(", ")}`;
  });
  return [
    generatedFrom("the changesets and the changelogs of the packages"),
    "# Changelog",
    "",
    "## Not released yet",
    "",
    ...(pending.length === 0
      ? ["Nothing waits."]
      : pending.flatMap((path) => [changesetOf(readFileSync(join(base, path), "utf8")), ""])),
    "## Released",
    "",
    ...(versions.length === 0 ? ["Nothing has been released."] : versions),
    "",
  ].join("\n");
};
