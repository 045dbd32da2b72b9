import { type AgreementState, applyEvent } from "@settld/kernel";
import {
  type CryptoPort,
  digestOf,
  isSettldError,
  LIMITS,
  PAYLOAD_TYPES,
  pae,
  parseAccountEntry,
  parseEnvelope,
  parseEvent,
  parseJson,
  verifyEd25519,
} from "@settld/protocol";
import type { Audit } from "../gen/types.ts";
import { entryTransaction } from "../money/entry.ts";
import { bookTransaction } from "../settler/book.ts";
import { accountName } from "../store/account-name.ts";
import type { AccountLogName, AgreementRow, BookAccount, Page, StoreReads } from "../store/store.ts";
import { ExpectedBook } from "./expected-book.ts";
import { Findings } from "./findings.ts";

/** What {@link reconcile} found. */
export type AuditReport = Omit<Audit, "object" | "at">;

const PAGE_SIZE = 100;

/**
 * Replays every agreement log and every account log and compares what they give with the kept book: transactions,
 * balances, rows and receipts (LEDGER-13).
 *
 * @param store - one consistent view, as `Store.snapshot` gives it.
 * @param keyOf - the settler's public key by thumbprint, to check the signatures of account logs.
 */
export async function reconcile(
  store: StoreReads,
  keyOf: (keyid: string) => Promise<Uint8Array | undefined>,
  crypto: CryptoPort,
): Promise<AuditReport> {
  const findings = new Findings();
  const book = new ExpectedBook();
  let [agreements, events, entries, transactions, accounts] = [0, 0, 0, 0, 0];
  for await (const row of pages(
    (page) => store.listAgreements({}, page),
    ({ id }) => id,
  )) {
    agreements += 1;
    events += await replayAgreement(store, row, crypto, book, findings);
  }
  for await (const log of pages((page) => store.accountLogs(page), logName)) {
    entries += await replayEntries(store, log, keyOf, crypto, book, findings);
  }
  for await (const transaction of pages(
    (page) => store.transactions(undefined, page),
    ({ id }) => id,
  )) {
    transactions += 1;
    book.compareTransaction(transaction, findings);
  }
  for await (const balance of pages((page) => store.balances(undefined, page), balanceName)) {
    accounts += 1;
    book.compareBalance(balance, findings);
  }
  book.finish(findings);
  const { list } = findings;
  return { ok: list.length === 0, agreements, events, entries, transactions, accounts, findings: list };
}

const logName = (log: AccountLogName): string => accountName({ kind: "available", ...log });
const balanceName = ({ account }: { readonly account: BookAccount }): string => accountName(account);

/** Every item of a list, page by page. `nameOf` gives the cursor behind an item. */
export async function* pages<T>(
  read: (page: Page) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
): AsyncGenerator<T, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const items = await read({ limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
    yield* items;
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE_SIZE) return;
    after = nameOf(last);
  }
}

async function replayAgreement(
  store: StoreReads,
  row: AgreementRow,
  crypto: CryptoPort,
  book: ExpectedBook,
  findings: Findings,
): Promise<number> {
  let state: AgreementState | undefined;
  for (const { envelope, digest, seq } of await store.events(row.id, 0, LIMITS.events)) {
    try {
      const { payload } = parseEnvelope(parseJson(envelope, { canonical: true, maxBytes: LIMITS.lineBytes }), {
        payloadType: PAYLOAD_TYPES.event,
        maxPayloadBytes: LIMITS.payloadBytes,
        maxSignatures: 2,
      });
      if (digestOf(payload, crypto) !== digest)
        findings.add("log", row.id, `event ${seq} with digest ${digest}`, "another digest");
      const event = parseEvent(parseJson(payload, { canonical: true }), payload.length);
      const applied = applyEvent(state, { payload: event, digest });
      if (!applied.ok) {
        findings.add("log", row.id, `event ${seq} to be admitted`, applied.rejection.code);
        break;
      }
      state = applied.state;
      if (applied.transaction !== undefined) book.post(bookTransaction(row.id, applied.transaction));
    } catch (error) {
      if (!isSettldError(error)) throw error;
      findings.add("log", row.id, `event ${seq} to be readable`, error.code);
      break;
    }
  }
  const found = `${state?.status ?? "nothing"} after ${state?.seq ?? 0} events at ${state?.head ?? "no head"}`;
  const expected = `${row.status} after ${row.events} events at ${row.head}`;
  if (found !== expected) findings.add("log", row.id, found, expected);
  const receipt = (await store.receipt(row.id)) === undefined ? "no receipt" : "a receipt";
  const due = state?.status === "closed" ? "a receipt" : "no receipt";
  if (receipt !== due) findings.add("receipt", row.id, due, receipt);
  return state?.seq ?? 0;
}

async function replayEntries(
  store: StoreReads,
  account: AccountLogName,
  keyOf: (keyid: string) => Promise<Uint8Array | undefined>,
  crypto: CryptoPort,
  book: ExpectedBook,
  findings: Findings,
): Promise<number> {
  const name = logName(account);
  let [seq, prev]: [number, string | undefined] = [0, undefined];
  for (;;) {
    const entries = await store.entries(account, seq, PAGE_SIZE);
    for (const stored of entries) {
      try {
        const envelope = parseEnvelope(parseJson(stored.envelope, { canonical: true }), {
          payloadType: PAYLOAD_TYPES.account,
          maxPayloadBytes: LIMITS.payloadBytes,
          maxSignatures: 1,
        });
        const entry = parseAccountEntry(parseJson(envelope.payload, { canonical: true }));
        const digest = digestOf(envelope.payload, crypto);
        if (entry.seq !== seq || entry.prev !== prev || digest !== stored.digest) {
          findings.add(
            "entry",
            name,
            `entry ${seq} after ${prev ?? "none"}`,
            `entry ${entry.seq} after ${entry.prev ?? "none"}`,
          );
        }
        const [signature] = envelope.signatures;
        const key = signature === undefined ? undefined : await keyOf(signature.keyid);
        const message = pae(PAYLOAD_TYPES.account, envelope.payload);
        if (
          signature === undefined ||
          key === undefined ||
          (await verifyEd25519(crypto, key, message, signature.sig)) !== undefined
        ) {
          findings.add("entry", name, `entry ${seq} to be signed by the settler`, "another signature");
        }
        book.post(entryTransaction(entry, digest));
        prev = digest;
      } catch (error) {
        if (!isSettldError(error)) throw error;
        findings.add("entry", name, `entry ${seq} to be readable`, error.code);
      }
      seq += 1;
    }
    if (entries.length < PAGE_SIZE) return seq;
  }
}
