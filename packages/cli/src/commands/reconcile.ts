import { formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, formatInstant, type JsonValue } from "@settld/protocol";
import type { AuditReport } from "@settld/server";
import { Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import { printError } from "../io/stdio.ts";
import { readIdentity } from "../server/identity.ts";
import { loadServer } from "../server/load-server.ts";
import { DEFAULT_DIR, withStore } from "../server/store-folder.ts";

type Options = { readonly dir: string; readonly format: "human" | "json" };

/** `settld reconcile`: the book against the logs. */
export function reconcileCommand(): Command {
  return new Command("reconcile")
    .description(
      "Replays every signed log of a server and compares what they give with everything else in its store: signatures, " +
        "states, receipts, payouts, transactions and balances. Reads one state of the store, also while it is served; GET /v1/audit of a running server does the same.",
    )
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText(
      "after",
      `
Exit codes: 0 when the book agrees with the logs, 1 when it does not, 2 when the store could not be read.
--format json prints one line of canonical JSON, the answer of GET /v1/audit.

Examples:
  settld reconcile
  settld reconcile --dir /var/lib/settld --format json`,
    )
    .action(run);
}

async function run({ dir, format }: Options): Promise<void> {
  const server = await loadServer();
  const now = Date.now();
  const report = await withStore(server, dir, async (store) =>
    server.auditStore(store, { settler: (await readIdentity(store))?.settler, now }),
  );
  if (format === "json") {
    const audit = { object: "audit", at: formatInstant(now), ...report };
    await printJson(canonicalize(audit as unknown as JsonValue));
  } else {
    await printLines(linesOf(report));
  }
  if (!report.ok) printError("STORE_RECONCILIATION", `expected a book that agrees with its logs: ${dir}`);
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
