import type { StoreReads } from "../store.ts";
import type { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { schemaVersion } from "./migrate.ts";
import * as agreements from "./read-agreements.ts";
import * as book from "./read-book.ts";
import * as evidence from "./read-evidence.ts";
import * as messages from "./read-messages.ts";
import * as rest from "./read-rest.ts";

/** How reads follow each other. */
export type ReadsOptions = {
  /**
   * Reads of one turn share a transaction, because taking and giving back the locks of a read costs more than most
   * reads do. A turn ends when nothing more can be done without waiting, so what is read is as new as what was asked.
   */
  readonly shareTurn?: boolean;
};

/** Every read of the port over one connection. */
export function readsOf(connection: Connection, { shareTurn = false }: ReadsOptions = {}): StoreReads {
  const begin = shareTurn ? turnOf(connection) : () => {};
  // SQLite answers at once; a promise is what the port wants, and what a store behind a network needs.
  const promised =
    <A extends readonly unknown[], R>(read: (connection: Connection, ...parameters: A) => R) =>
    async (...parameters: A): Promise<R> => {
      try {
        begin();
        return read(connection, ...parameters);
      } catch (error) {
        throw storeError(error);
      }
    };
  return {
    agreement: promised(agreements.agreement),
    events: promised(agreements.events),
    roles: promised(agreements.roles),
    receipt: promised(agreements.receipt),
    listAgreements: promised(agreements.listAgreements),
    dueAgreements: promised(agreements.dueAgreements),
    nextDue: promised(agreements.nextDue),
    balance: promised(book.balance),
    balances: promised(book.balances),
    accountOwners: promised(book.accountOwners),
    transactions: promised(book.transactions),
    entries: promised(book.entries),
    lastEntry: promised(book.lastEntry),
    accountLogs: promised(book.accountLogs),
    transfer: promised(book.transfer),
    deposit: promised(book.deposit),
    listTransfers: promised(book.listTransfers),
    keptAnswer: promised(rest.keptAnswer),
    dueCommands: promised(rest.dueCommands),
    command: promised(rest.command),
    evidence: promised(evidence.evidence),
    uploadedBy: promised(evidence.uploadedBy),
    referencedBy: promised(evidence.referencedBy),
    references: promised(evidence.references),
    listEvidence: promised(evidence.listEvidence),
    uploads: promised(evidence.uploads),
    namedBy: promised(evidence.namedBy),
    evidenceKeys: promised(evidence.evidenceKeys),
    tombstones: promised(evidence.tombstones),
    listTombstones: promised(evidence.listTombstones),
    listHolds: promised(evidence.listHolds),
    apiKey: promised(rest.apiKey),
    listApiKeys: promised(rest.listApiKeys),
    party: promised(rest.party),
    partyOfKey: promised(rest.partyOfKey),
    parties: promised(rest.parties),
    trust: promised(rest.trust),
    registryVersion: promised(rest.registryVersion),
    setting: promised(rest.setting),
    endpoint: promised(messages.endpoint),
    listEndpoints: promised(messages.listEndpoints),
    endpointOfKey: promised(messages.endpointOfKey),
    delivery: promised(messages.delivery),
    listDeliveries: promised(messages.listDeliveries),
    dueEndpoints: promised(messages.dueEndpoints),
    nextDelivery: promised(messages.nextDelivery),
    schemaVersion: promised(schemaVersion),
    count: promised(rest.count),
  };
}

// A tick that is asked for in a turn comes when all promises of the turn have been followed up, and before any timer,
// socket or write has its turn: so what was read is what was there when the turn began, and a write finds nothing open.
function turnOf({ sql, exec }: Connection): () => void {
  let isOpen = false;
  const end = (): void => {
    isOpen = false;
    try {
      sql("COMMIT").run();
    } catch {
      endAnyhow(exec);
    }
  };
  return () => {
    if (isOpen) return;
    sql("BEGIN").run();
    isOpen = true;
    process.nextTick(end);
  };
}

function endAnyhow(exec: Connection["exec"]): void {
  try {
    exec("ROLLBACK");
  } catch {
    // The connection was closed meanwhile, or SQLite has rolled back by itself: nothing is open.
  }
}
