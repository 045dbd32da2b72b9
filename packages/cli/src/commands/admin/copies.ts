import { printLines } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import { Command } from "commander";
import { EXIT, inputError } from "../../exit.ts";
import { checkStoreFolder } from "../../server/folder-access.ts";
import { loadPostgres, loadServer, type ServerPackage } from "../../server/load-server.ts";
import {
  DEFAULT_DIR,
  databaseOption,
  type PlaceOptions,
  type StorePlace,
  storePlace,
} from "../../server/store-place.ts";

type BackupOptions = { readonly dir: string; readonly out: string };
type RollbackOptions = PlaceOptions & { readonly to: string };

/** `settld admin backup`: a copy of a store that can be served. */
export function backupCommand(): Command {
  return new Command("backup")
    .summary("copy the store of a folder, also while it is served")
    .description(
      "Copies the database as it is at one instant, and the evidence, to a new folder that can be served like the first. " +
        "Keys are not copied. A database of PostgreSQL has tools of its own for this.",
    )
    .requiredOption("--out <folder>", "folder of the copy; must not exist yet")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addHelpText("after", "\nExit codes: 0 when it is copied, 2 when it could not be; then there is no folder.")
    .action(({ dir, out }: BackupOptions) =>
      finish(async () => {
        const server = await onFolder(dir);
        const { version, bytes } = await server.backUpSqliteStore(dir, out);
        return [`${out}: a store of version ${version}, ${bytes} bytes and the evidence`];
      }),
    );
}

/** `settld admin rollback`: the store for an older program. */
export function rollbackCommand(): Command {
  return new Command("rollback")
    .summary("take a store down to an older version")
    .description(
      "For going back to an older program: carries out the written way back of each step of the schema that the older one " +
        "does not know, in a folder after a copy of what is there. Run it with the newer program, while nobody serves the " +
        "store. Of a database of PostgreSQL take a copy with pg_dump before.",
    )
    .requiredOption("--to <version>", "version of the schema that the older program has")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .addHelpText("after", "\nExit codes: 0 when the store has that version, 2 when it could not be taken there.")
    .action((options: RollbackOptions) =>
      finish(async () => {
        const { to } = options;
        if (!/^[1-9][0-9]{0,3}$/.test(to)) throw inputError("CLI_USAGE", `--to: expected a version, found ${to}`);
        const place = storePlace(options);
        const back = await rollBack(place, Number(to));
        return [
          ...back.map((version) => `took back the step to version ${version}`),
          `${place.name}: a store of version ${to}`,
        ];
      }),
    );
}

async function rollBack(place: StorePlace, to: number): Promise<readonly number[]> {
  if (place.in === "database") return (await loadPostgres()).rollBackPostgresStore({ url: place.url }, to);
  return (await onFolder(place.dir)).rollBackSqliteStore(place.dir, to);
}

async function onFolder(dir: string): Promise<ServerPackage> {
  const server = await loadServer();
  if (!(await checkStoreFolder(dir)))
    throw inputError("CLI_INPUT", `expected the folder of a store, found none: ${dir}`);
  return server;
}

/** Prints what the work comes to; what is in its way is the input's fault. */
async function finish(work: () => Promise<readonly string[]>): Promise<void> {
  try {
    await printLines(await work());
  } catch (error) {
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  }
  process.exitCode = EXIT.accept;
}
