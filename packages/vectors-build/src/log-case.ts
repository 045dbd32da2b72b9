import { type Case, field, type Group } from "./format.ts";
import { extend, type Log, type Step, since } from "./log-builder.ts";
import { logFacts } from "./story.ts";

/** A case about what stands behind a shared prefix. The last event is the one that is judged. */
export type LogCase = {
  readonly id: string;
  readonly clause: string;
  readonly why: string;
  readonly kills?: string;
  readonly steps: readonly Step[];
} & (
  | { readonly status: string; readonly balances: object; readonly fault?: undefined }
  | {
      readonly code: string;
      readonly fault: string;
      readonly twin: string;
      readonly pointer?: string;
      readonly over?: string;
      readonly verdict?: "indeterminate";
    }
);

/** A group of cases behind one prefix. */
export const after = (comment: string, prefix: Log, cases: readonly LogCase[]): Group => ({
  comment,
  input: { prefix: prefix.payloads.map((payload) => field(payload)) },
  cases: cases.map((one) => caseOf(prefix, one)),
});

const caseOf = (prefix: Log, { steps, ...one }: LogCase): Case => {
  const log = extend(prefix, ...steps);
  const { id, clause, why } = one;
  const input = { events: since(log, prefix).map((payload) => field(payload)) };
  const kills = one.kills === undefined ? {} : { kills: one.kills };
  if ("status" in one) {
    return { id, clause, why, ...kills, input, facts: logFacts(log, one.status, one.balances) };
  }
  const { code, fault, twin, pointer, over, verdict } = one;
  return {
    id,
    clause,
    code,
    fault,
    twin,
    why,
    kills: one.kills ?? "accept whatever follows the chain",
    index: log.payloads.length - 1,
    ...(pointer === undefined ? {} : { pointer }),
    ...(over === undefined ? {} : { over }),
    ...(verdict === undefined ? {} : { verdict }),
    input,
  };
};
