// Locked declarations of settld-conform; written by `pnpm contract:write`.
export declare type Answer = {
    readonly verdict: Verdict;
    readonly code: string | null;
    readonly facts?: Readonly<Record<string, unknown>> | undefined;
};
export declare type Judgement = "pass" | "wrong-verdict" | "wrong-code" | "wrong-facts";
export declare const PROFILES: readonly [
    "verifier-core",
    "verifier-full",
    "kernel",
    "issuer"
];
export declare type Profile = {
    readonly ops: readonly string[];
    readonly scale: Scale;
    readonly scored: readonly string[];
    readonly notScored: readonly {
        readonly id: string;
        readonly reason: string;
    }[];
};
export declare type ProfileName = (typeof ALL_PROFILES)[number];
export declare type RequirementSet = {
    readonly revision: string;
    readonly profiles: Readonly<Partial<Record<ProfileName, Profile>>>;
};
export declare type Scale = "category" | "code";
export declare type Vector = {
    readonly id: string;
    readonly path: string;
    readonly op: string;
    readonly clause: string;
    readonly why: string;
    readonly since: string;
    readonly fault: string | null;
    readonly verdict: Verdict;
    readonly code: string | null;
    readonly facts?: Readonly<Record<string, unknown>>;
    readonly twin?: string;
    readonly kills?: string;
    readonly pointer?: string;
    readonly index?: number;
    readonly over?: string;
    readonly input: Readonly<Record<string, unknown>>;
};
export declare type VectorFile = {
    readonly op: string;
    readonly testGroups: readonly {
        readonly input?: Readonly<Record<string, unknown>>;
        readonly tests: readonly Omit<Vector, "path" | "op">[];
    }[];
};
export declare type Verdict = "accept" | "reject" | "indeterminate";
export declare const categoryOf: (code: string) => string | undefined;
export declare const differingFacts: (declared?: Answer["facts"], found?: Answer["facts"]) => string[];
export declare const expand: (value: unknown) => unknown;
export declare const judge: (vector: Pick<Vector, "verdict" | "code" | "facts">, answer: Answer, scale: Scale) => Judgement;
export declare const sameJson: (a: unknown, b: unknown) => boolean;
export declare const vectorsOf: (path: string, { op, testGroups }: VectorFile) => Vector[];
declare const ALL_PROFILES: readonly [
    ...typeof PROFILES,
    "server"
];
export {};
