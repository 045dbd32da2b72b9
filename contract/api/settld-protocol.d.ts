// Locked declarations of @settld/protocol; written by `pnpm contract:write`.
export declare type AccountEntryPayload = AccountEntryPayload1;
export declare type AccountEntryPayload1 = {
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
export declare type AccountName = {
    readonly owner: PartyId;
    readonly assetCode: AssetCode;
    readonly assetScale: AssetScale;
};
export declare type AgreementAccepted = {
    readonly v: Revision;
    readonly type: "agreement.accepted";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementAcceptedBody;
};
export declare type AgreementAcceptedBody = Readonly<Record<string, never>>;
export declare type AgreementCancelled = {
    readonly v: Revision;
    readonly type: "agreement.cancelled";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementCancelledBody;
};
export declare type AgreementCancelledBody = {
    readonly reason?: Text;
};
export declare type AgreementClosed = {
    readonly v: Revision;
    readonly type: "agreement.closed";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementClosedBody;
};
export declare type AgreementClosedBody = {
    readonly due: Instant;
    readonly reason: "settled" | "cancelled" | "offer-expired" | "unfunded";
    readonly totals: Totals;
};
export declare type AgreementOffered = {
    readonly v: Revision;
    readonly type: "agreement.offered";
    readonly seq: number;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: AgreementOfferedBody;
};
export declare type AgreementOfferedBody = {
    readonly nonce: string;
    readonly parties: Parties;
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
export declare type AllOrNothing = {
    readonly kind: "all-or-nothing";
};
export declare type Amount = {
    readonly value: PositiveValue;
    readonly assetCode: AssetCode;
    readonly assetScale: AssetScale;
};
export declare type ApprovalGiven = {
    readonly v: Revision;
    readonly type: "approval.given";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: ApprovalGivenBody;
};
export declare type ApprovalGivenBody = {
    readonly submission: Digest__2;
    readonly requirement: Name;
    readonly approved: boolean;
};
export declare type ApprovalRequirement = {
    readonly id: Name;
    readonly kind: "approval";
    readonly onTimeout: "pass" | "fail";
};
export declare type AssetCode = string;
export declare type AssetScale = number;
export declare type AttestedResult = {
    readonly [name: string]: unknown;
};
export declare const BPS_ONE = 10000n;
export declare const BUNDLE_HEADER = "{\"settld\":\"bundle\",\"version\":1}";
export declare type Bps = number;
export declare type BundleLine = Header | Envelope__2 | InlineEvidence | WithheldEvidence;
export declare type BundleParts = {
    readonly events: readonly Envelope[];
    readonly trust?: readonly Envelope[];
    readonly evidence?: readonly Evidence[];
    readonly receipt?: Envelope;
};
export declare const CODES: Readonly<Record<Code, CodeEntry>>;
export declare type CheckRequirement = {
    readonly id: Name;
    readonly kind: "check";
    readonly checker: Name;
    readonly item: Name;
    readonly pointer: Pointer;
    readonly op: "eq" | "ne" | "lt" | "le" | "gt" | "ge";
    readonly value: number | string | boolean;
};
export declare type Code = "BUNDLE_EMPTY" | "BUNDLE_EVIDENCE_DIGEST" | "BUNDLE_EVIDENCE_DUPLICATE" | "BUNDLE_EVIDENCE_MISSING" | "BUNDLE_EVIDENCE_ORDER" | "BUNDLE_EVIDENCE_SIZE" | "BUNDLE_EVIDENCE_UNREFERENCED" | "BUNDLE_HEADER" | "BUNDLE_LINE" | "BUNDLE_OPEN" | "BUNDLE_ORDER" | "BUNDLE_TRUNCATED" | "CLI_CODE_UNKNOWN" | "CLI_EVENT_NOT_FOUND" | "CLI_INPUT" | "CLI_KEY" | "CLI_LISTEN" | "CLI_OUTPUT" | "CLI_UNSUPPORTED" | "CLI_USAGE" | "CONF_ADAPTER_HELLO" | "CONF_ADAPTER_LOST" | "CONF_ADAPTER_MESSAGE" | "CONF_ADAPTER_START" | "CONF_BASELINE" | "CONF_BASELINE_STALE" | "CONF_DISAGREEMENT" | "CONF_NOTHING_EXECUTED" | "CONF_REPORT" | "CONF_SERVER_ANSWER" | "CONF_SERVER_CONFIG" | "CONF_SERVER_LOST" | "CONF_SERVER_START" | "CONF_VECTOR_UNKNOWN" | "DIGEST_FORMAT" | "DSSE_BASE64" | "DSSE_KEYID" | "DSSE_MEMBERS" | "DSSE_PAYLOAD_TYPE" | "DSSE_SIGNATURE_COUNT" | "DSSE_SIGNATURE_DUPLICATE" | "DSSE_SIGNATURE_INVALID" | "DSSE_SIGNATURE_LENGTH" | "DSSE_SIGNATURE_R_NOT_CANONICAL" | "DSSE_SIGNATURE_R_SMALL_ORDER" | "DSSE_SIGNATURE_S_RANGE" | "EVENT_ACTOR" | "EVENT_APPROVAL_DUPLICATE" | "EVENT_ATTEMPT_MISMATCH" | "EVENT_ATTESTATION_DUPLICATE" | "EVENT_DEADLINE_ORDER" | "EVENT_DECISION_MISMATCH" | "EVENT_DISPUTE_MISMATCH" | "EVENT_DISPUTE_TERMS" | "EVENT_ITEM_CONFLICT" | "EVENT_NAME_DUPLICATE" | "EVENT_PARTIES_OVERLAP" | "EVENT_REQUIREMENT_UNKNOWN" | "EVENT_REVISION_MIXED" | "EVENT_REVISION_UNKNOWN" | "EVENT_SCHEMA" | "EVENT_SUBJECT_MISMATCH" | "EVENT_SUBMISSION_MISMATCH" | "EVENT_TYPE_UNKNOWN" | "HOOK_ADDRESS" | "HOOK_BODY" | "HOOK_CURSOR" | "HOOK_DISABLED" | "HOOK_HEADERS" | "HOOK_KEY_ROLE" | "HOOK_SECRET" | "HOOK_SIGNATURE" | "HOOK_TIMESTAMP" | "HOOK_URL" | "HTTP_BODY" | "HTTP_FORBIDDEN" | "HTTP_IDEMPOTENCY_IN_FLIGHT" | "HTTP_IDEMPOTENCY_KEY_MISSING" | "HTTP_IDEMPOTENCY_KEY_REUSED" | "HTTP_INTERNAL" | "HTTP_MEDIA_TYPE" | "HTTP_METHOD" | "HTTP_NOT_FOUND" | "HTTP_PARAMETER" | "HTTP_PRECONDITION_FAILED" | "HTTP_RATE_LIMITED" | "HTTP_TIMEOUT" | "HTTP_TOO_LARGE" | "HTTP_UNAUTHENTICATED" | "HTTP_UNAVAILABLE" | "JCS_NOT_CANONICAL" | "JSON_BOM" | "JSON_DEPTH" | "JSON_DUPLICATE_NAME" | "JSON_EXPONENT" | "JSON_FRACTION" | "JSON_INTEGER_RANGE" | "JSON_NEGATIVE_ZERO" | "JSON_POINTER" | "JSON_SURROGATE" | "JSON_SYNTAX" | "JSON_UTF8" | "KEY_BASE64URL" | "KEY_JWK" | "KEY_LENGTH" | "KEY_NOT_CANONICAL" | "KEY_NOT_ON_CURVE" | "KEY_SMALL_ORDER" | "KEY_TEST" | "LEDGER_ASSET_MIXED" | "LEDGER_DUPLICATE" | "LEDGER_ENTRY" | "LEDGER_FEE_MISMATCH" | "LEDGER_HELD_MISMATCH" | "LEDGER_INSUFFICIENT" | "LEDGER_NOT_ZERO" | "LEDGER_OVERDRAWN" | "LEDGER_REFERENCE_REUSED" | "LEDGER_TOTALS_MISMATCH" | "LEDGER_TO_BUYER_MISMATCH" | "LEDGER_TO_SELLER_MISMATCH" | "LEDGER_UNBALANCED" | "LIMIT_EVENTS" | "LIMIT_EVIDENCE_BYTES" | "LIMIT_JSON_BYTES" | "LIMIT_LINE_BYTES" | "LIMIT_LOG_BYTES" | "LIMIT_PAYLOAD_BYTES" | "LIMIT_RESULT_BYTES" | "LIMIT_TRUST_DOCUMENTS" | "LOG_AGREEMENT_MISMATCH" | "LOG_CAUSE_MISMATCH" | "LOG_EQUIVOCATION" | "LOG_PREV_MISMATCH" | "LOG_REACTION_MISSING" | "LOG_REASON_MISMATCH" | "LOG_SEQ_MISMATCH" | "MONEY_AMOUNT_MISMATCH" | "MONEY_ASSET_MISMATCH" | "MONEY_CAP" | "MONEY_RULING_RANGE" | "MONEY_VALUE" | "POLICY_APPROVAL_DENIED" | "POLICY_APPROVAL_TIMEOUT" | "POLICY_CHECKER_UNKNOWN" | "POLICY_CHECK_FAILED" | "POLICY_CHECK_UNATTESTED" | "POLICY_CHECK_UNKNOWN" | "POLICY_DEADLINE_MISSED" | "POLICY_FINAL_MISMATCH" | "POLICY_GROSS_MISMATCH" | "POLICY_ITEM_DIGEST" | "POLICY_ITEM_MEDIA_TYPE" | "POLICY_ITEM_MISSING" | "POLICY_MET" | "POLICY_NO_SUBMISSION" | "POLICY_OPERATOR" | "POLICY_OUTCOME_MISMATCH" | "POLICY_PAYOUT_UNKNOWN" | "POLICY_REQUIREMENTS_MISMATCH" | "POLICY_REQUIREMENT_UNKNOWN" | "POLICY_TIERS" | "POLICY_VALUE_MISSING" | "POLICY_VALUE_RANGE" | "POLICY_VALUE_TYPE" | "POLICY_WEIGHTS" | "RECEIPT_BEFORE_CLOSE" | "RECEIPT_MISMATCH" | "RECEIPT_MISSING" | "RECEIPT_NOT_CLOSED" | "RECEIPT_SCHEMA" | "REL_BUNDLE" | "REL_CERTIFICATE" | "REL_CERTIFICATE_TIME" | "REL_DIGEST" | "REL_FOLDER" | "REL_IDENTITY" | "REL_IDENTITY_OPEN" | "REL_ISSUER" | "REL_LOG" | "REL_MISSING" | "REL_PREDICATE" | "REL_REGISTRY" | "REL_RELEASE" | "REL_SBOM" | "REL_SBOM_MISMATCH" | "REL_SCT" | "REL_SIGNATURE" | "REL_STATEMENT" | "REL_SUMS" | "REL_SWAPPED" | "REL_TAG" | "REL_TARBALL" | "REL_TIMESTAMP" | "REL_TRUSTED_ROOT" | "REL_UNLISTED" | "REL_VERSION" | "STATE_ALREADY_ACCEPTED" | "STATE_ALREADY_DECIDED" | "STATE_ALREADY_DISPUTED" | "STATE_ALREADY_FUNDED" | "STATE_ALREADY_OFFERED" | "STATE_ALREADY_SETTLED" | "STATE_CLOSED" | "STATE_HOLDBACK_OPEN" | "STATE_IN_REVIEW" | "STATE_NOT_ACCEPTED" | "STATE_NOT_DECIDED" | "STATE_NOT_DISPUTED" | "STATE_NOT_DUE" | "STATE_NOT_FUNDED" | "STATE_NOT_SETTLED" | "STATE_NO_AGREEMENT" | "STATE_NO_SUBMISSION" | "STORE_EVIDENCE_MISSING" | "STORE_EVIDENCE_PURGED" | "STORE_KEY_MISSING" | "STORE_KEY_RING" | "STORE_LOCKED" | "STORE_RECONCILIATION" | "STORE_RETENTION_PLAN" | "STORE_SEAL_BROKEN" | "STORE_SEAL_VERSION" | "STORE_TOMBSTONE" | "STORE_VERSION" | "TIME_BACKWARDS" | "TIME_DUE_MISMATCH" | "TIME_INSTANT" | "TIME_OVERDUE" | "TIME_SKEW" | "TIME_TIMER_MISSING" | "TRUST_EXPIRED" | "TRUST_KEY_COMPROMISED" | "TRUST_KEY_PARTY" | "TRUST_KEY_PINNED" | "TRUST_KEY_REVOKED" | "TRUST_KEY_SHARED" | "TRUST_KEY_UNKNOWN" | "TRUST_KEY_WINDOW" | "TRUST_NOT_YET_VALID" | "TRUST_ORDER" | "TRUST_PARTY_DUPLICATE" | "TRUST_REGISTRY_ACTS" | "TRUST_REGISTRY_KEY" | "TRUST_ROLE" | "TRUST_ROOT_MISSING" | "TRUST_SCHEMA" | "TRUST_SETTLER_COMPROMISED" | "TRUST_WINDOW";
export declare type CodeCategory = "canonical" | "chain" | "container" | "indeterminate" | "key" | "ledger" | "limit" | "note" | "outcome" | "policy" | "receipt" | "schema" | "signature" | "state" | "syntax" | "time" | "trust" | "usage";
export declare type CodeEntry = {
    readonly clause: string;
    readonly category: CodeCategory;
    readonly verdict: CodeVerdict;
    readonly precedence: number;
    readonly httpStatus: number;
    readonly retryable: boolean;
    readonly summary: string;
    readonly remedy: string;
};
export declare type CodeVerdict = "error" | "indeterminate" | "note" | "outcome" | "reject";
export declare type CryptoPort = {
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
export declare type DeadlineRequirement = {
    readonly id: Name;
    readonly kind: "deadline";
    readonly before: Instant;
};
export declare type DecisionMade = {
    readonly v: Revision;
    readonly type: "decision.made";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DecisionMadeBody;
};
export declare type DecisionMadeBody = {
    readonly due: Instant;
    readonly submission?: Digest__2;
    readonly attempt: number;
    readonly requirements: readonly RequirementResult[];
    readonly gross: Value;
    readonly outcome: "full" | "partial" | "none";
    readonly final: boolean;
};
export declare type Digest = `sha256:${string}`;
export declare type DisputeOpened = {
    readonly v: Revision;
    readonly type: "dispute.opened";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DisputeOpenedBody;
};
export declare type DisputeOpenedBody = {
    readonly decision: Digest__2;
    readonly reasonCode: Name;
    readonly items?: readonly Item[];
};
export declare type DisputeResolved = {
    readonly v: Revision;
    readonly type: "dispute.resolved";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: DisputeResolvedBody;
};
export declare type DisputeResolvedBody = {
    readonly dispute: Digest__2;
    readonly toSeller: Value;
    readonly reason?: Text;
};
export declare type Duration = number;
export declare const EVENT_TYPES: readonly EventType[];
export declare type Envelope = {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly {
        readonly keyid: string;
        readonly sig: string;
    }[];
};
export declare type EscrowFunded = {
    readonly v: Revision;
    readonly type: "escrow.funded";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: EscrowFundedBody;
};
export declare type EscrowFundedBody = {
    readonly amount: Amount;
    readonly funding?: Funding;
};
export declare type EventPayload = AgreementOffered | AgreementAccepted | AgreementCancelled | EscrowFunded | WorkSubmitted | EvidenceAttested | ApprovalGiven | DecisionMade | SettlementExecuted | DisputeOpened | DisputeResolved | HoldbackReleased | AgreementClosed;
export declare type EventType = EventPayload["type"];
export declare type Evidence = {
    readonly digest: string;
    readonly data?: Uint8Array;
};
export declare type EvidenceAttested = {
    readonly v: Revision;
    readonly type: "evidence.attested";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: EvidenceAttestedBody;
};
export declare type EvidenceAttestedBody = {
    readonly submission: Digest__2;
    readonly subject: Digest__2;
    readonly requirement: Name;
    readonly result: AttestedResult;
};
export declare type Funding = {
    readonly rail: Name;
    readonly reference: Text;
};
export declare type Header = {
    readonly settld: "bundle";
    readonly version: 1;
};
export declare type HoldbackReleased = {
    readonly v: Revision;
    readonly type: "holdback.released";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: HoldbackReleasedBody;
};
export declare type HoldbackReleasedBody = {
    readonly due: Instant;
    readonly cause: Digest__2;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
};
export declare const INSTANT_MAX = 253402300799999;
export declare type InlineEvidence = {
    readonly digest: Digest__2;
    readonly data: string;
};
export declare type Instant = string;
export declare type Item = {
    readonly name: Name;
    readonly mediaType: MediaType;
    readonly digest: Digest__2;
    readonly size: number;
};
export declare type ItemRequirement = {
    readonly id: Name;
    readonly kind: "item";
    readonly item: Name;
    readonly mediaType: MediaType;
    readonly digest?: Digest__2;
};
export declare type JsonValue = null | boolean | number | string | readonly JsonValue[] | {
    readonly [name: string]: JsonValue;
};
export declare type Jwk = {
    readonly kty: "OKP";
    readonly crv: "Ed25519";
    readonly x: string;
};
export declare type KeyProof = {
    readonly registry: string;
    readonly party: string;
    readonly thumbprint: string;
};
export declare const LIMITS: {
    readonly jsonDepth: 64;
    readonly payloadBytes: 1048576;
    readonly lineBytes: 12582912;
    readonly events: 1024;
    readonly logBytes: 33554432;
    readonly trustDocuments: 16;
    readonly resultBytes: 16384;
    readonly evidenceBytes: 8388608;
};
export declare type MediaType = string;
export declare type Name = string;
export declare const PAYLOAD_TYPES: {
    readonly event: "application/vnd.settld.event+json";
    readonly trust: "application/vnd.settld.trust+json";
    readonly receipt: "application/vnd.in-toto+json";
    readonly account: "application/vnd.settld.account+json";
    readonly tombstone: "application/vnd.settld.tombstone+json";
};
export declare type ParseEnvelopeOptions = {
    readonly payloadType: string;
    readonly maxPayloadBytes: number;
    readonly maxSignatures: number;
};
export declare type ParseJsonOptions = {
    readonly canonical?: boolean;
    readonly maxBytes?: number;
    readonly maxDepth?: number;
};
export declare type ParsedEnvelope = {
    readonly payloadType: string;
    readonly payload: Uint8Array;
    readonly signatures: readonly {
        readonly keyid: string;
        readonly sig: Uint8Array;
    }[];
};
export declare type Parties = {
    readonly buyer: Party;
    readonly seller: Party;
    readonly settler: Party;
    readonly arbiter?: Party;
    readonly checkers: {
        readonly [name: string]: Party;
    };
};
export declare type Party = {
    readonly id: PartyId;
    readonly keys?: readonly Thumbprint[];
};
export declare type PartyId = string;
export declare type Payout = AllOrNothing | Weighted | Tiers | PerUnit;
export declare type PerUnit = {
    readonly kind: "per-unit";
    readonly check: Name;
    readonly pointer: Pointer;
    readonly unitValue: PositiveValue;
    readonly cap: PositiveValue;
};
export declare type Point = {
    readonly x: bigint;
    readonly y: bigint;
};
export declare type Pointer = string;
export declare type Policy = {
    readonly requirements: readonly Requirement[];
    readonly payout: Payout;
};
export declare type PositiveValue = string;
export declare type PrivateKeyHandle = {
    readonly native: unknown;
};
export declare type PublicKeyHandle = {
    readonly raw: Uint8Array;
    readonly native: unknown;
};
export declare const REVISION = "2026-11";
export declare type Receipt = {
    readonly _type: "https://in-toto.io/Statement/v1";
    readonly subject: readonly ReceiptSubject[];
    readonly predicateType: "https://settld.dev/receipt/v1";
    readonly predicate: ReceiptPredicate;
};
export declare type ReceiptPredicate = {
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
export declare type ReceiptSubject = {
    readonly name: Digest__2;
    readonly digest: ReceiptSubjectDigest;
};
export declare type ReceiptSubjectDigest = {
    readonly sha256: string;
};
export declare type Reference = {
    readonly rel: "parent" | "previous" | "refund-of" | "mandate" | "order" | "invoice" | "terms";
    readonly digest?: Digest__2;
    readonly uri?: string;
};
export declare type Registry = {
    readonly id: PartyId;
    readonly jwk?: Jwk;
};
export declare type Requirement = ItemRequirement | CheckRequirement | DeadlineRequirement | ApprovalRequirement;
export declare type RequirementResult = {
    readonly id: Name;
    readonly code: string;
};
export declare type RetentionReason = {
    readonly kind: "closed" | "unreferenced";
    readonly days: number;
};
export declare type Revision = "2026-11";
export declare type Revocation = {
    readonly at: Instant;
    readonly reason: "superseded" | "compromised";
};
export declare class SettldError extends Error {
    readonly code: Code;
    readonly pointer: string | undefined;
    readonly offset: number | undefined;
    constructor(code: Code, message: string, options?: SettldErrorOptions);
}
export declare type SettldErrorOptions = {
    readonly pointer?: string;
    readonly offset?: number;
    readonly cause?: unknown;
};
export declare type SettlementExecuted = {
    readonly v: Revision;
    readonly type: "settlement.executed";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: SettlementExecutedBody;
};
export declare type SettlementExecutedBody = {
    readonly due: Instant;
    readonly cause: Digest__2;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
    readonly held: Value;
};
export declare type Sha256 = {
    readonly update: (bytes: Uint8Array) => void;
    readonly digest: () => Uint8Array;
};
export declare type Signature = {
    readonly keyid: Thumbprint;
    readonly sig: string;
};
export declare type Signer = {
    readonly keyid: string;
    readonly publicKey: Uint8Array;
    readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};
export declare type Text = string;
export declare type Thumbprint = string;
export declare type Tier = {
    readonly below?: number;
    readonly bps: Bps;
};
export declare type Tiers = {
    readonly kind: "tiers";
    readonly check: Name;
    readonly pointer: Pointer;
    readonly tiers: readonly Tier[];
};
export declare type TombstonePayload = {
    readonly v: Revision;
    readonly by: PartyId;
    readonly digest: Digest__2;
    readonly size: number;
    readonly agreements: readonly Digest__2[];
    readonly purgedAt: Instant;
    readonly rule: RetentionReason;
    readonly plan?: Digest__2;
};
export declare type Totals = {
    readonly funded: Value;
    readonly toSeller: Value;
    readonly fee: Value;
    readonly toBuyer: Value;
};
export declare type TrustDocument = {
    readonly registry: Registry;
    readonly version: number;
    readonly issuedAt: Instant;
    readonly expiresAt: Instant;
    readonly parties: readonly TrustedParty[];
};
export declare type TrustedKey = {
    readonly jwk: Jwk;
    readonly notBefore: Instant;
    readonly notAfter: Instant;
    readonly revoked?: Revocation;
};
export declare type TrustedParty = {
    readonly id: PartyId;
    readonly roles: readonly ("buyer" | "seller" | "checker" | "arbiter" | "settler")[];
    readonly keys: readonly TrustedKey[];
};
export declare const URI_BASE = "https://settld.dev/";
export declare const VALUE_MAX: bigint;
export declare type Value = string;
export declare type VerifyingKey = {
    readonly publicKey: Uint8Array;
    readonly handle: PublicKeyHandle;
};
export declare type Weight = {
    readonly requirement: Name;
    readonly bps: Bps;
};
export declare type Weighted = {
    readonly kind: "weighted";
    readonly weights: readonly Weight[];
};
export declare type WithheldEvidence = {
    readonly digest: Digest__2;
    readonly withheld: true;
};
export declare type WorkSubmitted = {
    readonly v: Revision;
    readonly type: "work.submitted";
    readonly agreement: Digest__2;
    readonly seq: number;
    readonly prev: Digest__2;
    readonly at: Instant;
    readonly by: PartyId;
    readonly body: WorkSubmittedBody;
};
export declare type WorkSubmittedBody = {
    readonly attempt: number;
    readonly items: readonly Item[];
};
export declare function addDuration(time: number, durationMs: number): number;
export declare function base64Decode(text: string): Uint8Array;
export declare function base64Encode(bytes: Uint8Array): string;
export declare function base64urlDecode(text: string): Uint8Array;
export declare function base64urlEncode(bytes: Uint8Array): string;
export declare function bundleLines(parts: BundleParts): Generator<string, void, undefined>;
export declare function bytesEqual(a: Uint8Array, b: Uint8Array): boolean;
export declare function canonicalBytes(value: unknown): Uint8Array;
export declare function canonicalize(value: unknown): string;
export declare function checkPublicKey(key: Uint8Array): Code | undefined;
export declare function checkSignature(signature: Uint8Array): Code | undefined;
export declare function concatBytes(...parts: readonly Uint8Array[]): Uint8Array;
export declare function createSha256(): Sha256;
export declare function decodePoint(bytes: Uint8Array): Point | undefined;
export declare function digestOf(bytes: Uint8Array, crypto?: {
    readonly sha256Hex: (bytes: Uint8Array) => string;
}): Digest;
export declare function encodeBundle(parts: BundleParts): Uint8Array;
export declare function formatAmount(value: bigint, asset: {
    readonly assetCode: string;
    readonly assetScale: number;
}): string;
export declare function formatInstant(time: number): string;
export declare function formatPointer(tokens: readonly (string | number)[]): string;
export declare function fromUtf8(bytes: Uint8Array): string;
export declare function hexDecode(text: string): Uint8Array;
export declare function hexEncode(bytes: Uint8Array): string;
export declare function isDigest(value: unknown): value is Digest;
export declare function isSettldError(value: unknown): value is SettldError;
export declare function jwkFromPublicKey(publicKey: Uint8Array): Jwk;
export declare function keyProofMessage({ registry, party, thumbprint }: KeyProof): Uint8Array;
export declare function openPublicKey(crypto: CryptoPort, publicKey: Uint8Array): Promise<VerifyingKey | Code>;
export declare function openPublicKeySync(crypto: CryptoPort, publicKey: Uint8Array): VerifyingKey | Code;
export declare function pae(payloadType: string, payload: Uint8Array): Uint8Array;
export declare function parseAccountEntry(value: unknown): AccountEntryPayload;
export declare function parseDigest(text: string): Digest;
export declare function parseEnvelope(value: unknown, options: ParseEnvelopeOptions): ParsedEnvelope;
export declare function parseEvent(value: unknown, byteLength?: number): EventPayload;
export declare function parseInstant(text: string, pointer?: string): number;
export declare function parseJson(bytes: Uint8Array, options?: ParseJsonOptions): JsonValue;
export declare function parseJsonText(text: string, options?: ParseJsonOptions): JsonValue;
export declare function parsePointer(text: string): string[];
export declare function parseReceipt(value: unknown): Receipt;
export declare function parseTombstone(value: unknown): TombstonePayload;
export declare function parseTrustDocument(value: unknown): TrustDocument;
export declare function parseValue(text: string): bigint;
export declare function pemFromPublicKey(publicKey: Uint8Array): string;
export declare function publicKeyFromJwk(jwk: JsonValue | Jwk): Uint8Array;
export declare function resolvePointer(value: JsonValue, tokens: readonly (string | number)[]): JsonValue | undefined;
export declare function sha256(bytes: Uint8Array): Uint8Array;
export declare function shareOf(value: bigint, bps: number): bigint;
export declare function signEnvelope(payloadType: string, payload: Uint8Array, signers: readonly Pick<Signer, "keyid" | "sign">[]): Promise<Envelope>;
export declare function signerFromSeed(seed: Uint8Array, crypto: CryptoPort): Promise<Signer>;
export declare function thumbprint(publicKey: Uint8Array, crypto?: {
    readonly sha256: (bytes: Uint8Array) => Uint8Array;
}): string;
export declare function utf8(text: string): Uint8Array;
export declare function verifyEd25519(crypto: CryptoPort, key: Uint8Array | VerifyingKey, message: Uint8Array, signature: Uint8Array): Promise<Code | undefined>;
export declare function verifyEd25519Sync(crypto: CryptoPort, key: Uint8Array | VerifyingKey, message: Uint8Array, signature: Uint8Array): Code | undefined;
declare type Digest__2 = `sha256:${string}`;
declare type Envelope__2 = {
    readonly payload: string;
    readonly payloadType: "application/vnd.settld.event+json" | "application/vnd.settld.trust+json" | "application/vnd.in-toto+json";
    readonly signatures: readonly Signature[];
};
export {};
