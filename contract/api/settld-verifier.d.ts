// Locked declarations of @settld/verifier; written by `pnpm contract:write`.
import { AgreementState } from "@settld/kernel";
import { Code } from "@settld/protocol";
import { CryptoPort } from "@settld/protocol";
import { EventPayload } from "@settld/protocol";
import { Rejection } from "@settld/kernel";
import { Status } from "@settld/kernel";
import { Totals } from "@settld/protocol";
import { TrustDocument } from "@settld/protocol";
export declare type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
export declare type CheckOptions = TrustOptions & {
    readonly now?: number;
};
export declare type Equivocation = {
    readonly agreement: string;
    readonly histories: readonly [
        number,
        number
    ];
    readonly finding: Finding;
};
export declare type FacetStatus = "pass" | "fail" | "open" | "partial" | "absent" | "unknown";
export declare type Facets = {
    readonly container: FacetStatus;
    readonly signatures: FacetStatus;
    readonly trust: FacetStatus;
    readonly log: FacetStatus;
    readonly policy: FacetStatus;
    readonly ledger: FacetStatus;
    readonly evidence: FacetStatus;
    readonly receipt: FacetStatus;
};
export declare type Facts = {
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
export declare type Finding = {
    readonly code: Code;
    readonly line?: number;
    readonly seq?: number;
    readonly pointer?: string;
    readonly message: string;
};
export declare class Histories {
    add(index: number, { chain }: Pick<Report, "chain">): Equivocation | undefined;
}
export declare type Report = {
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
export declare type Role = TrustDocument["parties"][number]["roles"][number];
export declare type SignerRule = {
    readonly party: string;
    readonly role: Role;
    readonly pinned: readonly string[] | undefined;
};
export declare type Trust = {
    readonly digest: string;
    readonly registry: string;
    readonly registryKey?: Uint8Array;
    readonly registryThumbprint?: string;
    readonly version: number;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly keys: ReadonlyMap<string, TrustedKey>;
};
export declare type TrustOptions = {
    readonly trust: Trust;
    readonly root?: undefined;
} | {
    readonly trust?: undefined;
    readonly root: Uint8Array;
};
export declare type TrustedKey = {
    readonly thumbprint: string;
    readonly publicKey: Uint8Array;
    readonly party: string;
    readonly roles: readonly Role[];
    readonly notBefore: number;
    readonly notAfter: number;
    readonly revoked?: {
        readonly at: number;
        readonly reason: "superseded" | "compromised";
    };
};
export declare type Verdict = "accept" | "reject" | "indeterminate";
export declare type VerifyOptions = CheckOptions & {
    readonly evidence?: (digest: string, size: number) => Promise<ByteSource | undefined>;
    readonly crypto?: CryptoPort;
};
export declare function checkSigner(key: TrustedKey, rule: SignerRule, at: number, pointer: string): Rejection | undefined;
export declare function parseTrust(bytes: Uint8Array): Trust;
export declare function readTrust(value: unknown): Trust;
export declare function settlerRule(state: AgreementState): SignerRule;
export declare function signatureCount(type: EventPayload["type"]): 1 | 2;
export declare function signersOf(state: AgreementState, payload: EventPayload): readonly SignerRule[];
export declare function verifyBundle(source: ByteSource, options: VerifyOptions): Promise<Report>;
export {};
