import { escapeTerminal, printLines } from "@settld/output";
import { Command, Option } from "commander";
import { adapterOf, LANGUAGES, type Language, writeSkeleton } from "../init/skeleton.ts";

type Options = { readonly lang: Language; readonly out: string };

const HELP = `
The skeleton answers three small ops and declares no others: digest, digest.parse and money.parse. Files that exist
are never overwritten.

Examples:
  settld-conform init --lang python
  settld-conform init --lang go --out conformance`;

/** `settld-conform init`: starts an adapter. */
export const initCommand = (): Command =>
  new Command("init")
    .summary("start an adapter in a language of yours")
    .description("Writes an adapter to build on, and a CI workflow that runs the kit over it.")
    .addOption(new Option("--lang <language>", "language of the adapter").choices(LANGUAGES).makeOptionMandatory())
    .option("--out <dir>", "folder to write to", ".")
    .addHelpText("after", HELP)
    .action(init);

const init = async ({ lang, out }: Options): Promise<void> => {
  const paths = await writeSkeleton(lang, out);
  await printLines([
    ...paths.map((path) => `wrote ${escapeTerminal(path)}`),
    "",
    "See what it can do, in its folder:",
    `  settld-conform run --adapter '${adapterOf(lang)}' --tag digest --tag digest.parse --tag money.parse`,
    "Then give it the next op. The vectors of one are listed by its name:",
    "  settld-conform list --tag json.parse",
  ]);
};
