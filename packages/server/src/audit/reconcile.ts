import type { CryptoPort } from "@settld/protocol";
import type { Audit, AuditFinding } from "../gen/types.ts";
import { TrustBook } from "../settler/trust-book.ts";
import type { Counted, Store, StoreReads } from "../store/store.ts";
import type { AuditWork } from "./audit-work.ts";
import { checkAccountLog } from "./check-account-log.ts";
import { checkAgreement } from "./check-agreement.ts";
import { ExpectedBalances } from "./expected-balances.ts";
import { Findings } from "./findings.ts";
import { balanceName, breathe, logName, pages } from "./pages.ts";
import { SignatureCheck } from "./signature-check.ts";

/** What {@link reconcile} found. */
export type AuditReport = Omit<Audit, "object" | "at">;

/** What {@link reconcile} needs to know. */
export type ReconcileOptions = {
  /** The settler whose store it is; `undefined` when nobody has served it, so that it can hold no log. */
  readonly settler: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoPort;
};

/**
 * Replays every agreement log and every account log and compares what they give with everything that the store derives
 * from them (LEDGER-13). It goes log by log and keeps the balances of parties alone, so that its memory does not grow
 * with the number of agreements, and others have their turn in between.
 *
 * @param store - one consistent view, as `Store.snapshot` gives it.
 */
export async function reconcile(store: StoreReads, { settler, now, crypto }: ReconcileOptions): Promise<AuditReport> {
  const findings = new Findings();
  const work: AuditWork = {
    store,
    settler,
    now,
    crypto,
    findings,
    signatures: new SignatureCheck(trustOf(store, now, crypto), crypto, findings),
    balances: new ExpectedBalances(),
    met: nothingMet(),
  };
  const { met } = work;
  for await (const row of pages(
    (page) => store.listAgreements({}, page),
    ({ id }) => id,
  )) {
    await checkAgreement(work, row);
    await breathe();
  }
  for await (const log of pages((page) => store.accountLogs(page), logName)) {
    await checkAccountLog(work, log);
    await breathe();
  }
  met.accounts += work.balances.size;
  for await (const balance of pages((page) => store.balances(undefined, page), balanceName)) {
    work.balances.compare(balance, findings);
  }
  work.balances.finish(findings);
  const found = await counted(work);
  const { agreements, events, entries, transactions, accounts } = found;
  const { list } = findings;
  return { ok: list.length === 0, agreements, events, entries, transactions, accounts, findings: list };
}

// A view is all that keys are read from.
function trustOf(view: StoreReads, now: number, crypto: CryptoPort): TrustBook {
  return new TrustBook({ store: view as Store, registry: "", settler: { id: "" }, clock: () => now, crypto });
}

const WHAT: Readonly<Record<Counted, AuditFinding["what"]>> = {
  agreements: "log",
  events: "log",
  receipts: "receipt",
  roles: "role",
  references: "evidence",
  accounts: "balance",
  transactions: "transaction",
  postings: "transaction",
  accountLogs: "entry",
  entries: "entry",
  transfers: "transfer",
  commands: "payout",
};
const COUNTED = Object.keys(WHAT) as readonly Counted[];

function nothingMet(): AuditWork["met"] {
  return Object.fromEntries(COUNTED.map((of) => [of, 0])) as AuditWork["met"];
}

// What no log led to was not compared with anything, so it must not be there.
async function counted({ store, met, findings }: AuditWork): Promise<Readonly<Record<Counted, number>>> {
  const found = nothingMet();
  for (const of of COUNTED) {
    found[of] = await store.count(of);
    findings.compare(WHAT[of], `all ${of}`, met[of], found[of]);
    await breathe();
  }
  return found;
}
