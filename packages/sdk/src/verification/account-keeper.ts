import {
  type AccountEntryPayload,
  type Digest,
  PAYLOAD_TYPES,
  parseAccountEntry,
  parseInstant,
  SettldError,
} from "@settld/protocol";
import type { Account, AccountEntry, Deposit, Transaction, Withdrawal } from "../gen/api.ts";
import { assertSame } from "../same.ts";
import { accountId, readAccountId } from "./account-name.ts";
import type { TrustKeeper } from "./trust-keeper.ts";

type Entry = { readonly payload: AccountEntryPayload; readonly digest: Digest };
type Log = { readonly entries: Entry[]; turn: Promise<unknown> };

const KEPT_MAX = 1_000;
const SUM = /^(?:0|-?[1-9][0-9]{0,38})$/;

/** Keeps what was seen of account logs, and holds deposits, withdrawals, accounts and transactions to them. */
export class AccountKeeper {
  readonly #trust: TrustKeeper;
  readonly #read: (account: string, from: number) => Promise<readonly AccountEntry[]>;
  readonly #logs = new Map<string, Log>();

  constructor(trust: TrustKeeper, read: (account: string, from: number) => Promise<readonly AccountEntry[]>) {
    this.#trust = trust;
    this.#read = read;
  }

  /** Checks that an account is what its id says, and that nothing but a rail owes money. */
  account(answer: Account, { id, owner }: { readonly id?: string; readonly owner?: string }): void {
    const { kind, assetCode, assetScale, owner: named } = readAccountId(id ?? answer.id);
    const { value } = answer.balance;
    assertSame(answer, {
      object: "account",
      id: id ?? answer.id,
      kind,
      owner: owner ?? named,
      balance: { value, assetCode, assetScale },
    });
    if (!SUM.test(value)) throw new SettldError("HTTP_BODY", "/balance/value: expected a sum in minor units");
    if (kind !== "rail" && value.startsWith("-")) {
      throw new SettldError("LEDGER_OVERDRAWN", `/balance/value: expected no debt of ${kind}, found ${value}`);
    }
  }

