import { escapeHtml, formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, SettldError } from "@settld/protocol";
import { Command } from "commander";
import { allContexts, readCheckedReport } from "../report/kit-report.ts";
import { type Matrix, matrixOf, matrixRows } from "../report/matrix.ts";

type Options = { readonly json?: true; readonly markdown?: true };

/** `settld-conform matrix REPORT...`: implementations beside each other. */
export const matrixCommand = (): Command =>
  new Command("matrix")
    .summary("show implementations beside each other")
    .description(
      "Shows what passed by profile and by area of the vectors, a column a report. Each report is judged anew.",
    )
    .argument("<report...>", "JSON reports of runs")
    .option("--json", "print one line of JSON")
    .option("--markdown", "print a Markdown table")
    .addHelpText("after", HELP)
    .action(showMatrix);

const HELP = `
Examples:
  settld-conform matrix ours.json theirs.json
  settld-conform matrix reports/*.json --markdown > MATRIX.md`;

const showMatrix = async (paths: readonly string[], { json, markdown }: Options): Promise<void> => {
  if (json === true && markdown === true) {
    throw new SettldError("CLI_USAGE", "expected one of --json and --markdown, found both");
  }
  const reports = [];
  for (const path of paths) reports.push((await readCheckedReport(path)).report);
  const matrix = matrixOf(reports, allContexts());
  if (json === true) await printJson(canonicalize(matrix));
  else await printLines(markdown === true ? markdownLines(matrix) : terminalLines(matrix));
};

const terminalLines = (matrix: Matrix): string[] => {
  const { bold, green, red, dim } = stdoutColors();
  const paintOf = (text: string): ((text: string) => string) => {
    const [, passed, total] = /(\d+)\/(\d+)$/.exec(text) ?? [];
    if (text.startsWith("conforms") || (passed !== undefined && passed === total)) return green;
    return text === "-" ? dim : red;
  };
  const rows = matrixRows(matrix).map((row, line) =>
    row.map((text, column) => ({ text, paint: line === 0 ? bold : column === 0 ? dim : paintOf(text) })),
  );
  return formatTable(rows);
};

// GitHub makes links of names in cells, but not inside `code`, and a bar would cut the cell.
const markdownLines = (matrix: Matrix): string[] => {
  const [heading = [], ...rows] = matrixRows(matrix);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(heading.map((text) => (text === "" ? "" : `<code>${cellText(text)}</code>`))),
    line(heading.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map(line),
  ];
};

// Every sign as a reference, so that none of them is Markdown; a reader of the table sees the same.
const cellText = (text: string): string =>
  escapeHtml(text)
    .replaceAll("\n", "\\u{a}")
    .replaceAll("\t", "\\u{9}")
    .replace(/[^\p{L}\p{N} &;#]/gu, (sign) => `&#${sign.codePointAt(0)};`);
