import type { ApiKeyRow, Change, Written } from "../store.ts";
import { applyChange } from "./apply-change.ts";
import type { Connection } from "./connection.ts";
import { applyMessageCommand, type MessageAnswers, type MessageCommand } from "./deliver.ts";
import { applyEvidenceCommand, type EvidenceAnswers, type EvidenceCommand } from "./evidence-commands.ts";
import { type ApiKeySql, apiKeyRow } from "./read-rest.ts";

/** Everything that writes to the database, as data. Each is carried out whole or not at all. */
export type Command =
  | { readonly type: "write"; readonly change: Change }
  | EvidenceCommand
  | MessageCommand
  | { readonly type: "forget-answers"; readonly before: number; readonly limit: number }
  | { readonly type: "retry-command"; readonly id: string; readonly due: number }
  | { readonly type: "revoke-api-key"; readonly id: string; readonly at: number }
  | { readonly type: "put-setting"; readonly name: string; readonly value: string };

/** What a command answers. */
export type Answer<T extends Command["type"]> = (EvidenceAnswers &
  MessageAnswers & {
    readonly write: Written;
    /** How many were forgotten. */
    readonly "forget-answers": number;
    readonly "retry-command": undefined;
    /** The key, when there is one. */
    readonly "revoke-api-key": ApiKeyRow | undefined;
    readonly "put-setting": undefined;
  })[T];

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
    case "claim-deliveries":
    case "end-delivery":
    case "delete-endpoint":
    case "forget-messages":
      return { answer: applyMessageCommand(connection, command) };
    default:
      return applyEvidenceCommand(connection, command);
  }
}
