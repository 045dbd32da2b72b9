/**
 * How changesets writes changelogs here: the words of the change as somebody wrote them, for whoever upgrades. A list of
 * dependencies says only what comes along, once and by version.
 */

type Change = { readonly summary: string; readonly commit?: string | undefined };
type Dependency = { readonly name: string; readonly newVersion: string };

const indent = (lines: readonly string[]): string =>
  lines.map((line, index) => (index === 0 || line === "" ? line : `  ${line}`)).join("\n");

/** One entry: the text of a changeset as a list item, with the commit that brought it. */
export const getReleaseLine = async ({ summary, commit }: Change): Promise<string> => {
  const [first = "", ...rest] = summary.trim().split("\n");
  const from = commit === undefined ? "" : ` (${commit.slice(0, 7)})`;
  return `- ${indent([`${first.trimEnd()}${from}`, ...rest.map((line) => line.trimEnd())])}`;
};

/** One line about what a package brings along, by version; nothing when nothing moved. */
export const getDependencyReleaseLine = async (
  _changes: readonly Change[],
  updated: readonly Dependency[],
): Promise<string> => {
  const byVersion = new Map<string, string[]>();
  for (const { name, newVersion } of updated) {
    byVersion.set(newVersion, [...(byVersion.get(newVersion) ?? []), `\`${name}\``]);
  }
  const parts = [...byVersion]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([version, names]) => `${names.sort().join(", ")} ${version}`);
  return parts.length === 0 ? "" : `- Comes with ${parts.join("; ")}.`;
};
