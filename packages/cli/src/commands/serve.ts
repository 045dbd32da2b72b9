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
import type { Listening, RetentionRule, Server } from "@settld/server";
import { Command, Option } from "commander";
import { EXIT, inputError } from "../exit.ts";
import { programName } from "../io/program-name.ts";
import { quoteForShell } from "../io/shell.ts";
import { readRoot } from "../keys/public-key.ts";
import { readDays } from "../server/days.ts";
import { openEvidenceKeys } from "../server/evidence-keys.ts";
import { type KeySource, keySource } from "../server/key-source.ts";
import { loadServer, type ServerPackage } from "../server/load-server.ts";
import { isLoopback } from "../server/loopback.ts";
import { checkPartyId } from "../server/party-id.ts";
import { redactor } from "../server/redact.ts";
import { type ServerLog, serverLog } from "../server/request-log.ts";
import { askedToEnd, shutDown } from "../server/shut-down.ts";
import { type KeysAsked, type Started, startServer } from "../server/start-server.ts";
import { DEFAULT_DIR, databaseOption, type PlaceOptions, type StorePlace, storePlace } from "../server/store-place.ts";

type Options = PlaceOptions & {
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
  readonly evidenceKeys?: string;
  readonly retentionDays?: string;
  readonly rotateKeys?: true;
  readonly holdPayouts?: true;
  readonly webhooksToLoopback?: true;
  readonly requestsPerSecond: string;
  readonly metricsHost: string;
  readonly metricsPort?: string;
  readonly drain: string;
  readonly grace: string;
  readonly log: "pretty" | "json";
  readonly quiet?: true;
};

