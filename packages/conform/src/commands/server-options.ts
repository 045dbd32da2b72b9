import { SettldError } from "@settld/protocol";
import type { Command } from "commander";
import { parseSpec } from "../adapter/spec.ts";
import { readPublicKey } from "../report/key-file.ts";
import { readInput } from "../report/read-report.ts";
import { type HookReceiver, startHookReceiver } from "../server/hook-receiver.ts";
import { readPrepared } from "../server/prepared.ts";
import type { ServerRunOptions } from "../server/run-server.ts";
import { integer } from "./options.ts";

/** Options of the profile `server`. */
export type ServerValues = {
  readonly url?: string;
  readonly verifier?: string;
  readonly operatorKey?: string;
  readonly serverConfig?: string;
  readonly root?: string;
  readonly webhookUrl?: string;
  readonly webhookPort?: number;
};

/** Adds the options of the profile `server`. */
export const addServer = (command: Command): Command =>
  command
    .option("--url <url>", "with --profile server: where the server is, such as http://127.0.0.1:8402")
    .option("--verifier <how>", "with --profile server: the adapter that judges bundles, like --adapter")
    .option("--operator-key <file>", "with --profile server: an operator's API key (default: $SETTLD_OPERATOR_KEY)")
    .option("--server-config <file>", "with --profile server: prepared tenants, instead of an operator's key")
    .option(
      "--webhook-url <url>",
      "with --profile server: where the server reaches the kit (default: loopback, when it is there)",
    )
    .option(
      "--webhook-port <n>",
      "with --profile server: where the kit listens for it (default: any port)",
      integer(0, 65_535),
    )
    .option(
      "--root <file>",
      "with --profile server: the registry's public key, PEM or JWK (default: the first it shows)",
    );

/**
 * Reads what the options of {@link addServer} name.
 *
 * @throws SettldError `CLI_USAGE`, `CLI_INPUT`, `CLI_KEY` or `CONF_SERVER_CONFIG`.
 */
export const readServer = async (
  values: ServerValues,
): Promise<Pick<ServerRunOptions, "url" | "verifier" | "operatorKey" | "prepared" | "root">> => {
  const { url, verifier, operatorKey, serverConfig, root } = values;
  if (url === undefined || verifier === undefined) {
    throw new SettldError(
      "CLI_USAGE",
      `expected --url and --verifier with --profile server, found ${url === undefined ? "no --url" : "no --verifier"}`,
    );
  }
  parseSpec(verifier);
  const secret = operatorKey === undefined ? process.env["SETTLD_OPERATOR_KEY"] : await keyIn(operatorKey);
  if ((secret ?? "") === "" && serverConfig === undefined) {
    throw new SettldError(
      "CLI_USAGE",
      "expected an operator's API key in SETTLD_OPERATOR_KEY or --operator-key, or --server-config, found none",
    );
  }
  return {
    url: baseUrl(url),
    verifier,
    operatorKey: serverConfig === undefined ? secret : undefined,
    prepared: serverConfig === undefined ? undefined : await readPrepared(await readInput(serverConfig), serverConfig),
    root: root === undefined ? undefined : await readPublicKey(await readInput(root, "--root"), root),
  };
};

/**
 * Starts what takes deliveries of webhooks, where the server can reach it.
 *
 * @throws SettldError `CLI_USAGE`.
 */
export const receiverFor = async (
  { webhookUrl, webhookPort = 0 }: ServerValues,
  url: string,
): Promise<HookReceiver | undefined> => {
  if (webhookUrl !== undefined) return startHookReceiver(baseUrl(webhookUrl, "--webhook-url"), webhookPort);
  const { hostname } = new URL(url);
  const isLoopback = /^(?:localhost|127\.[0-9.]+|\[::1\])$/.test(hostname);
  return isLoopback ? startHookReceiver(undefined, webhookPort) : undefined;
};

const keyIn = async (path: string): Promise<string> => {
  const text = Buffer.from(await readInput(path, "--operator-key"))
    .toString("utf8")
    .trim();
  if (/^[\x21-\x7e]{1,512}$/.test(text)) return text;
  throw new SettldError("CLI_INPUT", `--operator-key: expected a file with an API key and nothing else: ${path}`);
};

// A password in the URL would stand in every report.
const baseUrl = (text: string, option = "--url"): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "";
  if (!isGood)
    throw new SettldError(
      "CLI_USAGE",
      `${option}: expected a URL such as http://127.0.0.1:8402, found ${text.slice(0, 200)}`,
    );
  return url.href.replace(/\/+$/, "");
};
