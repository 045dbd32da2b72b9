// Locked declarations of @settld/sdk/webhooks; written by `pnpm contract:write`.
export declare type AgreementMessage = {
    readonly type: EventType;
    readonly timestamp: Instant;
    readonly data: AgreementMessageData;
};
export declare type DepositMessage = {
    readonly type: "deposit.booked";
    readonly timestamp: Instant;
    readonly data: DepositMessageData;
};
export declare type EndpointMessage = {
    readonly type: "webhook_endpoint.disabled" | "webhook_endpoint.test";
    readonly timestamp: Instant;
    readonly data: EndpointMessageData;
};
export declare type Message = AgreementMessage | ReceiptMessage | DepositMessage | WithdrawalMessage | EndpointMessage;
export declare type MessageOf<T extends MessageType> = Message extends infer M ? M extends {
    readonly type: infer U;
} ? T extends U ? M & {
    readonly type: T;
} : never : never : never;
export declare type MessageType = "agreement.offered" | "agreement.accepted" | "agreement.cancelled" | "escrow.funded" | "work.submitted" | "evidence.attested" | "approval.given" | "decision.made" | "settlement.executed" | "dispute.opened" | "dispute.resolved" | "holdback.released" | "agreement.closed" | "receipt.issued" | "deposit.booked" | "withdrawal.created" | "withdrawal.paid" | "withdrawal.returned" | "webhook_endpoint.disabled" | "webhook_endpoint.test";
export declare type ReceiptMessage = {
    readonly type: "receipt.issued";
    readonly timestamp: Instant;
    readonly data: ReceiptMessageData;
};
export declare class SettldError extends Error {
    readonly code: Code;
    readonly pointer: string | undefined;
    readonly offset: number | undefined;
    constructor(code: Code, message: string, options?: SettldErrorOptions);
}
export declare type VerifiedWebhook = {
    readonly id: string;
    readonly timestamp: number;
    readonly message: Message;
};
export declare type WebhookHandlerOptions = Pick<WebhookInput, "secrets" | "toleranceSeconds"> & {
    readonly on: WebhookHandlers;
    readonly once?: (id: string, work: () => Promise<void>) => Promise<void>;
    readonly maxBytes?: number;
    readonly onError?: (error: unknown) => void;
    readonly now?: () => number;
};
export declare type WebhookHandlers = {
    readonly [T in MessageType]?: (message: MessageOf<T>, info: WebhookInfo) => void | Promise<void>;
};
export declare type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
export declare type WebhookInfo = {
    readonly id: string;
    readonly timestamp: number;
};
export declare type WebhookInput = {
    readonly headers: WebhookHeaders;
    readonly body: Uint8Array | string;
    readonly secrets: string | readonly string[];
    readonly toleranceSeconds?: number;
    readonly now?: number;
};
export declare type WithdrawalMessage = {
    readonly type: "withdrawal.created" | "withdrawal.paid" | "withdrawal.returned";
    readonly timestamp: Instant;
    readonly data: WithdrawalMessageData;
};
export declare function isSettldError(value: unknown): value is SettldError;
export declare function verifyWebhook(input: WebhookInput): Promise<VerifiedWebhook>;
export declare function webhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response>;
declare type AccountId = string;
declare type AgreementMessageData = {
    readonly agreement: Digest;
    readonly seq: number;
    readonly digest: Digest;
    readonly by: PartyId;
    readonly events: number;
    readonly status: AgreementStatus;
};
declare type AgreementStatus = "offered" | "accepted" | "funded" | "review" | "window" | "disputed" | "closed";
declare type Code = "BUNDLE_EMPTY" | "BUNDLE_EVIDENCE_DIGEST" | "BUNDLE_EVIDENCE_DUPLICATE" | "BUNDLE_EVIDENCE_MISSING" | "BUNDLE_EVIDENCE_ORDER" | "BUNDLE_EVIDENCE_SIZE" | "BUNDLE_EVIDENCE_UNREFERENCED" | "BUNDLE_HEADER" | "BUNDLE_LINE" | "BUNDLE_OPEN" | "BUNDLE_ORDER" | "BUNDLE_TRUNCATED" | "CLI_CODE_UNKNOWN" | "CLI_EVENT_NOT_FOUND" | "CLI_INPUT" | "CLI_KEY" | "CLI_LISTEN" | "CLI_OUTPUT" | "CLI_UNSUPPORTED" | "CLI_USAGE" | "CONF_ADAPTER_HELLO" | "CONF_ADAPTER_LOST" | "CONF_ADAPTER_MESSAGE" | "CONF_ADAPTER_START" | "CONF_BASELINE" | "CONF_BASELINE_STALE" | "CONF_DISAGREEMENT" | "CONF_NOTHING_EXECUTED" | "CONF_REPORT" | "CONF_SERVER_ANSWER" | "CONF_SERVER_CONFIG" | "CONF_SERVER_LOST" | "CONF_SERVER_START" | "CONF_VECTOR_UNKNOWN" | "DIGEST_FORMAT" | "DSSE_BASE64" | "DSSE_KEYID" | "DSSE_MEMBERS" | "DSSE_PAYLOAD_TYPE" | "DSSE_SIGNATURE_COUNT" | "DSSE_SIGNATURE_DUPLICATE" | "DSSE_SIGNATURE_INVALID" | "DSSE_SIGNATURE_LENGTH" | "DSSE_SIGNATURE_R_NOT_CANONICAL" | "DSSE_SIGNATURE_R_SMALL_ORDER" | "DSSE_SIGNATURE_S_RANGE" | "EVENT_ACTOR" | "EVENT_APPROVAL_DUPLICATE" | "EVENT_ATTEMPT_MISMATCH" | "EVENT_ATTESTATION_DUPLICATE" | "EVENT_DEADLINE_ORDER" | "EVENT_DECISION_MISMATCH" | "EVENT_DISPUTE_MISMATCH" | "EVENT_DISPUTE_TERMS" | "EVENT_ITEM_CONFLICT" | "EVENT_NAME_DUPLICATE" | "EVENT_PARTIES_OVERLAP" | "EVENT_REQUIREMENT_UNKNOWN" | "EVENT_REVISION_MIXED" | "EVENT_REVISION_UNKNOWN" | "EVENT_SCHEMA" | "EVENT_SUBJECT_MISMATCH" | "EVENT_SUBMISSION_MISMATCH" | "EVENT_TYPE_UNKNOWN" | "HOOK_ADDRESS" | "HOOK_BODY" | "HOOK_CURSOR" | "HOOK_DISABLED" | "HOOK_HEADERS" | "HOOK_KEY_ROLE" | "HOOK_SECRET" | "HOOK_SIGNATURE" | "HOOK_TIMESTAMP" | "HOOK_URL" | "HTTP_BODY" | "HTTP_FORBIDDEN" | "HTTP_IDEMPOTENCY_IN_FLIGHT" | "HTTP_IDEMPOTENCY_KEY_MISSING" | "HTTP_IDEMPOTENCY_KEY_REUSED" | "HTTP_INTERNAL" | "HTTP_MEDIA_TYPE" | "HTTP_METHOD" | "HTTP_NOT_FOUND" | "HTTP_PARAMETER" | "HTTP_PRECONDITION_FAILED" | "HTTP_RATE_LIMITED" | "HTTP_TIMEOUT" | "HTTP_TOO_LARGE" | "HTTP_UNAUTHENTICATED" | "HTTP_UNAVAILABLE" | "JCS_NOT_CANONICAL" | "JSON_BOM" | "JSON_DEPTH" | "JSON_DUPLICATE_NAME" | "JSON_EXPONENT" | "JSON_FRACTION" | "JSON_INTEGER_RANGE" | "JSON_NEGATIVE_ZERO" | "JSON_POINTER" | "JSON_SURROGATE" | "JSON_SYNTAX" | "JSON_UTF8" | "KEY_BASE64URL" | "KEY_JWK" | "KEY_LENGTH" | "KEY_NOT_CANONICAL" | "KEY_NOT_ON_CURVE" | "KEY_SMALL_ORDER" | "KEY_TEST" | "LEDGER_ASSET_MIXED" | "LEDGER_DUPLICATE" | "LEDGER_ENTRY" | "LEDGER_FEE_MISMATCH" | "LEDGER_HELD_MISMATCH" | "LEDGER_INSUFFICIENT" | "LEDGER_NOT_ZERO" | "LEDGER_OVERDRAWN" | "LEDGER_REFERENCE_REUSED" | "LEDGER_TOTALS_MISMATCH" | "LEDGER_TO_BUYER_MISMATCH" | "LEDGER_TO_SELLER_MISMATCH" | "LEDGER_UNBALANCED" | "LIMIT_EVENTS" | "LIMIT_EVIDENCE_BYTES" | "LIMIT_JSON_BYTES" | "LIMIT_LINE_BYTES" | "LIMIT_LOG_BYTES" | "LIMIT_PAYLOAD_BYTES" | "LIMIT_RESULT_BYTES" | "LIMIT_TRUST_DOCUMENTS" | "LOG_AGREEMENT_MISMATCH" | "LOG_CAUSE_MISMATCH" | "LOG_EQUIVOCATION" | "LOG_PREV_MISMATCH" | "LOG_REACTION_MISSING" | "LOG_REASON_MISMATCH" | "LOG_SEQ_MISMATCH" | "MONEY_AMOUNT_MISMATCH" | "MONEY_ASSET_MISMATCH" | "MONEY_CAP" | "MONEY_RULING_RANGE" | "MONEY_VALUE" | "POLICY_APPROVAL_DENIED" | "POLICY_APPROVAL_TIMEOUT" | "POLICY_CHECKER_UNKNOWN" | "POLICY_CHECK_FAILED" | "POLICY_CHECK_UNATTESTED" | "POLICY_CHECK_UNKNOWN" | "POLICY_DEADLINE_MISSED" | "POLICY_FINAL_MISMATCH" | "POLICY_GROSS_MISMATCH" | "POLICY_ITEM_DIGEST" | "POLICY_ITEM_MEDIA_TYPE" | "POLICY_ITEM_MISSING" | "POLICY_MET" | "POLICY_NO_SUBMISSION" | "POLICY_OPERATOR" | "POLICY_OUTCOME_MISMATCH" | "POLICY_PAYOUT_UNKNOWN" | "POLICY_REQUIREMENTS_MISMATCH" | "POLICY_REQUIREMENT_UNKNOWN" | "POLICY_TIERS" | "POLICY_VALUE_MISSING" | "POLICY_VALUE_RANGE" | "POLICY_VALUE_TYPE" | "POLICY_WEIGHTS" | "RECEIPT_BEFORE_CLOSE" | "RECEIPT_MISMATCH" | "RECEIPT_MISSING" | "RECEIPT_NOT_CLOSED" | "RECEIPT_SCHEMA" | "REL_BUNDLE" | "REL_CERTIFICATE" | "REL_CERTIFICATE_TIME" | "REL_DIGEST" | "REL_FOLDER" | "REL_IDENTITY" | "REL_IDENTITY_OPEN" | "REL_ISSUER" | "REL_LOG" | "REL_MISSING" | "REL_PREDICATE" | "REL_REGISTRY" | "REL_RELEASE" | "REL_SBOM" | "REL_SBOM_MISMATCH" | "REL_SCT" | "REL_SIGNATURE" | "REL_STATEMENT" | "REL_SUMS" | "REL_SWAPPED" | "REL_TAG" | "REL_TARBALL" | "REL_TIMESTAMP" | "REL_TRUSTED_ROOT" | "REL_UNLISTED" | "REL_VERSION" | "STATE_ALREADY_ACCEPTED" | "STATE_ALREADY_DECIDED" | "STATE_ALREADY_DISPUTED" | "STATE_ALREADY_FUNDED" | "STATE_ALREADY_OFFERED" | "STATE_ALREADY_SETTLED" | "STATE_CLOSED" | "STATE_HOLDBACK_OPEN" | "STATE_IN_REVIEW" | "STATE_NOT_ACCEPTED" | "STATE_NOT_DECIDED" | "STATE_NOT_DISPUTED" | "STATE_NOT_DUE" | "STATE_NOT_FUNDED" | "STATE_NOT_SETTLED" | "STATE_NO_AGREEMENT" | "STATE_NO_SUBMISSION" | "STORE_EVIDENCE_MISSING" | "STORE_EVIDENCE_PURGED" | "STORE_KEY_MISSING" | "STORE_KEY_RING" | "STORE_LOCKED" | "STORE_RECONCILIATION" | "STORE_RETENTION_PLAN" | "STORE_SEAL_BROKEN" | "STORE_SEAL_VERSION" | "STORE_TOMBSTONE" | "STORE_VERSION" | "TIME_BACKWARDS" | "TIME_DUE_MISMATCH" | "TIME_INSTANT" | "TIME_OVERDUE" | "TIME_SKEW" | "TIME_TIMER_MISSING" | "TRUST_EXPIRED" | "TRUST_KEY_COMPROMISED" | "TRUST_KEY_PARTY" | "TRUST_KEY_PINNED" | "TRUST_KEY_REVOKED" | "TRUST_KEY_SHARED" | "TRUST_KEY_UNKNOWN" | "TRUST_KEY_WINDOW" | "TRUST_NOT_YET_VALID" | "TRUST_ORDER" | "TRUST_PARTY_DUPLICATE" | "TRUST_REGISTRY_ACTS" | "TRUST_REGISTRY_KEY" | "TRUST_ROLE" | "TRUST_ROOT_MISSING" | "TRUST_SCHEMA" | "TRUST_SETTLER_COMPROMISED" | "TRUST_WINDOW";
declare type DepositId = string;
declare type DepositMessageData = {
    readonly deposit: DepositId;
    readonly party: PartyId;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly status: TransferStatus;
};
declare type Digest = `sha256:${string}`;
declare type DisabledReason = "owner" | "gone" | "failing";
declare type EndpointMessageData = {
    readonly endpoint: WebhookEndpointId;
    readonly reason: DisabledReason | null;
};
declare type EventType = "agreement.offered" | "agreement.accepted" | "agreement.cancelled" | "escrow.funded" | "work.submitted" | "evidence.attested" | "approval.given" | "decision.made" | "settlement.executed" | "dispute.opened" | "dispute.resolved" | "holdback.released" | "agreement.closed";
declare type Instant = string;
declare type PartyId = string;
declare type ReceiptMessageData = {
    readonly agreement: Digest;
    readonly head: Digest;
    readonly events: number;
    readonly digest: Digest;
};
declare type SettldErrorOptions = {
    readonly pointer?: string;
    readonly offset?: number;
    readonly cause?: unknown;
};
declare type TransferStatus = "pending" | "done" | "returned";
declare type WebhookEndpointId = string;
declare type WithdrawalId = string;
declare type WithdrawalMessageData = {
    readonly withdrawal: WithdrawalId;
    readonly party: PartyId;
    readonly account: AccountId;
    readonly entry: Digest;
    readonly status: TransferStatus;
};
export {};
