import { createServer } from "node:net";
import {
  escapeTerminal,
  formatTable,
  isSystemError,
  printJson,
  printLines,
  reasonOf,
  stdoutColors,
} from "@settld/output";
import { canonicalize, publicKeyFromJwk, thumbprint } from "@settld/protocol";
import type { Listening, Server } from "@settld/server";
import { Command, Option } from "commander";
import { EXIT, inputError } from "../exit.ts";
import { programName } from "../io/program-name.ts";
import { quoteForShell } from "../io/shell.ts";
import { readRoot } from "../keys/public-key.ts";
import { type KeySource, keySource } from "../server/key-source.ts";
import { loadServer, type ServerPackage } from "../server/load-server.ts";
import { isLoopback } from "../server/loopback.ts";
import { checkPartyId } from "../server/party-id.ts";
import { type ServerLog, serverLog } from "../server/request-log.ts";
import { type KeysAsked, type Started, startServer } from "../server/start-server.ts";
import { DEFAULT_DIR } from "../server/store-folder.ts";

type Options = {
  readonly dir: string;
  readonly host: string;
  readonly port: string;
  readonly settlerId?: string;
  readonly settlerKey?: string;
  readonly settlerSigner?: string;
  readonly oldSettlerKey: readonly string[];
  readonly oldSettlerSigner: readonly string[];
  readonly registryId?: string;
  readonly registryKey?: string;
  readonly registrySigner?: string;
  readonly registryRoot?: string;
  readonly rotateKeys?: true;
  readonly log: "pretty" | "json";
  readonly quiet?: true;
};

/** `settld serve`: a settlement server over a folder. */
export function serveCommand(): Command {
  return new Command("serve")
    .description(
      "Runs a settlement server: it keeps agreements and money in a folder (SQLite), admits what parties sign, and " +
        "answers over HTTP until SIGINT or SIGTERM. On its first start it makes the folder and its keys.",
    )
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .option("--host <address>", "address to listen at; others reach it only when you say so", "127.0.0.1")
    .option("--port <n>", "port to listen at; 0 takes any free one", "8402")
    .option("--settler-id <uri>", "party id of the settler, at the first start (default: named by its key)")
    .option("--settler-key <file>", "the settler's private key: a JWK, or PKCS #8 in PEM (default: DIR/settler.jwk)")
    .option("--settler-signer <url>", "a signer that holds the settler's key instead")
    .option(
      "--old-settler-key <file>",
      "a key that the settler had before, for agreements that pin it; repeatable",
      more,
      [],
    )
    .option("--old-settler-signer <url>", "a signer that holds such a key; repeatable", more, [])
    .option("--registry-id <uri>", "id of the registry, at the first start (default: named by its key)")
    .option("--registry-key <file>", "the registry's private key (default: DIR/registry.jwk)")
    .option("--registry-signer <url>", "a signer that holds the registry's key instead")
    .option(
      "--registry-root <key>",
      "public key of a registry elsewhere, whose trust documents are imported: a JWK or PEM file, or the JWK's x",
    )
    .option("--rotate-keys", "go on with other keys than at the last start")
    .addOption(new Option("--log <format>", "lines about requests").choices(["pretty", "json"]).default("pretty"))
    .option("--quiet", "print only the URL, and faults")
    .addHelpText("after", HELP)
    .action(serve);
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const HELP = `
Keys also come from the environment, as the text of such a file: SETTLD_SETTLER_KEY, SETTLD_REGISTRY_KEY.
A signer answers GET with {"jwk": ...} and POST of {"keyid", "message"} with {"sig"}, in base64; it is asked over https
or on this machine, with SETTLD_SETTLER_SIGNER_TOKEN or SETTLD_REGISTRY_SIGNER_TOKEN as bearer token when it is set. Old
signers get SETTLD_OLD_SETTLER_SIGNER_TOKEN.

Exit codes: 0 when it was asked to end, 2 when it could not start.

Examples:
  settld serve
  settld admin keys create --tenant acme
  settld serve --dir /var/lib/settld --port 8402 --settler-key settler.jwk --log json`;

async function serve(options: Options): Promise<void> {
  // What is wrong with the command line is said before anything is made.
  const port = parsePort(options.port);
  checkPartyId(options.settlerId, "--settler-id");
  checkPartyId(options.registryId, "--registry-id");
  const asked = await keysAsked(options);
  const server = await loadServer();
  const log = logOf(options);
  await tryAddress(options.host, port);
  const ended = askedToEnd();
  const { running, ...start } = await startServer(server, options, asked, log);
  let listening: Listening;
  try {
    listening = await listen(server, running, options.host, port);
  } catch (error) {
    await running.close();
    throw error;
  }
  await announce(listening.url, start, options);
  await ended;
  await listening.close();
  await running.close();
  if (options.log === "pretty" && options.quiet !== true) process.stderr.write("stopped\n");
  process.exitCode = EXIT.accept;
}

async function keysAsked(options: Options): Promise<KeysAsked> {
  const { dir, registryRoot, settlerKey, settlerSigner, registryKey, registrySigner } = options;
  const { env } = process;
  const settler = keySource({ role: "settler", dir, file: settlerKey, signer: settlerSigner, env });
  const oldSettlers: KeySource[] = [
    ...options.oldSettlerKey.map((path) => ({ from: "file" as const, path, option: "--old-settler-key" })),
    ...options.oldSettlerSigner.map((url) => ({
      from: "signer" as const,
      url,
      option: "--old-settler-signer",
      token: env["SETTLD_OLD_SETTLER_SIGNER_TOKEN"],
    })),
  ];
  const registry = keySource({ role: "registry", dir, file: registryKey, signer: registrySigner, env });
  if (registryRoot === undefined) return { settler, oldSettlers, registry };
  if (registry.from !== "folder") {
    throw inputError("CLI_USAGE", "expected --registry-root or the registry's private key, found both");
  }
  return { settler, oldSettlers, registry: { root: await readRoot(registryRoot, "--registry-root") } };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw inputError("CLI_USAGE", `--port: expected a number from 0 to 65535, found ${JSON.stringify(text)}`);
}

function logOf({ log, quiet }: Options): ServerLog {
  return serverLog(quiet === true ? "faults" : log, (text) => void process.stderr.write(text));
}

// A second signal ends the process at once, as it would without us; the store is made for that.
function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

async function listen({ listen }: ServerPackage, running: Server, host: string, port: number): Promise<Listening> {
  try {
    return await listen(running, { host, port });
  } catch (error) {
    throw listenError(host, port, error);
  }
}

// Before a first start makes a folder and keys, and tells nobody because it ends with an error.
function tryAddress(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(listenError(host, port, error)));
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}

