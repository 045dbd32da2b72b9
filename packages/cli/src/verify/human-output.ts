import type { Colors } from "@settld/output";
import { escapeTerminal, formatTable } from "@settld/output";
import { formatAmount } from "@settld/protocol";
import type { Facets, Report } from "@settld/verifier";
import type { Outcome } from "./check-input.ts";
import type { Output } from "./output.ts";
import { isMerelyOpen, type Tally } from "./tally.ts";

/** How results are written for people: everything about a single file, one line a file for several. */
export function humanOutput(
  colors: Colors,
  options: { readonly single: boolean; readonly allowOpen: boolean },
): Output {
  const word = (outcome: Outcome): string => {
    if ("unread" in outcome) return colors.red("unread       ");
    const padded = outcome.report.verdict.padEnd(13);
    if (outcome.report.verdict === "accept") return colors.green(padded);
    return outcome.report.verdict === "reject" ? colors.red(padded) : colors.yellow(padded);
  };
  return {
    start: () => [],
    result: (name, outcome) => {
      const line = `${word(outcome)}  ${escapeTerminal(name)}`;
      if ("unread" in outcome) return [`${line}  ${outcome.unread.code}: ${escapeTerminal(outcome.unread.message)}`];
      const { report } = outcome;
      if (options.single) return [line, ...details(report, colors)];
      const [first] = report.findings;
      if (report.code === null || first === undefined) return [line];
      const excuse = options.allowOpen && isMerelyOpen(outcome) ? " (allowed)" : "";
      return [`${line}  ${report.code}${excuse}: ${place(first)}${escapeTerminal(first.message)}`];
    },
    equivocation: ({ equivocation, files: [a, b] }) => [
      `${colors.red("reject       ")}  ${escapeTerminal(a)} and ${escapeTerminal(b)}  ${equivocation.finding.code}: ` +
        escapeTerminal(equivocation.finding.message),
    ],
    end: (tally) => [summaryOf(tally)],
  };
}

function details(report: Report, { bold }: Colors): string[] {
  const lines = report.findings.map(
    (finding) => `  ${bold(finding.code)}: ${place(finding)}${escapeTerminal(finding.message)}`,
  );
  const rows: string[][] = [];
  const { facts, trust, evidence } = report;
  if (facts !== null) {
    const money = (value: string): string => formatAmount(BigInt(value), facts.amount);
    const { toSeller, fee, toBuyer } = facts.totals;
    const { escrow, holdback } = facts.balances;
    rows.push(
      ["agreement", facts.agreement],
      ["between", `${facts.buyer} (buyer), ${facts.seller} (seller), ${facts.settler} (settler)`],
      ["amount", money(facts.amount.value)],
      [
        "state",
        `${facts.status}${facts.reason === undefined ? "" : ` (${facts.reason})`} since ${facts.at}, ${facts.events} events`,
      ],
      ["outcome", facts.outcome],
      ["credited", `seller ${money(toSeller)}, fee ${money(fee)}, back to buyer ${money(toBuyer)}`],
    );
    if (escrow !== "0" || holdback !== "0")
      rows.push(["still held", `escrow ${money(escrow)}, holdback ${money(holdback)}`]);
  }
  if (evidence.referenced > 0) {
    const { referenced, inline, withheld, supplied } = evidence;
    rows.push([
      "evidence",
      `${referenced} referenced, ${inline} inline, ${withheld} withheld, ${supplied} of these supplied`,
    ]);
  }
  if (trust !== null)
    rows.push(["trust", `${trust.registry} version ${trust.version} (${trust.source}), ${trust.digest}`]);
  if (report.time !== null) rows.push(["judged at", report.time]);
  rows.push(["checked", describeFacets(report.facets)]);
  return [...lines, ...formatTable(rows, { indent: 2 })];
}

function describeFacets(facets: Facets): string {
  return Object.entries(facets)
    .map(([name, status]) => `${name} ${status}`)
    .join(", ");
}

function place(finding: { readonly line?: number; readonly seq?: number }): string {
  if (finding.seq !== undefined) return `event ${finding.seq}: `;
  return finding.line === undefined ? "" : `line ${finding.line}: `;
}

function summaryOf(tally: Tally): string {
  const { files, accept, reject, indeterminate, allowedOpen, unread, equivocations } = tally;
  const parts = [`${accept} accept`, `${reject} reject`];
  parts.push(`${indeterminate} indeterminate${allowedOpen === 0 ? "" : ` (${allowedOpen} allowed as open)`}`);
  if (unread > 0) parts.push(`${unread} unread`);
  if (equivocations > 0) parts.push(`${equivocations} contradicting ${equivocations === 1 ? "history" : "histories"}`);
  return `${files} ${files === 1 ? "file" : "files"}: ${parts.join(", ")}`;
}
