import { isBuiltin } from "node:module";
import { inputError } from "../exit.ts";

/** The server package, which not every Node can run. */
export type ServerPackage = typeof import("@settld/server");

/**
 * Loads the server when a command needs it, so that the others start without it and run where it does not.
 *
 * @param hasSqlite - whether this Node has the SQLite that the store is kept in.
 * @throws SettldError `CLI_UNSUPPORTED`.
 */
export async function loadServer(hasSqlite: boolean = isBuiltin("node:sqlite")): Promise<ServerPackage> {
  if (!hasSqlite) {
    throw inputError(
      "CLI_UNSUPPORTED",
      `expected Node 22.13 or later, whose SQLite keeps the store, found ${process.version}; the other commands run here`,
    );
  }
  try {
    const server = await import("@settld/server");
    await loadSqlite();
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw inputError(
      "CLI_UNSUPPORTED",
      "expected the package @settld/server beside this one, found none; install settld with its optional dependencies",
      error,
    );
  }
}

/** The part of the server that keeps a store in PostgreSQL. */
export type PostgresPackage = typeof import("@settld/server/postgres");

/** Loads it; what it needs from elsewhere is loaded when a store is opened. */
export function loadPostgres(): Promise<PostgresPackage> {
  return import("@settld/server/postgres");
}

// Some versions of Node print a warning when their SQLite is loaded first. It is about the interface, not about what
// is stored, and would stand between whoever reads the log and what matters there.
async function loadSqlite(): Promise<void> {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (String(warning).includes("SQLite is an experimental feature")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    await import("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
