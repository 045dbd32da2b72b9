import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { escapeTerminal, isSystemError, printLines, reasonOf, stdoutColors } from "@settld/output";
import { formatInstant, parseInstant } from "@settld/protocol";
import { Command } from "commander";
import { EXIT, inputError } from "../exit.ts";
import { followMessages, type Streamed } from "../server/follow-messages.ts";
import { isLoopback } from "../server/loopback.ts";

type Options = {
  readonly url: string;
  readonly forwardTo: string;
  readonly apiKeyFile?: string;
  readonly types?: string;
  readonly since?: string;
};

const FORWARD_MS = 15_000;
const SECRET_BYTES = 32;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `settld listen`: messages of a server, posted to a program on this machine. */
export function listenCommand(): Command {
  return new Command("listen")
    .description(
      "Follows the messages of a settlement server and posts each to a program that you develop, signed like a webhook " +
        "(Standard Webhooks v1), until SIGINT or SIGTERM. No port of yours has to be open to the world.",
    )
    .requiredOption("--url <url>", "the server, such as https://settle.example")
    .requiredOption("--forward-to <url>", "where to post, such as http://localhost:3000/webhooks")
    .option("--api-key-file <file>", "file with the API key (default: the environment variable SETTLD_API_KEY)")
    .option("--types <list>", "only these types, separated by commas: escrow.funded,agreement.closed")
    .option("--since <time>", "start with what happened since a time: 2026-03-01T09:00:00.000Z, or 10m, 2h, 1d ago")
    .addHelpText(
      "after",
      `
The API key needs the scope messages:read. The secret that signs is new at each start, printed first, or taken from
SETTLD_WEBHOOK_SECRET. What your program does not take is shown and not tried again; --since shows it once more.

Exit codes: 0 when it was asked to end, 2 when the server refuses the key, the types or the time.

Example:
  SETTLD_API_KEY=$(cat key) settld listen --url https://settle.example --forward-to http://localhost:3000/webhooks`,
    )
    .action(listen);
}

async function listen(options: Options): Promise<void> {
  const server = checkUrl(options.url, "--url", true).href.replace(/\/+$/, "");
  const forwardTo = checkUrl(options.forwardTo, "--forward-to", false);
  const since = options.since === undefined ? undefined : readSince(options.since, Date.now());
  const apiKey = await readApiKey(options.apiKeyFile);
  const secret = readSecret();
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ending.abort());
  const { bold, dim, green, red } = stdoutColors();
  await printLines([`secret ${bold(secret)}`]);
  let isBroken = false;
  const messages = followMessages({
    server,
    apiKey,
    types: options.types,
    since,
    signal: ending.signal,
    onConnected: () => {
      process.stderr.write(isBroken ? "connected again\n" : `listening to ${escapeTerminal(server)}\n`);
      isBroken = false;
    },
    onBroken: (reason) => {
      // Once for each time, and not for each try.
      if (!isBroken) process.stderr.write(`${escapeTerminal(reason)}; trying again\n`);
      isBroken = true;
    },
  });
  for await (const message of messages) {
    const { text, isTaken } = await forward(message, forwardTo, secret, ending.signal);
    if (ending.signal.aborted) break;
    const { type, id } = message;
    const at = formatInstant(Date.now());
    await printLines([`${dim(at)} ${escapeTerminal(type)} ${escapeTerminal(id)} ${(isTaken ? green : red)(text)}`]);
  }
  process.exitCode = EXIT.accept;
}

// Headers and body are those of a webhook of the server (HOOK-2).
async function forward(
  { id, body }: Streamed,
  to: URL,
  secret: string,
  ending: AbortSignal,
): Promise<{ readonly text: string; readonly isTaken: boolean }> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  try {
    const response = await fetch(to, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Settld-Webhooks",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      },
      body,
      redirect: "manual",
      signal: AbortSignal.any([ending, AbortSignal.timeout(FORWARD_MS)]),
    });
    await response.body?.cancel();
    return { text: String(response.status), isTaken: response.ok };
  } catch (error) {
    const { code, message, name } = Object(Object(error).cause ?? error) as {
      code?: string;
      message?: string;
      name?: string;
    };
    const reason = name === "TimeoutError" ? `within ${FORWARD_MS / 1_000} s` : (code ?? message ?? "");
    return { text: escapeTerminal(`no answer (${reason})`), isTaken: false };
  }
}

function checkUrl(text: string, option: string, isSecret: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === "http:" && (!isSecret || isLoopback(url.hostname));
  if (url !== undefined && (url.protocol === "https:" || isPlain) && url.search === "" && url.username === "")
    return url;
  const expected = isSecret ? "a URL with https, or with http and a loopback address" : "a URL with http or https";
  throw inputError("CLI_USAGE", `${option}: expected ${expected}, found ${JSON.stringify(text)}`);
}

function readSince(text: string, now: number): string {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS[unit];
  if (ms !== undefined) return formatInstant(Math.max(0, now - Number(count) * ms));
  try {
    return formatInstant(parseInstant(text));
  } catch (error) {
    throw inputError(
      "CLI_USAGE",
      `--since: expected a time such as 2026-03-01T09:00:00.000Z or 10m, found ${JSON.stringify(text)}`,
      error,
    );
  }
}

async function readApiKey(file: string | undefined): Promise<string> {
  try {
    const text = file === undefined ? process.env["SETTLD_API_KEY"] : await readFile(file, "utf8");
    const key = text?.trim() ?? "";
    // What stands in a header is ASCII; the server says whether it is a key.
    if (/^[!-~]{1,200}$/.test(key)) return key;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `--api-key-file: ${reasonOf(error)}: ${file ?? ""}`, error);
  }
  throw inputError("CLI_USAGE", "expected an API key in --api-key-file or SETTLD_API_KEY, found none");
}

function readSecret(): string {
  const secret = process.env["SETTLD_WEBHOOK_SECRET"] ?? "";
  if (secret === "") return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
  if (/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret)) return secret;
  throw inputError(
    "CLI_USAGE",
    "SETTLD_WEBHOOK_SECRET: expected whsec_ and 24 to 64 bytes in base64, found another text",
  );
}
