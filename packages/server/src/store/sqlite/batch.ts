import { type Answer, applyCommand, type Command } from "./commands.ts";
import type { Connection } from "./connection.ts";
import { isStatementFault, unavailable } from "./errors.ts";

/** How a command of a batch ended. */
export type Result =
  | { readonly ok: true; readonly answer: Answer<Command["type"]> }
  | { readonly ok: false; readonly error: unknown };

/**
 * Carries out commands in one transaction, so that one flush of the disk serves them all. Each has a savepoint: one that
 * meets a conflict or is misused takes nothing from the others. When the store fails, so does every command, and
 * nothing of the batch is there.
 */
export function runBatch(connection: Connection, commands: readonly Command[]): readonly Result[] {
  const { sql } = connection;
  try {
    sql("BEGIN IMMEDIATE").run();
    const results = commands.map((command) => runOne(connection, command));
    // Nothing to keep is nothing to flush.
    sql(results.some(({ isKept }) => isKept) ? "COMMIT" : "ROLLBACK").run();
    return results.map(({ result }) => result);
  } catch (cause) {
    rollBack(connection);
    const error = unavailable(cause);
    return commands.map(() => ({ ok: false, error }));
  }
}

function runOne(connection: Connection, command: Command): { readonly result: Result; readonly isKept: boolean } {
  const { sql } = connection;
  sql("SAVEPOINT command").run();
  try {
    const { answer, undo = false } = applyCommand(connection, command);
    if (undo) sql("ROLLBACK TO command").run();
    sql("RELEASE command").run();
    return { result: { ok: true, answer }, isKept: !undo };
  } catch (error) {
    if (!isStatementFault(error)) throw error;
    sql("ROLLBACK TO command").run();
    sql("RELEASE command").run();
    return { result: { ok: false, error: misuse(error) }, isKept: false };
  }
}

// A command that breaks a constraint without being a conflict could never have worked.
function misuse(error: unknown): unknown {
  if (!(error instanceof Error) || !("errcode" in error)) return error;
  return new TypeError(`expected a change that the store can hold, found: ${error.message}`, { cause: error });
}

function rollBack({ exec }: Connection): void {
  try {
    exec("ROLLBACK");
  } catch {
    // After some failures, a full disk among them, SQLite has rolled back by itself and knows of no transaction.
  }
}
