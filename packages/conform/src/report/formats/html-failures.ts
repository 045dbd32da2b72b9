import { escapeHtml } from "@settld/output";
import { CODES, type Code } from "@settld/protocol";
import { type CaseView, viewCase } from "../case-view.ts";
import type { ConformanceReport } from "../report.ts";
import { reproLine } from "../repro-line.ts";
import type { JudgedCase } from "../standing.ts";
import { STATUS_TEXT } from "../status-text.ts";
import { code, counted, tag } from "./html-parts.ts";

// So many failures are open from the start; a reader of hundreds wants the list of clauses first.
const OPEN_MAX = 12;

// More clauses would fill the screen of a phone.
const LISTED_MAX = 40;

/** The cases that fail, grouped by the clause that decides them. */
export const failuresSection = (report: ConformanceReport, cases: readonly JudgedCase[]): string => {
  const failed = cases.filter(({ standing }) => standing === "fails");
  if (failed.length === 0) return "";
  const groups = groupByClause(failed);
  let shown = 0;
  const sections = groups.map(([clause, members]) => {
    const open = shown === 0 || shown + members.length <= OPEN_MAX;
    shown += members.length;
    return `<details class="clause" id="clause-${escapeHtml(clause)}"${open ? " open" : ""}>
<summary><h3>${escapeHtml(clause)}</h3> <span class="count">${counted(members.length, "failure")}</span></summary>
${members.map((judged) => failureArticle(judged, report.adapter.via)).join("\n")}
</details>`;
  });
  return `<section id="failures">
<h2>${counted(failed.length, "failure")}, by clause</h2>
${clauseList(groups)}
${sections.join("\n")}
</section>`;
};

/** Known failures and differences that do not count. */
export const otherFailures = (report: ConformanceReport, cases: readonly JudgedCase[]): string =>
  [
    group(report, "Known failures", "Listed in the baseline, so they do not fail the run.", "known", cases),
    group(
      report,
      "Differences that do not count",
      "No profile that decides scores these vectors, or its scale forgives the code.",
      "uncounted",
      cases,
    ),
  ]
    .filter((part) => part !== "")
    .join("\n");

const group = (
  report: ConformanceReport,
  title: string,
  text: string,
  standing: JudgedCase["standing"],
  cases: readonly JudgedCase[],
): string => {
  const members = cases.filter((judged) => judged.standing === standing);
  if (members.length === 0) return "";
  return `<section>
<details class="clause">
<summary><h2>${title}</h2> <span class="count">${members.length}</span></summary>
<p class="note">${text}</p>
${members.map((judged) => failureArticle(judged, report.adapter.via)).join("\n")}
</details>
</section>`;
};

type Group = readonly [clause: string, members: readonly JudgedCase[]];

const groupByClause = (failed: readonly JudgedCase[]): readonly Group[] => {
  const groups = new Map<string, JudgedCase[]>();
  for (const judged of failed) {
    const clause = judged.vector?.clause ?? "unknown vector";
    groups.set(clause, [...(groups.get(clause) ?? []), judged]);
  }
  return [...groups].sort(([a], [b]) => compareClauses(a, b));
};

// BUNDLE-2 stands before BUNDLE-10.
const compareClauses = (a: string, b: string): number => {
  const [areaA = "", numberA = "0"] = a.split("-");
  const [areaB = "", numberB = "0"] = b.split("-");
  if (areaA !== areaB) return areaA < areaB ? -1 : 1;
  return Number(numberA) - Number(numberB);
};

const clauseList = (groups: readonly Group[]): string => {
  if (groups.length < 3) return "";
  const items = groups.map(
    ([clause, { length }]) => `<li><a href="#clause-${escapeHtml(clause)}">${escapeHtml(clause)}</a> ${length}</li>`,
  );
  const list = `<nav aria-label="Clauses"><ul class="chips">${items.join("")}</ul></nav>`;
  if (groups.length <= LISTED_MAX) return list;
  return `<details class="index"><summary>${counted(groups.length, "clause")}, to jump to</summary>${list}</details>`;
};

const failureArticle = ({ result, vector }: JudgedCase, via: string): string => {
  const { id, op, status } = result;
  const view = viewCase(result, vector);
  const lines = [
    '<article class="case">',
    `<div class="top"><h4>${escapeHtml(id)}</h4>${tag("bad", STATUS_TEXT[status])}</div>`,
    ...(vector === undefined ? [] : [`<p class="why">${escapeHtml(vector.why)}</p>`]),
    // Where only facts differ, twice the same verdict would say nothing.
    view.facts.length > 0 ? factTable(view) : pair(view, vector?.code ?? null),
    ...(view.detail === undefined ? [] : [`<pre class="detail">${escapeHtml(view.detail)}</pre>`]),
    `<p class="note">${[
      code(op),
      ...(vector === undefined ? [] : [code(vector.path)]),
      ...(vector?.twin === undefined ? [] : [`accepted twin ${code(vector.twin)}`]),
      ...(vector?.kills === undefined ? [] : [`typical mistake: ${escapeHtml(vector.kills)}`]),
    ].join(" <span>·</span> ")}</p>`,
    `<pre class="repro">${escapeHtml(reproLine(result, via))}</pre>`,
    "</article>",
  ];
  return lines.join("\n");
};

const pair = ({ expected, got }: CaseView, expectedCode: string | null): string => {
  const meaning =
    expectedCode !== null && Object.hasOwn(CODES, expectedCode)
      ? `<small>${escapeHtml(CODES[expectedCode as Code].summary)}</small>`
      : "";
  return `<dl class="pair"><div class="expected"><dt>Expected</dt><dd>${code(expected)}${meaning}</dd></div><div class="got"><dt>Got</dt><dd>${code(got)}</dd></div></dl>`;
};

const factTable = ({ expected, facts }: CaseView): string => {
  const rows = facts.map(({ pointer, expected, got }) =>
    pointer === ""
      ? `<tr><td colspan="3">and ${escapeHtml(expected)}</td></tr>`
      : `<tr><th scope="row">${code(pointer.slice(1))}</th><td class="expected">${code(expected)}</td><td class="got">${code(got)}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th scope="col">Fact of the ${code(expected)}</th><th scope="col">Expected</th><th scope="col">Got</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
};
