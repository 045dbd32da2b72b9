import type { Digest, Envelope } from "@settld/protocol";
import type { Report } from "@settld/verifier";
import type {
  Account,
  AccountEntry,
  Admission,
  Agreement,
  AgreementEvent,
  Caller,
  Deposit,
  RegisteredParty,
  Tombstone,
  Transaction,
  Withdrawal,
} from "../gen/api.ts";

/**
 * What judges the answers of a server. Each method resolves when the answer holds and throws a SettldError with the
 * verifier's code when it does not. `mark` says what had been seen when the request was sent: a server that shows less
 * afterwards has taken something back.
 */
export type Checker = {
  /** A name for everything that has been seen so far; 0 for nothing. */
  readonly mark: () => number;
  readonly admission: (
    answer: Admission,
    asked: { readonly agreement: string; readonly event: Digest | undefined },
  ) => Promise<void>;
  readonly agreement: (answer: Agreement, asked: { readonly id: string; readonly mark: number }) => Promise<void>;
  readonly events: (
    answer: readonly AgreementEvent[],
    asked: { readonly agreement: string; readonly mark: number; readonly isLast: boolean },
  ) => Promise<void>;
  readonly bundle: (
    answer: Uint8Array,
    asked: { readonly agreement: string; readonly mark: number },
  ) => Promise<Report>;
  readonly receipt: (answer: Envelope, agreement: string) => Promise<void>;
  readonly account: (answer: Account, asked: { readonly id?: string; readonly owner?: string }) => Promise<void>;
  readonly entries: (answer: readonly AccountEntry[], account: string) => Promise<void>;
  readonly transactions: (answer: readonly Transaction[], account: string) => Promise<void>;
  readonly transfer: (answer: Deposit | Withdrawal) => Promise<void>;
  /** A tombstone of evidence by its digest. */
  readonly tombstone: (answer: Tombstone, digest: string) => Promise<void>;
  readonly party: (answer: RegisteredParty) => Promise<void>;
  /** The newest version of a trust document that was seen so far. */
  readonly trustSeen: () => number;
  readonly trust: (answer: Envelope, seen: number) => Promise<void>;
  readonly caller: (answer: Caller) => Promise<void>;
};

/** Reads what a checker needs besides the answer, without checking it. */
export type Reader = {
  readonly trust: (agreement: string | undefined) => Promise<Envelope>;
  readonly events: (agreement: string, from: number) => Promise<readonly AgreementEvent[]>;
  readonly entries: (account: string, from: number) => Promise<readonly AccountEntry[]>;
  /** Whether the API key may see what belongs to other tenants. */
  readonly isOperator: () => Promise<boolean>;
};
