import { createHash } from "node:crypto";
import type { Digest } from "@settld/protocol";
import type {
  AccountEntry,
  AgreementChange,
  AgreementRow,
  BookAccount,
  BookTransaction,
  Change,
  KeptAnswer,
  OutboxCommand,
  PartyRole,
  StoredEvent,
  TransferRow,
  Written,
} from "../store.ts";

/** A digest that a text stands for. */
export function digest(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}

/** An account of dollars. */
export function account(kind: BookAccount["kind"], owner: string): BookAccount {
  return { kind, owner, assetCode: "USD", assetScale: 2 };
}

/** The world outside. */
export const RAIL: BookAccount = account("rail", "test");

/** A transaction that moves a value from one account to another. */
export function move(name: string, from: BookAccount, to: BookAccount, value: bigint): BookTransaction {
  const postings = [
    { account: from, value: -value },
    { account: to, value },
  ];
  return { id: digest(name), type: "test", at: 1_000, postings };
}

/** An event of the agreement of a name. */
export function event(name: string, seq: number): StoredEvent {
  const id = `${name} event ${seq}`;
  return { seq, digest: digest(id), type: `type.${seq}`, at: 1_000 + seq, envelope: bytes(id) };
}

/** What differs between agreements of tests. */
export type AgreementSample = {
  readonly name: string;
  /** Number of events before. Default 0. */
  readonly expectedEvents?: number;
  /** Number of events to append. Default 1. */
  readonly count?: number;
  readonly status?: string;
  readonly due?: number;
  readonly createdAt?: number;
  readonly roles?: readonly PartyRole[];
  readonly receipt?: Uint8Array;
  readonly evidence?: readonly Digest[];
};

/** The change that makes or continues the agreement of a name. */
export function agreementChange(sample: AgreementSample): AgreementChange {
  const {
    name,
    expectedEvents = 0,
    count = 1,
    status = "offered",
    due,
    createdAt = 1_000,
    roles,
    receipt,
    evidence,
  } = sample;
  const append = Array.from({ length: count }, (_, index) => event(name, expectedEvents + index));
  const row: AgreementRow = {
    id: digest(name),
    events: expectedEvents + count,
    head: digest(`${name} event ${expectedEvents + count - 1}`),
    status,
    due,
    createdAt,
    updatedAt: createdAt + expectedEvents,
  };
  return {
    id: digest(name),
    expectedEvents,
    append,
    row,
    ...(roles === undefined ? {} : { roles }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** An entry of the account log of an owner. */
export function entry(owner: string, seq: number, assetCode = "USD"): AccountEntry {
  const name = `${owner} ${assetCode} entry ${seq}`;
  return { owner, assetCode, assetScale: 2, seq, digest: digest(name), at: 1_000 + seq, envelope: bytes(name) };
}

/** What an idempotency key of tenant `one` answers. */
export function answer(key: string, createdAt = 1_000): KeptAnswer {
  return { tenant: "one", key, request: digest(`request ${key}`), status: 201, body: bytes(`{"${key}":1}`), createdAt };
}

/** A payout command. */
export function command(id: string, due = 1_000): OutboxCommand {
  return { id, kind: "payout", payload: `{"id":"${id}"}`, due, attempts: 0 };
}

/** A deposit or withdrawal of tenant `one`, booked by an entry. */
export function transfer(id: string, by: AccountEntry, change: Partial<TransferRow> = {}): TransferRow {
  return {
    id,
    kind: "withdrawal",
    tenant: "one",
    party: by.owner,
    value: 5n,
    assetCode: by.assetCode,
    assetScale: by.assetScale,
    rail: "test",
    reference: "somewhere",
    status: "pending",
    entry: by.digest,
    createdAt: 1_000,
    ...change,
  };
}

/** A deposit of a value to an owner, whole: entry, transfer and transaction. */
export function deposit(owner: string, seq: number, value: bigint): Change {
  const booked = entry(owner, seq);
  return {
    entries: [booked],
    transfers: [
      transfer(`dep_${owner}_${seq}`, booked, { kind: "deposit", status: "done", value, reference: `${owner} ${seq}` }),
    ],
    transactions: [move(`deposit ${owner} ${seq}`, RAIL, account("available", owner), value)],
  };
}

/** The kind of conflict, or `ok`. */
export function outcome(written: Written): string {
  return written.ok ? "ok" : written.conflict.kind;
}

/** Chunks as a stream. */
export async function* stream(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

/** All bytes of a stream. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

/** Every item of a list, read page by page. */
export async function everyPage<T>(
  limit: number,
  read: (page: { readonly limit: number; readonly after?: string }) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
): Promise<readonly T[]> {
  const all: T[] = [];
  while (true) {
    const last = all.at(-1);
    const page = await read(last === undefined ? { limit } : { limit, after: nameOf(last) });
    all.push(...page);
    if (page.length > limit) throw new Error(`a page of ${page.length} items`);
    if (page.length < limit) return all;
  }
}
