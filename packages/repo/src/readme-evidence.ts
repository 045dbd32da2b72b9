import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./workspace.ts";

const FOLDER = "fixtures/golden";

/** What the files are, by name; bundles say it by their verdict. */
const WHAT: Readonly<Record<string, string>> = {
  "ledger.csv": "every posting",
  "registry-key.jwk": "the registry's key",
  "report.html": "the story as a page",
  "story.txt": "the transcript above, as the terminal tells it",
  "trust.json": "whose keys count",
};

type Report = { readonly verdict: string; readonly code: string | null };

const verdictOf = (bundle: string): string => {
  const path = join(root, FOLDER, "reports", bundle.replace(/\.settld$/, ".json"));
  if (!existsSync(path)) return "bundle";
  const { verdict, code } = readJson<Report>(path);
  return code === null ? verdict : `${verdict}, \`${code}\``;
};

/** The table of the golden files: what each is, and its digest, so that anyone can compare what their machine wrote. */
export const evidence = (): string => {
  const rows = readdirSync(join(root, FOLDER), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const digest = createHash("sha256")
        .update(readFileSync(join(root, FOLDER, name)))
        .digest("hex");
      const what = name.endsWith(".settld") ? verdictOf(name) : (WHAT[name] ?? "receipt");
      return `| [${name}](${FOLDER}/${name}) | ${what} | \`${digest}\` |`;
    });
  return ["| file | what it is | SHA-256 |", "| --- | --- | --- |", ...rows].join("\n");
};
