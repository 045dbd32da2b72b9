import { basename } from "node:path";
import { escapeTerminal, printLines } from "@settld/output";
import { SettldError } from "@settld/protocol";
import { Command } from "commander";
import { readPublicKey } from "../report/key-file.ts";
import { readCheckedReport, vectorsFor } from "../report/kit-report.ts";
import { readInput } from "../report/read-report.ts";
import type { ConformanceReport } from "../report/report.ts";
import type { NamedFile, Subject } from "../report/statement.ts";
import { checkStatement } from "../report/statement-check.ts";
import { CONCLUSION_TEXT } from "../report/status-text.ts";

type Options = { readonly statement?: string; readonly key?: string; readonly subject?: readonly string[] };

/** `settld-conform verify-report REPORT`: judges a report anew, and its signature. */
export const verifyReportCommand = (): Command =>
  new Command("verify-report")
    .summary("judge a report anew from its own answers")
    .description(
      "Judges a report anew from its own answers with the vectors of this kit, and checks who signed it when there is a statement.",
    )
    .argument("<report>", "the JSON report of a run")
    .option("--statement <file>", "signed statement about the report")
    .option("--key <file>", "public key of the signer, as a JWK or PEM")
    .option("--subject <file...>", "files that the statement has to name as tested")
    .addHelpText("after", HELP)
    .action(verifyReport);

const HELP = `
Exit codes:
  0, 1, 3, 4  the report is right, and this is the exit code of its run
  1           CONF_REPORT: the report or its statement is wrong
  2           wrong usage, or a file that could not be read

Without a statement only what follows from the answers is checked. Names, texts of errors, and which of several wrong
answers was given can be changed by whoever has the file.

Examples:
  settld-conform verify-report report.json
  settld-conform verify-report report.json --statement report.dsse.json --key vendor.pub.json --subject dist/verifier`;

const verifyReport = async (path: string, { statement, key, subject = [] }: Options): Promise<void> => {
  if ((statement === undefined) !== (key === undefined)) {
    throw new SettldError("CLI_USAGE", "expected --statement and --key together, found one of them");
  }
  if (statement === undefined && subject.length > 0) {
    throw new SettldError("CLI_USAGE", "expected --subject with --statement, found it alone");
  }
  const { bytes, report } = await readCheckedReport(path);
  const subjects =
    statement === undefined || key === undefined
      ? undefined
      : await checkStatement(await readInput(statement, "--statement"), {
          report,
          file: { name: basename(path), bytes },
          context: vectorsFor(report),
          publicKey: await readPublicKey(await readInput(key, "--key"), key),
          tested: await Promise.all(subject.map(readTested)),
        });
  await printLines(linesOf(report, subjects));
  process.exitCode = report.exitCode;
};

const readTested = async (path: string): Promise<NamedFile> => ({
  name: path,
  bytes: await readInput(path, "--subject"),
});

const linesOf = (report: ConformanceReport, subjects: readonly Subject[] | undefined): string[] => {
  const { name, version } = report.adapter.hello?.implementation ?? { name: "an adapter without hello", version: "" };
  return [
    `${escapeTerminal(`${name} ${version}`.trim())}: ${report.conclusion}. ${CONCLUSION_TEXT[report.conclusion]}`,
    `${report.cases.length} cases judged anew with the same result.`,
    ...(subjects === undefined
      ? ["No statement was given, so nobody vouches for the answers."]
      : [
          "The statement about it is signed by the given key.",
          ...subjects.map(({ name, digest }) => `Tested: ${escapeTerminal(name)} sha256:${digest.sha256}`),
        ]),
  ];
};
