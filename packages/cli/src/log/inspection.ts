import { type AccountKind, type AgreementState, applyEvent, checkLedger, type Transaction } from "@settld/kernel";
import {
  type Code,
  type Digest,
  digestOf,
  type EventPayload,
  isSettldError,
  parseEvent,
  parseJson,
  type SettldError,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { type Asset, describeEvent } from "./describe-event.ts";
import { readBundle } from "./read-bundle.ts";

/** One event of a log as it was found. */
export type Entry = {
  readonly line: number;
  readonly seq: number;
  readonly at: string;
  readonly type: EventPayload["type"];
  readonly by: string;
  readonly digest: Digest;
  /** What it does, in words; holds untrusted text. */
  readonly what: string;
  /** Whether the rules took it. After the first event that they did not take, none counts. */
  readonly applied: boolean;
};

/** Where the reading of a bundle or the rules of its log came to an end. */
export type Problem = { readonly code: Code; readonly message: string; readonly seq?: number };

/** What a bundle says. Nothing of it is verified. */
export type Inspection = {
  readonly entries: readonly Entry[];
  readonly transactions: readonly Transaction[];
  readonly state?: AgreementState;
  readonly asset?: Asset;
  readonly evidence: { readonly inline: number; readonly withheld: number };
  readonly trustDocuments: number;
  readonly receipt: boolean;
  readonly problem?: Problem;
};

/** The accounts of an agreement, in the order in which they are shown. */
export const ACCOUNTS: readonly AccountKind[] = ["buyer", "escrow", "holdback", "seller", "fee"];

/**
 * Reads a bundle as far as it can be read and applies its events as far as the rules take them. Checks no signature,
 * no key and no evidence.
 *
 * @throws SettldError `CLI_INPUT` when the bytes could not be obtained; whatever is wrong with them is in the result.
 */
export async function inspectBundle(source: AsyncIterable<Uint8Array>): Promise<Inspection> {
  const entries: Entry[] = [];
  const transactions: Transaction[] = [];
  let state: AgreementState | undefined;
  let asset: Asset | undefined;
  let problem: Problem | undefined;
  const evidence = { inline: 0, withheld: 0 };
  let trustDocuments = 0;
  let receipt = false;
  const fail = (found: Problem): void => {
    problem ??= found;
  };
  try {
    for await (const found of readBundle(source)) {
      if (found.kind === "trust") trustDocuments += 1;
      else if (found.kind === "receipt") receipt = true;
      else if (found.kind === "evidence") evidence[found.inline ? "inline" : "withheld"] += 1;
      else {
        const { line, seq, envelope } = found;
        let payload: EventPayload;
        try {
          payload = parseEvent(parseJson(envelope.payload, { canonical: true }), envelope.payload.length);
        } catch (error) {
          if (!isSettldError(error)) throw error;
          fail({ code: error.code, message: error.message, seq });
          continue;
        }
        const digest = digestOf(envelope.payload, defaultCrypto);
        if (payload.type === "agreement.offered") asset ??= payload.body.amount;
        let applied = false;
        if (problem === undefined) {
          const result = applyEvent(state, { payload, digest });
          if (result.ok) {
            applied = true;
            state = result.state;
            if (result.transaction !== undefined) transactions.push(result.transaction);
          } else {
            fail({ code: result.rejection.code, message: result.rejection.message, seq });
          }
        }
        const what = describeEvent(payload, asset);
        entries.push({ line, seq, at: payload.at, type: payload.type, by: payload.by, digest, what, applied });
      }
    }
  } catch (error) {
    if (!isSettldError(error) || isUnreadable(error)) throw error;
    fail({ code: error.code, message: error.message });
  }
  if (entries.length === 0 && problem === undefined) {
    fail({ code: "BUNDLE_EMPTY", message: "expected at least one event, found none" });
  }
  return {
    entries,
    transactions,
    ...(state === undefined ? {} : { state }),
    ...(asset === undefined ? {} : { asset }),
    evidence,
    trustDocuments,
    receipt,
    ...(problem === undefined ? {} : { problem }),
  };
}

function isUnreadable(error: SettldError): boolean {
  return error.code === "CLI_INPUT";
}

/** Asks the invariants of the ledger over what was posted so far, and says in one sentence how they stand. */
export function invariantOf({ transactions, state }: Inspection): { readonly holds: boolean; readonly text: string } {
  const closed = state?.status === "closed";
  const audit = checkLedger(transactions, { closed });
  if (!audit.ok) return { holds: false, text: `${audit.code}: ${audit.message}` };
  const end = closed ? ", and both ended at 0" : "";
  return { holds: true, text: `every transaction adds up to 0, escrow and holdback never fell below 0${end}` };
}
