// Locked declarations of @settld/server/testing; written by `pnpm contract:write`.
import { AgreementState } from "@settld/kernel";
import { Amount as Amount__2 } from "@settld/protocol";
import { Amount } from "@settld/protocol";
import { CryptoPort } from "@settld/protocol";
import { Digest } from "@settld/protocol";
import { ParsedEnvelope } from "@settld/protocol";
import { Rejection } from "@settld/kernel";
import { Signer as Signer__2 } from "@settld/protocol";
import { Signer } from "@settld/protocol";
import { SignerRule } from "@settld/verifier";
import { TrustDocument } from "@settld/protocol";
import { TrustedKey } from "@settld/verifier";
import { VerifyingKey } from "@settld/protocol";
export declare type PartyRow = {
    readonly id: string;
    readonly tenant: string;
    readonly roles: TrustDocument["parties"][number]["roles"];
    readonly keys: TrustDocument["parties"][number]["keys"];
};
export declare type TestParty = {
    readonly id: string;
    readonly signer: Signer;
    readonly tenant: string;
    readonly apiKey: string;
};
export declare type TestServer = {
    readonly url: string;
    readonly server: Server;
    readonly time: TestTime;
    readonly settler: string;
    readonly registryKey: Uint8Array;
    readonly operatorKey: string;
    readonly party: (name: string, role: PartyRow["roles"][number], tenant?: string) => Promise<TestParty>;
    readonly deposit: (party: string, amount: Amount) => Promise<void>;
    readonly advance: (ms: number) => Promise<void>;
    readonly close: () => Promise<void>;
};
export declare type TestServerOptions = {
    readonly now?: number;
    readonly limits?: Partial<Limits>;
    readonly store?: Store;
    readonly server?: Partial<Omit<ServerOptions, "store" | "limits">>;
};
export declare type TestTime = Waiting & {
    readonly advanceTo: (time: number) => void;
    readonly advance: (ms: number) => void;
};
export declare function startTestServer(options?: TestServerOptions): Promise<TestServer>;
export declare function testSigner(name: string): Promise<Signer>;
export declare function testTime(start: number): TestTime;
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
    payOut({ id, payload, attempts }: OutboxCommand, ending: AbortSignal): Promise<void>;
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
    state(id: Digest, keeps?: boolean): Promise<AgreementState | undefined>;
    keep(state: AgreementState, appended: readonly StoredEvent[]): void;
    forget(id: Digest): void;
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
declare type Change = {
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
declare type Conflict = {
    readonly kind: "answered";
} | {
    readonly kind: "stale";
} | {
    readonly kind: "insufficient";
    readonly account: BookAccount;
};
declare type Counted = "agreements" | "events" | "receipts" | "roles" | "references" | "accounts" | "transactions" | "postings" | "accountLogs" | "entries" | "transfers" | "commands";
declare type DueAgreement = {
    readonly id: Digest;
    readonly due: number;
};
declare type EvidenceRow = {
    readonly digest: Digest;
    readonly size: number;
    readonly createdAt: number;
};
declare class Holds {
    constructor(store: Pick<Store, "balance">);
    with<T>(account: BookAccount, value: bigint, refuse: (balance: bigint) => Promise<T>, work: () => Promise<T>): Promise<T>;
    get size(): number;
}
declare type Keep = (transfer: TransferRow) => KeptAnswer;
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
declare type Limits = {
    readonly bodyBytes: number;
    readonly evidenceBytes: number;
    readonly requestsPerSecond: number;
    readonly requestsBurst: number;
    readonly bodyMs: number;
    readonly partiesBytes: number;
};
declare type OutboxCommand = {
    readonly id: string;
    readonly kind: "payout";
    readonly payload: string;
    readonly due: number;
    readonly attempts: number;
};
declare class OwnKeys {
    constructor(trust: Pick<TrustBook, "key">, signers: readonly Signer__2[]);
    find(rule: SignerRule, at: number, pointer: string): Promise<Signer__2 | Rejection>;
    get(rule: SignerRule, at: number): Promise<Signer__2>;
}
declare type Page = {
    readonly limit: number;
    readonly after?: string;
};
declare type PartyRole = {
    readonly party: string;
    readonly role: "buyer" | "seller" | "settler" | "arbiter" | "checker";
};
declare type Payout = {
    readonly id: Digest;
    readonly party: string;
    readonly amount: Amount__2;
    readonly destination: string;
};
declare type PayoutResult = {
    readonly status: "paid";
} | {
    readonly status: "refused";
    readonly reason: string;
};
declare class Payouts {
    constructor(accounts: Accounts, waiting: Waiting, onError: (error: unknown) => void);
    wake(): void;
    run(): Promise<void>;
    close(): Promise<void>;
}
declare type Rail = {
    readonly name: string;
    readonly pay: (payout: Payout, signal: AbortSignal) => Promise<PayoutResult>;
};
declare type RegistryChange = {
    readonly trust: TrustRow;
    readonly parties: readonly PartyRow[];
    readonly replace: boolean;
};
declare type RequestRecord = {
    readonly request: string;
    readonly method: string;
    readonly path: string;
    readonly operation: string | undefined;
    readonly tenant: string | undefined;
    readonly status: number;
    readonly code: string | undefined;
    readonly ms: number;
    readonly error: unknown;
};
declare type Server = {
    readonly services: Services;
    readonly fetch: (request: Request, address?: string) => Promise<Response>;
    readonly close: () => Promise<void>;
};
declare type ServerOptions = {
    readonly store: Store;
    readonly settler: {
        readonly id: string;
        readonly signer: Signer__2;
        readonly oldSigners?: readonly Signer__2[];
    };
    readonly registry: {
        readonly id: string;
        readonly signer: Signer__2;
    } | {
        readonly publicKey: Uint8Array;
    };
    readonly rail?: Rail;
    readonly railMs?: number;
    readonly limits?: Partial<Limits>;
    readonly signerMs?: number;
    readonly waiting?: Waiting;
    readonly crypto?: CryptoPort;
    readonly allowTestKeys?: boolean;
    readonly onRequest?: (record: RequestRecord) => void;
    readonly onError?: (error: unknown) => void;
};
declare type Services = {
    readonly store: Store;
    readonly settler: Settler;
    readonly trust: TrustBook;
    readonly accounts: Accounts;
    readonly timers: Timers;
    readonly payouts: Payouts;
    readonly crypto: CryptoPort;
    readonly limits: Limits;
    readonly settlerKeys: readonly Uint8Array[];
    readonly registryKey: Uint8Array | undefined;
    readonly clock: () => number;
};
declare class Settler {
    readonly id: string;
    readonly log: AgreementLog;
    constructor(options: SettlerOptions);
    submit(envelope: ParsedEnvelope, into: Digest | undefined, { mayAct, sizeOf }: Submitter, { keep, check }?: AdmitOptions): Promise<Admission>;
    fund(agreement: Digest, funding: {
        readonly rail: string;
        readonly reference: string;
    } | undefined, { keep, check }?: AdmitOptions): Promise<Admission>;
    react(agreement: Digest): Promise<number>;
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
declare type Store = StoreReads & {
    readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
    readonly write: (change: Change) => Promise<Written>;
    readonly snapshot: <T>(work: (reads: StoreReads) => Promise<T>) => Promise<T>;
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
    readonly revokeApiKey: (id: string, at: number) => Promise<ApiKeyRow | undefined>;
    readonly putSetting: (name: string, value: string) => Promise<void>;
    readonly close: () => Promise<void>;
};
declare type StoreReads = {
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
    readonly references: (agreement: Digest, digest: Digest) => Promise<boolean>;
    readonly apiKey: (hash: Digest) => Promise<ApiKeyRow | undefined>;
    readonly listApiKeys: (tenant: string | undefined, page: Page) => Promise<readonly ApiKeyRow[]>;
    readonly party: (id: string) => Promise<PartyRow | undefined>;
    readonly partyOfKey: (thumbprint: string) => Promise<PartyRow | undefined>;
    readonly parties: (tenant: string | undefined, page: Page) => Promise<readonly PartyRow[]>;
    readonly trust: () => Promise<TrustRow | undefined>;
    readonly registryVersion: () => Promise<number | undefined>;
    readonly setting: (name: string) => Promise<string | undefined>;
    readonly count: (of: Counted) => Promise<number>;
};
declare type StoredEvent = {
    readonly seq: number;
    readonly digest: Digest;
    readonly type: string;
    readonly at: number;
    readonly envelope: Uint8Array;
};
declare type Submitter = {
    readonly mayAct: (party: string) => Promise<boolean>;
    readonly sizeOf: (digest: Digest) => Promise<number | undefined>;
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
    readonly amount: Amount__2;
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
    key(keyid: string): Promise<ActingKey | undefined>;
    expiresAt(): Promise<number | undefined>;
    tenantOf(party: string): Promise<string | undefined>;
    partiesOf(tenant: string): Promise<readonly string[]>;
    register(parties: readonly PartyRow[], answer?: KeptAnswer): Promise<void>;
    adopt(document: TrustDocument, envelope: Uint8Array, tenantOf: (party: string) => string): Promise<void>;
    signed(parties: readonly string[]): Promise<Uint8Array | undefined>;
}
declare type TrustBookOptions = {
    readonly store: Store;
    readonly registry: string;
    readonly signer?: Signer__2;
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
declare type Waiting = {
    readonly now: () => number;
    readonly at: (time: number, call: () => void) => () => void;
};
declare type Written = {
    readonly ok: true;
} | {
    readonly ok: false;
    readonly conflict: Conflict;
};
export {};
