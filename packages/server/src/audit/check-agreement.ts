import { type AgreementState, applyEvent, reactionOf, receiptOf } from "@settld/kernel";
import {
  bytesEqual,
  canonicalBytes,
  digestOf,
  type EventPayload,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  parseEnvelope,
  parseEvent,
  parseInstant,
  parseJson,
  parseReceipt,
} from "@settld/protocol";
import { settlerRule, signersOf } from "@settld/verifier";
import { bookTransaction } from "../settler/book.ts";
import { rolesOf } from "../settler/settler.ts";
import { accountName } from "../store/account-name.ts";
import type { AgreementRow, BookAccount, StoredEvent } from "../store/store.ts";
import type { AuditWork } from "./audit-work.ts";
import { checkTombstone } from "./check-tombstone.ts";
import { logPages, pages } from "./pages.ts";
import { readable } from "./readable.ts";
import { TransactionMatch } from "./transaction-match.ts";

/** Replays the log of an agreement and compares it with everything that the store derives from it (LEDGER-13). */
export async function checkAgreement(work: AuditWork, row: AgreementRow): Promise<void> {
  const { findings, met, signatures, store } = work;
  const match = new TransactionMatch(findings);
  let state: AgreementState | undefined;
  let isReadable = true;
  met.agreements += 1;
  for await (const events of logPages((from, limit) => store.events(row.id, from, limit))) {
    met.events += events.length;
    for (const event of events) {
      if (!isReadable) break;
      const after = await applied(work, row, state, event, match);
      isReadable = after !== undefined;
      state = after ?? state;
    }
    await signatures.settle();
  }
  compareRow(work, row, state);
  await checkReceipt(work, row, state);
  if (state !== undefined) {
    await checkParts(work, state);
    await checkEvidence(work, state);
    await checkBook(work, state, match);
  }
  match.finish();
  await signatures.settle();
}

// The state after an event, or `undefined` when the log ends before it.
async function applied(
  work: AuditWork,
  { id }: AgreementRow,
  state: AgreementState | undefined,
  stored: StoredEvent,
  match: TransactionMatch,
): Promise<AgreementState | undefined> {
  const { findings, crypto, settler, signatures, balances } = work;
  const name = `event ${stored.seq}`;
  const read = readEvent(stored.envelope);
  if (typeof read === "string") {
    findings.add("log", id, `${name} to be readable`, read);
    return undefined;
  }
  const { envelope, payload } = read;
  const digest = digestOf(envelope.payload, crypto);
  const columns = ({ seq, type, at }: Pick<StoredEvent, "seq" | "type" | "at">, by: string): string =>
    `${type} at ${at} as event ${seq} with digest ${by}`;
  const at = parseInstant(payload.at);
  findings.compare("log", id, columns({ ...payload, at }, digest), columns(stored, stored.digest));
  const result = applyEvent(state, { payload, digest });
  if (!result.ok) {
    findings.add("log", id, `${name} to be admitted`, result.rejection.code);
    return undefined;
  }
  if (state === undefined) findings.compare("log", id, settler, result.state.offer.body.parties.settler.id, "settler ");
  await signatures.take(id, name, envelope, signersOf(result.state, payload), at);
  if (result.transaction !== undefined) {
    const transaction = bookTransaction(id, result.transaction);
    match.expect(transaction);
    balances.post(transaction);
  }
  return result.state;
}

function readEvent(bytes: Uint8Array): { readonly envelope: ParsedEnvelope; readonly payload: EventPayload } | string {
  return readable(() => {
    const envelope = parseEnvelope(parseJson(bytes, { canonical: true, maxBytes: LIMITS.lineBytes }), {
      payloadType: PAYLOAD_TYPES.event,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 2,
    });
    const { payload } = envelope;
    return { envelope, payload: parseEvent(parseJson(payload, { canonical: true }), payload.length) };
  });
}

