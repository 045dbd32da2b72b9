import { PAYLOAD_TYPES } from "@settld/protocol";
import { bytesOf, type Player } from "../../cast.ts";
import { type Case, field } from "../../format.ts";
import { made, seeds } from "./signed-document.ts";

const EVENT = PAYLOAD_TYPES.event;

const input = (payloadType: string, document: Uint8Array | string, by: readonly string[]) => ({
  what: "envelope",
  payloadType,
  document: field(document),
  seeds: seeds(...by),
});

type Good = {
  readonly id: string;
  readonly clause?: string;
  readonly why: string;
  readonly kills: string;
  readonly type?: string;
  readonly value: unknown;
  readonly document?: Uint8Array | string;
  readonly by: readonly Player[];
  readonly twin?: string;
  readonly fault?: string;
};

/** Something that is signed; `document` is its layout where that is not the canonical form. */
export const good = async ({
  id,
  clause = "CONF-10",
  why,
  kills,
  type = EVENT,
  value,
  document,
  by,
  ...rest
}: Good): Promise<Case> => ({
  id: `issue-${id}`,
  clause,
  why,
  kills,
  ...(rest.twin === undefined ? {} : { twin: `issue-${rest.twin}` }),
  ...(rest.fault === undefined ? {} : { fault: rest.fault }),
  input: input(type, document ?? bytesOf(value), by),
  facts: (await made(type, value, by)) as Case["input"],
});

type Bad = {
  readonly fault: string;
  readonly clause: string;
  readonly code: string;
  readonly why: string;
  readonly kills: string;
  readonly type?: string;
  readonly document: Uint8Array | string | object;
  readonly by: readonly string[];
  readonly twin: string;
  readonly verdict?: "indeterminate";
};

/** Something that is not signed. */
export const bad = ({ fault, clause, code, why, kills, type = EVENT, document, by, twin, verdict }: Bad): Case => ({
  id: `issue-${fault}`,
  clause,
  code,
  fault,
  twin: `issue-${twin}`,
  why,
  kills,
  ...(verdict === undefined ? {} : { verdict }),
  input: input(type, typeof document === "string" || document instanceof Uint8Array ? document : bytesOf(document), by),
});
