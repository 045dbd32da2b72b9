import { escapeTerminal, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import { programName } from "../io/program-name.ts";
import { loadServer } from "../server/load-server.ts";
import { runDemo } from "./run-demo.ts";
import { httpSettler } from "./server/http-settler.ts";
import { startServerProcess } from "./server/server-process.ts";
import type { StoryOptions } from "./story.ts";
import type { Story } from "./story-model.ts";

type Options = { readonly out: string; readonly server?: true; readonly format: "human" | "json" };

/**
 * `settld demo`: the money demo.
 *
 * @param play - parts of the story that are played by others than usual.
 */
export function demoCommand(play: Partial<StoryOptions> = {}): Command {
  return new Command("demo")
    .description(
      "Plays paid work between parties who do not trust each other: good work is paid, bad work is not, corrected work " +
        "is, and a dispute is split. Everything is checked by a separate process. Offline, with demo keys.",
    )
    .option("--out <dir>", "folder for the files; one that an earlier demo wrote is replaced", "out/demo")
    .option("--server", "let the settler be a server: a process of its own, over HTTP and with a store on disk")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText(
      "after",
      `
Exit codes: 0 when every act ended as it must, 1 when one did not, 2 when the files could not be written.
Without --server the settler keeps all in memory. Two runs write the same bytes, with or without it.

Examples:
  settld demo
  settld demo --server
  settld demo --out /tmp/demo --format json`,
    )
    .action(async ({ out, server, format }: Options) => {
      const human = format === "human";
      const colors = stdoutColors();
      const print = human ? printLines : async () => {};
      const run = (more: Partial<StoryOptions>): Promise<Story> =>
        runDemo({ out, colors, print, play: { ...more, ...play } });
      const story = server === true ? await throughServer(run, print) : await run({});
      if (human) await printLines(whatNext(out, story, colors.bold));
      else await printJson(summaryOf(out, story));
      process.exitCode = story.ok ? EXIT.accept : EXIT.reject;
    });
}

async function throughServer(
  run: (play: Partial<StoryOptions>) => Promise<Story>,
  print: (lines: readonly string[]) => Promise<void>,
): Promise<Story> {
  // Loaded here, where it is needed: says in one line where it cannot run.
  await loadServer();
  const server = await startServerProcess();
  try {
    const settler = httpSettler(server);
    const story = await run({ settler: async () => settler });
    await print(["", `  ${settler.requests()} requests to the settler, process ${server.pid} at ${server.url}`]);
    return story;
  } finally {
    await server.close();
  }
}

function whatNext(out: string, story: Story, bold: (text: string) => string): string[] {
  const settld = programName();
  const at = (name: string): string => escapeTerminal(`${out.replace(/\/$/, "")}/${name}`);
  const trust = `--trust ${at("trust.json")}`;
  return [
    "",
    `  ${bold("Files")}`,
    `  ${at("report.html")}  the story as a page, with pictures of the money: open it in a browser`,
    `  ${at("ledger.csv")}   every posting, for a spreadsheet`,
    `  ${at("*.settld")}     the proofs, and the copies that somebody cheated in`,
    "",
    `  ${bold("Try next")}`,
    `  ${settld} verify ${at("act-1.settld")} ${trust}`,
    `  ${settld} verify ${escapeTerminal(out)} ${trust}`,
    `  ${settld} inspect ${at("act-3.settld")}`,
    `  ${settld} explain ${story.acts[1]?.verifications.at(-1)?.report.code ?? "POLICY_CHECK_FAILED"}`,
  ];
}

function summaryOf(out: string, { acts, files, ok }: Story): string {
  const value = {
    ok,
    out,
    acts: acts.map(
      ({ number, title, outcome, agreement, before, after, expectations, verifications, ok: asItMust }) => ({
        number,
        title,
        outcome,
        ok: asItMust,
        agreement: agreement ?? null,
        toSeller: (after.seller - before.seller).toString(),
        fee: (after.fee - before.fee).toString(),
        unmet: expectations
          .filter((entry) => !entry.ok)
          .map(({ what, expected, found }) => ({ what, expected, found })),
        verifications: verifications.map(({ file, report, apart, identical, ok: judged }) => ({
          file,
          verdict: report.verdict,
          code: report.code,
          exitCode: apart.exitCode,
          identical,
          ok: judged,
        })),
      }),
    ),
    files: [...files.keys(), "ledger.csv", "report.html", "story.txt"].sort(),
  };
  return canonicalize(value);
}
