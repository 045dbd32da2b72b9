import { createHash } from "node:crypto";
import { escapeHtml } from "@settld/output";
import { judgedCases } from "../standing.ts";
import { CONCLUSION_TEXT } from "../status-text.ts";
import type { ReportFormat } from "./format.ts";
import { areasSection, runSection } from "./html-areas.ts";
import { failuresSection, otherFailures } from "./html-failures.ts";
import { headerSection } from "./html-header.ts";
import { HTML_STYLE } from "./html-style.ts";

/** One page in one file for people: no script, nothing loaded, reads on a phone, on a desk and on paper. */
export const html: ReportFormat = {
  name: "html",
  file: "conformance.html",
  render: (report, context) => {
    const style = createHash("sha256").update(HTML_STYLE).digest("base64");
    const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
    const cases = judgedCases(report, context);
    const name = report.adapter.hello?.implementation.name ?? "an unknown implementation";
    return [
      "<!doctype html>",
      '<html lang="en">',
      "<head>",
      '<meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="referrer" content="no-referrer">',
      '<meta name="color-scheme" content="light dark">',
      `<title>Settld conformance: ${escapeHtml(name)}</title>`,
      `<meta name="description" content="${CONCLUSION_TEXT[report.conclusion]}">`,
      `<style>${HTML_STYLE}</style>`,
      "</head>",
      "<body>",
      "<main>",
      headerSection(report, cases),
      failuresSection(report, cases),
      otherFailures(report, cases),
      areasSection(cases),
      runSection(report),
      "</main>",
      "</body>",
      "</html>",
      "",
    ]
      .filter((part) => part !== "")
      .join("\n");
  },
};
