import { publicKeyFromJwk, thumbprint } from "@settld/protocol";
import { accountName } from "../account-name.ts";
import type { BookAccount, Change, PartyRow } from "../store.ts";
import type { Command } from "./commands.ts";
import { keptText } from "./text.ts";

/** A command that can be written as JSON together with others. */
export type PreparedCommand = {
  readonly command: object;
  /** Accounts whose balance moves. */
  readonly accounts: readonly BookAccount[];
};

/**
 * Takes what the database reads no further into texts, and keys into their thumbprints. Throws what is wrong with a
 * command by itself, so that it fails alone.
 */
export function prepare(command: Command): PreparedCommand {
  if (command.type !== "write") return { command, accounts: [] };
  const { transactions = [] } = command.change;
  const accounts = transactions.flatMap(({ postings }) => postings.map(({ account }) => account));
  return { command: { ...command, change: rowsOf(command.change) }, accounts };
}

function rowsOf({ apiKeys, registry, ...change }: Change): object {
  return {
    ...change,
    ...(apiKeys === undefined
      ? {}
      : { apiKeys: apiKeys.map((row) => ({ ...row, scopes: JSON.stringify(row.scopes) })) }),
    ...(registry === undefined ? {} : { registry: { ...registry, parties: registry.parties.map(partyOf) } }),
  };
}

function partyOf({ id, tenant, roles, keys }: PartyRow): object {
  const thumbprints = keys.map(({ jwk }) => thumbprint(publicKeyFromJwk(jwk)));
  return { id, tenant, roles: JSON.stringify(roles), keys: JSON.stringify(keys), thumbprints };
}

/** A batch as `settld_write` takes it. */
export type EncodedBatch = {
  readonly commands: string;
  /** All bytes of the commands, one after another. */
  readonly bytes: Uint8Array;
  /** Accounts whose balance moves, each once, in the one order in which everybody takes them. */
  readonly accounts: string;
};

/**
 * Writes commands as JSON: money as text, because JSON numbers are not exact, and bytes as [offset, length] of one
 * value that goes beside it. Members that are `undefined` are left out.
 */
export function encodeBatch(batch: readonly PreparedCommand[]): EncodedBatch {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const encode = (value: unknown): unknown => {
    if (typeof value === "string") return keptText(value);
    if (typeof value === "bigint") return value.toString();
    if (value instanceof Uint8Array) {
      pieces.push(value);
      offset += value.length;
      return [offset - value.length, value.length];
    }
    if (Array.isArray(value)) return value.map(encode);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encode(member)]));
  };
  const accounts = new Map(batch.flatMap((one) => one.accounts.map((account) => [accountName(account), account])));
  return {
    commands: JSON.stringify(batch.map(({ command }) => encode(command))),
    bytes: Buffer.concat(pieces),
    accounts: JSON.stringify([...accounts.keys()].sort().map((name) => encode(accounts.get(name)))),
  };
}
