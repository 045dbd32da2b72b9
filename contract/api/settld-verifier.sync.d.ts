// Locked declarations of @settld/verifier/sync; written by `pnpm contract:write`.
import { Code } from "@settld/protocol";
import { Status } from "@settld/kernel";
import { Totals } from "@settld/protocol";
import { TrustDocument } from "@settld/protocol";
export declare function verifyBundleSync(bytes: Uint8Array, options: CheckOptions): Report;
declare type CheckOptions = TrustOptions & {
    readonly now?: number;
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
declare type Role = TrustDocument["parties"][number]["roles"][number];
declare type Trust = {
    readonly digest: string;
    readonly registry: string;
    readonly registryKey?: Uint8Array;
    readonly registryThumbprint?: string;
    readonly version: number;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly keys: ReadonlyMap<string, TrustedKey>;
};
declare type TrustOptions = {
    readonly trust: Trust;
    readonly root?: undefined;
} | {
    readonly trust?: undefined;
    readonly root: Uint8Array;
};
declare type TrustedKey = {
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
declare type Verdict = "accept" | "reject" | "indeterminate";
export {};
