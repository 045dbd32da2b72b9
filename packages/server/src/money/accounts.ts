import {
  type AccountEntryPayload,
  type Amount,
  type CryptoPort,
  canonicalBytes,
  canonicalize,
  type Digest,
  digestOf,
  formatInstant,
  PAYLOAD_TYPES,
  parseValue,
  REVISION,
  SettldError,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import { transferMessage } from "../hooks/transfer-message.ts";
import type { OwnKeys } from "../settler/own-keys.ts";
import type { Waiting } from "../settler/timers.ts";
import { accountName } from "../store/account-name.ts";
import type { Jobs } from "../store/jobs.ts";
import type {
  AccountEntry,
  BookAccount,
  BookTransaction,
  KeptAnswer,
  OutboxCommand,
  Store,
  TransferRow,
} from "../store/store.ts";
import { askRail } from "./ask-rail.ts";
import { entryTransaction } from "./entry.ts";
import type { Holds } from "./holds.ts";
import type { Rail } from "./rail.ts";

/** What {@link Accounts} are made of. */
export type AccountsOptions = {
  readonly store: Store;
  readonly crypto: CryptoPort;
  /** The settler, who signs entries. */
  readonly id: string;
  readonly keys: OwnKeys;
  readonly rail: Rail;
  readonly holds: Holds;
  readonly waiting: Waiting;
  /** How long the rail may take to answer for one payout, in milliseconds. */
  readonly railMs: number;
  /** Told why a payout is tried again. */
  readonly onError: (error: unknown) => void;
};

/** What a deposit or withdrawal asks for. */
export type Transfer = {
  readonly id: string;
  readonly tenant: string;
  readonly party: string;
  readonly amount: Amount;
  /** The rail's reference of a deposit, the destination of a withdrawal; at most 256 characters. */
  readonly reference: string;
};

type EntryType = AccountEntryPayload["type"];

/** Makes the answer that is kept in the same transaction as the effect (HTTP-7). */
type Keep = (transfer: TransferRow) => KeptAnswer;

// A payout that failed is tried again after this long at first, then twice as long each time, up to an hour.
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 3_600_000;

/** Deposits and withdrawals: signed, chained entries of account logs, booked with their transaction (LEDGER-11). */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /**
   * Credits money that arrived on the rail, once: the rail's reference names the payment (LEDGER-11).
   *
   * @returns the deposit, and whether it was booked before.
   * @throws SettldError `LEDGER_REFERENCE_REUSED` when the reference stands for another deposit.
   */
  async deposit(transfer: Transfer, keep?: Keep): Promise<{ readonly row: TransferRow; readonly known: boolean }> {
    const { store, rail } = this.#options;
    const { party, amount, reference } = transfer;
    return store.exclusively(`deposit ${rail.name} ${reference}`, async () => {
      const booked = await store.deposit(rail.name, reference);
      if (booked === undefined) return { row: await this.#book("deposit", transfer, keep), known: false };
      const expected = `${booked.value} ${booked.assetCode}/${booked.assetScale} for ${booked.party}`;
      const found = `${amount.value} ${amount.assetCode}/${amount.assetScale} for ${party}`;
      if (expected !== found) {
        const message = `/reference: expected ${expected} as booked before, found ${found}`;
        throw new SettldError("LEDGER_REFERENCE_REUSED", message, { pointer: "/reference" });
      }
      return { row: booked, known: true };
    });
  }

  /**
   * Debits money and puts its payout into the outbox, in one write.
   *
   * @throws SettldError `LEDGER_INSUFFICIENT`.
   */
  async withdraw(transfer: Transfer, keep?: Keep): Promise<TransferRow> {
    const { party, amount } = transfer;
    const value = parseValue(amount.value);
    return this.#options.holds.with(
      availableOf(party, amount),
      value,
      (balance) => {
        throw new SettldError(
          "LEDGER_INSUFFICIENT",
          `expected at least ${value} available to ${party}, found ${balance}`,
        );
      },
      () => this.#book("withdrawal", transfer, keep),
    );
  }

  /** Payouts that are due, earliest first. */
  duePayouts(limit: number): Promise<readonly OutboxCommand[]> {
    const { store, waiting } = this.#options;
    return store.dueCommands(waiting.now(), limit);
  }

  /** A payout that is due. */
  async duePayout(id: string): Promise<OutboxCommand | undefined> {
    const { store, waiting } = this.#options;
    const command = await store.command(id);
    return command === undefined || command.done || command.due > waiting.now() ? undefined : command;
  }

  /** Background work that several processes share, when the store is for several. */
  get jobs(): Jobs | undefined {
    return this.#options.store.jobs;
  }

  /**
   * Carries out a payout, or puts it off. While one process asks the rail, no other does.
   *
   * @param ending - ends waiting for the rail.
   */
  async payOut({ id }: OutboxCommand, ending: AbortSignal): Promise<void> {
    await this.#options.store.exclusively(`payout ${id}`, async () => {
      // Somebody else may have been faster.
      const due = await this.duePayout(id);
      if (due !== undefined) await this.#payOut(due, ending);
    });
  }

  async #payOut({ id, payload, attempts }: OutboxCommand, ending: AbortSignal): Promise<void> {
    const { store, waiting, rail, railMs, onError } = this.#options;
    try {
      const { transfer, party, amount, destination } = JSON.parse(payload) as {
        readonly transfer: string;
        readonly party: string;
        readonly amount: Amount;
        readonly destination: string;
      };
      const payout = { id: id as Digest, party, amount, destination };
      const { status } = await askRail(rail, payout, { waiting, ms: railMs, ending });
      if (status === "refused") await this.#return(transfer, id);
      else if (status === "paid") await this.#settled(transfer, id);
      else throw new Error(`expected "paid" or "refused" from the rail, found ${JSON.stringify(status)}`);
    } catch (error) {
      // Unknown is not refused: the rail may have paid, and knows the id when it is told again.
      onError(error);
      await store.retryCommand(id, waiting.now() + Math.min(RETRY_MS * 2 ** attempts, RETRY_MS_MAX));
    }
  }

  async #settled(id: string, command: string): Promise<void> {
    const { store, waiting } = this.#options;
    const row = await store.transfer(id);
    if (row === undefined) throw new Error(`no transfer ${id}`);
    const done: TransferRow = { ...row, status: "done" };
    const messages = [transferMessage("withdrawal.paid", done, waiting.now())];
    const written = await store.write({ transfers: [done], outboxDone: [command], messages });
    if (!written.ok) throw new Error(`the payout of ${id} ended meanwhile (${written.conflict.kind})`);
  }

  async #return(id: string, command: string): Promise<void> {
    const { store } = this.#options;
    const row = await store.transfer(id);
    if (row === undefined) throw new Error(`no transfer ${id}`);
    const account = availableOf(row.party, row);
    await store.exclusively(`account ${accountName(account)}`, async () => {
      const { status } = (await store.transfer(id)) ?? row;
      if (status !== "pending") throw new Error(`expected a withdrawal ${id} that is pending, found it ${status}`);
      const { entry, transaction } = await this.#entry(
        "withdrawal.returned",
        account,
        row.value,
        row.reference,
        row.entry,
      );
      const returned: TransferRow = { ...row, status: "returned" };
      const written = await store.write({
        entries: [entry],
        transactions: [transaction],
        transfers: [returned],
        outboxDone: [command],
        messages: [transferMessage("withdrawal.returned", returned, entry.at)],
      });
      if (!written.ok) throw new Error(`the payout of ${id} ended meanwhile (${written.conflict.kind})`);
    });
  }

  async #book(
    kind: TransferRow["kind"],
    { id, tenant, party, amount, reference }: Transfer,
    keep?: Keep,
  ): Promise<TransferRow> {
    const { store, rail } = this.#options;
    const account = availableOf(party, amount);
    const value = parseValue(amount.value);
    return store.exclusively(`account ${accountName(account)}`, async () => {
      const type = kind === "deposit" ? "deposit.credited" : "withdrawal.debited";
      const { entry, transaction } = await this.#entry(type, account, value, reference);
      const row: TransferRow = {
        id,
        kind,
        tenant,
        party,
        value,
        assetCode: amount.assetCode,
        assetScale: amount.assetScale,
        rail: rail.name,
        reference,
        status: kind === "deposit" ? "done" : "pending",
        entry: entry.digest,
        createdAt: entry.at,
      };
      const payout: OutboxCommand = {
        id: entry.digest,
        kind: "payout",
        payload: JSON.stringify({ transfer: id, party, amount, destination: reference }),
        due: entry.at,
        attempts: 0,
      };
      const written = await store.write({
        entries: [entry],
        transactions: [transaction],
        transfers: [row],
        ...(kind === "deposit" ? {} : { outbox: [payout] }),
        messages: [transferMessage(kind === "deposit" ? "deposit.booked" : "withdrawal.created", row, entry.at)],
        ...(keep === undefined ? {} : { answer: keep(row) }),
      });
      if (written.ok) return row;
      throw written.conflict.kind === "insufficient"
        ? new SettldError("LEDGER_INSUFFICIENT", `expected at least ${value} available to ${party}, found less`)
        : new SettldError("HTTP_UNAVAILABLE", "the account changed at the same time; try again");
    });
  }

  async #entry(
    type: EntryType,
    account: BookAccount,
    value: bigint,
    reference: string,
    returns?: Digest,
  ): Promise<{ readonly entry: AccountEntry; readonly transaction: BookTransaction }> {
    const { store, crypto, id, keys, rail, waiting } = this.#options;
    const { owner, assetCode, assetScale } = account;
    const last = await store.lastEntry({ owner, assetCode, assetScale });
    const at = Math.max(waiting.now(), last?.at ?? 0);
    const signer = await keys.get({ party: id, role: "settler", pinned: undefined }, at);
    const payload: AccountEntryPayload = {
      v: REVISION,
      account: { owner, assetCode, assetScale },
      seq: last === undefined ? 0 : last.seq + 1,
      ...(last === undefined ? {} : { prev: last.digest }),
      at: formatInstant(at),
      by: id,
      type,
      value: value.toString(),
      rail: rail.name,
      ...(returns === undefined ? {} : { returns }),
      reference,
    };
    const bytes = canonicalBytes(payload);
    const digest = digestOf(bytes, crypto);
    const envelope = utf8(canonicalize(await signEnvelope(PAYLOAD_TYPES.account, bytes, [signer])));
    return {
      entry: { owner, assetCode, assetScale, seq: payload.seq, digest, at, envelope },
      transaction: entryTransaction(payload, digest),
    };
  }
}

/** What a party has available of an asset. */
export function availableOf(
  owner: string,
  { assetCode, assetScale }: Pick<Amount, "assetCode" | "assetScale">,
): BookAccount {
  return { kind: "available", owner, assetCode, assetScale };
}
