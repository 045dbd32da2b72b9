import { printLines } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import { Command } from "commander";
import { EXIT, inputError } from "../../exit.ts";
import { checkStoreFolder } from "../../server/folder-access.ts";
import { loadServer } from "../../server/load-server.ts";
import { DEFAULT_DIR } from "../../server/store-place.ts";

type BackupOptions = { readonly dir: string; readonly out: string };
type RollbackOptions = { readonly dir: string; readonly to: string };

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
      onFolder(dir, async (server) => {
        const { version, bytes } = await server.backUpSqliteStore(dir, out);
        await printLines([`${out}: a store of version ${version}, ${bytes} bytes and the evidence`]);
      }),
    );
}

/** `settld admin rollback`: the store for an older program. */
export function rollbackCommand(): Command {
  return new Command("rollback")
    .summary("take the store of a folder down to an older version")
    .description(
      "For going back to an older program: carries out the written way back of each step of the schema that the older one " +
        "does not know, after a copy of what is there. Run it with the newer program, while nobody serves the store.",
    )
    .requiredOption("--to <version>", "version of the schema that the older program has")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addHelpText("after", "\nExit codes: 0 when the store has that version, 2 when it could not be taken there.")
    .action(({ dir, to }: RollbackOptions) =>
      onFolder(dir, async (server) => {
        if (!/^[1-9][0-9]{0,3}$/.test(to)) throw inputError("CLI_USAGE", `--to: expected a version, found ${to}`);
        const back = await server.rollBackSqliteStore(dir, Number(to));
        const steps = back.map((version) => `took back the step to version ${version}`);
        await printLines([...steps, `${dir}: a store of version ${to}`]);
      }),
    );
}

async function onFolder(
  dir: string,
  work: (server: Awaited<ReturnType<typeof loadServer>>) => Promise<void>,
): Promise<void> {
  const server = await loadServer();
  if (!(await checkStoreFolder(dir)))
    throw inputError("CLI_INPUT", `expected the folder of a store, found none: ${dir}`);
  try {
    await work(server);
  } catch (error) {
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  }
  process.exitCode = EXIT.accept;
}
