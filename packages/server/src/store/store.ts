/**
 * The store port: everything that the server keeps, as few operations as it needs. An adapter passes the contract
 * tests in `contract`. All times are milliseconds since 1970, all money is `bigint` in minor units.
 */
import type { Digest, TrustDocument } from "@settld/protocol";
import type { Jobs } from "./jobs.ts";
import type { MessageChange, MessageReads, MessageStore } from "./message-store.ts";
import type { Page } from "./page.ts";

/** A kind of account in the book (LEDGER-9). */
export type BookKind = "available" | "escrow" | "holdback" | "fee" | "rail";

/** An account of the book. `owner` is a party, an agreement for escrow and holdback, or the name of a rail. */
export type BookAccount = {
  readonly kind: BookKind;
  readonly owner: string;
  readonly assetCode: string;
  readonly assetScale: number;
};

/** One line of a book transaction. */
export type BookPosting = { readonly account: BookAccount; readonly value: bigint };

/** A transaction of the book; its id is the digest of the event or account entry that causes it. Adds up to zero. */
export type BookTransaction = {
  readonly id: Digest;
  readonly type: string;
  readonly at: number;
  readonly postings: readonly BookPosting[];
};

/** An event as it is stored. */
export type StoredEvent = {
  readonly seq: number;
  readonly digest: Digest;
  readonly type: string;
  readonly at: number;
  /** The envelope's canonical bytes, as they stand in a bundle. */
  readonly envelope: Uint8Array;
};