function compareRow({ findings }: AuditWork, row: AgreementRow, state: AgreementState | undefined): void {
  const text = (
    { id, status, events, head, due }: Partial<Omit<AgreementRow, "updatedAt">>,
    createdAt: number | undefined,
  ): string =>
    `${status ?? "nothing"} after ${events ?? 0} events at ${head ?? "no head"} of ${id ?? "no agreement"}, made at ${createdAt ?? "no time"}, due at ${due ?? "no time"}`;
  const due = state === undefined ? undefined : reactionOf(state)?.due;
  const expected =
    state === undefined
      ? text({}, undefined)
      : text(
          { id: state.agreement, status: state.status, events: state.seq, head: state.head, due },
          parseInstant(state.offer.at),
        );
  findings.compare("log", row.id, expected, text(row, row.createdAt));
}

async function checkReceipt(work: AuditWork, { id }: AgreementRow, state: AgreementState | undefined): Promise<void> {
  const { store, findings, met, signatures } = work;
  const receipt = await store.receipt(id);
  if (receipt !== undefined) met.receipts += 1;
  const [expected, found] = [
    state?.status === "closed" ? "a receipt" : "no receipt",
    receipt === undefined ? "no receipt" : "a receipt",
  ];
  findings.compare("receipt", id, expected, found);
  if (receipt === undefined || state?.status !== "closed") return;
  const read = readable(() => {
    const envelope = parseEnvelope(parseJson(receipt, { canonical: true }), {
      payloadType: PAYLOAD_TYPES.receipt,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    return { envelope, at: parseInstant(parseReceipt(parseJson(envelope.payload, { canonical: true })).predicate.at) };
  });
  if (typeof read === "string") {
    findings.add("receipt", id, "a receipt to be readable", read);
    return;
  }
  const { envelope, at } = read;
  if (at < state.at || !bytesEqual(envelope.payload, canonicalBytes(receiptOf(state, at)))) {
    findings.add("receipt", id, "the receipt that the log gives", "another");
  }
  await signatures.take(id, "the receipt", envelope, [settlerRule(state)], at);
}

async function checkParts({ store, findings, met }: AuditWork, state: AgreementState): Promise<void> {
  const roles = await store.roles(state.agreement);
  met.roles += roles.length;
  const text = (list: typeof roles): string => list.map(({ party, role }) => `${role} ${party}`).join(", ");
  findings.compare("role", state.agreement, text(rolesOf(state)), text(roles));
}

async function checkEvidence(work: AuditWork, state: AgreementState): Promise<void> {
  const { store, findings, met } = work;
  for (const [digest, size] of state.itemSizes) {
    const reference = await store.references(state.agreement, digest);
    if (reference !== undefined) met.references += 1;
    else findings.add("evidence", state.agreement, `a reference to ${digest}`, "none");
    if (reference === "purged") await checkTombstone(work, state.agreement, digest, size);
    else findings.compare("evidence", digest, size, (await store.evidence(digest))?.size, "size ");
  }
}

async function checkBook(
  { store, findings, met }: AuditWork,
  state: AgreementState,
  match: TransactionMatch,
): Promise<void> {
  const { assetCode, assetScale } = state.offer.body.amount;
  for (const kind of ["escrow", "holdback"] as const) {
    const account: BookAccount = { kind, owner: state.agreement, assetCode, assetScale };
    let isUsed = false;
    for await (const transaction of pages(
      (page) => store.transactions(account, page),
      ({ id }) => id,
    )) {
      isUsed = true;
      // One that moves both was met with the first.
      if (kind === "holdback" && transaction.postings.some((posting) => posting.account.kind === "escrow")) continue;
      met.transactions += 1;
      met.postings += transaction.postings.length;
      match.find(transaction);
    }
    if (isUsed) met.accounts += 1;
    findings.compare("balance", accountName(account), state.balances[kind], await store.balance(account));
  }
}
