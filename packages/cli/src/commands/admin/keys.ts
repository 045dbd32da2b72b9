import {
  escapeTerminal,
  formatTable,
  isSystemError,
  printJson,
  printLines,
  reasonOf,
  stdoutColors,
  wellFormed,
  writeFileAtomic,
} from "@settld/output";
import { canonicalize, type JsonValue, SettldError } from "@settld/protocol";
import type { ApiKeyRow, Scope, Store } from "@settld/server";
import { Command, Option } from "commander";
import { inputError } from "../../exit.ts";
import { loadServer } from "../../server/load-server.ts";
import { withStore } from "../../server/store-folder.ts";
import { DEFAULT_DIR, databaseOption, type PlaceOptions, storePlace } from "../../server/store-place.ts";

type Format = "human" | "json";
type CreateOptions = PlaceOptions & {
  readonly tenant: string;
  readonly scope?: readonly string[];
  readonly name: string;
  readonly out?: string;
  readonly format: Format;
};
type ListOptions = PlaceOptions & { readonly tenant?: string; readonly format: Format };
type RevokeOptions = PlaceOptions & { readonly format: Format };

const PAGE_SIZE = 100;
const NAME_MAX = 256;

/** `settld admin keys`: who may ask a server for what. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .summary("make, list and revoke API keys")
    .description("Makes, lists and revokes API keys. A running server knows of it at once.")
    .addHelpText("after", EXAMPLES);
  keys
    .command("create")
    .summary("make an API key")
    .description("Makes an API key and prints it, once: the store keeps only its SHA-256.")
    .requiredOption("--tenant <name>", "whose key it is: a-z 0-9 . _ -, at most 64 characters")
    .option(
      "--scope <scope...>",
      "what it may do: agreements:read, agreements:write, evidence:read, evidence:write, money:read, money:write, " +
        "parties:write, messages:read, webhooks:write, operator (default: all but operator)",
    )
    .option("--name <text>", "what it is for, for people", "made by settld admin")
    .option("--out <file>", "write it there instead, for you alone to read; must not exist yet")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .addOption(formatOption())
    .addHelpText("after", EXAMPLES)
    .action(create);
  keys
    .command("list")
    .summary("list API keys")
    .description("Lists API keys, oldest first. The keys themselves are nowhere to be read.")
    .option("--tenant <name>", "only keys of this tenant")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .addOption(formatOption())
    .addHelpText("after", EXAMPLES)
    .action(list);
  keys
    .command("revoke")
    .summary("revoke an API key")
    .description("Revokes an API key, for good and at once.")
    .argument("<id>", "its id, key_..., as list shows it")
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
    .addOption(formatOption())
    .addHelpText("after", EXAMPLES)
    .action(revoke);
  return keys;
}

const EXAMPLES = `
Examples:
  settld admin keys create --tenant acme --out acme.key
  settld admin keys create --tenant operator --scope operator --name "my own"
  settld admin keys list --format json
  settld admin keys revoke key_0123456789abcdef01234567`;

function formatOption(): Option {
  return new Option("--format <format>", "output").choices(["human", "json"]).default("human");
}

async function create({ tenant, scope, name, out, format, ...options }: CreateOptions): Promise<void> {
  const place = storePlace(options);
  checkTenant(tenant);
  if (name === "" || [...name].length > NAME_MAX) {
    throw inputError("CLI_USAGE", `--name: expected 1 to ${NAME_MAX} characters, found ${[...name].length}`);
  }
  const server = await loadServer();
  const scopes = scopesOf(scope, server.SCOPES);
  const { key, row } = server.newApiKey(tenant, scopes, wellFormed(name), Date.now());
  await withStore(server, place, async (store) => {
    // First the file: a key that counts and that nobody has could still be listed.
    if (out !== undefined) await writeSecret(out, `${key}\n`);
    const written = await store.write({ apiKeys: [row] });
    if (!written.ok) throw new Error("a key of 256 random bits was there already");
  });
  if (format === "json") {
    const secret = out === undefined ? { secret: key } : {};
    await printJson(canonicalize({ ...server.apiKeyView(row), ...secret } as unknown as JsonValue));
    return;
  }
  // Only the key goes to standard output, so that `KEY=$(settld admin keys create ...)` holds it and nothing else.
  const where = out === undefined ? "it is shown this once:" : `it is in ${escapeTerminal(out)}`;
  process.stderr.write(`${row.id} of ${tenant} may ${scopes.join(", ")}; ${where}\n`);
  if (out === undefined) await printLines([key]);
}

async function writeSecret(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text, { overwrite: false, mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = "--out: expected to write a file that is not there yet";
    throw inputError("CLI_OUTPUT", `${what}, found ${reasonOf(error)}: ${path}`, error);
  }
}

function checkTenant(tenant: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(tenant)) return;
  throw inputError(
    "CLI_USAGE",
    `--tenant: expected a name of a-z, 0-9, . _ or -, at most 64 characters, found ${JSON.stringify(tenant)}`,
  );
}

function scopesOf(asked: readonly string[] | undefined, known: readonly Scope[]): readonly Scope[] {
  if (asked === undefined) return known.filter((scope) => scope !== "operator");
  const unknown = asked.find((scope) => !(known as readonly string[]).includes(scope));
  if (unknown !== undefined) {
    throw inputError("CLI_USAGE", `--scope: expected ${known.join(", ")}, found ${JSON.stringify(unknown)}`);
  }
  return known.filter((scope) => asked.includes(scope));
}

async function list({ tenant, format, ...options }: ListOptions): Promise<void> {
  const place = storePlace(options);
  const server = await loadServer();
  const rows = await withStore(server, place, (store) => allKeys(store, tenant));
  if (format === "json") {
    for (const row of rows) await printJson(canonicalize(server.apiKeyView(row) as unknown as JsonValue));
    return;
  }
  const { bold, dim } = stdoutColors();
  const head = ["id", "tenant", "name", "made", "revoked", "scopes"].map((text) => ({ text, paint: bold }));
  const lines = formatTable([
    head,
    ...rows.map(({ id, tenant: owner, name, createdAt, revokedAt, scopes }) => [
      id,
      owner,
      name,
      new Date(createdAt).toISOString(),
      revokedAt === undefined ? { text: "-", paint: dim } : new Date(revokedAt).toISOString(),
      scopes.join(" "),
    ]),
  ]);
  await printLines(rows.length === 0 ? ["no API keys; settld admin keys create makes one"] : lines);
}

async function allKeys(store: Store, tenant: string | undefined): Promise<readonly ApiKeyRow[]> {
  const rows: ApiKeyRow[] = [];
  for (;;) {
    const after = rows.at(-1)?.id;
    const page = await store.listApiKeys(tenant, { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
    rows.push(...page);
    if (page.length < PAGE_SIZE) return rows;
  }
}

async function revoke(id: string, { format, ...options }: RevokeOptions): Promise<void> {
  const place = storePlace(options);
  const server = await loadServer();
  const row = await withStore(server, place, async (store) => {
    const found = await store.revokeApiKey(id, Date.now());
    if (found !== undefined) return found;
    throw new SettldError("HTTP_NOT_FOUND", `expected the id of an API key, found none: ${JSON.stringify(id)}`);
  });
  if (format === "json") await printJson(canonicalize(server.apiKeyView(row) as unknown as JsonValue));
  else await printLines([escapeTerminal(`${row.id} of ${row.tenant} is revoked`)]);
}
