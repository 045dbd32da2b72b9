import { isSystemError, printLines, reasonOf, writeFileAtomic } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import { Command } from "commander";
import { inputError } from "../../exit.ts";
import { readInput } from "../../io/read.ts";
import { loadServer } from "../../server/load-server.ts";

const EXAMPLES = `
Examples:
  settld admin evidence-keys add --file evidence.keys
  settld serve --evidence-keys evidence.keys

To change the key of a server that runs: add one, start the server with the file, run settld admin rewrap, and take
the other lines out of the file when it says that nothing needs them.`;

/** `settld admin evidence-keys`: the keys under which evidence is sealed. */
export function evidenceKeysCommand(): Command {
  const keys = new Command("evidence-keys")
    .summary("make a key under which evidence is sealed")
    .description("Makes the keys under which a server seals evidence on its disk (settld serve --evidence-keys).")
    .addHelpText("after", EXAMPLES);
  keys
    .command("add")
    .summary("put a new key on the first line of a file")
    .description(
      "Puts a new random key on the first line of a key ring, and makes the file, for you alone to read, when it is " +
        "missing. What is sealed from then on is sealed under it; the keys behind it still open what they sealed.",
    )
    .requiredOption("--file <file>", "the key ring")
    .addHelpText("after", EXAMPLES)
    .action(add);
  return keys;
}

async function add({ file }: { readonly file: string }): Promise<void> {
  const { newEvidenceKey, readKeyRing } = await loadServer();
  const before = await present(file);
  // One that is no ring stays as it is.
  if (before !== undefined) {
    await readKeyRing(before, `--file ${file}`).catch((error: unknown) => {
      throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
    });
  }
  const { id, line } = newEvidenceKey();
  try {
    await writeFileAtomic(file, `${line}\n${before ?? ""}`, { overwrite: before !== undefined, mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `--file: expected to write a key ring, found ${reasonOf(error)}: ${file}`, error);
  }
  await printLines([id]);
}

async function present(file: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readInput(file, "--file"));
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    if (isSystemError(cause) && cause.code === "ENOENT") return undefined;
    throw error;
  }
}
