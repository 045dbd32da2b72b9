import type { StoreReads } from "../store.ts";
import type { Sql } from "./database.ts";
import { storeError } from "./errors.ts";
import * as messages from "./message-tables.ts";
import { schemaVersion } from "./migrate.ts";
import * as agreements from "./read-agreements.ts";
import * as book from "./read-book.ts";
import * as evidence from "./read-evidence.ts";
import * as rest from "./read-rest.ts";
import * as transfers from "./read-transfers.ts";

/** Every read of the port over something that runs statements. */
export function readsOf(sql: Sql): StoreReads {
  const over =
    <A extends readonly unknown[], R>(read: (sql: Sql, ...parameters: A) => Promise<R>) =>
    async (...parameters: A): Promise<R> => {
      try {
        return await read(sql, ...parameters);
      } catch (error) {
        throw storeError(error);
      }
    };
  return {
    agreement: over(agreements.agreement),
    events: over(agreements.events),
    roles: over(agreements.roles),
    receipt: over(agreements.receipt),
    listAgreements: over(agreements.listAgreements),
    dueAgreements: over(agreements.dueAgreements),
    nextDue: over(agreements.nextDue),
    balance: over(book.balance),
    balances: over(book.balances),
    accountOwners: over(book.accountOwners),
    transactions: over(book.transactions),
    entries: over(book.entries),
    lastEntry: over(book.lastEntry),
    accountLogs: over(book.accountLogs),
    transfer: over(transfers.transfer),
    deposit: over(transfers.deposit),
    listTransfers: over(transfers.listTransfers),
    keptAnswer: over(rest.keptAnswer),
    dueCommands: over(rest.dueCommands),
    command: over(rest.command),
    evidence: over(evidence.evidence),
    uploadedBy: over(evidence.uploadedBy),
    referencedBy: over(evidence.referencedBy),
    references: over(evidence.references),
    listEvidence: over(evidence.listEvidence),
    uploads: over(evidence.uploads),
    namedBy: over(evidence.namedBy),
    evidenceKeys: over(evidence.evidenceKeys),
    tombstones: over(evidence.tombstones),
    listTombstones: over(evidence.listTombstones),
    listHolds: over(evidence.listHolds),
    apiKey: over(rest.apiKey),
    listApiKeys: over(rest.listApiKeys),
    party: over(rest.party),
    partyOfKey: over(rest.partyOfKey),
    parties: over(rest.parties),
    trust: over(rest.trust),
    registryVersion: over(rest.registryVersion),
    setting: over(rest.setting),
    endpoint: over(messages.endpoint),
    listEndpoints: over(messages.listEndpoints),
    endpointOfKey: over(messages.endpointOfKey),
    delivery: over(messages.delivery),
    listDeliveries: over(messages.listDeliveries),
    dueEndpoints: over(messages.dueEndpoints),
    nextDelivery: over(messages.nextDelivery),
    count: over(rest.count),
    schemaVersion: over(schemaVersion),
  };
}
