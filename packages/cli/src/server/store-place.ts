import { Option } from "commander";
import { inputError } from "../exit.ts";

/** The folder of the store when nothing else is said. */
export const DEFAULT_DIR = ".settld";

/** What a command is told about where its store is. */
export type PlaceOptions = { readonly dir: string; readonly database?: true | undefined };

/** Where a store is: in a folder, or in the database of a URL. */
export type StorePlace =
  | { readonly in: "folder"; readonly dir: string; readonly name: string }
  | { readonly in: "database"; readonly url: string; readonly name: string };

// The first that is set counts: the second is what many hosts of programs set.
const VARIABLES = ["SETTLD_DATABASE_URL", "DATABASE_URL"] as const;

/** `--database`, for every command that opens a store. */
export function databaseOption(): Option {
  return new Option("--database", "the store is in PostgreSQL, at the URL in SETTLD_DATABASE_URL or DATABASE_URL");
}

/**
 * Where the store is. The URL comes from the environment alone, because everybody on the machine sees command lines.
 *
 * @throws SettldError `CLI_USAGE` when it is nowhere, no URL of PostgreSQL, or in two places.
 */
export function storePlace(
  { dir, database }: PlaceOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): StorePlace {
  if (database !== true) return { in: "folder", dir, name: dir };
  if (dir !== DEFAULT_DIR) throw inputError("CLI_USAGE", "expected --dir or --database, found both");
  const name = VARIABLES.find((variable) => (env[variable] ?? "") !== "");
  const text = name === undefined ? undefined : env[name];
  if (name === undefined || text === undefined) {
    throw inputError(
      "CLI_USAGE",
      "--database: expected the URL of the database in SETTLD_DATABASE_URL, as in postgres://user:password@host/name, found none",
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "postgres:" && url?.protocol !== "postgresql:") {
    // Not the text itself, which may hold a password.
    throw inputError("CLI_USAGE", `${name}: expected a URL with postgres://, found another text`);
  }
  return { in: "database", url: text, name: `${url.host}${url.pathname}` };
}
