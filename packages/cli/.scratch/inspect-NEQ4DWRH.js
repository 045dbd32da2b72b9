import {
  formatTable,
  stdoutColors
} from "./chunk-E2FLNA5J.js";
import {
  readBundle
} from "./chunk-ROZHCLF3.js";
import {
  openSource
} from "./chunk-Z3P7ZUU4.js";
import {
  escapeTerminal,
  printJson,
  printLines,
  wellFormed
} from "./chunk-IHJL3MJG.js";
import {
  EXIT
} from "./chunk-QAFWPTKF.js";

// src/commands/inspect.ts
import { canonicalize as canonicalize2, formatAmount as formatAmount2 } from "@settld/protocol";
import { Command, Option } from "commander";

// src/log/inspection.ts
import { applyEvent, checkLedger } from "@settld/kernel";
import {
  digestOf,
  isSettldError,
  parseEvent,
  parseJson
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

// src/log/describe-event.ts
import {
  canonicalize,
  formatAmount
} from "@settld/protocol";
var RESULT_LENGTH_MAX = 80;
function describeEvent(payload, asset) {
  const money = (value) => asset === void 0 ? `${value} minor units` : formatAmount(BigInt(value), asset);
  switch (payload.type) {
    case "agreement.offered": {
      const { amount, policy, feeBps, holdbackBps } = payload.body;
      const offered = formatAmount(BigInt(amount.value), amount);
      return `${offered}, ${describePolicy(policy)}, fee ${percent(feeBps)}, holdback ${percent(holdbackBps)}`;
    }
    case "agreement.accepted":
      return "accepts the offer";
    case "agreement.cancelled":
      return payload.body.reason === void 0 ? "cancels" : `cancels: ${payload.body.reason}`;
    case "escrow.funded": {
      const { amount, funding } = payload.body;
      const rail = funding === void 0 ? "" : ` over ${funding.rail}, ${funding.reference}`;
      return `${formatAmount(BigInt(amount.value), amount)} into escrow${rail}`;
    }
    case "work.submitted":
      return `attempt ${payload.body.attempt}: ${describeItems(payload.body.items)}`;
    case "evidence.attested": {
      const result = canonicalize(payload.body.result);
      const shown = result.length > RESULT_LENGTH_MAX ? `${result.slice(0, RESULT_LENGTH_MAX)}...` : result;
      return `${payload.body.requirement}: ${shown}`;
    }
    case "approval.given":
      return `${payload.body.requirement}: ${payload.body.approved ? "approved" : "not approved"}`;
    case "decision.made": {
      const { gross, outcome, final, requirements } = payload.body;
      const codes = requirements.map(({ id, code }) => `${id} ${code}`).join(", ");
      return `${outcome}, ${money(gross)} gross${final ? "" : ", not final"}: ${codes}`;
    }
    case "settlement.executed": {
      const { toSeller, fee, toBuyer, held } = payload.body;
      return `to seller ${money(toSeller)}, fee ${money(fee)}, to buyer ${money(toBuyer)}, held ${money(held)}`;
    }
    case "dispute.opened": {
      const { reasonCode, items = [] } = payload.body;
      return items.length === 0 ? reasonCode : `${reasonCode}: ${describeItems(items)}`;
    }
    case "dispute.resolved":
      return `to seller ${money(payload.body.toSeller)} of what is held`;
    case "holdback.released": {
      const { toSeller, fee, toBuyer } = payload.body;
      return `to seller ${money(toSeller)}, fee ${money(fee)}, to buyer ${money(toBuyer)}`;
    }
    case "agreement.closed":
      return payload.body.reason;
  }
}
function describePolicy({ requirements, payout }) {
  return `${payout.kind} over ${requirements.map(({ id }) => id).join(", ")}`;
}
function describeItems(items) {
  return items.map(({ name, size }) => `${name} (${size} bytes)`).join(", ");
}
function percent(bps) {
  const rest = bps % 100;
  return `${Math.trunc(bps / 100)}${rest === 0 ? "" : `.${rest.toString().padStart(2, "0").replace(/0$/, "")}`} %`;
}

// src/log/inspection.ts
var ACCOUNTS = ["buyer", "escrow", "holdback", "seller", "fee"];
async function inspectBundle(source) {
  const entries = [];
  const transactions = [];
  let state;
  let asset;
  let problem;
  const evidence = { inline: 0, withheld: 0 };
  let trustDocuments = 0;
  let receipt = false;
  const fail = (found) => {
    problem ??= found;
  };
  try {
    for await (const found of readBundle(source)) {
      if (found.kind === "trust") trustDocuments += 1;
      else if (found.kind === "receipt") receipt = true;
      else if (found.kind === "evidence") evidence[found.inline ? "inline" : "withheld"] += 1;
      else {
        const { line, seq, envelope } = found;
        let payload;
        try {
          payload = parseEvent(parseJson(envelope.payload, { canonical: true }), envelope.payload.length);
        } catch (error) {
          if (!isSettldError(error)) throw error;
          fail({ code: error.code, message: error.message, seq });
          continue;
        }
        const digest = digestOf(envelope.payload, defaultCrypto);
        if (payload.type === "agreement.offered") asset ??= payload.body.amount;
        let applied = false;
        if (problem === void 0) {
          const result = applyEvent(state, { payload, digest });
          if (result.ok) {
            applied = true;
            state = result.state;
            if (result.transaction !== void 0) transactions.push(result.transaction);
          } else {
            fail({ code: result.rejection.code, message: result.rejection.message, seq });
          }
        }
        const what = describeEvent(payload, asset);
        entries.push({ line, seq, at: payload.at, type: payload.type, by: payload.by, digest, what, applied });
      }
    }
  } catch (error) {
    if (!isSettldError(error) || isUnreadable(error)) throw error;
    fail({ code: error.code, message: error.message });
  }
  if (entries.length === 0 && problem === void 0) {
    fail({ code: "BUNDLE_EMPTY", message: "expected at least one event, found none" });
  }
  return {
    entries,
    transactions,
    ...state === void 0 ? {} : { state },
    ...asset === void 0 ? {} : { asset },
    evidence,
    trustDocuments,
    receipt,
    ...problem === void 0 ? {} : { problem }
  };
}
function isUnreadable(error) {
  return error.code === "CLI_INPUT";
}
function invariantOf({ transactions, state }) {
  const closed = state?.status === "closed";
  const audit = checkLedger(transactions, { closed });
  if (!audit.ok) return { holds: false, text: `${audit.code}: ${audit.message}` };
  const end = closed ? ", and both ended at 0" : "";
  return { holds: true, text: `every transaction adds up to 0, escrow and holdback never fell below 0${end}` };
}

// src/commands/inspect.ts
var NOT_VERIFIED = "NOT VERIFIED: no signature, no key and no evidence was checked. `settld verify` does that.";
function inspectCommand() {
  return new Command("inspect").description("Shows the timeline and the ledger that a bundle claims. Verifies nothing.").argument("<file>", "a bundle, or - for standard input").addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human")).addHelpText(
    "after",
    `
Exit codes: 0 all of it could be shown, 1 it is broken somewhere, 2 it could not be read.
With --format json: one JSON object on one line, with "verified": false.

Examples:
  settld inspect deal.settld
  settld inspect deal.settld --format json | jq .balances`
  ).action(async (file, { format }) => {
    const inspection = await inspectBundle(openSource(file));
    if (format === "json") await printJson(canonicalize2(toJson(file, inspection)));
    else await printLines(toLines(file, inspection, stdoutColors()));
    process.exitCode = inspection.problem === void 0 ? EXIT.accept : EXIT.reject;
  });
}
function toLines(file, inspection, colors) {
  const { entries, state, problem, evidence, trustDocuments, receipt } = inspection;
  const { bold, dim, red, yellow } = colors;
  const lines = [`${bold(escapeTerminal(file))}  ${yellow(NOT_VERIFIED)}`];
  if (state !== void 0) {
    const { buyer, seller, settler } = state.offer.body.parties;
    lines.push(
      "",
      ...formatTable([
        ["agreement", state.agreement],
        ["buyer", buyer.id],
        ["seller", seller.id],
        ["settler", settler.id],
        ["state", state.reason === void 0 ? state.status : `${state.status} (${state.reason})`],
        [
          "also in it",
          `${count(evidence.inline + evidence.withheld, "evidence item")} (${evidence.withheld} withheld), ${count(trustDocuments, "trust document")}, ${receipt ? "a receipt" : "no receipt"}`
        ]
      ])
    );
  }
  if (entries.length > 0) {
    lines.push(
      "",
      bold("Timeline"),
      ...formatTable(
        entries.map(({ seq, at, type, by, what, applied }) => {
          const paint = applied ? (text) => text : dim;
          const cells = [`#${seq}`, at, type, by, applied ? what : `(not applied) ${what}`];
          return cells.map((text) => ({ text, paint }));
        }),
        { align: ["right"], indent: 2 }
      )
    );
  }
  if (inspection.asset !== void 0 && inspection.transactions.length > 0) {
    lines.push("", ...ledgerLines(inspection, inspection.asset, colors));
  }
  if (problem !== void 0) {
    const where = problem.seq === void 0 ? "" : ` (event ${problem.seq})`;
    lines.push("", red(`Broken: ${problem.code}${where}: ${escapeTerminal(problem.message)}`));
  }
  return lines;
}
function ledgerLines(inspection, asset, { bold, green, red }) {
  const { transactions, entries, state } = inspection;
  const seqOf = new Map(entries.map(({ digest, seq }) => [digest, seq]));
  const amount = (value) => value === 0n ? "" : decimal(value, asset);
  const rows = ACCOUNTS.map((kind) => {
    const owner = transactions.flatMap(({ postings }) => postings).find(({ account }) => account.kind === kind)?.account.owner;
    return [
      owner === void 0 ? kind : `${kind} ${owner}`,
      ...transactions.map(
        ({ postings }) => amount(postings.reduce((sum, { account, value }) => account.kind === kind ? sum + value : sum, 0n))
      ),
      decimal(state?.balances[kind] ?? 0n, asset)
    ];
  });
  const sums = transactions.map(
    ({ postings }) => decimal(
      postings.reduce((sum, { value }) => sum + value, 0n),
      asset
    )
  );
  const total = ACCOUNTS.reduce((sum, kind) => sum + (state?.balances[kind] ?? 0n), 0n);
  const header = ["", ...transactions.map(({ id, type }) => `#${seqOf.get(id)} ${type}`), "balance"];
  const { holds, text } = invariantOf(inspection);
  return [
    `${bold("Ledger")} in ${escapeTerminal(asset.assetCode)}`,
    ...formatTable([header, ...rows, ["sum", ...sums, decimal(total, asset)]], {
      align: ["left", ...transactions.map(() => "right"), "right"],
      indent: 2
    }),
    `  ${holds ? green("invariant holds") : red("invariant broken")}: ${escapeTerminal(text)}`
  ];
}
function decimal(value, asset) {
  return formatAmount2(value, { assetCode: "", assetScale: asset.assetScale }).trimEnd();
}
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
function toJson(file, inspection) {
  const { entries, transactions, state, asset, evidence, trustDocuments, receipt, problem } = inspection;
  const invariant = invariantOf(inspection);
  return {
    file: wellFormed(file),
    verified: false,
    status: state?.status ?? null,
    agreement: state?.agreement ?? null,
    asset: asset === void 0 ? null : { assetCode: asset.assetCode, assetScale: asset.assetScale },
    events: entries,
    transactions: transactions.map(({ id, type, postings }) => ({
      id,
      type,
      postings: postings.map(({ account, value }) => ({
        account: account.kind,
        ...account.owner === void 0 ? {} : { owner: account.owner },
        value: value.toString()
      }))
    })),
    balances: state === void 0 ? null : Object.fromEntries(ACCOUNTS.map((kind) => [kind, state.balances[kind].toString()])),
    invariant: { holds: invariant.holds, text: invariant.text },
    evidence,
    trustDocuments,
    receipt,
    problem: problem ?? null
  };
}
export {
  inspectCommand
};
//# sourceMappingURL=inspect-NEQ4DWRH.js.map