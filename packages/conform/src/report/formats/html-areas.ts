import { escapeHtml } from "@settld/output";
import type { ConformanceReport } from "../report.ts";
import { areaOf, type JudgedCase } from "../standing.ts";
import { STATUS_TEXT } from "../status-text.ts";
import { stretchesOf } from "./html-header.ts";
import { bar, code } from "./html-parts.ts";

/** Every case, by the area of its vector, folded up. */
export const areasSection = (cases: readonly JudgedCase[]): string => {
  const areas = new Map<string, JudgedCase[]>();
  for (const judged of cases) {
    const area = judged.vector === undefined ? "unknown" : areaOf(judged.vector);
    areas.set(area, [...(areas.get(area) ?? []), judged]);
  }
  if (areas.size === 0) return "";
  return `<section id="areas">
<h2>All vectors, by area</h2>
${[...areas]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([area, members]) => areaDetails(area, members))
  .join("\n")}
</section>`;
};

const areaDetails = (area: string, members: readonly JudgedCase[]): string => {
  const passed = members.filter(({ standing }) => standing === "passes").length;
  return `<details class="area">
<summary><span class="name">${escapeHtml(area)}</span>${bar(stretchesOf(members))}<span class="count">${passed} of ${members.length}</span></summary>
<ul class="ids">${members.map(caseItem).join("\n")}</ul>
</details>`;
};

const caseItem = ({ result, standing }: JudgedCase): string => {
  if (standing === "passes") return `<li>${escapeHtml(result.id)}</li>`;
  const kind = standing === "fails" ? "bad" : "soft";
  return `<li class="${kind}">${escapeHtml(result.id)} <small>${STATUS_TEXT[result.status]}</small></li>`;
};

/** What was run, with what, and what the report does not show. */
export const runSection = ({
  adapter,
  options,
  kit,
  vectors,
  revision,
  exitCode,
  stderr,
}: ConformanceReport): string => {
  const rows: readonly (readonly [string, string])[] = [
    ["Adapter", code(adapter.via)],
    ["Ops declared", adapter.hello === null ? "none" : adapter.hello.features.map(code).join(" ")],
    ["Revision", code(revision)],
    ["Vectors", `${vectors.total}, ${code(vectors.digest)}`],
    ["Kit", code(`${kit.name} ${kit.version}`)],
    ...(options.profiles.length === 0 ? [] : [["Profiles asked for", options.profiles.join(", ")] as const]),
    ...(options.filters.length === 0 ? [] : [["Filters", code(options.filters.join(" "))] as const]),
    ...(options.repeat === 1 ? [] : [["Repeats", `${options.repeat}, shuffled by seed ${options.seed}`] as const]),
    ["Exit code", String(exitCode)],
  ];
  const errors =
    stderr === ""
      ? ""
      : `<details class="area"><summary><span class="name">End of the adapter's standard error</span></summary><pre>${escapeHtml(stderr)}</pre></details>\n`;
  return `<section id="run">
<h2>The run</h2>
<dl class="facts">${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("")}</dl>
${errors}<p class="note">The page shows what a report says and proves nothing by itself. <code>settld-conform verify-report</code> judges the report's own answers anew; a signed statement beside it says who ran it. An adapter that recognises the published vectors could answer them without an implementation: <code>settld-conform fuzz</code> compares it with another on inputs that nobody has seen.</p>
</section>`;
};
