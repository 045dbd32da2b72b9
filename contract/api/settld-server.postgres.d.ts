// Locked declarations of @settld/server/postgres; written by `pnpm contract:write`.
import { Digest } from "@settld/protocol";
import { TrustDocument } from "@settld/protocol";
export declare type PostgresPoolOptions = {
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly user?: string;
    readonly password?: string | (() => string | Promise<string>);
    readonly ssl?: boolean | object;
    readonly max?: number;
    readonly [other: string]: unknown;
};
export declare type PostgresStoreOptions = {
    readonly url?: string;
    readonly pool?: PostgresPoolOptions;
    readonly jobs?: boolean;
    readonly evidenceKeys?: KeyEncryption | undefined;
    readonly mode?: "serve" | "admin";
};
export declare function openPostgresStore(options?: PostgresStoreOptions): Promise<Store>;
export declare function rollBackPostgresStore({ url, pool }: Pick<PostgresStoreOptions, "url" | "pool">, to: number): Promise<readonly number[]>;
declare type AccountEntry = {
    readonly owner: string;
    readonly assetCode: string;
    readonly assetScale: number;
    readonly seq: number;
    readonly digest: Digest;
    readonly at: number;
    readonly envelope: Uint8Array;
};
declare type AccountLogName = Pick<AccountEntry, "owner" | "assetCode" | "assetScale">;
declare type AccountLogRow = AccountLogName & {
    readonly entries: number;
};
declare type AgreementChange = {
    readonly id: Digest;
    readonly expectedEvents: number;
    readonly append: readonly StoredEvent[];
    readonly row: AgreementRow;
    readonly roles?: readonly PartyRole[];
    readonly receipt?: Uint8Array;
    readonly evidence?: readonly Digest[];
};
declare type AgreementQuery = {
    readonly parties?: readonly string[];
    readonly role?: PartyRole["role"];
    readonly status?: string;
};
declare type AgreementRow = {
    readonly id: Digest;
    readonly events: number;
    readonly head: Digest;
    readonly status: string;
    readonly due: number | undefined;
    readonly createdAt: number;
    readonly updatedAt: number;
};
declare type ApiKeyRow = {
    readonly hash: Digest;
    readonly id: string;
    readonly tenant: string;
    readonly scopes: readonly string[];
    readonly name: string;
    readonly createdAt: number;
    readonly revokedAt?: number;
};
declare type Balance = {
    readonly account: BookAccount;
    readonly value: bigint;
};
declare type BookAccount = {
    readonly kind: BookKind;
    readonly owner: string;
    readonly assetCode: string;
    readonly assetScale: number;
};
declare type BookKind = "available" | "escrow" | "holdback" | "fee" | "rail";
declare type BookPosting = {
    readonly account: BookAccount;
    readonly value: bigint;
};
declare type BookTransaction = {
    readonly id: Digest;
    readonly type: string;
    readonly at: number;
    readonly postings: readonly BookPosting[];
};
declare type Change = MessageChange & {
    readonly agreement?: AgreementChange;
    readonly entries?: readonly AccountEntry[];
    readonly transfers?: readonly TransferRow[];
    readonly transactions?: readonly BookTransaction[];
    readonly answer?: KeptAnswer;
    readonly outbox?: readonly OutboxCommand[];
    readonly outboxDone?: readonly string[];
    readonly apiKeys?: readonly ApiKeyRow[];
    readonly registry?: RegistryChange;
};
declare type ClaimedDelivery = {
    readonly id: string;
    readonly attempts: number;
    readonly message: Pick<NewMessage, "id" | "type" | "at" | "data">;
};
declare type Conflict = {
    readonly kind: "answered";
} | {
    readonly kind: "stale";
} | {
    readonly kind: "insufficient";
    readonly account: BookAccount;
};
declare type Counted = "agreements" | "events" | "receipts" | "roles" | "references" | "accounts" | "transactions" | "postings" | "accountLogs" | "entries" | "transfers" | "commands";
declare type DeliveryOutcome = {
    readonly at: number;
    readonly status?: number;
    readonly error?: string;
    readonly again?: number;
    readonly disable?: {
        readonly reason: "gone" | "failing";
        readonly message: NewMessage;
    };
};
declare type DeliveryRow = {
    readonly id: string;
    readonly endpoint: string;
    readonly message: string;
    readonly type: string;
    readonly state: "pending" | "delivered" | "dead";
    readonly attempts: number;
    readonly due: number;
    readonly lastAt?: number;
    readonly lastStatus?: number;
    readonly lastError?: string;
    readonly createdAt: number;
};
declare type DueAgreement = {
    readonly id: Digest;
    readonly due: number;
};
declare type EndpointRow = {
    readonly id: string;
    readonly tenant: string;
    readonly feed: string;
    readonly url: string;
    readonly types?: readonly string[];
    readonly description?: string;
    readonly scheme: "v1" | "v1a";
    readonly secret: string;
    readonly keyid?: string;
    readonly oldSecret?: {
        readonly secret: string;
        readonly until: number;
    };
    readonly disabled?: "owner" | "gone" | "failing";
    readonly failingSince?: number;
    readonly createdAt: number;
    readonly version: number;
};
declare type EvidenceKeyUse = {
    readonly key: string | undefined;
    readonly objects: number;
    readonly bytes: number;
};
declare type EvidenceRow = {
    readonly digest: Digest;
    readonly size: number;
    readonly createdAt: number;
    readonly key?: string;
};
declare type FeedMessage = Pick<NewMessage, "id" | "type" | "at" | "data"> & {
    readonly place: number;
};
declare type FeedQuery = {
    readonly after: number;
    readonly limit: number;
};
declare type FeedRange = {
    readonly first: number;
    readonly last: number;
};
declare type HoldRow = {
    readonly id: string;
    readonly kind: "agreement" | "tenant" | "digest";
    readonly target: string;
    readonly reason: string;
    readonly by: string;
    readonly at: number;
    readonly released?: Note;
};
declare type Job = {
    readonly kind: JobKind;
    readonly id: string;
    readonly at: number;
};
declare type JobKind = "timer" | "payout" | "delivery" | "daily";
declare type Jobs = {
    readonly work: (kind: JobKind, look: (id: string) => Promise<void>) => Promise<void>;
    readonly put: (jobs: readonly Job[]) => Promise<void>;
    readonly wake: (kind: JobKind) => void;
    readonly stop: () => Promise<void>;
};
declare type KeptAnswer = {
    readonly tenant: string;
    readonly key: string;
    readonly request: Digest;
    readonly status: number;
    readonly body: Uint8Array;
    readonly createdAt: number;
};
declare type KeptCommand = OutboxCommand & {
    readonly done: boolean;
};
declare type KeyEncryption = {
    readonly current: string;
    readonly has: (key: string) => boolean;
    readonly lost?: readonly string[];
    readonly wrap: (dataKey: Uint8Array, context: Uint8Array) => Promise<WrappedKey>;
    readonly unwrap: (wrapped: WrappedKey, context: Uint8Array) => Promise<Uint8Array>;
};
declare type MessageChange = {
    readonly messages?: readonly NewMessage[];
    readonly endpoints?: readonly EndpointRow[];
    readonly redeliver?: {
        readonly endpoint: string;
        readonly messages: readonly string[];
        readonly at: number;
    };
};
declare type MessageReads = {
    readonly endpoint: (id: string) => Promise<EndpointRow | undefined>;
    readonly listEndpoints: (feed: string | undefined, page: Page) => Promise<readonly EndpointRow[]>;
    readonly endpointOfKey: (thumbprint: string) => Promise<string | undefined>;
    readonly delivery: (id: string) => Promise<DeliveryRow | undefined>;
    readonly listDeliveries: (endpoint: string, state: DeliveryRow["state"] | undefined, page: Page) => Promise<readonly DeliveryRow[]>;
    readonly dueEndpoints: (now: number, limit: number) => Promise<readonly EndpointRow[]>;
    readonly nextDelivery: () => Promise<number | undefined>;
};
declare type MessageStore = {
    readonly messages: (feed: string, query: FeedQuery) => Promise<readonly FeedMessage[]>;
    readonly feedRange: (feed: string) => Promise<FeedRange>;
    readonly forgetMessages: (before: number) => Promise<number>;
    readonly claimDeliveries: (endpoint: string, options: {
        readonly now: number;
        readonly until: number;
        readonly limit: number;
    }) => Promise<readonly ClaimedDelivery[]>;
    readonly endDelivery: (claimed: ClaimedDelivery, outcome: DeliveryOutcome) => Promise<void>;
    readonly deleteEndpoint: (id: string) => Promise<boolean>;
};
declare type NewMessage = {
    readonly id: string;
    readonly type: string;
    readonly at: number;
    readonly data: string;
    readonly to: {
        readonly feeds: readonly string[];
    } | {
        readonly endpoint: string;
    };
};
declare type Note = {
    readonly at: number;
    readonly by: string;
    readonly reason: string;
};
declare type OutboxCommand = {
    readonly id: string;
    readonly kind: "payout";
    readonly payload: string;
    readonly due: number;
    readonly attempts: number;
};
declare type Page = {
    readonly limit: number;
    readonly after?: string;
};
declare type PartyRole = {
    readonly party: string;
    readonly role: "buyer" | "seller" | "settler" | "arbiter" | "checker";
};
declare type PartyRow = {
    readonly id: string;
    readonly tenant: string;
    readonly roles: TrustDocument["parties"][number]["roles"];
    readonly keys: TrustDocument["parties"][number]["keys"];
};
declare type Pending = {
    readonly count: number;
    readonly oldest: number | undefined;
    readonly dead: number;
};
declare type Purge = {
    readonly digest: Digest;
    readonly agreements: readonly Digest[];
    readonly uploads: readonly UploadRow[];
    readonly tombstones: readonly TombstoneRow[];
};
declare type RegistryChange = {
    readonly trust: TrustRow;
    readonly parties: readonly PartyRow[];
    readonly replace: boolean;
};
declare type Rewrapped = "sealed" | "rewrapped" | "current" | "gone";
declare type SchemaVersion = {
    readonly found: number;
    readonly expected: number;
};
declare type Store = StoreReads & MessageStore & {
    readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
    readonly write: (change: Change) => Promise<Written>;
    readonly snapshot: <T>(work: (reads: StoreReads) => Promise<T>) => Promise<T>;
    readonly figures: (now: number) => Promise<StoreFigures>;
    readonly forgetAnswers: (before: number) => Promise<number>;
    readonly retryCommand: (id: string, due: number) => Promise<void>;
    readonly putEvidence: (digest: Digest, bytes: AsyncIterable<Uint8Array>, limits: {
        readonly bytesMax: number;
        readonly now: number;
        readonly tenant: string;
    }) => Promise<{
        readonly size: number;
        readonly isNew: boolean;
    }>;
    readonly readEvidence: (digest: Digest) => AsyncIterable<Uint8Array>;
    readonly rewrapEvidence: (digest: Digest) => Promise<Rewrapped>;
    readonly purgeEvidence: (purge: Purge) => Promise<"purged" | "changed" | "held">;
    readonly finishPurges: () => Promise<number>;
    readonly readmitEvidence: (digest: Digest, note: Note) => Promise<number>;
    readonly placeHold: (hold: Omit<HoldRow, "released">) => Promise<void>;
    readonly releaseHold: (id: string, released: Note) => Promise<HoldRow | undefined>;
    readonly revokeApiKey: (id: string, at: number) => Promise<ApiKeyRow | undefined>;
    readonly putSetting: (name: string, value: string) => Promise<void>;
    readonly jobs?: Jobs;
    readonly close: () => Promise<void>;
};
declare type StoreFigures = {
    readonly agreements: ReadonlyMap<string, number>;
    readonly timers: {
        readonly count: number;
        readonly oldest: number | undefined;
    };
    readonly outbox: Readonly<Record<"payout" | "delivery", Pending>>;
    readonly imbalances: readonly bigint[];
    readonly negative: number;
    readonly escrowLeft: number;
    readonly bytes: Readonly<Record<"data" | "log" | "free", number | undefined>>;
};
declare type StoreReads = MessageReads & {
    readonly agreement: (id: Digest) => Promise<AgreementRow | undefined>;
    readonly events: (id: Digest, from: number, limit: number) => Promise<readonly StoredEvent[]>;
    readonly roles: (id: Digest) => Promise<readonly PartyRole[]>;
    readonly receipt: (id: Digest) => Promise<Uint8Array | undefined>;
    readonly listAgreements: (query: AgreementQuery, page: Page) => Promise<readonly AgreementRow[]>;
    readonly dueAgreements: (now: number, limit: number, after?: DueAgreement) => Promise<readonly DueAgreement[]>;
    readonly nextDue: () => Promise<number | undefined>;
    readonly balance: (account: BookAccount) => Promise<bigint>;
    readonly balances: (owner: string | undefined, page: Page) => Promise<readonly Balance[]>;
    readonly accountOwners: (owners: readonly string[]) => Promise<readonly string[]>;
    readonly transactions: (account: BookAccount | undefined, page: Page) => Promise<readonly BookTransaction[]>;
    readonly entries: (account: AccountLogName, from: number, limit: number) => Promise<readonly AccountEntry[]>;
    readonly lastEntry: (account: AccountLogName) => Promise<AccountEntry | undefined>;
    readonly accountLogs: (page: Page) => Promise<readonly AccountLogRow[]>;
    readonly transfer: (id: string) => Promise<TransferRow | undefined>;
    readonly deposit: (rail: string, reference: string) => Promise<TransferRow | undefined>;
    readonly listTransfers: (kind: TransferRow["kind"], tenant: string | undefined, page: Page) => Promise<readonly TransferRow[]>;
    readonly keptAnswer: (tenant: string, key: string) => Promise<KeptAnswer | undefined>;
    readonly dueCommands: (now: number, limit: number) => Promise<readonly OutboxCommand[]>;
    readonly command: (id: string) => Promise<KeptCommand | undefined>;
    readonly evidence: (digest: Digest) => Promise<EvidenceRow | undefined>;
    readonly uploadedBy: (digest: Digest, tenant: string) => Promise<boolean>;
    readonly referencedBy: (digest: Digest, parties: readonly string[]) => Promise<boolean>;
    readonly references: (agreement: Digest, digest: Digest) => Promise<"kept" | "purged" | undefined>;
    readonly listEvidence: (page: Page) => Promise<readonly EvidenceRow[]>;
    readonly uploads: (digest: Digest) => Promise<readonly UploadRow[]>;
    readonly namedBy: (digest: Digest, page: Page) => Promise<readonly Digest[]>;
    readonly evidenceKeys: () => Promise<readonly EvidenceKeyUse[]>;
    readonly tombstones: (digest: Digest) => Promise<readonly TombstoneRow[]>;
    readonly listTombstones: (page: Page) => Promise<readonly TombstoneRow[]>;
    readonly listHolds: (page: Page) => Promise<readonly HoldRow[]>;
    readonly apiKey: (hash: Digest) => Promise<ApiKeyRow | undefined>;
    readonly listApiKeys: (tenant: string | undefined, page: Page) => Promise<readonly ApiKeyRow[]>;
    readonly party: (id: string) => Promise<PartyRow | undefined>;
    readonly partyOfKey: (thumbprint: string) => Promise<PartyRow | undefined>;
    readonly parties: (tenant: string | undefined, page: Page) => Promise<readonly PartyRow[]>;
    readonly trust: () => Promise<TrustRow | undefined>;
    readonly registryVersion: () => Promise<number | undefined>;
    readonly setting: (name: string) => Promise<string | undefined>;
    readonly schemaVersion: () => Promise<SchemaVersion>;
    readonly count: (of: Counted) => Promise<number>;
};
declare type StoredEvent = {
    readonly seq: number;
    readonly digest: Digest;
    readonly type: string;
    readonly at: number;
    readonly envelope: Uint8Array;
};
declare type TombstoneRow = {
    readonly id: Digest;
    readonly digest: Digest;
    readonly at: number;
    readonly kind: "closed" | "unreferenced";
    readonly envelope: Uint8Array;
    readonly agreements: readonly Digest[];
    readonly uploaders: readonly string[];
    readonly readmitted?: Note;
};
declare type TransferRow = {
    readonly id: string;
    readonly kind: "deposit" | "withdrawal";
    readonly tenant: string;
    readonly party: string;
    readonly value: bigint;
    readonly assetCode: string;
    readonly assetScale: number;
    readonly rail: string;
    readonly reference: string;
    readonly status: "pending" | "done" | "returned";
    readonly entry: Digest;
    readonly createdAt: number;
};
declare type TrustRow = {
    readonly version: number;
    readonly issuedAt: number;
    readonly envelope?: Uint8Array;
};
declare type UploadRow = {
    readonly tenant: string;
    readonly at: number;
};
declare type WrappedKey = {
    readonly key: string;
    readonly wrapped: Uint8Array;
};
declare type Written = {
    readonly ok: true;
} | {
    readonly ok: false;
    readonly conflict: Conflict;
};
export {};