  /** Checks a page of entries: signatures, and the chain from the first entry on. */
  async entries(answer: readonly AccountEntry[], account: string): Promise<void> {
    const last = answer.at(-1);
    if (last === undefined) return;
    for (const [index, { seq }] of answer.entries()) {
      if (seq !== (answer[0]?.seq ?? 0) + index) throw wrong("/seq", "one entry after another", seq);
    }
    await this.#turn(account, async (log) => {
      for (const entry of answer) await this.#compare(account, log, entry);
      while (log.entries.length <= last.seq) {
        const at = answer.find(({ seq }) => seq === log.entries.length);
        await this.#extend(account, log, at === undefined ? await this.#read(account, log.entries.length) : [at]);
      }
    });
  }

  /** Checks that a deposit or withdrawal is the one that its entry books. */
  async transfer(answer: Deposit | Withdrawal): Promise<void> {
    const { object, party, amount, rail, status, entry: digest } = answer;
    const { assetCode, assetScale } = amount;
    const account = accountId({ kind: "available", assetCode, assetScale, owner: party });
    assertSame(answer, { account });
    const reference = answer.object === "deposit" ? answer.reference : answer.destination;
    await this.#turn(account, async (log) => {
      const find = (test: (entry: Entry) => boolean): Promise<Entry> => this.#find(account, log, test);
      const { payload } = await find((entry) => entry.digest === digest);
      assertSame(
        { type: payload.type, value: payload.value, rail: payload.rail, reference: payload.reference, at: payload.at },
        {
          type: object === "deposit" ? "deposit.credited" : "withdrawal.debited",
          value: amount.value,
          rail,
          reference,
          at: answer.createdAt,
        },
      );
      if (status !== "returned") return;
      const { payload: back } = await find((entry) => entry.payload.returns === digest);
      assertSame(
        { value: back.value, reference: back.reference },
        { value: payload.value, reference: payload.reference },
      );
    });
  }

  /** Checks that transactions balance and say what they do to the account; those of entries against its log. */
  async transactions(answer: readonly Transaction[], account: string): Promise<void> {
    const { kind, assetCode, assetScale } = readAccountId(account);
    for (const { object, id, type, at, amount, postings } of answer) {
      assertSame({ object }, { object: "transaction" });
      let [sum, own] = [0n, 0n];
      for (const posting of postings) {
        assertSame(posting.amount, { assetCode, assetScale }, "LEDGER_ASSET_MIXED");
        const { kind: named, owner } = posting;
        assertSame(posting, { account: accountId({ kind: named, assetCode, assetScale, owner }) });
        const value = BigInt(posting.amount.value);
        sum += value;
        if (posting.account === account) own += value;
      }
      if (sum !== 0n) throw new SettldError("LEDGER_UNBALANCED", `expected postings that add up to 0, found ${sum}`);
      assertSame(amount, { value: own.toString(), assetCode, assetScale });
      // What comes from outside or goes there has an entry; everything else is of an agreement, whose log has it.
      const rail = postings.find((posting) => posting.kind === "rail")?.owner;
      if (kind !== "available" || rail === undefined) continue;
      await this.#turn(account, async (log) => {
        const { payload } = await this.#find(account, log, (entry) => entry.digest === id);
        const value = payload.type === "withdrawal.debited" ? `-${payload.value}` : payload.value;
        assertSame(
          { type, at, rail, value: amount.value },
          { type: payload.type, at: payload.at, rail: payload.rail, value },
        );
      });
    }
  }

  // An entry that was seen already, or the one that turns up when the log is read on.
  async #find(account: string, log: Log, test: (entry: Entry) => boolean): Promise<Entry> {
    for (;;) {
      const found = log.entries.find(test);
      if (found !== undefined) return found;
      await this.#extend(account, log, await this.#read(account, log.entries.length));
    }
  }

  async #turn(account: string, step: (log: Log) => Promise<void>): Promise<void> {
    const log = this.#logs.get(account) ?? { entries: [], turn: Promise.resolve() };
    this.#logs.delete(account);
    this.#logs.set(account, log);
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > KEPT_MAX && oldest !== undefined) this.#logs.delete(oldest);
    const mine = log.turn.then(() => step(log));
    // A turn that failed must not stop the next one.
    log.turn = mine.catch(() => undefined);
    await mine;
  }

  async #compare(account: string, log: Log, entry: AccountEntry): Promise<void> {
    const before = log.entries[entry.seq];
    if (before === undefined) return;
    const { digest } = await this.#open(account, entry);
    if (digest !== before.digest) throw wrong("/digest", `entry ${entry.seq} as it was before`, digest);
  }

  async #extend(account: string, log: Log, entries: readonly AccountEntry[]): Promise<void> {
    if (entries.length === 0) throw wrong("", "an entry that books it", "the end of the account's log");
    for (const entry of entries) {
      const { payload, digest } = await this.#open(account, entry);
      const last = log.entries.at(-1);
      if (payload.seq !== log.entries.length) throw wrong("/seq", log.entries.length, payload.seq);
      if (payload.prev !== last?.digest) throw wrong("/prev", last?.digest, payload.prev);
      if (last !== undefined && parseInstant(payload.at, "/at") < parseInstant(last.payload.at)) {
        throw wrong("/at", `${last.payload.at} or later`, payload.at);
      }
      log.entries.push({ payload, digest });
    }
  }

  // Everything about an entry but its place.
  async #open(account: string, entry: AccountEntry): Promise<Entry> {
    const { payload, digest } = await this.#trust.openOfSettler(
      entry.envelope,
      PAYLOAD_TYPES.account,
      parseAccountEntry,
      "at",
    );
    assertSame(entry, { object: "account_entry", seq: payload.seq, type: payload.type, digest });
    const found = accountId({ kind: "available", ...payload.account });
    if (found !== account) throw wrong("/account", account, found);
    return { payload, digest };
  }
}

function wrong(pointer: string, expected: unknown, found: unknown): SettldError {
  return new SettldError("LEDGER_ENTRY", `${pointer}: expected ${String(expected)}, found ${String(found)}`, {
    pointer,
  });
}
