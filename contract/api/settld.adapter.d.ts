// Locked declarations of settld/adapter; written by `pnpm contract:write`.
export declare function answer(op: string, input: Input): Promise<Answer>;
export declare const hello: {
    readonly type: "hello";
    readonly protocol: 1;
    readonly implementation: {
        readonly name: string;
        readonly version: string;
        readonly language: string;
    };
    readonly roles: readonly string[];
    readonly revisions: readonly string[];
    readonly features: readonly string[];
    readonly limits: {
        readonly inFlight: number;
    };
};
declare type Answer = {
    readonly verdict: "accept" | "reject" | "indeterminate";
    readonly code: string | null;
    readonly pointer?: string | undefined;
    readonly index?: number | undefined;
    readonly facts: Readonly<Record<string, unknown>>;
};
declare type Input = Readonly<Record<string, any>>;
export {};
