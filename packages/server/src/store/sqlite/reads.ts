import type { StoreReads } from "../store.ts";
import type { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import * as agreements from "./read-agreements.ts";
import * as book from "./read-book.ts";
import * as rest from "./read-rest.ts";

/** Every read of the port over one connection. */
export function readsOf(connection: Connection): StoreReads {
  // SQLite answers at once; a promise is what the port wants, and what a store behind a network needs.
  const promised =
    <A extends readonly unknown[], R>(read: (connection: Connection, ...parameters: A) => R) =>
    async (...parameters: A): Promise<R> => {
      try {
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
    transactions: promised(book.transactions),
    entries: promised(book.entries),
    lastEntry: promised(book.lastEntry),
    accountLogs: promised(book.accountLogs),
    transfer: promised(book.transfer),
    deposit: promised(book.deposit),
    listTransfers: promised(book.listTransfers),
    keptAnswer: promised(rest.keptAnswer),
    dueCommands: promised(rest.dueCommands),
    evidence: promised(rest.evidence),
    uploadedBy: promised(rest.uploadedBy),
    referencedBy: promised(rest.referencedBy),
    apiKey: promised(rest.apiKey),
    listApiKeys: promised(rest.listApiKeys),
    party: promised(rest.party),
    partyOfKey: promised(rest.partyOfKey),
    parties: promised(rest.parties),
    trust: promised(rest.trust),
    registryVersion: promised(rest.registryVersion),
    setting: promised(rest.setting),
  };
}
