import { type AccountEntryPayload, type Digest, type JsonValue, parseInstant, parseJson, utf8 } from "@settld/protocol";
import type { Payout } from "../money/rail.ts";
import type { KeptCommand, TransferRow } from "../store/store.ts";
import type { AuditWork } from "./audit-work.ts";
import { readable } from "./readable.ts";

// A payout is tried again within an hour. One that waits for longer than this would never be paid.
const WAIT_MS_MAX = 86_400_000;

/** What an entry moves, as text: of whom, how much, and by which rail from or to where. */
export function transferText({
  account: { owner, assetCode, assetScale },
  value,
  rail,
  reference,
}: Pick<AccountEntryPayload, "account" | "value" | "rail" | "reference">): string {
  return `${value} ${assetCode}/${assetScale} of ${owner} by ${rail} ${JSON.stringify(reference)}`;
}

/** Compares a deposit with the entry that credited it. A rail's reference names one payment (LEDGER-11). */
export async function checkDeposit(work: AuditWork, entry: AccountEntryPayload, digest: Digest): Promise<void> {
  const row = await work.store.deposit(entry.rail, entry.reference);
  compareTransfer(work, "deposit", entry, digest, row);
  work.findings.compare("transfer", row?.id ?? digest, "done", row?.status ?? "done", "status ");
}

/** Compares a withdrawal and its payout with the entry that debited it (LEDGER-12). */
export async function checkWithdrawal(
  work: AuditWork,
  entry: AccountEntryPayload,
  digest: Digest,
): Promise<TransferRow | undefined> {
  const { store, findings, met } = work;
  const command = await store.command(digest);
  if (command === undefined) {
    findings.add("payout", digest, "a payout of this withdrawal", "none");
    return undefined;
  }
  met.commands += 1;
  const payout = readable(() => parseJson(utf8(command.payload)));
  const transfer = propertyOf(payout, "transfer");
  const row = typeof transfer === "string" ? await store.transfer(transfer) : undefined;
  compareTransfer(work, "withdrawal", entry, digest, row);
  findings.compare("payout", digest, payoutText(payoutOf(entry, digest)), payoutText(payout));
  compareCommand(work, command, row);
  return row;
}

function compareTransfer(
  { findings, met }: AuditWork,
  kind: TransferRow["kind"],
  entry: AccountEntryPayload,
  digest: Digest,
  row: TransferRow | undefined,
): void {
  const text = (of: string, kind: string, entry: string, at: number): string =>
    `${kind} ${of} by entry ${entry} at ${at}`;
  const expected = text(transferText(entry), kind, digest, parseInstant(entry.at));
  if (row === undefined) {
    findings.add("transfer", digest, expected, "none");
    return;
  }
  if (row.entry === digest) met.transfers += 1;
  const { party, assetCode, assetScale, rail, reference } = row;
  const found = transferText({
    account: { owner: party, assetCode, assetScale },
    value: `${row.value}`,
    rail,
    reference,
  });
  findings.compare("transfer", row.id, expected, text(found, row.kind, row.entry, row.createdAt));
}

function compareCommand({ findings, now }: AuditWork, command: KeptCommand, row: TransferRow | undefined): void {
  const { id, kind, done, due, attempts } = command;
  findings.compare("payout", id, "payout", kind, "kind ");
  if (row !== undefined) {
    const [waits, ended] = ["to wait in the outbox", "to be over"];
    findings.compare("payout", id, row.status === "pending" ? waits : ended, done ? ended : waits, "the payout ");
  }
  if (!done && due > now + WAIT_MS_MAX) findings.add("payout", id, `to be due by ${now + WAIT_MS_MAX}`, `${due}`);
  if (attempts < 0) findings.add("payout", id, "at least 0 attempts", `${attempts}`);
}

function payoutOf(
  { account: { owner, assetCode, assetScale }, value, reference }: AccountEntryPayload,
  id: Digest,
): JsonValue {
  const payout: Payout = { id, party: owner, amount: { value, assetCode, assetScale }, destination: reference };
  return payout;
}

// As it is carried out: its id is that of the command.
function payoutText(payout: JsonValue): string {
  const amount = propertyOf(payout, "amount");
  const parts = [
    ...["value", "assetCode", "assetScale"].map((name) => propertyOf(amount, name)),
    ...["party", "destination"].map((name) => propertyOf(payout, name)),
  ];
  return JSON.stringify(parts.map((part) => part ?? null));
}

function propertyOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [name: string]: JsonValue })[name] : undefined;
}