/** `settld serve`: a settlement server over a folder. */
export function serveCommand(): Command {
  return new Command("serve")
    .description(
      "Runs a settlement server: it keeps agreements and money in a folder (SQLite) or a database (PostgreSQL, for any " +
        "number of servers), admits what parties sign, and " +
        "answers over HTTP until SIGINT or SIGTERM. On its first start it makes the folder and its keys.",
    )
    .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
    .addOption(databaseOption())
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
    .option(
      "--evidence-keys <file>",
      "keys under which evidence is sealed on the disk, 32 bytes in base64 on each line",
    )
    .option(
      "--retention-days <n>",
      "purge evidence of agreements that are closed for longer, and uploads that nobody names",
    )
    .option("--rotate-keys", "go on with other keys than at the last start")
    .option("--hold-payouts", "book withdrawals and pay nothing out, while something is being looked into")
    .option("--requests-per-second <n>", "how often a tenant may ask this process, and twice as often at once", "200")
    .option("--metrics-port <n>", "port for /metrics of Prometheus, apart from everything else (default: none)")
    .option("--metrics-host <address>", "address for /metrics; whoever reaches it reads them", "127.0.0.1")
    .option("--drain <seconds>", "how long /readyz says no before the server stops taking requests", "0")
    .option("--grace <seconds>", "how long requests that are running may take when the server ends", "10")
    .addOption(new Option("--log <format>", "lines about requests").choices(["pretty", "json"]).default("pretty"))
    .option("--webhooks-to-loopback", "for development: post webhooks also by http, and to this machine")
    .option("--quiet", "print only the URL, and faults")
    .addHelpText("after", HELP)
    .action(serve);
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const HELP = `
Keys also come from the environment, as the text of such a file: SETTLD_SETTLER_KEY, SETTLD_REGISTRY_KEY,
SETTLD_EVIDENCE_KEYS (of which settld admin evidence-keys add makes the file).
A signer answers GET with {"jwk": ...} and POST of {"keyid", "message"} with {"sig"}, in base64; it is asked over https
or on this machine, with SETTLD_SETTLER_SIGNER_TOKEN or SETTLD_REGISTRY_SIGNER_TOKEN as bearer token when it is set. Old
signers get SETTLD_OLD_SETTLER_SIGNER_TOKEN.

Exit codes: 0 when it was asked to end, 2 when it could not start.

Examples:
  settld serve
  settld admin keys create --tenant acme
  settld serve --dir /var/lib/settld --port 8402 --settler-key settler.jwk --log json
  SETTLD_DATABASE_URL=$(cat database.url) settld serve --database --settler-key settler.jwk --registry-key registry.jwk`;

async function serve(options: Options): Promise<void> {
  // What is wrong with the command line is said before anything is made.
  const port = parsePort(options.port, "--port");
  const metricsPort = options.metricsPort === undefined ? undefined : parsePort(options.metricsPort, "--metrics-port");
  const requestsPerSecond = parseRate(options.requestsPerSecond, "--requests-per-second");
  const times = {
    drainMs: parseSeconds(options.drain, "--drain"),
    graceMs: parseSeconds(options.grace, "--grace"),
  };
  checkPartyId(options.settlerId, "--settler-id");
  checkPartyId(options.registryId, "--registry-id");
  const place = storePlace(options);
  const server = await loadServer();
  const asked = await keysAsked(server, options);
  const retention = retentionOf(options.retentionDays, server.DAYS_MAX);
  const log = logOf(options);
  await tryAddress(options.host, port);
  if (metricsPort !== undefined) await tryAddress(options.metricsHost, metricsPort);
  const ended = askedToEnd();
  const { running, ...start } = await startServer(
    server,
    { ...options, ...retention, requestsPerSecond, place },
    asked,
    log,
  );
  let listening: Listening | undefined;
  let metrics: Listening | undefined;
  try {
    if (metricsPort !== undefined) {
      metrics = await listen(server.listenMetrics, running, options.metricsHost, metricsPort);
    }
    listening = await listen(server.listen, running, options.host, port);
  } catch (error) {
    await metrics?.close();
    await running.close();
    throw error;
  }
  await announce({ url: listening.url, metrics: metrics?.url }, start, place, options);
  await ended;
  await shutDown({ running, listening, metrics }, times, log);
  if (options.log === "pretty" && options.quiet !== true) process.stderr.write("stopped\n");
  process.exitCode = EXIT.accept;
}

async function keysAsked(server: ServerPackage, options: Options): Promise<KeysAsked> {
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
  const evidenceKeys = await openEvidenceKeys(server, options.evidenceKeys);
  if (registryRoot === undefined) return { settler, oldSettlers, registry, evidenceKeys };
  if (registry.from !== "folder") {
    throw inputError("CLI_USAGE", "expected --registry-root or the registry's private key, found both");
  }
  return { settler, oldSettlers, registry: { root: await readRoot(registryRoot, "--registry-root") }, evidenceKeys };
}

function retentionOf(text: string | undefined, daysMax: number): { readonly retention?: RetentionRule } {
  if (text === undefined) return {};
  const days = readDays(text, "--retention-days", daysMax);
  return { retention: { closedDays: days, unreferencedDays: days } };
}

function parsePort(text: string, option: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw inputError("CLI_USAGE", `${option}: expected a number from 0 to 65535, found ${JSON.stringify(text)}`);
}

function parseRate(text: string, option: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw inputError("CLI_USAGE", `${option}: expected a number from 1 to 999999, found ${JSON.stringify(text)}`);
}

// As milliseconds.
function parseSeconds(text: string, option: string): number {
  if (/^\d{1,4}(?:\.\d{1,3})?$/.test(text) && Number(text) <= 3_600) return Number(text) * 1_000;
  throw inputError("CLI_USAGE", `${option}: expected seconds from 0 to 3600, found ${JSON.stringify(text)}`);
}

function logOf({ log, quiet }: Options): ServerLog {
  return serverLog(quiet === true ? "faults" : log, {
    write: (text) => void process.stderr.write(text),
    redact: redactor(process.env),
  });
}

async function listen(
  by: ServerPackage["listen" | "listenMetrics"],
  running: Server,
  host: string,
  port: number,
): Promise<Listening> {
  try {
    return await by(running, { host, port });
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

function optionOf(place: StorePlace): string {
  if (place.in === "database") return " --database";
  return place.dir === DEFAULT_DIR ? "" : ` --dir ${quoteForShell(place.dir)}`;
}

async function announce(
  { url, metrics }: { readonly url: string; readonly metrics: string | undefined },
  start: Omit<Started, "running">,
  place: StorePlace,
  { host, log, quiet }: Options,
): Promise<void> {
  const { identity, made } = start;
  if (log === "json") {
    const where = place.in === "folder" ? { dir: place.dir } : { database: place.name };
    const at = metrics === undefined ? {} : { metrics: `${metrics}/metrics` };
    await printJson(canonicalize({ ...identity, ...at, ...where, made, url }));
    return;
  }
  if (quiet === true) {
    await printLines([url]);
    return;
  }
  const { bold, dim } = stdoutColors();
  const create = `${programName()} admin keys create${optionOf(place)}`;
  await printLines([
    bold(url),
    ...formatTable(
      [
        ["store", place.in === "folder" ? place.dir : `PostgreSQL ${place.name}`],
        ["settler", identity.settler],
        ["settler key", identity.settlerKey],
        ["registry", identity.registry],
        ["registry key", `${identity.registryKey}  (settld verify --root)`],
        [
          "fingerprint",
          `${thumbprint(publicKeyFromJwk({ kty: "OKP", crv: "Ed25519", x: identity.registryKey }))}  (of the registry's key)`,
        ],
        ...(metrics === undefined ? [] : [["metrics", `${metrics}/metrics`]]),
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