/** What is known of an agreement without reading its log. */
export type AgreementRow = {
  readonly id: Digest;
  /** Number of events. */
  readonly events: number;
  readonly head: Digest;
  readonly status: string;
  /** When the next timer fires; `undefined` when none runs. */
  readonly due: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** A part that a party has in an agreement. */
export type PartyRole = {
  readonly party: string;
  readonly role: "buyer" | "seller" | "settler" | "arbiter" | "checker";
};

/** The agreement part of a change: events to append behind those that the store has. */
export type AgreementChange = {
  readonly id: Digest;
  /** Number of events before the change; 0 makes the agreement. Another number in the store is a conflict. */
  readonly expectedEvents: number;
  readonly append: readonly StoredEvent[];
  readonly row: AgreementRow;
  /** Only when it is made. */
  readonly roles?: readonly PartyRole[];
  /** Only when it is closed: the signed receipt, as it stands in a bundle. */
  readonly receipt?: Uint8Array;
  /** Digests of the items that the appended events name, so that {@link StoreReads.referencedBy} knows of them. */
  readonly evidence?: readonly Digest[];
};

/** An entry of an account log (LEDGER-11). */
export type AccountEntry = {
  readonly owner: string;
  readonly assetCode: string;
  readonly assetScale: number;
  readonly seq: number;
  readonly digest: Digest;
  readonly at: number;
  readonly envelope: Uint8Array;
};

/** A deposit or withdrawal. */
export type TransferRow = {
  /** `dep_...` or `wd_...`. */
  readonly id: string;
  readonly kind: "deposit" | "withdrawal";
  readonly tenant: string;
  readonly party: string;
  readonly value: bigint;
  readonly assetCode: string;
  readonly assetScale: number;
  readonly rail: string;
  /** The rail's reference of a deposit, the destination of a withdrawal. */
  readonly reference: string;
  readonly status: "pending" | "done" | "returned";
  /** Digest of the entry that booked it. */
  readonly entry: Digest;
  readonly createdAt: number;
};

/** An answer that is kept under an idempotency key (HTTP-7). */
export type KeptAnswer = {
  readonly tenant: string;
  readonly key: string;
  /** SHA-256 over method, path and body. */
  readonly request: Digest;
  readonly status: number;
  readonly body: Uint8Array;
  readonly createdAt: number;
};

/** A command for the world outside, stored with its cause and carried out afterwards (LEDGER-12). */
export type OutboxCommand = {
  /** Unique; for a payout the digest of its entry. */
  readonly id: string;
  readonly kind: "payout";
  readonly payload: string;
  /** Not before. */
  readonly due: number;
  readonly attempts: number;
};

/** Everything that one step writes, all of it or nothing. */
export type Change = MessageChange & {
  readonly agreement?: AgreementChange;
  readonly entries?: readonly AccountEntry[];
  /**
   * New ones, and the end of pending ones: the same row with another status. The end of one that ended is `stale`, and
   * so is a second deposit of one rail under one reference.
   */
  readonly transfers?: readonly TransferRow[];
  /** Balances move with these, one after another; after each, every account but `rail` is at or above zero. */
  readonly transactions?: readonly BookTransaction[];
  readonly answer?: KeptAnswer;
  readonly outbox?: readonly OutboxCommand[];
  /** Commands that are done; one that is not there or was done before is `stale`. */
  readonly outboxDone?: readonly string[];
  readonly apiKeys?: readonly ApiKeyRow[];
  readonly registry?: RegistryChange;
};

/**
 * The registry part of a change: a newer state, and the parties that are new or changed with it; `replace` forgets all
 * others. It is `stale` when the version is not newer or a key would belong to two parties.
 */
export type RegistryChange = {
  readonly trust: TrustRow;
  readonly parties: readonly PartyRow[];
  readonly replace: boolean;
};

/** Why a change was not made; nothing of it was. When several hold, it is the first of this list. */
export type Conflict =
  /** The idempotency key has an answer already. */
  | { readonly kind: "answered" }
  /**
   * The agreement has another number of events or names purged evidence, an entry is not the next of its log, the registry
   * is as new, or a digest, transfer, transaction, command, message or key is there already, or an endpoint has another version.
   */
  | { readonly kind: "stale" }
  /** An account would fall below zero. */
  | { readonly kind: "insufficient"; readonly account: BookAccount };

/** The result of {@link Store.write}. */
export type Written = { readonly ok: true } | { readonly ok: false; readonly conflict: Conflict };

/** An API key as it is stored: never the key itself. */
export type ApiKeyRow = {
  /** SHA-256 of the key. */
  readonly hash: Digest;
  /** `key_...`, for people. */
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly name: string;
  readonly createdAt: number;
  readonly revokedAt?: number;
};

/** A party as a trust document lists it, and the tenant that acts for it. Kept one by one, so that their number is free. */
export type PartyRow = {
  readonly id: string;
  readonly tenant: string;
  readonly roles: TrustDocument["parties"][number]["roles"];
  readonly keys: TrustDocument["parties"][number]["keys"];
};

/** The state of the registry: the newest version, and the document that was imported with it, if it was. */
export type TrustRow = {
  readonly version: number;
  readonly issuedAt: number;
  /** The imported signed document, canonical; absent when the server signs documents itself. */
  readonly envelope?: Uint8Array;
};

export type { Page };

/** What {@link Store.listAgreements} looks for. */
export type AgreementQuery = {
  /** Agreements in which one of these parties has a part; without it, all. */
  readonly parties?: readonly string[];
  readonly role?: PartyRole["role"];
  readonly status?: string;
};

/** An agreement and when its next timer fires. Those of one time are in the order of their ids. */
export type DueAgreement = { readonly id: Digest; readonly due: number };

/** Which account log: that of what a party has available of an asset. */
export type AccountLogName = Pick<AccountEntry, "owner" | "assetCode" | "assetScale">;

/** An account log and its number of entries. */
export type AccountLogRow = AccountLogName & { readonly entries: number };

/** A command as it is kept: one that is done stays, so that no other ever has its id. */
export type KeptCommand = OutboxCommand & { readonly done: boolean };

/** What {@link StoreReads.count} counts. */
export type Counted =
  | "agreements"
  | "events"
  | "receipts"
  | "roles"
  | "references"
  | "accounts"
  | "transactions"
  | "postings"
  | "accountLogs"
  | "entries"
  | "transfers"
  | "commands";

/** How an account stands. */
export type Balance = { readonly account: BookAccount; readonly value: bigint };

/** Work for the world outside that is not done. */
export type Pending = {
  readonly count: number;
  /** When the oldest of it was written. */
  readonly oldest: number | undefined;
  /** How much is given up and waits for people; it does not count as pending. */
  readonly dead: number;
};

/** Figures about a whole store, for whoever watches it. They may be of instants that are a little apart. */
export type StoreFigures = {
  /** Agreements by status. */
  readonly agreements: ReadonlyMap<string, number>;
  /** Timers that are due, and the instant of the earliest. */
  readonly timers: { readonly count: number; readonly oldest: number | undefined };
  /** By kind of work. */
  readonly outbox: Readonly<Record<"payout" | "delivery", Pending>>;
  /** For each asset whose accounts do not add up to zero, what they add up to. */
  readonly imbalances: readonly bigint[];
  /** Accounts below zero that are no rail's. */
  readonly negative: number;
  /** Accounts `escrow` and `holdback` of closed agreements that are not at zero. */
  readonly escrowLeft: number;
  /** Sizes in bytes: the data, a write-ahead log beside it, and what is left on its disk; as far as they are known. */
  readonly bytes: Readonly<Record<"data" | "log" | "free", number | undefined>>;
};

/** Version of a store's schema, and the one that this program reads and writes (STORE-2). */
export type SchemaVersion = { readonly found: number; readonly expected: number };

/** Metadata of stored evidence. */
export type EvidenceRow = {
  readonly digest: Digest;
  /** Plain bytes, also when it is sealed. */
  readonly size: number;
  readonly createdAt: number;
  /** The key-encryption key under which it is sealed; absent when its bytes are plain (STORE-5). */
  readonly key?: string;
};

/** When a tenant has sent evidence last. */
export type UploadRow = { readonly tenant: string; readonly at: number };

/** How much evidence is sealed under a key-encryption key, or plain. */
export type EvidenceKeyUse = { readonly key: string | undefined; readonly objects: number; readonly bytes: number };

/** What became of evidence when its key was to be changed: `current` and `gone` did nothing. */
export type Rewrapped = "sealed" | "rewrapped" | "current" | "gone";

/** What stays of purged evidence for those who could see it (STORE-11). */
export type TombstoneRow = {
  /** Digest of the signed payload. */
  readonly id: Digest;
  readonly digest: Digest;
  readonly at: number;
  readonly kind: "closed" | "unreferenced";
  readonly envelope: Uint8Array;
  /** Agreements in which it was named. */
  readonly agreements: readonly Digest[];
  /** Tenants that had uploaded it. */
  readonly uploaders: readonly string[];
  /** That those who are refused the bytes may upload them again. */
  readonly readmitted?: Note;
};

/** What an operator has done, and why. */
export type Note = { readonly at: number; readonly by: string; readonly reason: string };

/** A legal hold: what it stands on is not purged (STORE-10). */
export type HoldRow = {
  /** `hold_...`. */
  readonly id: string;
  readonly kind: "agreement" | "tenant" | "digest";
  /** Id of the agreement, name of the tenant, or digest of evidence. It need not be there yet. */
  readonly target: string;
  readonly reason: string;
  /** Who placed it. */
  readonly by: string;
  readonly at: number;
  readonly released?: Note;
};

/** Evidence to be purged, as it was when that was decided; when it is otherwise, nothing is done. */
export type Purge = {
  readonly digest: Digest;
  /** Every agreement that names it, in ascending order. */
  readonly agreements: readonly Digest[];
  /** Everybody who uploaded it, in ascending order of tenants. */
  readonly uploads: readonly UploadRow[];
  readonly tombstones: readonly TombstoneRow[];
};

/** What can be read of a store, all at once or within a {@link Store.snapshot}. */
export type StoreReads = MessageReads & {
  readonly agreement: (id: Digest) => Promise<AgreementRow | undefined>;
  readonly events: (id: Digest, from: number, limit: number) => Promise<readonly StoredEvent[]>;
  readonly roles: (id: Digest) => Promise<readonly PartyRole[]>;
  readonly receipt: (id: Digest) => Promise<Uint8Array | undefined>;
  /** Newest first: by `createdAt`, and of equals the one that was written later. */
  readonly listAgreements: (query: AgreementQuery, page: Page) => Promise<readonly AgreementRow[]>;
  /** Agreements whose timer is due at or before a time, earliest first; those behind `after`, which need not be there. */
  readonly dueAgreements: (now: number, limit: number, after?: DueAgreement) => Promise<readonly DueAgreement[]>;
  /** The earliest timer of all. */
  readonly nextDue: () => Promise<number | undefined>;

  readonly balance: (account: BookAccount) => Promise<bigint>;
  /** Accounts of an owner, or all, in a stable order. An account that had a posting stays, also with zero. */
  readonly balances: (owner: string | undefined, page: Page) => Promise<readonly Balance[]>;
  /** Those of some owners that have an account, in the order in which they are given. */
  readonly accountOwners: (owners: readonly string[]) => Promise<readonly string[]>;
  /** Transactions in which an account takes part, oldest first. */
  readonly transactions: (account: BookAccount | undefined, page: Page) => Promise<readonly BookTransaction[]>;
  readonly entries: (account: AccountLogName, from: number, limit: number) => Promise<readonly AccountEntry[]>;
  /** The last entry of an account log. */
  readonly lastEntry: (account: AccountLogName) => Promise<AccountEntry | undefined>;
  /** Every account log, in a stable order. */
  readonly accountLogs: (page: Page) => Promise<readonly AccountLogRow[]>;
  readonly transfer: (id: string) => Promise<TransferRow | undefined>;
  /** The deposit that a rail has under a reference; there is at most one. */
  readonly deposit: (rail: string, reference: string) => Promise<TransferRow | undefined>;
  /** Newest first: by `createdAt`, and of equals the one that was written later. */
  readonly listTransfers: (
    kind: TransferRow["kind"],
    tenant: string | undefined,
    page: Page,
  ) => Promise<readonly TransferRow[]>;

  readonly keptAnswer: (tenant: string, key: string) => Promise<KeptAnswer | undefined>;
  /** Commands that are not done and due at or before a time, earliest first. */
  readonly dueCommands: (now: number, limit: number) => Promise<readonly OutboxCommand[]>;
  readonly command: (id: string) => Promise<KeptCommand | undefined>;

  readonly evidence: (digest: Digest) => Promise<EvidenceRow | undefined>;
  /** Whether a tenant has uploaded these bytes itself. */
  readonly uploadedBy: (digest: Digest, tenant: string) => Promise<boolean>;
  /** Whether an agreement in which one of these parties has a part names this evidence, and it was not purged since. */
  readonly referencedBy: (digest: Digest, parties: readonly string[]) => Promise<boolean>;
  /** Whether an agreement names this evidence, and whether it was purged since then. */
  readonly references: (agreement: Digest, digest: Digest) => Promise<"kept" | "purged" | undefined>;
  /** Every evidence that is kept, by digest. */
  readonly listEvidence: (page: Page) => Promise<readonly EvidenceRow[]>;
  /** Who uploaded evidence that is kept, by tenant. */
  readonly uploads: (digest: Digest) => Promise<readonly UploadRow[]>;
  /** Agreements that name evidence and for which it was not purged, by id; only ids behind `after`. */
  readonly namedBy: (digest: Digest, page: Page) => Promise<readonly Digest[]>;
  /** Under which keys evidence is sealed, by key; what is plain comes first. */
  readonly evidenceKeys: () => Promise<readonly EvidenceKeyUse[]>;
  /** Tombstones of evidence, the newest first. */
  readonly tombstones: (digest: Digest) => Promise<readonly TombstoneRow[]>;
  /** Every tombstone, oldest first. */
  readonly listTombstones: (page: Page) => Promise<readonly TombstoneRow[]>;
  /** Every hold, also released ones, oldest first. */
  readonly listHolds: (page: Page) => Promise<readonly HoldRow[]>;

  readonly apiKey: (hash: Digest) => Promise<ApiKeyRow | undefined>;
  /** Oldest first: by `createdAt`, and of equals the one that was added first. */
  readonly listApiKeys: (tenant: string | undefined, page: Page) => Promise<readonly ApiKeyRow[]>;

  readonly party: (id: string) => Promise<PartyRow | undefined>;
  /** The party to which a key belongs, by the key's thumbprint. A key belongs to at most one (TRUST-4). */
  readonly partyOfKey: (thumbprint: string) => Promise<PartyRow | undefined>;
  /** Parties of a tenant, or all, by id. */
  readonly parties: (tenant: string | undefined, page: Page) => Promise<readonly PartyRow[]>;
  readonly trust: () => Promise<TrustRow | undefined>;
  /** The version of the registry alone: what was read of parties and keys stays true while it is the same. */
  readonly registryVersion: () => Promise<number | undefined>;

  /** A small text that the server keeps about itself. */
  readonly setting: (name: string) => Promise<string | undefined>;

  /** Asked again each time, because another process may migrate what this one has open. */
  readonly schemaVersion: () => Promise<SchemaVersion>;

  /** How many there are of a kind, with those that nothing else leads to; only for an audit, because it takes long. */
  readonly count: (of: Counted) => Promise<number>;
};

/**
 * The store. Every method may reject with `HTTP_UNAVAILABLE` when the store cannot be reached or is closed. A change
 * that cannot be one, such as postings that do not add up to zero, is misuse and rejects with a `TypeError`.
 */
export type Store = StoreReads &
  MessageStore & {
    /**
     * Runs `work` while nobody else, in any process, runs one with the same name. Work on different names goes on side by
     * side. What is read inside, of what the name stands for, stays true until it ends. Whoever waits longest is next;
     * `work` must not ask for its own name again.
     */
    readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
    /** Writes a change durably (STORE-1): it is on disk when the promise fulfils. */
    readonly write: (change: Change) => Promise<Written>;
    /** Runs `work` over one state of the store, whatever is written meanwhile, as an audit needs it. It must only read. */
    readonly snapshot: <T>(work: (reads: StoreReads) => Promise<T>) => Promise<T>;

    /**
     * Figures of the store at a time. Cheap enough for every quarter of a minute: it reads no log, and holds up nobody
     * for more than some milliseconds at once.
     */
    readonly figures: (now: number) => Promise<StoreFigures>;

    /** Forgets answers from before a time; returns how many. */
    readonly forgetAnswers: (before: number) => Promise<number>;
    /** Puts a command off after a failed attempt. */
    readonly retryCommand: (id: string, due: number) => Promise<void>;

    /**
     * Takes bytes in chunks, and seals them when the store has evidence keys; keeps them only when they have the digest and at most `bytesMax` bytes, else rejects with
     * `BUNDLE_EVIDENCE_DIGEST` or `HTTP_TOO_LARGE`. When `bytes` throws, so does this. A failure leaves nothing (STORE-3).
     */
    readonly putEvidence: (
      digest: Digest,
      bytes: AsyncIterable<Uint8Array>,
      limits: { readonly bytesMax: number; readonly now: number; readonly tenant: string },
    ) => Promise<{ readonly size: number; readonly isNew: boolean }>;
    /**
     * The bytes of evidence in chunks; throws `STORE_EVIDENCE_MISSING` when there are none, and for sealed ones also
     * `STORE_KEY_MISSING`, `STORE_SEAL_VERSION` and `STORE_SEAL_BROKEN` (STORE-8).
     */
    readonly readEvidence: (digest: Digest) => AsyncIterable<Uint8Array>;
    /**
     * Brings evidence under the present key: seals what is plain, wraps the data key of what is sealed anew (STORE-9). One
     * durable step, which may end anywhere and run in several processes at once.
     *
     * @throws SettldError `STORE_KEY_MISSING` without keys or the old one, `STORE_SEAL_BROKEN`, `STORE_SEAL_VERSION`.
     */
    readonly rewrapEvidence: (digest: Digest) => Promise<Rewrapped>;

    /**
     * Purges evidence: its tombstones are written, its data key, uploads and references to it go, and what an agreement
     * appends from then on cannot name it, all in one transaction; then its bytes go. Nothing is done, and `changed` or
     * `held` answered, when it is otherwise than the purge says or a hold stands on it, on an agreement that names it, or
     * on a tenant that uploaded it or has a party in such an agreement.
     */
    readonly purgeEvidence: (purge: Purge) => Promise<"purged" | "changed" | "held">;
    /** Removes bytes that a purge or a change of keys which broke off has left; returns how many objects. */
    readonly finishPurges: () => Promise<number>;
    /** Lets those who are refused purged evidence upload it again; returns how many tombstones it had. */
    readonly readmitEvidence: (digest: Digest, note: Note) => Promise<number>;
    readonly placeHold: (hold: Omit<HoldRow, "released">) => Promise<void>;
    /** Ends a hold and returns it, or `undefined` when there is none. One that has ended stays as it is. */
    readonly releaseHold: (id: string, released: Note) => Promise<HoldRow | undefined>;

    /** Revokes a key and returns it, or `undefined` when there is none. A key that is revoked already keeps its time. */
    readonly revokeApiKey: (id: string, at: number) => Promise<ApiKeyRow | undefined>;
    readonly putSetting: (name: string, value: string) => Promise<void>;

    /** Background work of several processes, when the store is for several; without it this process does it all. */
    readonly jobs?: Jobs;
    readonly close: () => Promise<void>;
  };
