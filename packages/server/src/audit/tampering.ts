import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  base64Decode,
  canonicalBytes,
  canonicalize,
  type Digest,
  digestOf,
  type Envelope,
  formatInstant,
  fromUtf8,
  type JsonValue,
  PAYLOAD_TYPES,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import type { AuditFinding } from "../gen/types.ts";
import type { Rail } from "../money/rail.ts";
import { type Connection, connect } from "../store/sqlite/connection.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { testSigner } from "../testing/index.ts";
import { makeWorld, type World } from "../trials/world.ts";
import { auditStore } from "./audit-store.ts";
import type { AuditReport } from "./reconcile.ts";

export const SETTLER = "https://settler.example";
export const BUYER = "https://acme-buyer.example";
export const STRANGER = "https://evil-buyer.example";
export const ASSET = { assetCode: "USD", assetScale: 2 } as const;
export const NOW: number = Date.UTC(2026, 10, 2, 9);

/** What somebody who can write to the store's file does. */
export type Tamper = (store: Connection) => void | Promise<void>;

/** A store with something of everything in it, of which tests change copies. */
export type Original = {
  /** Audits a copy in which one thing was changed. */
  readonly audited: (tamper: Tamper, settler?: string) => Promise<AuditReport>;
  readonly close: () => void;
};

/**
 * Serves a store until it has a closed agreement with everything that can happen in one, one under review and one that
 * is offered, and of each kind of withdrawal one.
 */
