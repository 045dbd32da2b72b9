// Locked declarations of @settld/server; written by `pnpm contract:write`.
import { AgreementState } from "@settld/kernel";
import { Amount } from "@settld/protocol";
import { Code } from "@settld/protocol";
import { Counter } from "prom-client";
import { CryptoPort as CryptoPort__2 } from "@settld/protocol";
import { CryptoPort } from "@settld/protocol";
import { Digest as Digest__2 } from "@settld/protocol";
import { Digest as Digest__3 } from "@settld/protocol";
import { Digest } from "@settld/protocol";
import { Gauge } from "prom-client";
import { Histogram } from "prom-client";
import { Instant } from "@settld/protocol";
import { Name } from "@settld/protocol";
import { ParsedEnvelope as ParsedEnvelope__2 } from "@settld/protocol";
import { ParsedEnvelope } from "@settld/protocol";
import { Registry } from "prom-client";
import { Rejection } from "@settld/kernel";
import { Signer as Signer__2 } from "@settld/protocol";
import { Signer } from "@settld/protocol";
import { SignerRule } from "@settld/verifier";
import { Text } from "@settld/protocol";
import { TombstonePayload } from "@settld/protocol";
import { TrustDocument as TrustDocument__2 } from "@settld/protocol";
import { TrustDocument } from "@settld/protocol";
import { TrustedKey } from "@settld/verifier";
import { VerifyingKey } from "@settld/protocol";
export declare type ApiKeyRow = {
    readonly hash: Digest;
    readonly id: string;
    readonly tenant: string;
    readonly scopes: readonly string[];
    readonly name: string;
    readonly createdAt: number;
    readonly revokedAt?: number;
};
export declare type Applied = Readonly<Record<AppliedItem["result"], number>> & {
    readonly bytes: number;
    readonly finished: number;
};
export declare type AppliedItem = {
    readonly digest: Digest__3;
    readonly size: number;
    readonly result: "purged" | "gone" | "changed" | "held";
};
export declare type ApplyOptions = {
    readonly store: Store;
    readonly signer: TombstoneSigner;
    readonly clock: () => number;
    readonly plan?: Digest__3;
    readonly dryRun?: boolean;
    readonly onItem?: (item: AppliedItem) => void;
};
export declare type AuditOptions = Omit<ReconcileOptions, "crypto"> & {
    readonly crypto?: CryptoPort__2;
};
export declare type AuditReport = Omit<Audit, "object" | "at">;
export declare const DAYS_MAX = 36500;
export declare const DEFAULT_LIMITS: Limits;
export declare type ExportFile = {
    readonly path: string;
    readonly chunks: AsyncIterable<Uint8Array>;
    readonly agreement?: {
        readonly id: Digest__3;
        readonly closed: boolean;
    };
};
export declare type ExportOptions = {
    readonly store: Store;
    readonly settler: string;
    readonly registry?: {
        readonly id: string;
        readonly signer: Signer__2;
    };
    readonly now: number;
};
export declare type HoldRow = {
    readonly id: string;
    readonly kind: "agreement" | "tenant" | "digest";
    readonly target: string;
    readonly reason: string;
    readonly by: string;
    readonly at: number;
    readonly released?: Note;
};
export declare type KeepReason = {
    readonly reason: "hold" | "open" | "dispute" | "young" | "recent" | "no-rule" | "many";
    readonly agreement?: Digest__3;
    readonly tenant?: string;
    readonly hold?: string;
    readonly until?: string;
};
export declare type KeyDebt = {
    readonly old: number;
    readonly plain: number;
    readonly needed: readonly string[];
};
export declare type KeyEncryption = {
    readonly current: string;
    readonly has: (key: string) => boolean;
    readonly lost?: readonly string[];
    readonly wrap: (dataKey: Uint8Array, context: Uint8Array) => Promise<WrappedKey>;
    readonly unwrap: (wrapped: WrappedKey, context: Uint8Array) => Promise<Uint8Array>;
};
export declare type KeyRing = KeyEncryption & {
    readonly ids: readonly string[];
    readonly lost: readonly string[];
};
export declare type Limits = {
    readonly bodyBytes: number;
    readonly evidenceBytes: number;
    readonly requestsPerSecond: number;
    readonly requestsBurst: number;
    readonly bodyMs: number;
    readonly partiesBytes: number;
};
export declare type ListenOptions = {
    readonly host?: string;
    readonly port?: number;
    readonly stalledMs?: number;
};
export declare type Listening = {
    readonly url: string;
    readonly close: (graceMs?: number) => Promise<void>;
};
export declare const PARTS: readonly [
    "store",
    "migrations",
    "signer",
    "running"
];
export declare type Part = (typeof PARTS)[number];
export declare type PartyRow = {
    readonly id: string;
    readonly tenant: string;
    readonly roles: TrustDocument["parties"][number]["roles"];
    readonly keys: TrustDocument["parties"][number]["keys"];
};
export declare type Payout = {
    readonly id: Digest__2;
    readonly party: string;
    readonly amount: Amount;
    readonly destination: string;
};
export declare type PayoutResult = {
    readonly status: "paid";
} | {
    readonly status: "refused";
    readonly reason: string;
};
export declare type PlanOptions = {
    readonly settler: string;
    readonly rule: RetentionRule;
    readonly now: number;
    readonly listKept?: boolean;
};
export declare type Rail = {
    readonly name: string;
    readonly pay: (payout: Payout, signal: AbortSignal) => Promise<PayoutResult>;
};
export declare type Readiness = Readonly<Record<Part, string | undefined>>;
export declare type RequestRecord = {
    readonly request: string;
    readonly trace: string | undefined;
    readonly method: string;
    readonly path: string;
    readonly operation: string | undefined;
    readonly tenant: string | undefined;
    readonly status: number;
    readonly code: string | undefined;
    readonly ms: number;
    readonly replayed: boolean;
    readonly error: unknown;
};
export declare type RetentionPlan = {
    readonly v: string;
    readonly object: "retention_plan";
    readonly settler: string;
    readonly at: string;
    readonly rule: RetentionRule;
    readonly purge: readonly PlannedPurge[];
    readonly keep: readonly PlannedKeep[];
};
export declare type RetentionRule = {
    readonly closedDays?: number;
    readonly unreferencedDays?: number;
};
export declare type RewrapOptions = {
    readonly dryRun?: boolean;
    readonly onProgress?: (objects: number) => void;
};
export declare type RewrapReport = {
    readonly before: KeyDebt;
    readonly after: KeyDebt;
    readonly sealed: number;
    readonly rewrapped: number;
    readonly failed: readonly {
        readonly digest: Digest__3;
        readonly code: Code;
        readonly message: string;
    }[];
};
export declare const SCOPES: readonly [
    "agreements:read",
    "agreements:write",
    "evidence:read",
    "evidence:write",
    "money:read",
    "money:write",
    "parties:write",
    "messages:read",
    "webhooks:write",
    "operator"
];
export declare type Scope = (typeof SCOPES)[number];
export declare type Server = {
    readonly services: Services;
    readonly fetch: (request: Request, address?: string) => Promise<Response>;
    readonly ready: () => Promise<Readiness>;
    readonly metrics: () => Promise<string>;
    readonly drain: () => void;
    readonly endStreams: () => void;
    readonly close: () => Promise<void>;
};
export declare type ServerOptions = {
    readonly store: Store;
    readonly settler: {
        readonly id: string;
        readonly signer: Signer;
        readonly oldSigners?: readonly Signer[];
    };
    readonly registry: {
        readonly id: string;
        readonly signer: Signer;
    } | {
        readonly publicKey: Uint8Array;
    };
    readonly rail?: Rail;
    readonly railMs?: number;
    readonly holdPayouts?: boolean;
    readonly limits?: Partial<Limits>;
    readonly signerMs?: number;
    readonly waiting?: Waiting;
    readonly crypto?: CryptoPort;
    readonly allowTestKeys?: boolean;
    readonly retention?: RetentionRule;
    readonly onRequest?: (record: RequestRecord) => void;
    readonly webhooks?: WebhookOptions;
    readonly figuresMs?: number;
    readonly onError?: (error: unknown) => void;
};
export declare type SqliteStoreOptions = {
    readonly folder: string;
    readonly mode: "serve" | "admin";
    readonly evidenceKeys?: KeyEncryption | undefined;
};
export declare type Store = StoreReads & MessageStore & {
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
export declare type TombstoneRow = {
    readonly id: Digest;
    readonly digest: Digest;
    readonly at: number;
    readonly kind: "closed" | "unreferenced";
    readonly envelope: Uint8Array;
    readonly agreements: readonly Digest[];
    readonly uploaders: readonly string[];
    readonly readmitted?: Note;
};
export declare type TombstoneSigner = {
    readonly id: string;
    readonly keys: OwnKeys;
    readonly crypto: CryptoPort__2;
};
export declare type Waiting = {
    readonly now: () => number;
    readonly at: (time: number, call: () => void) => () => void;
};
export declare type WebhookOptions = {
    readonly allowLoopback?: boolean;
    readonly refuse?: readonly string[];
    readonly timeoutMs?: number;
    readonly endpointsMax?: number;
    readonly keptMs?: number;
    readonly pollMs?: number;
    readonly poster?: Poster;
    readonly random?: () => number;
};
export declare type WrappedKey = {
    readonly key: string;
    readonly wrapped: Uint8Array;
};
export declare function apiKeyView({ id, tenant, scopes, name, createdAt, revokedAt }: ApiKeyRow): ApiKey;
export declare function applyRetention({ rule, purge }: Pick<RetentionPlan, "rule" | "purge">, options: ApplyOptions): Promise<Applied>;
export declare function auditStore(store: Pick<Store, "snapshot">, { crypto, ...options }: AuditOptions): Promise<AuditReport>;
export declare function backUpSqliteStore(folder: string, out: string): Promise<StoreCopy>;
export declare function createServer(options: ServerOptions): Promise<Server>;
export declare function exportStore(options: ExportOptions, write: (file: ExportFile) => Promise<void>): Promise<{
    readonly agreements: number;
    readonly parties: number;
    readonly accountLogs: number;
}>;
export declare function listen(server: Pick<Server, "fetch">, { host, port, stalledMs }?: ListenOptions): Promise<Listening>;
export declare function listenMetrics(server: Pick<Server, "metrics">, { host, port }?: ListenOptions): Promise<Listening>;
export declare function newApiKey(tenant: string, scopes: readonly Scope[], name: string, now: number): {
    readonly key: string;
    readonly row: ApiKeyRow;
};
export declare function newEvidenceKey(): {
    readonly id: string;
    readonly line: string;
};
export declare function noteAudit(store: Pick<Store, "putSetting">, report: AuditReport, at: number): Promise<void>;
export declare function openMemoryStore(evidenceKeys?: KeyEncryption): Promise<Store>;
export declare function openSqliteStore({ folder, mode, evidenceKeys: keys }: SqliteStoreOptions): Promise<Store>;
export declare function planBytes(plan: RetentionPlan): Uint8Array;
export declare function planRetention(store: Pick<Store, "snapshot">, options: PlanOptions): Promise<RetentionPlan>;
export declare function readKeyRing(text: string, where: string): Promise<KeyRing>;
export declare function readPlan(bytes: Uint8Array, crypto: CryptoPort__2): {
    readonly plan: RetentionPlan;
    readonly digest: Digest__3;
};
export declare function readTombstone(bytes: Uint8Array): {
    readonly envelope: ParsedEnvelope;
    readonly payload: TombstonePayload;
};
export declare const realTime: Waiting;
export declare function rewrapStore(store: Store, keys: KeyEncryption, { dryRun, onProgress }?: RewrapOptions): Promise<RewrapReport>;
export declare function rollBackSqliteStore(folder: string, to: number): Promise<readonly number[]>;
export declare function testRail(): Rail & {
    readonly paid: ReadonlyMap<Digest__2, Payout>;
};
export declare function tombstoneSigner(store: Store, { id, signer, clock }: {
    readonly id: string;
    readonly signer: Signer__2;
    readonly clock: () => number;
}, crypto?: CryptoPort__2): TombstoneSigner;
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
declare class Accounts {
    constructor(options: AccountsOptions);
    deposit(transfer: Transfer, keep?: Keep): Promise<{
        readonly row: TransferRow;
        readonly known: boolean;
    }>;
    withdraw(transfer: Transfer, keep?: Keep): Promise<TransferRow>;
    duePayouts(limit: number): Promise<readonly OutboxCommand[]>;
    duePayout(id: string): Promise<OutboxCommand | undefined>;
    get jobs(): Jobs | undefined;
    payOut({ id }: OutboxCommand, ending: AbortSignal): Promise<void>;
}
declare type AccountsOptions = {
    readonly store: Store;
    readonly crypto: CryptoPort;
    readonly id: string;
    readonly keys: OwnKeys;
    readonly rail: Rail;
    readonly holds: Holds;
    readonly waiting: Waiting;
    readonly railMs: number;
    readonly onError: (error: unknown) => void;
};
declare type ActingKey = TrustedKey & {
    readonly opened: VerifyingKey | Uint8Array;
};
declare type AddressPolicy = {
    readonly isPublic: (address: string) => boolean;
    readonly isLoopback: (address: string) => boolean;
};
declare type Admission = {
    readonly event: StoredEvent;
    readonly appended: readonly StoredEvent[];
    readonly state: AgreementState;
    readonly updatedAt: number;
    readonly due: number | undefined;
    readonly known: boolean;
};
declare type AdmitOptions = {
    readonly keep?: ((admission: Admission) => KeptAnswer) | undefined;
    readonly check?: ((state: AgreementState) => void) | undefined;
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
declare class AgreementLog {
    constructor(store: Pick<Store, "agreement" | "events">, bytesMax?: number);
    state(of: Digest__2 | AgreementRow, keeps?: boolean): Promise<AgreementState | undefined>;
    keep(state: AgreementState, appended: readonly StoredEvent[]): void;
    forget(id: Digest__2): void;
}
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
declare type ApiKey = {
    readonly object: "api_key";
    readonly id: ApiKeyId;
    readonly tenant: Name;
    readonly scopes: readonly Scope__2[];
    readonly name: Text;
    readonly createdAt: Instant;
    readonly revokedAt: Instant | null;
};
declare type ApiKeyId = string;
declare type Audit = {
    readonly object: "audit";
    readonly ok: boolean;
    readonly at: Instant;
    readonly agreements: number;
    readonly events: number;
    readonly entries: number;
    readonly transactions: number;
    readonly accounts: number;
    readonly findings: readonly AuditFinding[];
};
declare type AuditFinding = {
    readonly code: "STORE_RECONCILIATION";
    readonly what: "log" | "signature" | "role" | "evidence" | "receipt" | "entry" | "transfer" | "payout" | "transaction" | "balance" | "sum";
    readonly where: string;
    readonly message: string;
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
declare class Deliveries {
    constructor(options: DeliveriesOptions);
    start(): Promise<void>;
    wake(): void;
    run(): Promise<void>;
    close(): Promise<void>;
}
declare type DeliveriesOptions = {
    readonly store: Store;
    readonly waiting: Waiting;
    readonly poster: Poster;
    readonly policy: AddressPolicy;
    readonly allowLoopback: boolean;
    readonly timeoutMs: number;
    readonly random: () => number;
    readonly onError: (error: unknown) => void;
};
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
declare type EndpointChange = {
    readonly url?: string;
    readonly types?: readonly string[] | null;
    readonly description?: string | null;
    readonly status?: "enabled" | "disabled";
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
declare class Endpoints {
    constructor(options: EndpointsOptions);
    create(input: NewEndpoint, keep: Keep__2): Promise<EndpointRow>;
    update(before: EndpointRow, change: EndpointChange, keep: Keep__2): Promise<EndpointRow>;
    rotate(before: EndpointRow, { secret: brought, overlapMs, }: {
        readonly secret?: string | undefined;
        readonly overlapMs?: number | undefined;
    }, keep: Keep__2): Promise<EndpointRow>;
}
declare type EndpointsOptions = {
    readonly store: Store;
    readonly clock: () => number;
    readonly policy: AddressPolicy;
    readonly allowLoopback: boolean;
    readonly ownKeys: ReadonlySet<string>;
    readonly endpointsMax: number;
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
declare class Feed {
    constructor(options: FeedOptions);
    wake(): void;
    placeBefore(feed: string, since: number): Promise<number>;
    expectPlace(feed: string, place: number): Promise<void>;
    stream({ feed, after, since, types, mayRead, signal }: StreamQuery): AsyncGenerator<string, void, undefined>;
}
declare type FeedMessage = Pick<NewMessage, "id" | "type" | "at" | "data"> & {
    readonly place: number;
};
declare type FeedOptions = {
    readonly store: Store;
    readonly waiting: Waiting;
    readonly ending: AbortSignal;
    readonly pollMs: number;
};
declare type FeedQuery = {
    readonly after: number;
    readonly limit: number;
};
declare type FeedRange = {
    readonly first: number;
    readonly last: number;
};
declare class Holds {
    constructor(store: Pick<Store, "balance">);
    with<T>(account: BookAccount, value: bigint, refuse: (balance: bigint) => Promise<T>, work: () => Promise<T>): Promise<T>;
    get size(): number;
}
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
declare type Keep = (transfer: TransferRow) => KeptAnswer;
declare type Keep__2 = (row: EndpointRow) => Promise<KeptAnswer | undefined>;
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
declare class Metrics {
    readonly registry: Registry;
    readonly requests: Counter<"operation" | "status">;
    readonly requestSeconds: Histogram<"operation">;
    readonly requestsRunning: Gauge;
    readonly streams: Gauge;
    readonly idempotency: Counter<"outcome">;
    readonly settlementSeconds: Histogram<"since">;
    readonly admissionSeconds: Histogram<"step">;
    readonly storeSeconds: Histogram<"kind">;
    readonly storeErrors: Counter<"kind">;
    readonly storeConflicts: Counter<"kind">;
    readonly storeRetries: Counter<"reason">;
    readonly signerSeconds: Histogram<"role">;
    readonly signerErrors: Counter<"role">;
    readonly railSeconds: Histogram<"outcome">;
    readonly deliveries: Counter<"outcome">;
    readonly faults: Counter;
    readonly ready: Gauge<"part">;
    readonly agreements: Gauge<"status">;
    readonly timersDue: Gauge;
    readonly timersLag: Gauge;
    readonly outbox: Gauge<"kind">;
    readonly outboxAge: Gauge<"kind">;
    readonly outboxDead: Gauge<"kind">;
    readonly imbalance: Gauge;
    readonly negative: Gauge;
    readonly escrowLeft: Gauge;
    readonly reconciledAt: Gauge;
    readonly findings: Gauge;
    readonly trustExpires: Gauge<"source">;
    readonly keyAllowed: Gauge;
    readonly storeBytes: Gauge<"part">;
    readonly figuresAt: Gauge;
    constructor();
    text(): Promise<string>;
    close(): void;
}
declare type NewEndpoint = {
    readonly tenant: string;
    readonly isOperator: boolean;
    readonly url: string;
    readonly types?: readonly string[];
    readonly description?: string;
    readonly scheme?: Scheme;
    readonly secret?: string;
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
declare class OwnKeys {
    constructor(trust: Pick<TrustBook, "key">, signers: readonly Signer[]);
    find(rule: SignerRule, at: number, pointer: string): Promise<Signer | Rejection>;
    get(rule: SignerRule, at: number): Promise<Signer>;
}
declare type Page = {
    readonly limit: number;
    readonly after?: string;
};
declare type PartyRole = {
    readonly party: string;
    readonly role: "buyer" | "seller" | "settler" | "arbiter" | "checker";
};
declare class Payouts {
    constructor(accounts: Accounts, waiting: Waiting, onError: (error: unknown) => void, isHeld?: boolean);
    start(): Promise<void>;
    wake(): void;
    run(): Promise<void>;
    close(): Promise<void>;
}
declare type Pending = {
    readonly count: number;
    readonly oldest: number | undefined;
    readonly dead: number;
};
declare type PlannedKeep = {
    readonly digest: Digest__3;
    readonly size: number;
    readonly why: readonly KeepReason[];
};
declare type PlannedPurge = {
    readonly digest: Digest__3;
    readonly size: number;
    readonly kind: "closed" | "unreferenced";
    readonly since: string;
    readonly agreements: readonly Digest__3[];
    readonly uploads: readonly {
        readonly tenant: string;
        readonly at: string;
    }[];
};
declare type Post = {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
};
declare type Posted = {
    readonly status: number;
    readonly retryAfterMs?: number;
};
declare type Poster = {
    readonly post: (post: Post) => Promise<Posted>;
    readonly close: () => void;
};
declare type Purge = {
    readonly digest: Digest;
    readonly agreements: readonly Digest[];
    readonly uploads: readonly UploadRow[];
    readonly tombstones: readonly TombstoneRow[];
};
declare type ReconcileOptions = {
    readonly settler: string | undefined;
    readonly now: number;
    readonly crypto: CryptoPort__2;
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
declare type Scheme = "v1" | "v1a";
declare type Scope__2 = "agreements:read" | "agreements:write" | "evidence:read" | "evidence:write" | "money:read" | "money:write" | "parties:write" | "messages:read" | "webhooks:write" | "operator";
declare type Services = {
    readonly store: Store;
    readonly settler: Settler;
    readonly trust: TrustBook;
    readonly accounts: Accounts;
    readonly timers: Timers;
    readonly payouts: Payouts;
    readonly feed: Feed;
    readonly deliveries: Deliveries;
    readonly endpoints: Endpoints;
    readonly crypto: CryptoPort;
    readonly limits: Limits;
    readonly metrics: Metrics;
    readonly ready: () => Promise<Readiness>;
    readonly ending: AbortSignal;
    readonly settlerKeys: readonly Uint8Array[];
    readonly registryKey: Uint8Array | undefined;
    readonly clock: () => number;
};
declare class Settler {
    readonly id: string;
    readonly log: AgreementLog;
    constructor(options: SettlerOptions);
    submit(envelope: ParsedEnvelope__2, into: Digest__2 | undefined, { mayAct, maySee, sizeOf }: Submitter, { keep, check }?: AdmitOptions): Promise<Admission>;
    fund(agreement: Digest__2, funding: {
        readonly rail: string;
        readonly reference: string;
    } | undefined, { keep, check }?: AdmitOptions): Promise<Admission>;
    react(agreement: Digest__2): Promise<number>;
}
declare type SettlerOptions = {
    readonly store: Store;
    readonly trust: TrustBook;
    readonly holds: Holds;
    readonly crypto: CryptoPort;
    readonly id: string;
    readonly keys: OwnKeys;
    readonly clock: () => number;
};
declare type StoreCopy = {
    readonly version: number;
    readonly bytes: number;
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
declare type StreamQuery = {
    readonly feed: string;
    readonly after: number;
    readonly since?: number;
    readonly types?: ReadonlySet<string>;
    readonly mayRead: () => Promise<boolean>;
    readonly signal: AbortSignal;
};
declare type Submitter = {
    readonly mayAct: (party: string) => Promise<boolean>;
    readonly maySee: (agreement: Digest__2) => Promise<boolean>;
    readonly sizeOf: (digest: Digest__2) => Promise<number | undefined>;
};
declare class Timers {
    constructor(store: Store, settler: Settler, waiting: Waiting, onError: (error: unknown) => void);
    start(): Promise<void>;
    expect(time: number | undefined): void;
    run(): Promise<void>;
    close(): Promise<void>;
}
declare type Transfer = {
    readonly id: string;
    readonly tenant: string;
    readonly party: string;
    readonly amount: Amount;
    readonly reference: string;
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
declare class TrustBook {
    constructor(options: TrustBookOptions);
    get signs(): boolean;
    get registry(): string;
    within<T>(work: () => Promise<T>): Promise<T>;
    key(keyid: string): Promise<ActingKey | undefined>;
    expiresAt(): Promise<number | undefined>;
    tenantOf(party: string): Promise<string | undefined>;
    partiesOf(tenant: string): Promise<readonly string[]>;
    register(parties: readonly PartyRow[], answer?: KeptAnswer): Promise<void>;
    adopt(document: TrustDocument__2, envelope: Uint8Array, tenantOf: (party: string) => string): Promise<void>;
    signed(parties: readonly string[]): Promise<Uint8Array | undefined>;
}
declare type TrustBookOptions = {
    readonly store: Store;
    readonly registry: string;
    readonly signer?: Signer;
    readonly settler: {
        readonly id: string;
    };
    readonly clock: () => number;
    readonly crypto?: CryptoPort;
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
declare type Written = {
    readonly ok: true;
} | {
    readonly ok: false;
    readonly conflict: Conflict;
};
export {};
