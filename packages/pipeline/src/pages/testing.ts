import type { Plan } from "../plan-data.ts";
import { generatedFrom, plain, tableOf } from "../table.ts";

/** `docs/testing.md`: layers of tests with their commands and last results. */
export const testingPage = ({ layers, results, backlog }: Plan): string => {
  const rows = layers.flatMap(({ layer, tooling, commands, trigger }) =>
    commands.map((run, index) => {
      const result = results[run];
      const last =
        result === undefined
          ? "not recorded"
          : `${result.exit === 0 ? "passed" : "RED"}, ${result.at}, ${result.seconds} s${result.last === "" ? "" : `: ${plain(result.last)}`}`;
      return index === 0 ? [layer, tooling, `\`${run}\``, trigger, last] : ["", "", `\`${run}\``, "", last];
    }),
  );
  return [
    generatedFrom("planning/test-layers.json", "planning/results.json"),
    "# Test layers",
    "",
    `Last results as of ${backlog.asOf}. \`pnpm plan:check --full --as-of DAY\` runs the commands and records them anew; \`npx -y pnpm@12 test\` runs what every change has to pass.`,
    "",
    tableOf(["layer", "with", "command", "runs", "last result"], rows),
    "",
    "## Decisions",
    "",
    "Where the owner's table names another tool, or a layer cannot run here.",
    "",
    tableOf(
      ["layer", "asked for", "instead, and why"],
      layers.map(({ layer, asked, decision }) => [layer, asked, decision]),
    ),
    "",
    "Configured, and not run from this repository: CodeQL and Trivy (`.github/workflows/security.yml`), the container image by an engine, Helm and a cluster, and CI at GitHub itself.",
    "",
  ].join("\n");
};
