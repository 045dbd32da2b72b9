import type { ReportFormat } from "./format.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { sarif } from "./sarif.ts";
import { summary } from "./summary.ts";

export type { ReportContext, ReportFormat } from "./format.ts";

/** Every way to write a report down, in the order of the options. */
export const FORMATS: readonly ReportFormat[] = [json, junit, sarif, html, summary];
