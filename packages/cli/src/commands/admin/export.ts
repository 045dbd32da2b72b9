import { formatTable, printJson, printLines } from "@settld/output";
import { canonicalize, type JsonValue, jwkFromPublicKey } from "@settld/protocol";
import { Command, Option } from "commander";
import { EXIT, inputError } from "../../exit.ts";
import { printError } from "../../io/stdio.ts";
import { openEvidenceKeys } from "../../server/evidence-keys.ts";
import { writeExport } from "../../server/export-folder.ts";
import { readIdentity } from "../../server/identity.ts";
import { keySource, openKey } from "../../server/key-source.ts";
import { loadServer } from "../../server/load-server.ts";
import { withStore } from "../../server/store-folder.ts";
import { DEFAULT_DIR, databaseOption, type PlaceOptions, storePlace } from "../../server/store-place.ts";

type Options = PlaceOptions & {
  readonly out: string;
  readonly registryKey?: string;
  readonly registrySigner?: string;
  readonly evidenceKeys?: string;
  readonly format: "human" | "json";
};

/** `settld admin export`: everything in a server as files. */
export function exportCommand(): Command {
  return new Command("export")
    .summary("write everything in a server as files, and verify them")
    .description(
      "Writes everything that somebody needs who leaves a server or audits it: the bundle of every agreement with its " +
        "evidence, account logs, balances, parties and trust documents, all of one instant. Then verifies what it wrote.",
    )
    .requiredOption("--out <folder>", "folder for the files; must not exist yet, and appears when all of it is there")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .option("--registry-key <file>", "the registry's private key, to sign trust documents (default: DIR/registry.jwk)")
    .option("--registry-signer <url>", "a signer that holds the registry's key instead")
    .option("--evidence-keys <file>", "keys under which evidence is sealed, if it is")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
The folder can be checked without this server, and by others:
  settld verify OUT/agreements --root OUT/registry-key.jwk --evidence OUT/evidence --allow-open

Exit codes: 0 when everything was written and verifies, 1 when it was written and something does not verify,
2 when it could not be written; then there is no folder.

Examples:
  settld admin export --out export-2026-11
  settld admin export --dir /var/lib/settld --out /mnt/backup/settld --format json`;

async function run(options: Options): Promise<void> {
  const { dir, out, registryKey, registrySigner, format } = options;
  const place = storePlace(options);
  const server = await loadServer();
  const { env } = process;
  const evidenceKeys = await openEvidenceKeys(server, options.evidenceKeys);
  const source = keySource({ role: "registry", dir, file: registryKey, signer: registrySigner, env });
  const result = await withStore(
    server,
    place,
    async (store) => {
      const identity = await readIdentity(store);
      if (identity === undefined) {
        throw inputError("CLI_INPUT", `expected a store that was served at least once, found a new one: ${place.name}`);
      }
      const imported = (await store.trust())?.envelope !== undefined;
      const signer = imported
        ? undefined
        : await openKey("registry", source, (error) => printError("CLI_KEY", error.message), identity.registryKey);
      if (signer !== undefined && jwkFromPublicKey(signer.publicKey).x !== identity.registryKey) {
        throw inputError(
          "CLI_KEY",
          `expected the registry's key of the last start, ${identity.registryKey}, found another`,
        );
      }
      return writeExport({ server, store, identity, signer, out, now: Date.now() });
    },
    evidenceKeys,
  );
  const { agreements, parties, accountLogs, files, bytes, faults } = result;
  if (format === "json") {
    await printJson(
      canonicalize({ ...result, object: "export", ok: faults.length === 0, out } as unknown as JsonValue),
    );
  } else {
    await printLines([
      ...formatTable(
        [
          [`${agreements}`, "agreements"],
          [`${accountLogs}`, "account logs"],
          [`${parties}`, "parties"],
          [`${files}`, `files, ${bytes} bytes, in ${out}`],
        ],
        { align: ["right"] },
      ),
      faults.length === 0 ? "everything was read back and verifies" : `${faults.length} faults`,
      ...formatTable(faults.map(({ code, where, message }) => [code, where, message])),
    ]);
  }
  if (faults.length > 0) printError("STORE_RECONCILIATION", `expected an export that verifies: ${out}`);
  process.exitCode = faults.length === 0 ? EXIT.accept : EXIT.reject;
}
