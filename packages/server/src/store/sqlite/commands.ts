import type { Digest } from "@settld/protocol";
import type { ApiKeyRow, Change, Written } from "../store.ts";
import { applyChange } from "./apply-change.ts";
import type { Connection } from "./connection.ts";
import { type ApiKeySql, apiKeyRow } from "./read-rest.ts";

/** Everything that writes to the database, as data. Each is carried out whole or not at all. */
export type Command =
  | { readonly type: "write"; readonly change: Change }
  | {
      readonly type: "put-evidence";
      readonly digest: Digest;
      readonly bytes: Uint8Array;
      readonly at: number;
      readonly tenant: string;
    }
  | { readonly type: "intend-evidence"; readonly digest: Digest; readonly size: number; readonly at: number }
  | { readonly type: "keep-evidence"; readonly digest: Digest; readonly tenant: string }
  | { readonly type: "forget-answers"; readonly before: number; readonly limit: number }
  | { readonly type: "retry-command"; readonly id: string; readonly due: number }
  | { readonly type: "revoke-api-key"; readonly id: string; readonly at: number }
  | { readonly type: "put-setting"; readonly name: string; readonly value: string };

/** What a command answers. */
export type Answer<T extends Command["type"]> = {
  readonly write: Written;
  /** Whether the bytes are new. */
  readonly "put-evidence": boolean;
  /** Whether the bytes are kept already. */
  readonly "intend-evidence": boolean;
  /** Whether the bytes are new. */
  readonly "keep-evidence": boolean;
  /** How many were forgotten. */
  readonly "forget-answers": number;
  readonly "retry-command": undefined;
  /** The key, when there is one. */
  readonly "revoke-api-key": ApiKeyRow | undefined;
  readonly "put-setting": undefined;
}[T];

/** How a command went: with `undo`, what it did is to be rolled back, and its answer says why. */
export type Outcome = { readonly answer: Answer<Command["type"]>; readonly undo?: boolean };

/** Carries out a command within the transaction that is open. */
export function applyCommand(connection: Connection, command: Command): Outcome {
  const { sql } = connection;
  switch (command.type) {
    case "write": {
      const conflict = applyChange(connection, command.change);
      return conflict === undefined ? { answer: { ok: true } } : { answer: { ok: false, conflict }, undo: true };
    }
    case "put-evidence":
      return { answer: putEvidence(connection, command) };
    case "intend-evidence":
      return { answer: intendEvidence(connection, command) };
    case "keep-evidence":
      return { answer: keepEvidence(connection, command) };
    case "forget-answers": {
      const { changes } = sql(
        "DELETE FROM answers WHERE n IN (SELECT n FROM answers WHERE created_at < ? ORDER BY created_at LIMIT ?)",
      ).run(command.before, command.limit);
      return { answer: Number(changes) };
    }
    case "retry-command":
      sql("UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE id = ? AND done = 0").run(command.due, command.id);
      return { answer: undefined };
    case "revoke-api-key": {
      const row = sql("UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING *").get(
        command.at,
        command.id,
      );
      return { answer: row === undefined ? undefined : apiKeyRow(row as ApiKeySql) };
    }
    case "put-setting":
      sql("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(
        command.name,
        command.value,
      );
      return { answer: undefined };
  }
}

type CommandOf<T extends Command["type"]> = Extract<Command, { readonly type: T }>;

function putEvidence(connection: Connection, command: CommandOf<"put-evidence">): boolean {
  const { digest, bytes } = command;
  const isKept = intendEvidence(connection, { ...command, type: "intend-evidence", size: bytes.length });
  if (!isKept) connection.sql("INSERT INTO evidence_bytes (digest, bytes) VALUES (?, ?)").run(digest, bytes);
  return keepEvidence(connection, { ...command, type: "keep-evidence" });
}

function intendEvidence({ sql }: Connection, { digest, size, at }: CommandOf<"intend-evidence">): boolean {
  const row = sql("SELECT stored FROM evidence WHERE digest = ?").get(digest);
  if (row === undefined) {
    sql("INSERT INTO evidence (digest, size, created_at, stored) VALUES (?, ?, ?, 0)").run(digest, size, at);
  }
  return row?.["stored"] === 1;
}

function keepEvidence({ sql }: Connection, { digest, tenant }: CommandOf<"keep-evidence">): boolean {
  const { changes } = sql("UPDATE evidence SET stored = 1 WHERE digest = ? AND stored = 0").run(digest);
  sql("INSERT INTO uploads (digest, tenant) VALUES (?, ?) ON CONFLICT DO NOTHING").run(digest, tenant);
  return changes === 1;
}
