import type { CryptoPort } from "@settld/protocol";
import type { Counted, StoreReads } from "../store/store.ts";
import type { ExpectedBalances } from "./expected-balances.ts";
import type { Findings } from "./findings.ts";
import type { SignatureCheck } from "./signature-check.ts";

/** What the parts of an audit share. */
export type AuditWork = {
  /** One consistent view. */
  readonly store: StoreReads;
  /** The settler whose store it is; `undefined` when nobody has served it, so that it can hold no log. */
  readonly settler: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoPort;
  readonly findings: Findings;
  readonly signatures: SignatureCheck;
  readonly balances: ExpectedBalances;
  /** How many of each kind the logs led to. What is there beyond that, no log gives. */
  readonly met: Record<Counted, number>;
};
