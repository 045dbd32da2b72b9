import { formatTable, printJson, printLines } from "@settld/output";
import { canonicalize, type JsonValue } from "@settld/protocol";
import type { KeyDebt, RewrapReport } from "@settld/server";
import { Command, Option } from "commander";
import { EXIT, inputError } from "../../exit.ts";
import { printError } from "../../io/stdio.ts";
import { EVIDENCE_KEYS, EVIDENCE_KEYS_OPTION, openEvidenceKeys } from "../../server/evidence-keys.ts";
import { loadServer } from "../../server/load-server.ts";
import { withStore } from "../../server/store-folder.ts";
import { DEFAULT_DIR, databaseOption, type PlaceOptions, storePlace } from "../../server/store-place.ts";

type Options = PlaceOptions & {
  readonly evidenceKeys?: string;
  readonly dryRun?: boolean;
  readonly format: "human" | "json";
};

/** `settld admin rewrap`: all evidence under the newest key. */
export function rewrapCommand(): Command {
  return new Command("rewrap")
    .summary("bring all evidence under the newest key")
    .description(
      "Seals evidence that is plain, and wraps the data keys of evidence that is sealed under the first key of the ring. " +
        "It goes object by object, may be ended at any moment and run again, and runs beside the server.",
    )
    .option("--evidence-keys <file>", "the key ring: the new key on the first line, those of before behind it")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .option("--dry-run", "only count")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
Exit codes: 0 when everything is under the newest key, 1 when something is not, 2 when it could not be done.

Examples:
  settld admin rewrap --evidence-keys evidence.keys --dry-run
  settld admin rewrap --evidence-keys evidence.keys`;

async function run({ evidenceKeys: file, dryRun = false, format, ...options }: Options): Promise<void> {
  const server = await loadServer();
  const keys = await openEvidenceKeys(server, file);
  if (keys === undefined) {
    throw inputError("CLI_USAGE", `expected ${EVIDENCE_KEYS_OPTION} or ${EVIDENCE_KEYS}, found neither`);
  }
  const report = await withStore(
    server,
    storePlace(options),
    (store) => server.rewrapStore(store, keys, { dryRun }),
    keys,
  );
  if (format === "json") {
    const view = { object: "rewrap", key: keys.current, dryRun, ...report };
    await printJson(canonicalize(view as unknown as JsonValue));
  } else {
    await printLines(linesOf(report, keys.current, dryRun));
  }
  for (const { code, message } of report.failed) printError(code, message);
  const isDone = dryRun || (report.failed.length === 0 && report.after.old + report.after.plain === 0);
  process.exitCode = isDone ? EXIT.accept : EXIT.reject;
}

function linesOf({ before, after, sealed, rewrapped, failed }: RewrapReport, key: string, dryRun: boolean): string[] {
  const debt = dryRun ? before : after;
  const rows = dryRun
    ? [
        [`${before.plain}`, "objects would be sealed"],
        [`${before.old}`, "data keys would be wrapped anew"],
      ]
    : [
        [`${sealed}`, "objects sealed"],
        [`${rewrapped}`, "data keys wrapped anew"],
        [`${failed.length}`, "objects failed"],
      ];
  return [`newest key ${key}`, ...formatTable(rows, { align: ["right"], indent: 2 }), ...rest(debt)];
}

function rest({ old, plain, needed }: KeyDebt): string[] {
  if (old + plain === 0) return ["no other key is needed any more"];
  return [
    ...(plain === 0 ? [] : [`${plain} objects are plain`]),
    ...(old === 0 ? [] : [`${old} objects still need ${needed.join(", ")}`]),
  ];
}
