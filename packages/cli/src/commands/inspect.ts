import type { AgreementState } from "@settld/kernel";
import {
  type Colors,
  escapeTerminal,
  formatTable,
  printJson,
  printLines,
  stdoutColors,
  wellFormed,
} from "@settld/output";
import { canonicalize, formatAmount, type JsonValue } from "@settld/protocol";
import { Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import { openSource } from "../io/source.ts";
import type { Asset } from "../log/describe-event.ts";
import { ACCOUNTS, type Inspection, inspectBundle, invariantOf } from "../log/inspection.ts";

type Options = { readonly format: "human" | "json" };

const NOT_VERIFIED = "NOT VERIFIED: no signature, no key and no evidence was checked. `settld verify` does that.";

/** `settld inspect FILE`: timeline and ledger of a bundle, without a word on whether they are true. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Shows the timeline and the ledger that a bundle claims. Verifies nothing.")
    .argument("<file>", "a bundle, or - for standard input")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText(
      "after",
      `
Exit codes: 0 all of it could be shown, 1 it is broken somewhere, 2 it could not be read.
With --format json: one JSON object on one line, with "verified": false.

Examples:
  settld inspect deal.settld
  settld inspect deal.settld --format json | jq .balances`,
    )
    .action(async (file: string, { format }: Options) => {
      const inspection = await inspectBundle(openSource(file));
      if (format === "json") await printJson(canonicalize(toJson(file, inspection)));
      else await printLines(toLines(file, inspection, stdoutColors()));
      process.exitCode = inspection.problem === undefined ? EXIT.accept : EXIT.reject;
    });
}

function toLines(file: string, inspection: Inspection, colors: Colors): string[] {
  const { entries, state, problem, evidence, trustDocuments, receipt } = inspection;
  const { bold, dim, red, yellow } = colors;
  const lines = [`${bold(escapeTerminal(file))}  ${yellow(NOT_VERIFIED)}`];
  // Before everything else, because all that follows is only as far as the log holds.
  if (problem !== undefined) {
    const where = problem.seq === undefined ? "" : ` (event ${problem.seq})`;
    lines.push(red(`Broken: ${problem.code}${where}: ${escapeTerminal(problem.message)}`));
  }
  if (state !== undefined) {
    const { buyer, seller, settler } = state.offer.body.parties;
    lines.push(
      "",
      ...formatTable([
        ["agreement", state.agreement],
        ["buyer", buyer.id],
        ["seller", seller.id],
        ["settler", settler.id],
        ["state", stateOf(state, entries.length)],
        [
          "also in it",
          `${count(evidence.inline + evidence.withheld, "evidence item")} (${evidence.withheld} withheld), ${count(trustDocuments, "trust document")}, ${receipt ? "a receipt" : "no receipt"}`,
        ],
      ]),
    );
  }
  if (entries.length > 0) {
    lines.push(
      "",
      bold("Timeline"),
      ...formatTable(
        entries.map(({ seq, at, type, by, what, applied }) => {
          const paint = applied ? (text: string) => text : dim;
          const cells = [`#${seq}`, at, type, by, applied ? what : `(not applied) ${what}`];
          return cells.map((text) => ({ text, paint }));
        }),
        { align: ["right"], indent: 2 },
      ),
    );
  }
  if (inspection.asset !== undefined && inspection.transactions.length > 0) {
    lines.push("", ...ledgerLines(inspection, inspection.asset, colors));
  }
  return lines;
}

function ledgerLines(inspection: Inspection, asset: Asset, { bold, green, red }: Colors): string[] {
  const { transactions, entries, state } = inspection;
  const seqOf = new Map<string, number>(entries.map(({ digest, seq }) => [digest, seq]));
  const amount = (value: bigint): string => (value === 0n ? "" : decimal(value, asset));
  const rows = ACCOUNTS.map((kind) => {
    const owner = transactions.flatMap(({ postings }) => postings).find(({ account }) => account.kind === kind)
      ?.account.owner;
    return [
      owner === undefined ? kind : `${kind} ${owner}`,
      ...transactions.map(({ postings }) =>
        amount(postings.reduce((sum, { account, value }) => (account.kind === kind ? sum + value : sum), 0n)),
      ),
      decimal(state?.balances[kind] ?? 0n, asset),
    ];
  });
  const sums = transactions.map(({ postings }) =>
    decimal(
      postings.reduce((sum, { value }) => sum + value, 0n),
      asset,
    ),
  );
  const total = ACCOUNTS.reduce((sum, kind) => sum + (state?.balances[kind] ?? 0n), 0n);
  const header = ["", ...transactions.map(({ id, type }) => `#${seqOf.get(id)} ${type}`), "balance"];
  const { holds, text } = invariantOf(inspection);
  return [
    `${bold("Ledger")} in ${escapeTerminal(asset.assetCode)}`,
    ...formatTable([header, ...rows, ["sum", ...sums, decimal(total, asset)]], {
      align: ["left", ...transactions.map(() => "right" as const), "right"],
      indent: 2,
    }),
    `  ${holds ? green("invariant holds") : red("invariant broken")}: ${escapeTerminal(text)}`,
  ];
}

function stateOf({ status, reason, seq }: AgreementState, events: number): string {
  if (seq < events) return `${status}, up to event ${seq - 1} of ${events - 1}`;
  return reason === undefined ? status : `${status} (${reason})`;
}

// The amount without its asset, which the heading names once.
function decimal(value: bigint, asset: Asset): string {
  return formatAmount(value, { assetCode: "", assetScale: asset.assetScale }).trimEnd();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function toJson(file: string, inspection: Inspection): JsonValue {
  const { entries, transactions, state, asset, evidence, trustDocuments, receipt, problem } = inspection;
  const invariant = invariantOf(inspection);
  return {
    file: wellFormed(file),
    verified: false,
    status: state?.status ?? null,
    agreement: state?.agreement ?? null,
    asset: asset === undefined ? null : { assetCode: asset.assetCode, assetScale: asset.assetScale },
    events: entries,
    transactions: transactions.map(({ id, type, postings }) => ({
      id,
      type,
      postings: postings.map(({ account, value }) => ({
        account: account.kind,
        ...(account.owner === undefined ? {} : { owner: account.owner }),
        value: value.toString(),
      })),
    })),
    balances:
      state === undefined ? null : Object.fromEntries(ACCOUNTS.map((kind) => [kind, state.balances[kind].toString()])),
    invariant: { holds: invariant.holds, text: invariant.text },
    evidence,
    trustDocuments,
    receipt,
    problem: problem ?? null,
  };
}
