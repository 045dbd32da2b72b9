import { evidence } from "./0001-evidence.ts";
import { functions } from "./0001-functions.ts";
import { messages } from "./0001-messages.ts";
import { tables } from "./0001-tables.ts";
import type { Migration } from "./migration.ts";

/** The first version. Its rollback leaves an empty database: a store has to be exported before. */
export const initial: Migration = {
  version: 1,
  up: `${tables.up}${evidence.tables}${messages.tables}${evidence.functions}${functions.up}${messages.functions}`,
  down: `${messages.downFunctions}${functions.down}${evidence.downFunctions}${messages.downTables}${evidence.downTables}${tables.down}`,
};
