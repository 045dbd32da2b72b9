// Locked declarations of @settld/kernel; written by `pnpm contract:write`.
import { AgreementClosed } from "@settld/protocol";
import { AgreementOffered } from "@settld/protocol";
import { Code } from "@settld/protocol";
import { DecisionMade } from "@settld/protocol";
import { Digest } from "@settld/protocol";
import { EventPayload } from "@settld/protocol";
import { EventType } from "@settld/protocol";
import { HoldbackReleased } from "@settld/protocol";
import { Item } from "@settld/protocol";
import { JsonValue } from "@settld/protocol";
import { Policy } from "@settld/protocol";
import { REVISION } from "@settld/protocol";
import { Receipt } from "@settld/protocol";
import { Requirement } from "@settld/protocol";
import { SettlementExecuted } from "@settld/protocol";
import { Totals } from "@settld/protocol";
export declare type Account = {
    readonly kind: AccountKind;
    readonly owner?: string;
    readonly agreement?: Digest;
    readonly assetCode: string;
    readonly assetScale: number;
};
export declare type AccountKind = "buyer" | "seller" | "escrow" | "holdback" | "fee";
export declare type Admission = {
    readonly ok: true;
    readonly state: AgreementState;
    readonly appended: readonly Appended[];
} | {
    readonly ok: false;
    readonly state: AgreementState | undefined;
    readonly appended: readonly Appended[];
    readonly rejection: Rejection;
};
export declare type Advanced = {
    readonly state: AgreementState;
    readonly appended: readonly Appended[];
};
export declare type AgreementState = {
    readonly status: Exclude<Status, "none">;
    readonly agreement: Digest;
    readonly head: Digest;
    readonly seq: number;
    readonly at: number;
    readonly offer: AgreementOffered;
    readonly amount: bigint;
    readonly attempts: number;
    readonly submission?: Submission;
    readonly itemSizes: ReadonlyMap<Digest, number>;
    readonly decision?: Decision;
    readonly timer?: number;
    readonly dispute?: Digest;
    readonly ruling?: bigint;
    readonly cancelled: boolean;
    readonly funded: bigint;
    readonly balances: Balances;
    readonly reason?: "settled" | "cancelled" | "offer-expired" | "unfunded";
};
export declare type Appended = {
    readonly payload: EventPayload;
    readonly bytes: Uint8Array;
    readonly digest: Digest;
    readonly transaction: Transaction | undefined;
};
export declare type Applied = {
    readonly ok: true;
    readonly state: AgreementState;
    readonly transaction: Transaction | undefined;
} | {
    readonly ok: false;
    readonly rejection: Rejection;
};
export declare type Balances = Readonly<Record<AccountKind, bigint>>;
export declare type Cell = "event" | "reaction" | Code;
export declare type Decision = {
    readonly digest: Digest;
    readonly gross: bigint;
    readonly outcome: "full" | "partial" | "none";
    readonly final: boolean;
};
export declare type LedgerReport = {
    readonly ok: true;
    readonly balances: Balances;
} | {
    readonly ok: false;
    readonly code: Code;
    readonly index: number;
    readonly message: string;
};
export declare type Leg = {
    readonly toSeller: bigint;
    readonly fee: bigint;
};
export declare type LoggedEvent = {
    readonly payload: EventPayload;
    readonly digest: Digest;
};
export declare type Place = {
    readonly v: typeof REVISION;
    readonly agreement: Digest;
    readonly seq: number;
    readonly prev: Digest;
};
export declare type PolicyFacts = {
    readonly at: number;
    readonly items: readonly Item[];
    readonly results: ReadonlyMap<string, JsonValue>;
    readonly approvals: ReadonlyMap<string, boolean>;
};
export declare type PolicyOutcome = {
    readonly requirements: readonly RequirementOutcome[];
    readonly gross: bigint;
    readonly outcome: "full" | "partial" | "none";
};
export declare type Posting = {
    readonly account: Account;
    readonly value: bigint;
};
export declare type Reaction = {
    readonly type: ReactionType;
    readonly due: number;
    readonly immediate: boolean;
};
export declare type ReactionBody = {
    readonly type: "decision.made";
    readonly body: DecisionMade["body"];
} | {
    readonly type: "settlement.executed";
    readonly body: SettlementExecuted["body"];
} | {
    readonly type: "holdback.released";
    readonly body: HoldbackReleased["body"];
} | {
    readonly type: "agreement.closed";
    readonly body: AgreementClosed["body"];
};
export declare type ReactionType = Extract<EventType, "decision.made" | "settlement.executed" | "holdback.released" | "agreement.closed">;
export declare type Rejection = {
    readonly code: Code;
    readonly pointer: string;
    readonly message: string;
};
export declare type RequirementOutcome = {
    readonly id: string;
    readonly code: Code;
};
export declare const STATUSES: readonly Status[];
export declare type Status = "none" | "offered" | "accepted" | "funded" | "review" | "decided" | "window" | "disputed" | "ruled" | "closing" | "cancelling" | "closed";
export declare type Submission = {
    readonly digest: Digest;
    readonly attempt: number;
    readonly at: number;
    readonly items: readonly Item[];
    readonly reviewBy: number;
    readonly results: ReadonlyMap<string, JsonValue>;
    readonly approvals: ReadonlyMap<string, boolean>;
};
export declare const TABLE: Readonly<Record<Status, Row>>;
export declare type Transaction = {
    readonly id: Digest;
    readonly type: EventType;
    readonly at: number;
    readonly postings: readonly Posting[];
};
export declare const ZERO_BALANCES: Balances;
export declare function admitEvent(state: AgreementState | undefined, payload: EventPayload): Admission;
export declare function advance(state: AgreementState, now: number): Advanced;
export declare function applyEvent(state: AgreementState | undefined, event: LoggedEvent): Applied;
export declare function checkLedger(transactions: readonly Transaction[], options: {
    readonly closed: boolean;
}): LedgerReport;
export declare function checkOffer(offer: AgreementOffered): Rejection | undefined;
export declare function evaluatePolicy(policy: Policy, amount: bigint, facts: PolicyFacts | undefined): PolicyOutcome;
export declare function finalOutcome(state: AgreementState): "full" | "partial" | "none";
export declare function isPending(requirement: Requirement, facts: PolicyFacts): boolean;
export declare function outcomeOf(gross: bigint, amount: bigint): "full" | "partial" | "none";
export declare function placeOf(state: AgreementState): Place;
export declare function post(balances: Balances, transaction: Transaction): Balances;
export declare function reactionBody(state: AgreementState, reaction: Reaction): ReactionBody;
export declare function reactionOf(state: AgreementState): Reaction | undefined;
export declare function receiptOf(state: AgreementState, at: number): Receipt;
export declare function splitLeg(releasedBefore: bigint, gross: bigint, feeBps: number): Leg;
export declare function totalsOf(state: AgreementState): Totals;
declare type Row = Readonly<Record<EventType, Cell>>;
export {};
