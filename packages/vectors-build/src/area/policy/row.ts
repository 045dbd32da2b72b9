import type { Case } from "../../format.ts";
import { delivered, FILE, valid } from "../../story.ts";
import { at } from "../../time.ts";

/** A policy, what was submitted and said, and what its author says comes out. */
export type Row = {
  readonly id: string;
  readonly clause: string;
  readonly why: string;
  readonly requirements?: readonly object[];
  readonly payout?: object;
  readonly amount?: string;
  /** What was submitted and said; nothing at all for `null`. */
  readonly items?: readonly object[] | null;
  readonly at?: string;
  readonly results?: object;
  readonly approvals?: object;
  /** Codes of the requirements, in order. */
  readonly codes: readonly string[];
  readonly gross: string;
  readonly outcome: string;
  readonly pending?: readonly string[];
  readonly fault?: string;
  readonly twin?: string;
  readonly kills?: string;
};

const ALL = { kind: "all-or-nothing" };

/** The code of a requirement that is met. */
export const MET: string = "POLICY_MET";

/** The case of a row. */
export const evaluate = (row: Row): Case => {
  const requirements = row.requirements ?? [delivered, valid];
  const ids = requirements.map((one) => (one as { readonly id: string }).id);
  return {
    id: `policy-${row.id}`,
    clause: row.clause,
    why: row.why,
    ...(row.fault === undefined ? {} : { fault: row.fault }),
    ...(row.twin === undefined ? {} : { twin: `policy-${row.twin}` }),
    ...(row.kills === undefined ? {} : { kills: row.kills }),
    input: {
      policy: { requirements, payout: row.payout ?? ALL },
      amount: row.amount ?? "48000",
      facts:
        row.items === null
          ? null
          : {
              at: row.at ?? at(3),
              items: row.items ?? [FILE.item],
              results: row.results ?? { valid: { validityBps: 10000 } },
              approvals: row.approvals ?? {},
            },
    },
    facts: {
      requirements: row.codes.map((code, index) => ({ id: ids[index], code })),
      gross: row.gross,
      outcome: row.outcome,
      pending: row.pending ?? [],
    },
  };
};

/** All of the amount. */
export const full: Pick<Row, "gross" | "outcome"> = { gross: "48000", outcome: "full" };

/** Nothing of the amount. */
export const none: Pick<Row, "gross" | "outcome"> = { gross: "0", outcome: "none" };

/** The only requirement is not met, for this reason. */
export const fails = (code: string): Pick<Row, "codes" | "gross" | "outcome"> => ({ codes: [code], ...none });

/** The only requirement is met. */
export const met: Pick<Row, "codes" | "gross" | "outcome"> = { codes: [MET], ...full };
