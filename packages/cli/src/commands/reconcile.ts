import { formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, formatInstant, type JsonValue } from "@settld/protocol";
import type { AuditReport } from "@settld/server";
import { Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import { printError } from "../io/stdio.ts";
import { readIdentity } from "../server/identity.ts";
import { loadServer } from "../server/load-server.ts";
import { withStore } from "../server/store-folder.ts";
import { DEFAULT_DIR, databaseOption, type PlaceOptions, storePlace } from "../server/store-place.ts";

type Options = PlaceOptions & { readonly format: "human" | "json" };

/** `settld reconcile`: the book against the logs. */
export function reconcileCommand(): Command {
  return new Command("reconcile")
    .description(
      "Replays every signed log of a server and compares what they give with everything else in its store: signatures, " +
        "states, receipts, payouts, transactions and balances. Reads one state of the store, also while it is served; GET /v1/audit of a running server does the same.",
    )
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText(
      "after",
      `
Exit codes: 0 when the book agrees with the logs, 1 when it does not, 2 when the store could not be read.
--format json prints one line of canonical JSON, the answer of GET /v1/audit.

Examples:
  settld reconcile
  settld reconcile --dir /var/lib/settld --format json
  SETTLD_DATABASE_URL=$(cat database.url) settld reconcile --database`,
    )
    .action(run);
}

async function run({ format, ...options }: Options): Promise<void> {
  const place = storePlace(options);
  const server = await loadServer();
  const now = Date.now();
  const report = await withStore(server, place, async (store) => {
    const found = await server.auditStore(store, { settler: (await readIdentity(store))?.settler, now });
    await server.noteAudit(store, found, now);
    return found;
  });
  if (format === "json") {
    const audit = { object: "audit", at: formatInstant(now), ...report };
    await printJson(canonicalize(audit as unknown as JsonValue));
  } else {
    await printLines(linesOf(report));
  }
  if (!report.ok) printError("STORE_RECONCILIATION", `expected a book that agrees with its logs: ${place.name}`);
  process.exitCode = report.ok ? EXIT.accept : EXIT.reject;
}

function linesOf({ ok, agreements, events, entries, transactions, accounts, findings }: AuditReport): string[] {
  const { bold, green, red } = stdoutColors();
  const lines = [
    ok ? green("the book agrees with its logs") : red(`${findings.length} differences between the book and its logs`),
    ...formatTable(
      [
        [`${agreements}`, "agreements"],
        [`${events}`, "events in them"],
        [`${entries}`, "deposits and withdrawals"],
        [`${transactions}`, "transactions"],
        [`${accounts}`, "accounts"],
      ],
      { align: ["right"], indent: 2 },
    ),
  ];
  if (ok) return lines;
  return [
    ...lines,
    "",
    ...formatTable([
      ["what", "where", "difference"].map((text) => ({ text, paint: bold })),
      ...findings.map(({ what, where, message }) => [what, where, message]),
    ]),
  ];
}