export async function makeOriginal(): Promise<Original> {
  const scratch = mkdtempSync(join(tmpdir(), "settld-tamper-"));
  const world = await makeWorld({ server: { rail: RAIL, onError: () => {} } });
  try {
    await fill(world);
    const source = await connect(join(world.folder, "store.db"), { readOnly: true });
    source.exec(`VACUUM INTO '${join(scratch, "store.db")}'`);
    source.close();
  } finally {
    await world.close();
  }
  return {
    async audited(tamper, settler = SETTLER) {
      const folder = mkdtempSync(join(scratch, "copy-"));
      const path = join(folder, "store.db");
      copyFileSync(join(scratch, "store.db"), path);
      const connection = await connect(path);
      connection.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
      await tamper(connection);
      const changes = Number(connection.sql("SELECT total_changes() AS n").get()?.["n"]);
      connection.close();
      // One that changes nothing would prove nothing.
      if ((changes === 0) !== (tamper === nothing)) throw new Error(`${changes} changes`);
      const store = await openSqliteStore({ folder, mode: "admin" });
      try {
        return await auditStore(store, { settler, now: NOW });
      } finally {
        await store.close();
      }
    },
    close: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

const RAIL: Rail = {
  name: "test",
  async pay({ destination }) {
    if (destination === "later") throw new Error("no answer");
    return destination === "refuse" ? { status: "refused", reason: "closed account" } : { status: "paid" };
  },
};

async function fill(world: World): Promise<void> {
  const acme = await world.tenant("acme");
  const evil = await world.tenant("evil");
  await world.deposit(acme.buyer.id, "1000000", "d1");
  await world.deposit(acme.buyer.id, "500", "d2");
  await world.deposit(evil.buyer.id, "700", "d3");
  const closed = await (await (await (await world.job(acme, "closed").offer()).accept()).fund()).submit();
  await (await (await closed.attest()).dispute()).rule();
  await (await (await (await world.job(acme, "open").offer()).accept()).fund()).submit();
  await world.job(acme, "offered").offer();
  const send = world.send(acme.buyer.apiKey);
  for (const destination of ["bank", "refuse", "later"]) {
    const body = { party: acme.buyer.id, amount: { value: "1000", ...ASSET }, destination };
    const { status, text } = await send("POST", "/v1/withdrawals", { body });
    if (status !== 201) throw new Error(text);
    await world.server.server.services.payouts.run();
  }
}

export const nothing: Tamper = () => {};

/** One statement that has to change something. */
export const run =
  (text: string, ...values: readonly (string | number | Uint8Array | null)[]): Tamper =>
  ({ sql }) => {
    if (Number(sql(text).run(...values).changes) === 0) throw new Error(`nothing changed: ${text}`);
  };

export const transferTo = (destination: string): string =>
  `(SELECT id FROM transfers WHERE kind = 'withdrawal' AND reference = '${destination}')`;
export const commandTo = (destination: string): string =>
  `(SELECT entry FROM transfers WHERE kind = 'withdrawal' AND reference = '${destination}')`;
export const LOG = "(SELECT min(n) FROM account_logs)";
export const accountOf = (kind: string): string => `(SELECT min(n) FROM accounts WHERE kind = '${kind}')`;
export const agreementOf = (status: string): string => `(SELECT min(n) FROM agreements WHERE status = '${status}')`;

export type EntryRow = {
  readonly n: number;
  readonly seq: number;
  readonly digest: Digest;
  readonly envelope: Uint8Array;
};

export function entriesOf({ sql }: Connection): EntryRow[] {
  return sql(
    "SELECT e.n, e.seq, e.digest, e.envelope FROM account_entries e JOIN account_logs l ON l.n = e.log WHERE l.owner = ? ORDER BY e.seq",
  ).all(BUYER) as EntryRow[];
}

// biome-ignore lint/suspicious/noExplicitAny: what is signed is bent here.
export type Bent = any;

export function payloadOf(envelope: Uint8Array): Bent {
  return JSON.parse(fromUtf8(base64Decode((JSON.parse(fromUtf8(envelope)) as Envelope).payload)));
}

export async function signed(type: string, payload: JsonValue, by: Signer): Promise<Uint8Array> {
  const envelope = await signEnvelope(type as typeof PAYLOAD_TYPES.account, canonicalBytes(payload), [by]);
  return utf8(canonicalize(envelope));
}

/** Moves money in the book, as a transaction would that a log gave. */
export function book({ sql }: Connection, id: string, type: string, value: bigint, from: string, to: string): void {
  const { lastInsertRowid: entry } = sql("INSERT INTO transactions (id, type, at) VALUES (?, ?, ?)").run(id, type, NOW);
  for (const [line, account, moved] of [
    [0, from, -value],
    [1, to, value],
  ] as const) {
    const row = sql(`SELECT n, balance FROM accounts WHERE n = ${account}`).get();
    sql("INSERT INTO postings VALUES (?, ?, ?, ?)").run(entry, line, Number(row?.["n"]), `${moved}`);
    const balance = BigInt(String(row?.["balance"])) + moved;
    sql("UPDATE accounts SET balance = ? WHERE n = ?").run(`${balance}`, Number(row?.["n"]));
  }
}

/** Appends an entry to the buyer's log as the server would, with everything that follows from it but what `without` says. */
export const entry =
  (bent: Bent, by = "settler", without: { readonly book?: true; readonly transfer?: true } = {}): Tamper =>
  async (store) => {
    const { sql } = store;
    const all = entriesOf(store);
    const last = all.at(-1);
    const payload = {
      v: "2026-11",
      account: { owner: BUYER, ...ASSET },
      seq: all.length,
      prev: last?.digest,
      at: formatInstant(NOW),
      by: SETTLER,
      type: "deposit.credited",
      value: "777",
      rail: "test",
      reference: "forged",
      ...(typeof bent === "function" ? bent(all) : bent),
    };
    const digest = digestOf(canonicalBytes(payload));
    const { log } = sql("SELECT log FROM account_entries WHERE n = ?").get(last?.n ?? 0) as { readonly log: number };
    sql("INSERT INTO account_entries (log, seq, digest, at, envelope) VALUES (?, ?, ?, ?, ?)").run(
      log,
      payload.seq,
      digest,
      Date.parse(payload.at),
      await signed(PAYLOAD_TYPES.account, payload, await testSigner(by)),
    );
    sql("UPDATE account_logs SET entries = entries + 1 WHERE n = ?").run(log);
    const account = `(SELECT n FROM accounts WHERE kind = 'available' AND owner = '${payload.account.owner}')`;
    if (without.book === undefined) {
      const value = BigInt(payload.value) * (payload.type === "withdrawal.debited" ? -1n : 1n);
      book(store, digest, payload.type, value, accountOf("rail"), account);
    }
    if (without.transfer === undefined && payload.type === "deposit.credited") {
      sql(
        `INSERT INTO transfers (id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry, created_at)
         VALUES ('dep_forged', 'deposit', 'acme', ?, ?, 'USD', 2, ?, ?, 'done', ?, ?)`,
      ).run(payload.account.owner, payload.value, payload.rail, payload.reference, digest, Date.parse(payload.at));
    }
  };

export const returnOf = (all: readonly EntryRow[], destination: string): { readonly [name: string]: JsonValue } => {
  const found = all.find(({ envelope }) => payloadOf(envelope).reference === destination);
  return { type: "withdrawal.returned", value: "1000", reference: destination, returns: found?.digest ?? "" };
};

/** Changes the envelopes of events. */
export const events =
  (where: string, change: (envelope: Bent, all: readonly Bent[]) => Bent): Tamper =>
  ({ sql }) => {
    const rows = sql(`SELECT n, envelope FROM events WHERE ${where}`).all() as { n: number; envelope: Uint8Array }[];
    const all = rows.map(({ envelope }) => JSON.parse(fromUtf8(envelope)));
    for (const [index, { n }] of rows.entries()) {
      sql("UPDATE events SET envelope = ? WHERE n = ?").run(utf8(canonicalize(change(all[index], all))), n);
    }
  };

export const receipt =
  (change: (statement: Bent) => Bent, by = "settler"): Tamper =>
  async ({ sql }) => {
    const statement = payloadOf(sql("SELECT envelope FROM receipts").get()?.["envelope"] as Uint8Array);
    sql("UPDATE receipts SET envelope = ?").run(
      await signed(PAYLOAD_TYPES.receipt, change(statement), await testSigner(by)),
    );
  };

/** Takes a transaction out of the book, with what it moved. */
export function unbook({ sql }: Connection, id: string): void {
  const entry = Number(sql("SELECT n FROM transactions WHERE id = ?").get(id)?.["n"]);
  for (const { account, value } of sql("SELECT account, value FROM postings WHERE entry = ?").all(entry)) {
    const balance = sql("SELECT balance FROM accounts WHERE n = ?").get(account ?? 0)?.["balance"];
    const before = BigInt(String(balance)) - BigInt(String(value));
    sql("UPDATE accounts SET balance = ? WHERE n = ?").run(`${before}`, account ?? 0);
  }
  sql("DELETE FROM postings WHERE entry = ?").run(entry);
  sql("DELETE FROM transactions WHERE n = ?").run(entry);
}

export const both =
  (...tampers: readonly Tamper[]): Tamper =>
  async (store) => {
    for (const tamper of tampers) await tamper(store);
  };

/** What is done, and what the finding of it says: its kind, and a part of its place and message. */
export type Row = readonly [name: string, what: AuditFinding["what"], says: RegExp, tamper: Tamper];

/** What a row's finding looks like, as {@link textsOf} gives it. */
export function findingOf([, what, says]: Row): RegExp {
  return new RegExp(`^${what} .*(?:${says.source})`);
}

/** Findings as texts. */
export function textsOf({ findings }: AuditReport): string[] {
  return findings.map(({ what, where, message }) => `${what} ${where}: ${message}`);
}
