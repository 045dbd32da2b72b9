import type { Case } from "../../format.ts";

type Row = readonly [id: string, clause: string, code: string, over: string, twin: string, why: string, input: object];

/** A case with two faults: `code` wins over `over`. */
export const both = (...[id, clause, code, over, twin, why, input]: Row): Case => ({
  id: `precedence-${id}`,
  clause,
  code,
  over,
  fault: id,
  twin,
  why,
  kills: `report ${over} first`,
  input: { ...input },
});
