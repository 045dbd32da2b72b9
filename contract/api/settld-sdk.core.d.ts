// Locked declarations of @settld/sdk/core; written by `pnpm contract:write`.
export { Client as Settld };
export { ConnectionOptions as SettldOptions };
export declare type Account = {
    readonly object: "account";
    readonly id: AccountId;
    readonly kind: AccountKind;
    readonly owner: string;
    readonly balance: Money;
};
export declare type AccountEntry = {
    readonly object: "account_entry";
    readonly seq: number;
    readonly type: "deposit.credited" | "withdrawal.debited" | "withdrawal.returned";
    readonly digest: Digest;
    readonly envelope: AccountEnvelope;
};
export declare type AccountEntryList = {
    readonly object: "list";
    readonly data: readonly AccountEntry[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type AccountEnvelope = {
    readonly payload: string;
    readonly payloadType: "application/vnd.settld.account+json";
    readonly signatures: readonly AccountSignature[];
};
export declare type AccountId = string;
export declare type AccountKind = "available" | "escrow" | "holdback" | "fee" | "rail";
export declare type AccountList = {
    readonly object: "list";
    readonly data: readonly Account[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type AccountSignature = {
    readonly keyid: Thumbprint;
    readonly sig: string;
};
export declare class Accounts {
    constructor(api: Connection);
    list(query?: AccountsListQuery, options?: RequestOptions): List<Account>;
    retrieve(account: string, options?: RequestOptions): Promise<Account>;
    transactions(account: string, query?: AccountsListTransactionsQuery, options?: RequestOptions): List<Transaction>;
    entries(account: string, query?: AccountsListEntriesQuery, options?: RequestOptions): List<LogEntry>;
}
export declare type AccountsListEntriesQuery = {
    readonly from?: number;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type AccountsListQuery = {
    readonly owner?: string;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type AccountsListTransactionsQuery = {
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type AddPartyKey = Omit<AddPartyKey__2, "jwk" | "proof"> & {
    readonly key: PartyKeyInput;
};
export declare type Admission = {
    readonly object: "admission";
    readonly event: EventReference;
    readonly appended: readonly AgreementEvent[];
    readonly agreement: Agreement;
};
export declare type Agreement = {
    readonly object: "agreement";
    readonly id: Digest;
    readonly status: AgreementStatus;
    readonly events: number;
    readonly head: Digest;
    readonly at: Instant;
    readonly due: Instant | null;
    readonly amount: Amount;
    readonly parties: AgreementParties;
    readonly balances: AgreementBalances;
    readonly attempt: number;
    readonly submission: AgreementSubmission | null;
    readonly decision: AgreementDecision | null;
    readonly dispute: Digest | null;
    readonly reason: ("settled" | "cancelled" | "offer-expired" | "unfunded") | null;
    readonly createdAt: Instant;
    readonly updatedAt: Instant;
};
export declare type AgreementBalances = {
    readonly buyer: SignedValue;
    readonly seller: SignedValue;
    readonly escrow: SignedValue;
    readonly holdback: SignedValue;
    readonly fee: SignedValue;
};
export declare type AgreementDecision = {
    readonly digest: Digest;
    readonly gross: Value;
    readonly outcome: "full" | "partial" | "none";
    readonly final: boolean;
};
export declare type AgreementEvent = {
    readonly object: "event";
    readonly seq: number;
    readonly type: EventType;
    readonly digest: Digest;
    readonly envelope: EventEnvelope;
};
export declare type AgreementEventList = {
    readonly object: "list";
    readonly data: readonly AgreementEvent[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type AgreementList = {
    readonly object: "list";
    readonly data: readonly Agreement[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type AgreementMessage = {
    readonly type: EventType;
    readonly timestamp: Instant;
    readonly data: AgreementMessageData;
};
export declare type AgreementMessageData = {
    readonly agreement: Digest;
    readonly seq: number;
    readonly digest: Digest;
    readonly by: PartyId;
    readonly events: number;
    readonly status: AgreementStatus;
};
export declare type AgreementOptions = WriteOptions & {
    readonly ifEvents?: number;
};
export declare type AgreementParties = {
    readonly buyer: PartyId;
    readonly seller: PartyId;
    readonly settler: PartyId;
    readonly arbiter: PartyId | null;
    readonly checkers: {
        readonly [name: string]: PartyId;
    };
};
export declare type AgreementStatus = "offered" | "accepted" | "funded" | "review" | "window" | "disputed" | "closed";
export declare type AgreementSubmission = {
    readonly digest: Digest;
    readonly attempt: number;
    readonly at: Instant;
    readonly reviewBy: Instant;
    readonly items: readonly Item[];
};
export declare class Agreements {
    constructor(api: Connection, evidence: Evidence);
    create(offer: CreateAgreement | Envelope, options?: WriteOptions): Promise<Agreement>;
    prepare(offer: CreateAgreement, options?: RequestOptions): Promise<Envelope>;
    accept(agreement: string, options?: AgreementOptions): Promise<Agreement>;
    cancel(agreement: string, { reason }?: {
        readonly reason?: string;
    }, options?: AgreementOptions): Promise<Agreement>;
    fund(agreement: string, funding?: FundAgreement, options?: AgreementOptions): Promise<Agreement>;
    submit(agreement: string, { files }: {
        readonly files: Files;
    }, options?: AgreementOptions): Promise<Agreement>;
    attest(agreement: string, { submission, requirement, result, }: {
        readonly submission: Digest;
        readonly requirement: string;
        readonly result: {
            readonly [name: string]: unknown;
        };
    }, options?: AgreementOptions): Promise<Agreement>;
    approve(agreement: string, { submission, requirement, approved, ...rest }: {
        readonly submission: Digest;
        readonly requirement?: string;
        readonly approved?: boolean;
    }, options?: AgreementOptions): Promise<Agreement>;
    dispute(agreement: string, { reasonCode, files }: {
        readonly reasonCode: string;
        readonly files?: Files;
    }, options?: AgreementOptions): Promise<Agreement>;
    resolve(agreement: string, { toSeller, reason, }: {
        readonly toSeller: AmountInput;
        readonly reason?: string;
    }, options?: AgreementOptions): Promise<Agreement>;
    append(agreement: string, event: PartyEvent | Envelope, options?: AgreementOptions): Promise<Admission>;
    retrieve(agreement: string, options?: RequestOptions): Promise<Agreement>;
    list(query?: AgreementsListQuery, options?: RequestOptions): List<Agreement>;
    events(agreement: string, query?: AgreementsListEventsQuery, options?: RequestOptions): List<LogEvent>;
    terms(agreement: string, options?: RequestOptions): Promise<AgreementOfferedBody>;
    bundle(agreement: string, query?: AgreementsBundleQuery, options?: RequestOptions): Promise<Bundle>;
    receipt(agreement: string, options?: RequestOptions): Promise<SignedReceipt>;
}
export declare type AgreementsBundleQuery = {
    readonly evidence?: "inline" | "withheld";
};
export declare type AgreementsListEventsQuery = {
    readonly from?: number;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type AgreementsListQuery = {
    readonly status?: AgreementStatus;
    readonly role?: Role;
    readonly party?: PartyId;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type AllOrNothing = {
    readonly kind: "all-or-nothing";
};
export declare type AmountInput = Amount | string;
export declare type ApiKey = {
    readonly object: "api_key";
    readonly id: ApiKeyId;
    readonly tenant: Name;
    readonly scopes: readonly Scope[];
    readonly name: Text;
    readonly createdAt: Instant;
    readonly revokedAt: Instant | null;
};
export declare type ApiKeyId = string;
export declare type ApiKeyList = {
    readonly object: "list";
    readonly data: readonly ApiKey[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare class ApiKeys {
    constructor(api: Connection);
    create(body: CreateApiKey, options?: WriteOptions): Promise<CreatedApiKey>;
    list(query?: KeysListQuery, options?: RequestOptions): List<ApiKey>;
    revoke(key: string, options?: RequestOptions): Promise<ApiKey>;
}
export declare type ApprovalRequirement = {
    readonly id: string;
    readonly kind: "approval";
    readonly onTimeout: "pass" | "fail";
};
export declare type Audit = {
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
export declare type AuditFinding = {
    readonly code: "STORE_RECONCILIATION";
    readonly what: "log" | "signature" | "role" | "evidence" | "receipt" | "entry" | "transfer" | "payout" | "transaction" | "balance" | "sum";
    readonly where: string;
    readonly message: string;
};
export declare class Audits {
    constructor(api: Connection);
    retrieve(options?: RequestOptions): Promise<Audit>;
}
export declare type Bundle = {
    readonly bytes: Uint8Array;
    readonly report: Report | undefined;
};
export declare type CallAnswer<K extends OperationId> = K extends "messages.stream" ? ReadableStream<Uint8Array> : Operations[K]["answer"] extends ReadableStream ? Uint8Array : Operations[K]["answer"];
export declare type CallInput<K extends OperationId> = {
    readonly path?: Readonly<Record<string, string>>;
    readonly query?: (Operations[K] extends {
        readonly query: infer Q;
    } ? Q : Readonly<Record<string, never>>) | undefined;
    readonly body?: Operations[K] extends {
        readonly body: infer B;
    } ? B extends ReadableStream ? Uint8Array | Blob : B : undefined;
    readonly headers?: Readonly<Record<string, string>>;
};
export declare type Caller = {
    readonly object: "caller";
    readonly tenant: Name;
    readonly key: CallerKey;
    readonly parties: readonly PartyId[];
    readonly settler: PartyId;
    readonly limits: Limits;
};
export declare type CallerKey = {
    readonly id: ApiKeyId;
    readonly name: Text;
    readonly scopes: readonly Scope[];
};
export declare type CheckRequirement = {
    readonly id: string;
    readonly kind: "check";
    readonly checker: string;
    readonly item: string;
    readonly pointer: string;
    readonly op: "eq" | "ne" | "lt" | "le" | "gt" | "ge";
    readonly value: number | string | boolean;
};
export declare class Client {
    readonly agreements: Agreements;
    readonly evidence: Evidence;
    readonly accounts: Accounts;
    readonly deposits: Deposits;
    readonly withdrawals: Withdrawals;
    readonly parties: Parties;
    readonly trust: TrustDocuments;
    readonly keys: ApiKeys;
    readonly messages: Messages;
    readonly webhookEndpoints: WebhookEndpoints;
    readonly account: OwnAccount;
    readonly audit: Audits;
    constructor(options: ConnectionOptions, makeChecker?: MakeChecker);
    request<K extends OperationId>(operation: K, input?: CallInput<K>, options?: WriteOptions): Promise<CallAnswer<K>>;
}
export declare type ConnectionOptions = {
    readonly baseUrl: string;
    readonly apiKey: string;
    readonly signer?: Signer | Promise<Signer>;
    readonly party?: string;
    readonly settler?: string;
    readonly fetch?: typeof globalThis.fetch;
    readonly timeout?: number;
    readonly totalTimeout?: number;
    readonly maxRetries?: number;
    readonly onRequest?: (record: RequestRecord) => void;
    readonly platform?: Partial<Platform>;
};
export declare type CreateAgreement = OfferTerms & (Buying | Selling);
export declare type CreateApiKey = {
    readonly tenant: Name;
    readonly scopes: readonly Scope[];
    readonly name: Text;
};
export declare type CreateDeposit = {
    readonly party: PartyId;
    readonly amount: Amount;
    readonly reference: Text;
};
export declare type CreateParty = Omit<CreateParty__2, "keys"> & {
    readonly keys: readonly PartyKeyInput[];
};
export declare type CreateWebhookEndpoint = {
    readonly url: WebhookUrl;
    readonly types?: readonly MessageType[];
    readonly description?: Text;
    readonly scheme?: WebhookScheme;
    readonly secret?: WebhookSecret;
};
export declare type CreateWithdrawal = {
    readonly party: PartyId;
    readonly amount: Amount;
    readonly destination: Text;
};
export declare type CreatedApiKey = {
    readonly object: "api_key";
    readonly id: ApiKeyId;
    readonly tenant: Name;
    readonly scopes: readonly Scope[];
    readonly name: Text;
    readonly createdAt: Instant;
    readonly revokedAt: Instant | null;
    readonly secret: string | null;
};
export declare type CreatedWebhookEndpoint = {
    readonly object: "webhook_endpoint";
    readonly id: WebhookEndpointId;
    readonly tenant: Name;
    readonly audience: "tenant" | "operator";
    readonly url: WebhookUrl;
    readonly types: readonly MessageType[] | null;
    readonly description: Text | null;
    readonly scheme: WebhookScheme;
    readonly publicKey: string | null;
    readonly status: "enabled" | "disabled";
    readonly disabledReason: DisabledReason | null;
    readonly failingSince: Instant | null;
    readonly oldSecretUntil: Instant | null;
    readonly createdAt: Instant;
    readonly secret: string | null;
};
export declare type DeadlineRequirement = {
    readonly id: string;
    readonly kind: "deadline";
    readonly before: Instant;
};
export declare type Delivery = {
    readonly object: "delivery";
    readonly id: DeliveryId;
    readonly endpoint: WebhookEndpointId;
    readonly message: MessageId;
    readonly type: MessageType;
    readonly state: DeliveryState;
    readonly attempts: number;
    readonly nextAttemptAt: Instant | null;
    readonly lastAttemptAt: Instant | null;
    readonly lastStatus: number | null;
    readonly lastError: DeliveryError | null;
    readonly createdAt: Instant;
};
export declare type DeliveryError = "status" | "timeout" | "dns" | "address" | "connection" | "tls";
export declare type DeliveryId = string;
export declare type DeliveryList = {
    readonly object: "list";
    readonly data: readonly Delivery[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type DeliveryState = "pending" | "delivered" | "dead";
export declare type Deposit = {
    readonly object: "deposit";
    readonly id: DepositId;
    readonly party: PartyId;
    readonly amount: Amount;
    readonly rail: Name;
    readonly reference: Text;
    readonly status: TransferStatus;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly createdAt: Instant;
};
export declare type DepositId = string;
export declare type DepositList = {
    readonly object: "list";
    readonly data: readonly Deposit[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type DepositMessage = {
    readonly type: "deposit.booked";
    readonly timestamp: Instant;
    readonly data: DepositMessageData;
};
export declare type DepositMessageData = {
    readonly deposit: DepositId;
    readonly party: PartyId;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly status: TransferStatus;
};
export declare class Deposits {
    constructor(api: Connection);
    create({ amount, ...rest }: Omit<CreateDeposit, "amount"> & {
        readonly amount: AmountInput;
    }, options?: WriteOptions): Promise<Deposit>;
    list(query?: DepositsListQuery, options?: RequestOptions): List<Deposit>;
    retrieve(deposit: string, options?: RequestOptions): Promise<Deposit>;
}
export declare type DepositsListQuery = {
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type DisabledReason = "owner" | "gone" | "failing";
export declare type EndpointMessage = {
    readonly type: "webhook_endpoint.disabled" | "webhook_endpoint.test";
    readonly timestamp: Instant;
    readonly data: EndpointMessageData;
};
export declare type EndpointMessageData = {
    readonly endpoint: WebhookEndpointId;
    readonly reason: DisabledReason | null;
};
export declare type EventEnvelope = Envelope;
export declare type EventReference = {
    readonly seq: number;
    readonly type: EventType;
    readonly digest: Digest;
};
export declare type EventRequest = Envelope;
export declare type EventType = "agreement.offered" | "agreement.accepted" | "agreement.cancelled" | "escrow.funded" | "work.submitted" | "evidence.attested" | "approval.given" | "decision.made" | "settlement.executed" | "dispute.opened" | "dispute.resolved" | "holdback.released" | "agreement.closed";
export declare class Evidence {
    constructor(api: Connection);
    upload(data: FileData, options?: RequestOptions): Promise<StoredEvidence>;
    put({ digest, size }: Pick<Item, "digest" | "size">, body: Uint8Array | Blob, options?: RequestOptions): Promise<StoredEvidence>;
    download(digest: string, options?: RequestOptions): Promise<Uint8Array>;
    tombstone(digest: string, options?: RequestOptions): Promise<EvidenceTombstone>;
    check(digest: string, options?: RequestOptions): Promise<StoredEvidence | undefined>;
}
export declare type EvidenceTombstone = Tombstone & {
    readonly payload: TombstonePayload;
};
export declare type FeedCursor = string;
export declare type FileData = Uint8Array | ArrayBuffer | Blob | string;
export declare type Files = {
    readonly [name: string]: FileData;
} | readonly {
    readonly name: string;
    readonly data: FileData;
    readonly mediaType?: string;
}[];
export declare type FundAgreement = {
    readonly funding?: FundingReference;
};
export declare type FundingReference = {
    readonly rail: Name;
    readonly reference: Text;
};
export declare type Health = {
    readonly status: "ok";
};
export declare type ItemRequirement = {
    readonly id: string;
    readonly kind: "item";
    readonly item: string;
    readonly mediaType: string;
    readonly digest?: Digest;
};
export declare type Jwks = {
    readonly keys: readonly JwksKey[];
};
export declare type JwksKey = {
    readonly kty: "OKP";
    readonly crv: "Ed25519";
    readonly x: string;
    readonly kid: Thumbprint;
    readonly use: "sig";
    readonly alg: "EdDSA";
};
export declare type KeyProof = string;
export declare type KeyRevocation = {
    readonly at: Instant;
    readonly reason: "superseded" | "compromised";
};
export declare type KeysListQuery = {
    readonly tenant?: Name;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type Limits = {
    readonly bodyBytes: number;
    readonly evidenceBytes: number;
    readonly requestsPerSecond: number;
    readonly requestsBurst: number;
};
export declare class List<T> implements AsyncIterable<T>, PromiseLike<Page<T>> {
    constructor(read: (cursor: string | undefined) => Promise<Page<T>>, cursor?: string);
    page(): Promise<Page<T>>;
    then<A = Page<T>, B = never>(onPage?: ((page: Page<T>) => A | PromiseLike<A>) | null, onError?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<A | B>;
    pages(): AsyncGenerator<Page<T>, void, undefined>;
    [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
    toArray({ limit }: {
        readonly limit: number;
    }): Promise<T[]>;
}
export declare type LogEntry = AccountEntry & {
    readonly payload: AccountEntryPayload;
};
export declare type LogEvent = {
    [T in EventPayload["type"]]: AgreementEvent & {
        readonly type: T;
        readonly payload: Extract<EventPayload, {
            readonly type: T;
        }>;
    };
}[EventPayload["type"]];
export declare type Message = AgreementMessage | ReceiptMessage | DepositMessage | WithdrawalMessage | EndpointMessage;
export declare type MessageId = string;
export declare type MessageType = "agreement.offered" | "agreement.accepted" | "agreement.cancelled" | "escrow.funded" | "work.submitted" | "evidence.attested" | "approval.given" | "decision.made" | "settlement.executed" | "dispute.opened" | "dispute.resolved" | "holdback.released" | "agreement.closed" | "receipt.issued" | "deposit.booked" | "withdrawal.created" | "withdrawal.paid" | "withdrawal.returned" | "webhook_endpoint.disabled" | "webhook_endpoint.test";
export declare type MessageTypes = string;
export declare class Messages {
    constructor(api: Connection);
    stream(options?: StreamOptions): AsyncGenerator<StreamedMessage, void, undefined>;
}
export declare type MessagesStreamQuery = {
    readonly cursor?: FeedCursor;
    readonly since?: Instant;
    readonly types?: MessageTypes;
};
export declare type Money = {
    readonly value: SignedValue;
    readonly assetCode: AssetCode;
    readonly assetScale: AssetScale;
};
export declare type NewKey = {
    readonly privateKey: Jwk & {
        readonly d: string;
    };
    readonly publicKey: Jwk;
};
export declare type NewPartyKey = {
    readonly jwk: Jwk;
    readonly proof?: KeyProof;
};
export declare type OfferPolicy = {
    readonly requirements: readonly Requirement[];
    readonly payout?: Payout;
};
export declare type OfferRequest = Envelope;
export declare type OperationId = keyof Operations;
export declare type Operations = {
    readonly "agreements.create": {
        readonly body: OfferRequest;
        readonly answer: Admission;
    };
    readonly "agreements.list": {
        readonly query: AgreementsListQuery;
        readonly answer: AgreementList;
    };
    readonly "agreements.retrieve": {
        readonly answer: Agreement;
    };
    readonly "agreements.listEvents": {
        readonly query: AgreementsListEventsQuery;
        readonly answer: AgreementEventList;
    };
    readonly "agreements.append": {
        readonly body: EventRequest;
        readonly answer: Admission;
    };
    readonly "agreements.fund": {
        readonly body: FundAgreement;
        readonly answer: Admission;
    };
    readonly "agreements.bundle": {
        readonly query: AgreementsBundleQuery;
        readonly answer: ReadableStream<Uint8Array>;
    };
    readonly "agreements.receipt": {
        readonly answer: ReceiptEnvelope;
    };
    readonly "evidence.upload": {
        readonly body: ReadableStream<Uint8Array>;
        readonly answer: StoredEvidence;
    };
    readonly "evidence.download": {
        readonly answer: ReadableStream<Uint8Array>;
    };
    readonly "evidence.check": {
        readonly answer: undefined;
    };
    readonly "evidence.tombstone": {
        readonly answer: Tombstone;
    };
    readonly "accounts.list": {
        readonly query: AccountsListQuery;
        readonly answer: AccountList;
    };
    readonly "accounts.retrieve": {
        readonly answer: Account;
    };
    readonly "accounts.listTransactions": {
        readonly query: AccountsListTransactionsQuery;
        readonly answer: TransactionList;
    };
    readonly "accounts.listEntries": {
        readonly query: AccountsListEntriesQuery;
        readonly answer: AccountEntryList;
    };
    readonly "deposits.create": {
        readonly body: CreateDeposit;
        readonly answer: Deposit;
    };
    readonly "deposits.list": {
        readonly query: DepositsListQuery;
        readonly answer: DepositList;
    };
    readonly "deposits.retrieve": {
        readonly answer: Deposit;
    };
    readonly "withdrawals.create": {
        readonly body: CreateWithdrawal;
        readonly answer: Withdrawal;
    };
    readonly "withdrawals.list": {
        readonly query: WithdrawalsListQuery;
        readonly answer: WithdrawalList;
    };
    readonly "withdrawals.retrieve": {
        readonly answer: Withdrawal;
    };
    readonly "parties.list": {
        readonly query: PartiesListQuery;
        readonly answer: RegisteredPartyList;
    };
    readonly "parties.create": {
        readonly body: CreateParty__2;
        readonly answer: RegisteredParty;
    };
    readonly "parties.retrieve": {
        readonly answer: RegisteredParty;
    };
    readonly "parties.addKey": {
        readonly body: AddPartyKey__2;
        readonly answer: RegisteredParty;
    };
    readonly "parties.revokeKey": {
        readonly body: RevokePartyKey;
        readonly answer: RegisteredParty;
    };
    readonly "trust.retrieve": {
        readonly query: TrustRetrieveQuery;
        readonly answer: TrustEnvelope;
    };
    readonly "trust.import": {
        readonly query: TrustImportQuery;
        readonly body: TrustEnvelope;
        readonly answer: TrustEnvelope;
    };
    readonly "keys.create": {
        readonly body: CreateApiKey;
        readonly answer: CreatedApiKey;
    };
    readonly "keys.list": {
        readonly query: KeysListQuery;
        readonly answer: ApiKeyList;
    };
    readonly "keys.revoke": {
        readonly answer: ApiKey;
    };
    readonly "webhookEndpoints.create": {
        readonly body: CreateWebhookEndpoint;
        readonly answer: CreatedWebhookEndpoint;
    };
    readonly "webhookEndpoints.list": {
        readonly query: WebhookEndpointsListQuery;
        readonly answer: WebhookEndpointList;
    };
    readonly "webhookEndpoints.retrieve": {
        readonly answer: WebhookEndpoint;
    };
    readonly "webhookEndpoints.update": {
        readonly body: UpdateWebhookEndpoint;
        readonly answer: WebhookEndpoint;
    };
    readonly "webhookEndpoints.delete": {
        readonly answer: WebhookEndpoint;
    };
    readonly "webhookEndpoints.rotate": {
        readonly body: RotateWebhookSecret;
        readonly answer: CreatedWebhookEndpoint;
    };
    readonly "webhookEndpoints.test": {
        readonly body: TestWebhookEndpoint;
        readonly answer: Delivery;
    };
    readonly "webhookEndpoints.listDeliveries": {
        readonly query: WebhookEndpointsListDeliveriesQuery;
        readonly answer: DeliveryList;
    };
    readonly "webhookEndpoints.replayDelivery": {
        readonly body: ReplayDelivery;
        readonly answer: Delivery;
    };
    readonly "webhookEndpoints.replay": {
        readonly body: ReplayWebhooks;
        readonly answer: Replay;
    };
    readonly "messages.stream": {
        readonly query: MessagesStreamQuery;
        readonly answer: ReadableStream<Uint8Array>;
    };
    readonly "account.retrieve": {
        readonly answer: Caller;
    };
    readonly "audit.retrieve": {
        readonly answer: Audit;
    };
};
export declare class OwnAccount {
    constructor(api: Connection);
    retrieve(options?: RequestOptions): Promise<Caller>;
}
export declare type Page<T> = {
    readonly data: readonly T[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare class Parties {
    constructor(api: Connection);
    list(query?: PartiesListQuery, options?: RequestOptions): List<RegisteredParty>;
    create({ keys, ...rest }: CreateParty, options?: WriteOptions): Promise<RegisteredParty>;
    retrieve(party: string, options?: RequestOptions): Promise<RegisteredParty>;
    addKey(party: string, { key, ...rest }: AddPartyKey, options?: WriteOptions): Promise<RegisteredParty>;
    revokeKey(party: string, thumbprint: string, body: RevokePartyKey, options?: WriteOptions): Promise<RegisteredParty>;
}
export declare type PartiesListQuery = {
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type PartyEvent = {
    [T in EventPayload["type"]]: {
        readonly type: T;
        readonly body: Extract<EventPayload, {
            readonly type: T;
        }>["body"];
    };
}["agreement.accepted" | "agreement.cancelled" | "work.submitted" | "evidence.attested" | "approval.given" | "dispute.opened" | "dispute.resolved"];
export declare type PartyKey = {
    readonly thumbprint: Thumbprint;
    readonly jwk: Jwk;
    readonly notBefore: Instant;
    readonly notAfter: Instant;
    readonly revoked: KeyRevocation | null;
};
export declare type PartyKeyInput = PrivateKeyInput | Jwk | Signer | Promise<Signer>;
export declare type Payout = AllOrNothing | Weighted | Tiers | PerUnit;
export declare type PerUnit = {
    readonly kind: "per-unit";
    readonly check: string;
    readonly pointer: string;
    readonly unitValue: string;
    readonly cap: string;
};
export declare type Platform = {
    readonly fetch: typeof globalThis.fetch;
    readonly now: () => number;
    readonly random: () => number;
    readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
    readonly crypto: CryptoPort;
};
export declare type Posting = {
    readonly account: AccountId;
    readonly kind: AccountKind;
    readonly owner: string;
    readonly amount: Money;
};
export declare type PrivateKeyInput = Uint8Array | {
    readonly kty: string;
    readonly crv?: string;
    readonly x?: string;
    readonly d?: string;
} | string;
export declare type Problem = {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: string;
    readonly clause: string;
    readonly retryable: boolean;
    readonly request: RequestId;
    readonly pointer?: Pointer;
    readonly tombstone?: TombstoneEnvelope;
};
export declare type PublicKeyInput = Uint8Array | {
    readonly kty: string;
    readonly crv?: string;
    readonly x?: string;
} | string;
export declare type Readiness = {
    readonly status: "ok";
    readonly parts: readonly ("store" | "migrations" | "signer" | "running")[];
};
export declare type ReceiptEnvelope = Envelope;
export declare type ReceiptMessage = {
    readonly type: "receipt.issued";
    readonly timestamp: Instant;
    readonly data: ReceiptMessageData;
};
export declare type ReceiptMessageData = {
    readonly agreement: Digest;
    readonly head: Digest;
    readonly events: number;
    readonly digest: Digest;
};
export declare type RegisteredParty = {
    readonly object: "party";
    readonly id: PartyId;
    readonly tenant: Name;
    readonly roles: readonly Role[];
    readonly keys: readonly PartyKey[];
};
export declare type RegisteredPartyList = {
    readonly object: "list";
    readonly data: readonly RegisteredParty[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type Replay = {
    readonly object: "replay";
    readonly deliveries: number;
    readonly hasMore: boolean;
    readonly nextCursor: FeedCursor | null;
};
export declare type ReplayDelivery = Readonly<Record<string, never>>;
export declare type ReplayWebhooks = {
    readonly since: Instant;
    readonly cursor?: FeedCursor;
};
export declare type RequestId = string;
export declare type RequestOptions = {
    readonly signal?: AbortSignal;
    readonly timeout?: number;
    readonly totalTimeout?: number;
    readonly maxRetries?: number;
};
export declare type RequestRecord = {
    readonly operation: string;
    readonly method: string;
    readonly url: string;
    readonly attempt: number;
    readonly status: number | undefined;
    readonly requestId: string | undefined;
    readonly code: string | undefined;
    readonly replayed: boolean;
};
export declare type Requirement = ItemRequirement | CheckRequirement | DeadlineRequirement | ApprovalRequirement;
export declare type RevokePartyKey = {
    readonly reason: "superseded" | "compromised";
    readonly at?: Instant;
};
export declare type Role = "buyer" | "seller" | "checker" | "arbiter" | "settler";
export declare type RotateWebhookSecret = {
    readonly secret?: WebhookSecret;
    readonly overlapSeconds?: number;
};
export declare type Scope = "agreements:read" | "agreements:write" | "evidence:read" | "evidence:write" | "money:read" | "money:write" | "parties:write" | "messages:read" | "webhooks:write" | "operator";
export declare class SettldApiError extends SettldError {
    readonly status: number | undefined;
    readonly requestId: string | undefined;
    readonly problem: Problem | undefined;
    readonly retryable: boolean;
    readonly headers: Headers | undefined;
    attempts: number;
    constructor(code: Code, message: string, options: SettldApiErrorOptions);
}
export declare type SettldApiErrorOptions = SettldErrorOptions & {
    readonly status?: number | undefined;
    readonly requestId?: string | undefined;
    readonly problem?: Problem | undefined;
    readonly retryable: boolean;
    readonly headers?: Headers | undefined;
};
export declare class SettldError extends Error {
    readonly code: Code;
    readonly pointer: string | undefined;
    readonly offset: number | undefined;
    constructor(code: Code, message: string, options?: SettldErrorOptions);
}
export declare class SettldVerificationError extends SettldError {
    readonly operation: string;
    readonly answer: unknown;
    readonly requestId: string | undefined;
    constructor(code: Code, message: string, options: SettldErrorOptions & {
        readonly operation: string;
        readonly answer: unknown;
        readonly requestId: string | undefined;
    });
}
export declare type SignedReceipt = {
    readonly envelope: Envelope;
    readonly statement: Receipt;
};
export declare type SignedTrust = {
    readonly envelope: Envelope;
    readonly document: TrustDocument;
};
export declare type SignedValue = string;
export declare type Signer = {
    readonly keyid: string;
    readonly publicKey: Uint8Array;
    readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};
export declare type StoredEvidence = {
    readonly object: "evidence";
    readonly digest: Digest;
    readonly size: number;
};
export declare type StreamOptions = Pick<RequestOptions, "signal"> & {
    readonly cursor?: string;
    readonly since?: string;
    readonly types?: readonly MessageType[];
};
export declare type StreamedMessage = Message & {
    readonly id: string;
    readonly cursor: string;
};
export declare type TestWebhookEndpoint = Readonly<Record<string, never>>;
export declare type Tiers = {
    readonly kind: "tiers";
    readonly check: string;
    readonly pointer: string;
    readonly tiers: readonly {
        readonly below?: number;
        readonly bps: number;
    }[];
};
export declare type TimeInput = string | Date | number;
export declare type Tombstone = {
    readonly object: "tombstone";
    readonly id: Digest;
    readonly digest: Digest;
    readonly kind: "closed" | "unreferenced";
    readonly purgedAt: Instant;
    readonly readmittedAt: Instant | null;
    readonly tombstone: TombstoneEnvelope;
};
export declare type TombstoneEnvelope = {
    readonly payload: string;
    readonly payloadType: "application/vnd.settld.tombstone+json";
    readonly signatures: readonly TombstoneSignature[];
};
export declare type TombstoneSignature = {
    readonly keyid: Thumbprint;
    readonly sig: string;
};
export declare type Transaction = {
    readonly object: "transaction";
    readonly id: Digest;
    readonly type: string;
    readonly at: Instant;
    readonly amount: Money;
    readonly postings: readonly Posting[];
};
export declare type TransactionList = {
    readonly object: "list";
    readonly data: readonly Transaction[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type TransferStatus = "pending" | "done" | "returned";
export declare class TrustDocuments {
    constructor(api: Connection);
    retrieve(query?: TrustRetrieveQuery, options?: RequestOptions): Promise<SignedTrust>;
    import(envelope: Envelope, query?: TrustImportQuery, options?: RequestOptions): Promise<SignedTrust>;
}
export declare type TrustEnvelope = Envelope;
export declare type TrustImportQuery = {
    readonly tenant?: Name;
};
export declare type TrustRetrieveQuery = {
    readonly agreement?: Digest;
};
export declare type UpdateWebhookEndpoint = {
    readonly url?: WebhookUrl;
    readonly types?: readonly MessageType[] | null;
    readonly description?: Text | null;
    readonly status?: "enabled" | "disabled";
};
export declare type WebhookEndpoint = {
    readonly object: "webhook_endpoint";
    readonly id: WebhookEndpointId;
    readonly tenant: Name;
    readonly audience: "tenant" | "operator";
    readonly url: WebhookUrl;
    readonly types: readonly MessageType[] | null;
    readonly description: Text | null;
    readonly scheme: WebhookScheme;
    readonly publicKey: string | null;
    readonly status: "enabled" | "disabled";
    readonly disabledReason: DisabledReason | null;
    readonly failingSince: Instant | null;
    readonly oldSecretUntil: Instant | null;
    readonly createdAt: Instant;
};
export declare type WebhookEndpointId = string;
export declare type WebhookEndpointList = {
    readonly object: "list";
    readonly data: readonly WebhookEndpoint[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare class WebhookEndpoints {
    constructor(api: Connection);
    create(body: CreateWebhookEndpoint, options?: WriteOptions): Promise<CreatedWebhookEndpoint>;
    list(query?: WebhookEndpointsListQuery, options?: RequestOptions): List<WebhookEndpoint>;
    retrieve(endpoint: string, options?: RequestOptions): Promise<WebhookEndpoint>;
    update(endpoint: string, body: UpdateWebhookEndpoint, options?: WriteOptions): Promise<WebhookEndpoint>;
    delete(endpoint: string, options?: RequestOptions): Promise<WebhookEndpoint>;
    rotate(endpoint: string, body?: RotateWebhookSecret, options?: WriteOptions): Promise<CreatedWebhookEndpoint>;
    test(endpoint: string, options?: WriteOptions): Promise<Delivery>;
    deliveries(endpoint: string, query?: WebhookEndpointsListDeliveriesQuery, options?: RequestOptions): List<Delivery>;
    replayDelivery(endpoint: string, delivery: string, options?: WriteOptions): Promise<Delivery>;
    replay(endpoint: string, body: ReplayWebhooks, options?: WriteOptions): Promise<Replay>;
}
export declare type WebhookEndpointsListDeliveriesQuery = {
    readonly state?: DeliveryState;
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type WebhookEndpointsListQuery = {
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type WebhookScheme = "v1" | "v1a";
export declare type WebhookSecret = string;
export declare type WebhookUrl = string;
export declare type Weighted = {
    readonly kind: "weighted";
    readonly weights: readonly {
        readonly requirement: string;
        readonly bps: number;
    }[];
};
export declare type Withdrawal = {
    readonly object: "withdrawal";
    readonly id: WithdrawalId;
    readonly party: PartyId;
    readonly amount: Amount;
    readonly rail: Name;
    readonly destination: Text;
    readonly status: TransferStatus;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly createdAt: Instant;
};
export declare type WithdrawalId = string;
export declare type WithdrawalList = {
    readonly object: "list";
    readonly data: readonly Withdrawal[];
    readonly hasMore: boolean;
    readonly nextCursor: string | null;
};
export declare type WithdrawalMessage = {
    readonly type: "withdrawal.created" | "withdrawal.paid" | "withdrawal.returned";
    readonly timestamp: Instant;
    readonly data: WithdrawalMessageData;
};
export declare type WithdrawalMessageData = {
    readonly withdrawal: WithdrawalId;
    readonly party: PartyId;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly status: TransferStatus;
};
export declare class Withdrawals {
    constructor(api: Connection);
    create({ amount, party, destination, }: Omit<CreateWithdrawal, "amount" | "party"> & {
        readonly amount: AmountInput;
        readonly party?: string;
    }, options?: WriteOptions): Promise<Withdrawal>;
    list(query?: WithdrawalsListQuery, options?: RequestOptions): List<Withdrawal>;
    retrieve(withdrawal: string, options?: RequestOptions): Promise<Withdrawal>;
}
export declare type WithdrawalsListQuery = {
    readonly limit?: number;
    readonly cursor?: string;
};
export declare type WriteOptions = RequestOptions & {
    readonly idempotencyKey?: string;
};
export declare function generateKey(): Promise<NewKey>;
export declare function isApiError(error: unknown, ...codes: readonly Code[]): error is SettldApiError;
export declare function isSettldError(value: unknown): value is SettldError;
export declare function localSigner(key: PrivateKeyInput): Promise<Signer>;
export declare function readAmount(input: AmountInput): Amount;
export declare function remoteSigner(publicKey: PublicKeyInput, sign: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array): Signer;
declare type AccountEntryPayload = AccountEntryPayload1;
declare type AccountEntryPayload1 = {
    readonly v: Revision;
    readonly account: AccountName;
    readonly seq: number;
    readonly prev?: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly type: "deposit.credited" | "withdrawal.debited" | "withdrawal.returned";
    readonly value: PositiveValue;
    readonly rail: Name;
    readonly returns?: Digest__2;
    readonly reference: Text;
};
declare type AccountName = {
    readonly owner: PartyId;
    readonly assetCode: AssetCode;
    readonly assetScale: AssetScale;
};
declare type AddPartyKey__2 = {
    readonly jwk: Jwk;
    readonly proof?: KeyProof;
    readonly notBefore?: Instant;
    readonly notAfter?: Instant;
};
declare type AgreementAccepted = {
    readonly v: Revision;
    readonly type: "agreement.accepted";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementAcceptedBody;
};
declare type AgreementAcceptedBody = Readonly<Record<string, never>>;
declare type AgreementCancelled = {
    readonly v: Revision;
    readonly type: "agreement.cancelled";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementCancelledBody;
};
declare type AgreementCancelledBody = {
    readonly reason?: Text;
};
declare type AgreementClosed = {
    readonly v: Revision;
    readonly type: "agreement.closed";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementClosedBody;
};
declare type AgreementClosedBody = {
    readonly due: Instant;
    readonly reason: "settled" | "cancelled" | "offer-expired" | "unfunded";
    readonly totals: Totals;
};
declare type AgreementOffered = {
    readonly v: Revision;
    readonly type: "agreement.offered";
    readonly seq: number;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementOfferedBody;
};
declare type AgreementOfferedBody = {
    readonly nonce: string;
    readonly parties: Parties__2;
    readonly amount: Amount;
    readonly policy: Policy;
    readonly feeBps: Bps;
    readonly acceptBy: Instant;
    readonly fundBy: Instant;
    readonly submitBy: Instant;
    readonly reviewMs: Duration;
    readonly attemptsMax: number;
    readonly holdbackBps: Bps;
    readonly disputeMs: Duration;
    readonly rulingMs: Duration;
    readonly references: readonly Reference[];
};
declare type AllOrNothing__2 = {
    readonly kind: "all-or-nothing";
};
declare type Amount = {
    readonly value: PositiveValue;
    readonly assetCode: AssetCode;
    readonly assetScale: AssetScale;
};
declare type ApprovalGiven = {
    readonly v: Revision;
    readonly type: "approval.given";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: ApprovalGivenBody;
};
declare type ApprovalGivenBody = {
    readonly submission: Digest__2;
    readonly requirement: Name;
    readonly approved: boolean;
};
declare type ApprovalRequirement__2 = {
    readonly id: Name;
    readonly kind: "approval";
    readonly onTimeout: "pass" | "fail";
};
declare type AssetCode = string;
declare type AssetScale = number;
declare type AttestedResult = {
    readonly [name: string]: unknown;
};
declare type Bps = number;
declare type Buying = {
    readonly seller: string;
    readonly buyer?: string;
};
declare type CheckRequirement__2 = {
    readonly id: Name;
    readonly kind: "check";
    readonly checker: Name;
    readonly item: Name;
    readonly pointer: Pointer;
    readonly op: "eq" | "ne" | "lt" | "le" | "gt" | "ge";
    readonly value: number | string | boolean;
};
declare type Checker = {
    readonly mark: () => number;
    readonly admission: (answer: Admission, asked: {
        readonly agreement: string;
        readonly event: Digest | undefined;
    }) => Promise<void>;
    readonly agreement: (answer: Agreement, asked: {
        readonly id: string;
        readonly mark: number;
    }) => Promise<void>;
    readonly events: (answer: readonly AgreementEvent[], asked: {
        readonly agreement: string;
        readonly mark: number;
        readonly isLast: boolean;
    }) => Promise<void>;
    readonly bundle: (answer: Uint8Array, asked: {
        readonly agreement: string;
        readonly mark: number;
    }) => Promise<Report>;
    readonly receipt: (answer: Envelope, agreement: string) => Promise<void>;
    readonly account: (answer: Account, asked: {
        readonly id?: string;
        readonly owner?: string;
    }) => Promise<void>;
    readonly entries: (answer: readonly AccountEntry[], account: string) => Promise<void>;
    readonly transactions: (answer: readonly Transaction[], account: string) => Promise<void>;
    readonly transfer: (answer: Deposit | Withdrawal) => Promise<void>;
    readonly tombstone: (answer: Tombstone, digest: string) => Promise<void>;
    readonly party: (answer: RegisteredParty) => Promise<void>;
    readonly trustSeen: () => number;
    readonly trust: (answer: Envelope, seen: number) => Promise<void>;
    readonly caller: (answer: Caller) => Promise<void>;
};
declare type Code = "BUNDLE_EMPTY" | "BUNDLE_EVIDENCE_DIGEST" | "BUNDLE_EVIDENCE_DUPLICATE" | "BUNDLE_EVIDENCE_MISSING" | "BUNDLE_EVIDENCE_ORDER" | "BUNDLE_EVIDENCE_SIZE" | "BUNDLE_EVIDENCE_UNREFERENCED" | "BUNDLE_HEADER" | "BUNDLE_LINE" | "BUNDLE_OPEN" | "BUNDLE_ORDER" | "BUNDLE_TRUNCATED" | "CLI_CODE_UNKNOWN" | "CLI_EVENT_NOT_FOUND" | "CLI_INPUT" | "CLI_KEY" | "CLI_LISTEN" | "CLI_OUTPUT" | "CLI_UNSUPPORTED" | "CLI_USAGE" | "CONF_ADAPTER_HELLO" | "CONF_ADAPTER_LOST" | "CONF_ADAPTER_MESSAGE" | "CONF_ADAPTER_START" | "CONF_BASELINE" | "CONF_BASELINE_STALE" | "CONF_DISAGREEMENT" | "CONF_NOTHING_EXECUTED" | "CONF_REPORT" | "CONF_SERVER_ANSWER" | "CONF_SERVER_CONFIG" | "CONF_SERVER_LOST" | "CONF_SERVER_START" | "CONF_VECTOR_UNKNOWN" | "DIGEST_FORMAT" | "DSSE_BASE64" | "DSSE_KEYID" | "DSSE_MEMBERS" | "DSSE_PAYLOAD_TYPE" | "DSSE_SIGNATURE_COUNT" | "DSSE_SIGNATURE_DUPLICATE" | "DSSE_SIGNATURE_INVALID" | "DSSE_SIGNATURE_LENGTH" | "DSSE_SIGNATURE_R_NOT_CANONICAL" | "DSSE_SIGNATURE_R_SMALL_ORDER" | "DSSE_SIGNATURE_S_RANGE" | "EVENT_ACTOR" | "EVENT_APPROVAL_DUPLICATE" | "EVENT_ATTEMPT_MISMATCH" | "EVENT_ATTESTATION_DUPLICATE" | "EVENT_DEADLINE_ORDER" | "EVENT_DECISION_MISMATCH" | "EVENT_DISPUTE_MISMATCH" | "EVENT_DISPUTE_TERMS" | "EVENT_ITEM_CONFLICT" | "EVENT_NAME_DUPLICATE" | "EVENT_PARTIES_OVERLAP" | "EVENT_REQUIREMENT_UNKNOWN" | "EVENT_REVISION_MIXED" | "EVENT_REVISION_UNKNOWN" | "EVENT_SCHEMA" | "EVENT_SUBJECT_MISMATCH" | "EVENT_SUBMISSION_MISMATCH" | "EVENT_TYPE_UNKNOWN" | "HOOK_ADDRESS" | "HOOK_BODY" | "HOOK_CURSOR" | "HOOK_DISABLED" | "HOOK_HEADERS" | "HOOK_KEY_ROLE" | "HOOK_SECRET" | "HOOK_SIGNATURE" | "HOOK_TIMESTAMP" | "HOOK_URL" | "HTTP_BODY" | "HTTP_FORBIDDEN" | "HTTP_IDEMPOTENCY_IN_FLIGHT" | "HTTP_IDEMPOTENCY_KEY_MISSING" | "HTTP_IDEMPOTENCY_KEY_REUSED" | "HTTP_INTERNAL" | "HTTP_MEDIA_TYPE" | "HTTP_METHOD" | "HTTP_NOT_FOUND" | "HTTP_PARAMETER" | "HTTP_PRECONDITION_FAILED" | "HTTP_RATE_LIMITED" | "HTTP_TIMEOUT" | "HTTP_TOO_LARGE" | "HTTP_UNAUTHENTICATED" | "HTTP_UNAVAILABLE" | "JCS_NOT_CANONICAL" | "JSON_BOM" | "JSON_DEPTH" | "JSON_DUPLICATE_NAME" | "JSON_EXPONENT" | "JSON_FRACTION" | "JSON_INTEGER_RANGE" | "JSON_NEGATIVE_ZERO" | "JSON_POINTER" | "JSON_SURROGATE" | "JSON_SYNTAX" | "JSON_UTF8" | "KEY_BASE64URL" | "KEY_JWK" | "KEY_LENGTH" | "KEY_NOT_CANONICAL" | "KEY_NOT_ON_CURVE" | "KEY_SMALL_ORDER" | "KEY_TEST" | "LEDGER_ASSET_MIXED" | "LEDGER_DUPLICATE" | "LEDGER_ENTRY" | "LEDGER_FEE_MISMATCH" | "LEDGER_HELD_MISMATCH" | "LEDGER_INSUFFICIENT" | "LEDGER_NOT_ZERO" | "LEDGER_OVERDRAWN" | "LEDGER_REFERENCE_REUSED" | "LEDGER_TOTALS_MISMATCH" | "LEDGER_TO_BUYER_MISMATCH" | "LEDGER_TO_SELLER_MISMATCH" | "LEDGER_UNBALANCED" | "LIMIT_EVENTS" | "LIMIT_EVIDENCE_BYTES" | "LIMIT_JSON_BYTES" | "LIMIT_LINE_BYTES" | "LIMIT_LOG_BYTES" | "LIMIT_PAYLOAD_BYTES" | "LIMIT_RESULT_BYTES" | "LIMIT_TRUST_DOCUMENTS" | "LOG_AGREEMENT_MISMATCH" | "LOG_CAUSE_MISMATCH" | "LOG_EQUIVOCATION" | "LOG_PREV_MISMATCH" | "LOG_REACTION_MISSING" | "LOG_REASON_MISMATCH" | "LOG_SEQ_MISMATCH" | "MONEY_AMOUNT_MISMATCH" | "MONEY_ASSET_MISMATCH" | "MONEY_CAP" | "MONEY_RULING_RANGE" | "MONEY_VALUE" | "POLICY_APPROVAL_DENIED" | "POLICY_APPROVAL_TIMEOUT" | "POLICY_CHECKER_UNKNOWN" | "POLICY_CHECK_FAILED" | "POLICY_CHECK_UNATTESTED" | "POLICY_CHECK_UNKNOWN" | "POLICY_DEADLINE_MISSED" | "POLICY_FINAL_MISMATCH" | "POLICY_GROSS_MISMATCH" | "POLICY_ITEM_DIGEST" | "POLICY_ITEM_MEDIA_TYPE" | "POLICY_ITEM_MISSING" | "POLICY_MET" | "POLICY_NO_SUBMISSION" | "POLICY_OPERATOR" | "POLICY_OUTCOME_MISMATCH" | "POLICY_PAYOUT_UNKNOWN" | "POLICY_REQUIREMENTS_MISMATCH" | "POLICY_REQUIREMENT_UNKNOWN" | "POLICY_TIERS" | "POLICY_VALUE_MISSING" | "POLICY_VALUE_RANGE" | "POLICY_VALUE_TYPE" | "POLICY_WEIGHTS" | "RECEIPT_BEFORE_CLOSE" | "RECEIPT_MISMATCH" | "RECEIPT_MISSING" | "RECEIPT_NOT_CLOSED" | "RECEIPT_SCHEMA" | "REL_BUNDLE" | "REL_CERTIFICATE" | "REL_CERTIFICATE_TIME" | "REL_DIGEST" | "REL_FOLDER" | "REL_IDENTITY" | "REL_IDENTITY_OPEN" | "REL_ISSUER" | "REL_LOG" | "REL_MISSING" | "REL_PREDICATE" | "REL_REGISTRY" | "REL_RELEASE" | "REL_SBOM" | "REL_SBOM_MISMATCH" | "REL_SCT" | "REL_SIGNATURE" | "REL_STATEMENT" | "REL_SUMS" | "REL_SWAPPED" | "REL_TAG" | "REL_TARBALL" | "REL_TIMESTAMP" | "REL_TRUSTED_ROOT" | "REL_UNLISTED" | "REL_VERSION" | "STATE_ALREADY_ACCEPTED" | "STATE_ALREADY_DECIDED" | "STATE_ALREADY_DISPUTED" | "STATE_ALREADY_FUNDED" | "STATE_ALREADY_OFFERED" | "STATE_ALREADY_SETTLED" | "STATE_CLOSED" | "STATE_HOLDBACK_OPEN" | "STATE_IN_REVIEW" | "STATE_NOT_ACCEPTED" | "STATE_NOT_DECIDED" | "STATE_NOT_DISPUTED" | "STATE_NOT_DUE" | "STATE_NOT_FUNDED" | "STATE_NOT_SETTLED" | "STATE_NO_AGREEMENT" | "STATE_NO_SUBMISSION" | "STORE_EVIDENCE_MISSING" | "STORE_EVIDENCE_PURGED" | "STORE_KEY_MISSING" | "STORE_KEY_RING" | "STORE_LOCKED" | "STORE_RECONCILIATION" | "STORE_RETENTION_PLAN" | "STORE_SEAL_BROKEN" | "STORE_SEAL_VERSION" | "STORE_TOMBSTONE" | "STORE_VERSION" | "TIME_BACKWARDS" | "TIME_DUE_MISMATCH" | "TIME_INSTANT" | "TIME_OVERDUE" | "TIME_SKEW" | "TIME_TIMER_MISSING" | "TRUST_EXPIRED" | "TRUST_KEY_COMPROMISED" | "TRUST_KEY_PARTY" | "TRUST_KEY_PINNED" | "TRUST_KEY_REVOKED" | "TRUST_KEY_SHARED" | "TRUST_KEY_UNKNOWN" | "TRUST_KEY_WINDOW" | "TRUST_NOT_YET_VALID" | "TRUST_ORDER" | "TRUST_PARTY_DUPLICATE" | "TRUST_REGISTRY_ACTS" | "TRUST_REGISTRY_KEY" | "TRUST_ROLE" | "TRUST_ROOT_MISSING" | "TRUST_SCHEMA" | "TRUST_SETTLER_COMPROMISED" | "TRUST_WINDOW";
declare class Connection {
    readonly platform: Platform;
    readonly checker: Checker | undefined;
    constructor(options: ConnectionOptions, makeChecker: MakeChecker | undefined);
    send<K extends OperationId>(operation: K, input: CallInput<K>, options?: WriteOptions): Promise<Reply>;
    call<K extends OperationId>(operation: K, input: CallInput<K>, options?: WriteOptions): Promise<CallAnswer<K>>;
    checked<K extends OperationId>(operation: K, input: CallInput<K>, options: WriteOptions, check: (checker: Checker, answer: CallAnswer<K>) => Promise<unknown>): Promise<CallAnswer<K>>;
    verify<T>(operation: OperationId, { body, requestId }: Pick<Reply, "body" | "requestId">, check: (checker: Checker) => Promise<T>): Promise<T | undefined>;
    list<T, K extends OperationId, R = T>(operation: K, { path, query }: Pick<CallInput<K>, "path" | "query">, options: RequestOptions, check: (checker: Checker, items: readonly T[], page: PageFacts) => Promise<void>, view?: (item: T) => R): List<R>;
    signer(): Promise<Signer>;
    party(options: RequestOptions): Promise<string>;
    settler(options: RequestOptions): Promise<string>;
    caller(options: RequestOptions): Promise<Caller>;
    now(): number;
    followClock(headers: Headers | undefined): boolean;
}
declare type CreateParty__2 = {
    readonly id: PartyId;
    readonly roles: readonly Role[];
    readonly keys: readonly NewPartyKey[];
    readonly notBefore?: Instant;
    readonly notAfter?: Instant;
};
declare type CryptoPort = {
    readonly sha256: (bytes: Uint8Array) => Uint8Array;
    readonly sha256Hex: (bytes: Uint8Array) => string;
    readonly createSha256: () => Sha256;
    readonly importPublicKey: (raw: Uint8Array) => PublicKeyHandle | Promise<PublicKeyHandle>;
    readonly verify: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
    readonly verifySync?: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => boolean;
    readonly importPrivateKey: (seed: Uint8Array) => Promise<PrivateKeyHandle>;
    readonly sign: (key: PrivateKeyHandle | Uint8Array, message: Uint8Array) => Promise<Uint8Array>;
    readonly publicKeyOf: (seed: Uint8Array) => Promise<Uint8Array>;
    readonly generateSeed: () => Uint8Array;
};
declare type DeadlineRequirement__2 = {
    readonly id: Name;
    readonly kind: "deadline";
    readonly before: Instant;
};
declare type DecisionMade = {
    readonly v: Revision;
    readonly type: "decision.made";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DecisionMadeBody;
};
declare type DecisionMadeBody = {
    readonly due: Instant;
    readonly submission?: Digest__2;
    readonly attempt: number;
    readonly requirements: readonly RequirementResult[];
    readonly gross: Value;
    readonly outcome: "full" | "partial" | "none";
    readonly final: boolean;
};
declare type Digest = `sha256:${string}`;
declare type Digest__2 = `sha256:${string}`;
declare type DisputeOpened = {
    readonly v: Revision;
    readonly type: "dispute.opened";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DisputeOpenedBody;
};
declare type DisputeOpenedBody = {
    readonly decision: Digest__2;
    readonly reasonCode: Name;
    readonly items?: readonly Item[];
};
declare type DisputeResolved = {
    readonly v: Revision;
    readonly type: "dispute.resolved";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DisputeResolvedBody;
};
declare type DisputeResolvedBody = {
    readonly dispute: Digest__2;
    readonly toSeller: Value;
    readonly reason?: Text;
};
declare type Duration = number;
declare type Envelope = {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly {
        readonly keyid: string;
        readonly sig: string;
    }[];
};
declare type EscrowFunded = {
    readonly v: Revision;
    readonly type: "escrow.funded";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: EscrowFundedBody;
};
declare type EscrowFundedBody = {
    readonly amount: Amount;
    readonly funding?: Funding;
};
declare type EventPayload = AgreementOffered | AgreementAccepted | AgreementCancelled | EscrowFunded | WorkSubmitted | EvidenceAttested | ApprovalGiven | DecisionMade | SettlementExecuted | DisputeOpened | DisputeResolved | HoldbackReleased | AgreementClosed;
declare type EvidenceAttested = {
    readonly v: Revision;
    readonly type: "evidence.attested";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: EvidenceAttestedBody;
};
declare type EvidenceAttestedBody = {
    readonly submission: Digest__2;
    readonly subject: Digest__2;
    readonly requirement: Name;
    readonly result: AttestedResult;
};
declare type FacetStatus = "pass" | "fail" | "open" | "partial" | "absent" | "unknown";
declare type Facets = {
    readonly container: FacetStatus;
    readonly signatures: FacetStatus;
    readonly trust: FacetStatus;
    readonly log: FacetStatus;
    readonly policy: FacetStatus;
    readonly ledger: FacetStatus;
    readonly evidence: FacetStatus;
    readonly receipt: FacetStatus;
};
declare type Facts = {
    readonly agreement: string;
    readonly head: string;
    readonly events: number;
    readonly status: Exclude<Status, "none">;
    readonly at: string;
    readonly buyer: string;
    readonly seller: string;
    readonly settler: string;
    readonly amount: {
        readonly value: string;
        readonly assetCode: string;
        readonly assetScale: number;
    };
    readonly outcome: "full" | "partial" | "none";
    readonly reason?: "settled" | "cancelled" | "offer-expired" | "unfunded";
    readonly totals: Totals;
    readonly balances: {
        readonly buyer: string;
        readonly seller: string;
        readonly escrow: string;
        readonly holdback: string;
        readonly fee: string;
    };
};
declare type Finding = {
    readonly code: Code;
    readonly line?: number;
    readonly seq?: number;
    readonly pointer?: string;
    readonly message: string;
};
declare type Funding = {
    readonly rail: Name;
    readonly reference: Text;
};
declare type HoldbackReleased = {
    readonly v: Revision;
    readonly type: "holdback.released";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: HoldbackReleasedBody;
};
declare type HoldbackReleasedBody = {
    readonly due: Instant;
    readonly cause: Digest__2;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
};
declare type Instant = string;
declare type Item = {
    readonly name: Name;
    readonly mediaType: MediaType;
    readonly digest: Digest__2;
    readonly size: number;
};
declare type ItemRequirement__2 = {
    readonly id: Name;
    readonly kind: "item";
    readonly item: Name;
    readonly mediaType: MediaType;
    readonly digest?: Digest__2;
};
declare type Jwk = {
    readonly kty: "OKP";
    readonly crv: "Ed25519";
    readonly x: string;
};
declare type MakeChecker = (reader: Reader, platform: Platform, settler: string | undefined) => Checker;
declare type MediaType = string;
declare type Name = string;
declare type OfferTerms = {
    readonly settler?: string;
    readonly arbiter?: string;
    readonly checkers?: {
        readonly [name: string]: string;
    };
    readonly amount: AmountInput;
    readonly policy: OfferPolicy;
    readonly feeBps?: number;
    readonly acceptBy?: TimeInput;
    readonly fundBy?: TimeInput;
    readonly submitBy?: TimeInput;
    readonly reviewMs?: number;
    readonly attemptsMax?: number;
    readonly holdbackBps?: number;
    readonly disputeMs?: number;
    readonly rulingMs?: number;
    readonly references?: readonly Reference[];
};
declare type PageFacts = {
    readonly mark: number;
    readonly isLast: boolean;
};
declare type Parties__2 = {
    readonly buyer: Party;
    readonly seller: Party;
    readonly settler: Party;
    readonly arbiter?: Party;
    readonly checkers: {
        readonly [name: string]: Party;
    };
};
declare type Party = {
    readonly id: PartyId;
    readonly keys?: readonly Thumbprint[];
};
declare type PartyId = string;
declare type Payout__2 = AllOrNothing__2 | Weighted__2 | Tiers__2 | PerUnit__2;
declare type PerUnit__2 = {
    readonly kind: "per-unit";
    readonly check: Name;
    readonly pointer: Pointer;
    readonly unitValue: PositiveValue;
    readonly cap: PositiveValue;
};
declare type Pointer = string;
declare type Policy = {
    readonly requirements: readonly Requirement__2[];
    readonly payout: Payout__2;
};
declare type PositiveValue = string;
declare type PrivateKeyHandle = {
    readonly native: unknown;
};
declare type PublicKeyHandle = {
    readonly raw: Uint8Array;
    readonly native: unknown;
};
declare type Reader = {
    readonly trust: (agreement: string | undefined) => Promise<Envelope>;
    readonly events: (agreement: string, from: number) => Promise<readonly AgreementEvent[]>;
    readonly entries: (account: string, from: number) => Promise<readonly AccountEntry[]>;
    readonly isOperator: () => Promise<boolean>;
};
declare type Receipt = {
    readonly _type: "https://in-toto.io/Statement/v1";
    readonly subject: readonly ReceiptSubject[];
    readonly predicateType: "https://settld.dev/receipt/v1";
    readonly predicate: ReceiptPredicate;
};
declare type ReceiptPredicate = {
    readonly v: Revision;
    readonly agreement: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly buyer: PartyId;
    readonly seller: PartyId;
    readonly amount: Amount;
    readonly events: number;
    readonly reason: "settled" | "cancelled" | "offer-expired" | "unfunded";
    readonly outcome: "full" | "partial" | "none";
    readonly totals: Totals;
};
declare type ReceiptSubject = {
    readonly name: Digest__2;
    readonly digest: ReceiptSubjectDigest;
};
declare type ReceiptSubjectDigest = {
    readonly sha256: string;
};
declare type Reference = {
    readonly rel: "parent" | "previous" | "refund-of" | "mandate" | "order" | "invoice" | "terms";
    readonly digest?: Digest__2;
    readonly uri?: string;
};
declare type Registry = {
    readonly id: PartyId;
    readonly jwk?: Jwk;
};
declare type Reply = {
    readonly status: number;
    readonly headers: Headers;
    readonly requestId: string | undefined;
    readonly body: any;
    readonly attempts: number;
};
declare type Report = {
    readonly revision: string;
    readonly verdict: Verdict;
    readonly code: Code | null;
    readonly findings: readonly Finding[];
    readonly facets: Facets;
    readonly trust: {
        readonly digest: string;
        readonly version: number;
        readonly registry: string;
        readonly source: "own" | "embedded";
    } | null;
    readonly time: string | null;
    readonly facts: Facts | null;
    readonly evidence: {
        readonly referenced: number;
        readonly inline: number;
        readonly withheld: number;
        readonly supplied: number;
    };
    readonly receipt: string | null;
    readonly chain: readonly string[];
};
declare type RequirementResult = {
    readonly id: Name;
    readonly code: string;
};
declare type Requirement__2 = ItemRequirement__2 | CheckRequirement__2 | DeadlineRequirement__2 | ApprovalRequirement__2;
declare type RetentionReason = {
    readonly kind: "closed" | "unreferenced";
    readonly days: number;
};
declare type Revision = "2026-11";
declare type Revocation = {
    readonly at: Instant;
    readonly reason: "superseded" | "compromised";
};
declare type Selling = {
    readonly buyer: string;
    readonly seller?: string;
};
declare type SettldErrorOptions = {
    readonly pointer?: string;
    readonly offset?: number;
    readonly cause?: unknown;
};
declare type SettlementExecuted = {
    readonly v: Revision;
    readonly type: "settlement.executed";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: SettlementExecutedBody;
};
declare type SettlementExecutedBody = {
    readonly due: Instant;
    readonly cause: Digest__2;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
    readonly held: Value;
};
declare type Sha256 = {
    readonly update: (bytes: Uint8Array) => void;
    readonly digest: () => Uint8Array;
};
declare type Status = "none" | "offered" | "accepted" | "funded" | "review" | "decided" | "window" | "disputed" | "ruled" | "closing" | "cancelling" | "closed";
declare type Text = string;
declare type Thumbprint = string;
declare type Tier = {
    readonly below?: number;
    readonly bps: Bps;
};
declare type Tiers__2 = {
    readonly kind: "tiers";
    readonly check: Name;
    readonly pointer: Pointer;
    readonly tiers: readonly Tier[];
};
declare type TombstonePayload = {
    readonly v: Revision;
    readonly by: PartyId;
    readonly digest: Digest__2;
    readonly size: number;
    readonly agreements: readonly Digest__2[];
    readonly purgedAt: Instant;
    readonly rule: RetentionReason;
    readonly plan?: Digest__2;
};
declare type Totals = {
    readonly funded: Value;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
};
declare type TrustDocument = {
    readonly registry: Registry;
    readonly version: number;
    readonly issuedAt: Instant;
    readonly expiresAt: Instant;
    readonly parties: readonly TrustedParty[];
};
declare type TrustedKey = {
    readonly jwk: Jwk;
    readonly notBefore: Instant;
    readonly notAfter: Instant;
    readonly revoked?: Revocation;
};
declare type TrustedParty = {
    readonly id: PartyId;
    readonly roles: readonly ("buyer" | "seller" | "checker" | "arbiter" | "settler")[];
    readonly keys: readonly TrustedKey[];
};
declare type Value = string;
declare type Verdict = "accept" | "reject" | "indeterminate";
declare type Weight = {
    readonly requirement: Name;
    readonly bps: Bps;
};
declare type Weighted__2 = {
    readonly kind: "weighted";
    readonly weights: readonly Weight[];
};
declare type WorkSubmitted = {
    readonly v: Revision;
    readonly type: "work.submitted";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: WorkSubmittedBody;
};
declare type WorkSubmittedBody = {
    readonly attempt: number;
    readonly items: readonly Item[];
};
export {};