function listenError(host: string, port: number, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const hint = error.code === "EADDRINUSE" ? " (--port N, 0 takes any free one)" : "";
  return inputError("CLI_LISTEN", `expected to listen at ${host} port ${port}, found ${reasonOf(error)}${hint}`, error);
}

async function announce(
  url: string,
  start: Omit<Started, "running">,
  { dir, host, log, quiet }: Options,
): Promise<void> {
  const { identity, made } = start;
  if (log === "json") {
    await printJson(canonicalize({ ...identity, dir, made, url }));
    return;
  }
  if (quiet === true) {
    await printLines([url]);
    return;
  }
  const { bold, dim } = stdoutColors();
  const create = `${programName()} admin keys create${dir === DEFAULT_DIR ? "" : ` --dir ${quoteForShell(dir)}`}`;
  await printLines([
    bold(url),
    ...formatTable(
      [
        ["store", dir],
        ["settler", identity.settler],
        ["settler key", identity.settlerKey],
        ["registry", identity.registry],
        ["registry key", `${identity.registryKey}  (settld verify --root)`],
        [
          "fingerprint",
          `${thumbprint(publicKeyFromJwk({ kty: "OKP", crv: "Ed25519", x: identity.registryKey }))}  (of the registry's key)`,
        ],
        ["rail", "test: deposits are what an operator says, payouts go nowhere"],
      ],
      { indent: 2 },
    ),
    ...(made.length === 0
      ? []
      : [
          "",
          `  Keys of this new store: ${escapeTerminal(made.join(", "))}`,
          "  Whoever can read them settles in your name. Without them this store is no longer yours: keep a copy.",
        ]),
    ...(isLoopback(host)
      ? []
      : ["", "  Others can reach this address, and what they send is not encrypted: put a proxy with TLS before it."]),
    "",
    "  API keys are made in another terminal, while this one runs:",
    `  ${escapeTerminal(`${create} --tenant operator --scope operator`)}   ${dim("# deposits, audits, other keys")}`,
    `  ${escapeTerminal(`${create} --tenant acme`)}   ${dim("# for whoever works with it")}`,
    "",
  ]);
}
