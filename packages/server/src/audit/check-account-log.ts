import {
  type AccountEntryPayload,
  type Digest,
  digestOf,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  parseAccountEntry,
  parseEnvelope,
  parseInstant,
  parseJson,
} from "@settld/protocol";
import { entryTransaction } from "../money/entry.ts";
import type { AccountEntry, AccountLogRow, BookTransaction } from "../store/store.ts";
import type { AuditWork } from "./audit-work.ts";
import { checkDeposit, checkWithdrawal, transferText } from "./check-transfer.ts";
import { isOfAgreement } from "./expected-balances.ts";
import { logName, logPages, pages } from "./pages.ts";
import { readable } from "./readable.ts";
import { TransactionMatch } from "./transaction-match.ts";

// A withdrawal that is not returned yet, as its entry and its transfer say.
type Withdrawal = { readonly text: string; readonly isReturned: boolean };

type Place = { readonly seq: number; readonly prev: Digest | undefined; readonly at: number };

/** Replays an account log and compares it with everything that the store derives from it (LEDGER-13). */
export async function checkAccountLog(work: AuditWork, log: AccountLogRow): Promise<void> {
  const { findings, met, signatures, store } = work;
  const name = logName(log);
  const match = new TransactionMatch(findings);
  const withdrawals = new Map<Digest, Withdrawal>();
  const kept = transactionsOf(work, log);
  let place: Place = { seq: 0, prev: undefined, at: 0 };
  met.accountLogs += 1;
  for await (const entries of logPages((from, limit) => store.entries(log, from, limit))) {
    met.entries += entries.length;
    for (const entry of entries) {
      place = await checkEntry(work, log, place, entry, match, withdrawals);
      // Entries and their transactions stand in the same order, so that each meets its own soon.
      const next = await kept.next();
      if (next.done !== true) match.find(next.value);
    }
    await signatures.settle();
  }
  for await (const transaction of kept) match.find(transaction);
  match.finish();
  findings.compare("entry", name, place.seq, log.entries, "a count of entries of ");
  for (const [entry, { isReturned }] of withdrawals) {
    if (isReturned) findings.add("transfer", name, `an entry that returns ${entry}`, "none");
  }
}

// What moves an account and no agreement has to be an entry's.
async function* transactionsOf(
  { store, met }: AuditWork,
  log: AccountLogRow,
): AsyncGenerator<BookTransaction, void, undefined> {
  const { owner, assetCode, assetScale } = log;
  for await (const transaction of pages(
    (page) => store.transactions({ kind: "available", owner, assetCode, assetScale }, page),
    ({ id }) => id,
  )) {
    if (transaction.postings.some(({ account }) => isOfAgreement(account))) continue;
    met.transactions += 1;
    met.postings += transaction.postings.length;
    yield transaction;
  }
}

async function checkEntry(
  work: AuditWork,
  log: AccountLogRow,
  place: Place,
  stored: AccountEntry,
  match: TransactionMatch,
  withdrawals: Map<Digest, Withdrawal>,
): Promise<Place> {
  const { findings, crypto, settler, signatures, balances } = work;
  const name = logName(log);
  const which = `entry ${place.seq}`;
  const read = readEntry(stored.envelope);
  if (typeof read === "string") {
    findings.add("entry", name, `${which} to be readable`, read);
    return { seq: place.seq + 1, prev: stored.digest, at: stored.at };
  }
  const { entry, envelope } = read;
  const digest = digestOf(envelope.payload, crypto);
  const at = parseInstant(entry.at);
  findings.compare(
    "entry",
    name,
    `${which} after ${place.prev ?? "none"}`,
    `entry ${entry.seq} after ${entry.prev ?? "none"}`,
  );
  findings.compare(
    "entry",
    name,
    `${which} ${digest} at ${at}`,
    `entry ${stored.seq} ${stored.digest} at ${stored.at}`,
  );
  if (at < place.at) findings.add("entry", name, `${which} at ${place.at} or later`, `${at}`);
  findings.compare("entry", name, name, logName(entry.account), `${which} of `);
  findings.compare("entry", name, settler, entry.by, `${which} by `);
  await signatures.take(name, which, envelope, [{ party: settler ?? "", role: "settler", pinned: undefined }], at);
  const transaction = entryTransaction(entry, digest);
  match.expect(transaction);
  balances.post(transaction);
  await checkCause(work, name, which, entry, digest, withdrawals);
  return { seq: place.seq + 1, prev: digest, at };
}

function readEntry(
  bytes: Uint8Array,
): { readonly envelope: ParsedEnvelope; readonly entry: AccountEntryPayload } | string {
  return readable(() => {
    const envelope = parseEnvelope(parseJson(bytes, { canonical: true }), {
      payloadType: PAYLOAD_TYPES.account,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    return { envelope, entry: parseAccountEntry(parseJson(envelope.payload, { canonical: true })) };
  });
}

// What stands behind an entry: a deposit, a withdrawal with its payout, or a withdrawal that the rail refused.
async function checkCause(
  work: AuditWork,
  name: string,
  which: string,
  entry: AccountEntryPayload,
  digest: Digest,
  withdrawals: Map<Digest, Withdrawal>,
): Promise<void> {
  const { findings } = work;
  if (entry.type === "deposit.credited") return checkDeposit(work, entry, digest);
  if (entry.type === "withdrawal.debited") {
    const row = await checkWithdrawal(work, entry, digest);
    withdrawals.set(digest, { text: transferText(entry), isReturned: row?.status === "returned" });
    return;
  }
  // The schema has it for this type.
  const returns = entry.returns ?? digest;
  const withdrawal = withdrawals.get(returns);
  if (withdrawal === undefined) {
    findings.add("entry", name, `${which} to return a withdrawal before it, once`, returns);
    return;
  }
  withdrawals.delete(returns);
  findings.compare("entry", name, withdrawal.text, transferText(entry), `${which} to return `);
  if (!withdrawal.isReturned)
    findings.add("transfer", name, `the withdrawal of ${returns} to be returned`, "another status");
}
