import type { PartiesJson } from "../settlement.ts";

/** What a load is like. */
export type Load = {
  /** `steady`: the clients ask without pause. `burst`: a quarter of them does, and now and then all come at once, fourfold. */
  readonly profile: "steady" | "burst";
  /** Connections, each with one request under way. */
  readonly clients: number;
  /** Seconds that are measured. */
  readonly duration: number;
  /** Seconds before, which do not count. */
  readonly warmUp: number;
  /** Share of the requests that are reads, from 0 to 1, apart from the receipt of each settlement. */
  readonly reads: number;
  /** Bytes of evidence of each settlement. */
  readonly evidence: number;
  /**
   * `any`: each request goes to any process, as behind a balancer that knows nothing. `agreement`: those of one agreement
   * go to one.
   */
  readonly route: "any" | "agreement";
};

/** What the generator is asked for. */
export type Plan = Load & {
  readonly urls: readonly string[];
  readonly settler: string;
  readonly parties: readonly PartiesJson[];
};

/** Requests of one operation in one phase; times in milliseconds. */
export type Row = {
  readonly phase: string;
  readonly operation: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

/** What the generator found. */
export type Found = {
  /** How long each phase took. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
  readonly requests: number;
  /** Settlements that were closed and whose receipt came while it was measured. */
  readonly settlements: number;
  /** Answers of 300 and above, by status and code, and requests without an answer. */
  readonly errors: Readonly<Record<string, number>>;
  /** Agreements that a server said it has made, and those that were asked for, in all. */
  readonly made: number;
  readonly asked: number;
  /** Agreements that a server said it has closed, in all. */
  readonly closed: number;
  /** Share of one core that the generator itself used. */
  readonly cpu: number;
};
