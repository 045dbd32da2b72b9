import { appendFile } from "node:fs/promises";
import { basename } from "node:path";
import { isSystemError, reasonOf, writeFileAtomic } from "@settld/output";
import { SettldError, type Signer, utf8 } from "@settld/protocol";
import type { Command } from "commander";
import { FORMATS, type ReportContext } from "../report/formats/index.ts";
import { readSigner } from "../report/key-file.ts";
import { readInput, reportText } from "../report/read-report.ts";
import type { ConformanceReport } from "../report/report.ts";
import { type NamedFile, signStatement, statementOf } from "../report/statement.ts";

/** Options that say where reports go. */
export type OutputValues = {
  readonly json?: string;
  readonly junit?: string;
  readonly sarif?: string;
  readonly html?: string;
  readonly summary?: string;
  readonly statement?: string;
  readonly signKey?: string;
  readonly subject?: readonly string[];
};

/** Adds the options that say where reports go. */
export const addOutputs = (command: Command): Command =>
  command
    .option("--report, --json <file>", "write the report: what verify-report, matrix and --failed-from read")
    .option("--junit <file>", "write the report as JUnit XML")
    .option("--sarif <file>", "write the failures as SARIF 2.1.0")
    .option("--html <file>", "write the report as one page")
    .option(
      "--summary <file>",
      "write the report as Markdown (default: added to $GITHUB_STEP_SUMMARY, when that is set)",
    )
    .option("--statement <file>", "write a signed in-toto statement about the report; needs --report and --sign-key")
    .option("--sign-key <file>", "private Ed25519 key for --statement: PEM or JWK")
    .option("--subject <file...>", "files of the tested implementation, for --statement");

/** Writes reports, after whatever can go wrong before a run has gone wrong. */
export type Outputs = { readonly write: (report: ConformanceReport, context: ReportContext) => Promise<void> };

/**
 * Reads what the options of {@link addOutputs} name, so that a missing key does not cost a run.
 *
 * @throws SettldError `CLI_USAGE`, `CLI_INPUT` or `CLI_KEY`.
 */
export const prepareOutputs = async (values: OutputValues): Promise<Outputs> => {
  const statement = await prepareStatement(values);
  return {
    write: async (report, context) => {
      for (const { name, render } of FORMATS) {
        const path = values[name as keyof OutputValues];
        if (typeof path === "string") await write(path, render(report, context));
      }
      const summary = process.env["GITHUB_STEP_SUMMARY"] ?? "";
      const render = FORMATS.find(({ name }) => name === "summary")?.render;
      if (values.summary === undefined && summary !== "" && render !== undefined) {
        // Earlier commands of the step may have written there.
        await guard(summary, () => appendFile(summary, render(report, context)));
      }
      if (statement !== undefined) await statement(report, context);
    },
  };
};

const prepareStatement = async (values: OutputValues): Promise<Outputs["write"] | undefined> => {
  const { json, statement, signKey, subject = [] } = values;
  if (statement === undefined) {
    if (signKey === undefined && subject.length === 0) return undefined;
    throw new SettldError("CLI_USAGE", "expected --statement beside --sign-key and --subject, found none");
  }
  if (signKey === undefined || json === undefined) {
    throw new SettldError(
      "CLI_USAGE",
      "expected --report and --sign-key beside --statement, since it signs the report",
    );
  }
  const signer: Signer = await readSigner(await readInput(signKey), signKey);
  const files: NamedFile[] = [];
  for (const path of subject) files.push({ name: basename(path), bytes: await readInput(path) });
  return async (report, context) => {
    const file = { name: basename(json), bytes: utf8(reportText(report)) };
    await write(statement, await signStatement(statementOf(report, context, file, files), signer));
  };
};

const write = (path: string, text: string): Promise<void> => guard(path, () => writeFileAtomic(path, text));

const guard = async (path: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new SettldError("CLI_OUTPUT", `${path}: ${reasonOf(cause)}`, { cause });
  }
};
