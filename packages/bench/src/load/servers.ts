import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { base64urlDecode } from "@settld/protocol";
import type { Known } from "../settlement.ts";

/** Servers over one store, each a process of its own. */
export type Servers = {
  /** Of the first one. */
  readonly known: Known;
  readonly urls: readonly string[];
  /** Where the operator asks each for its figures. */
  readonly metrics: readonly string[];
  /** Ends them as an operator does, and fulfils when they have ended well. */
  readonly close: () => Promise<void>;
};

/** Where the servers keep what they keep. */
export type Place = { readonly folder: string; readonly databaseUrl?: string };

// The program as it is published, or its sources where those are asked for.
const isSource = process.execArgv.includes("--conditions=@settld/source") || process.env["VITEST"] !== undefined;
const PROGRAM = fileURLToPath(
  new URL(isSource ? "../../../cli/src/bin.ts" : "../../../cli/dist/bin.js", import.meta.url),
);

/** How a process of ours is started in the way that this one was. */
export const EXEC_ARGV: readonly string[] = isSource ? ["--conditions=@settld/source"] : [];

/** Starts `settld serve` so many times over one store, with new keys. */
export async function startServers(place: Place, processes: number): Promise<Servers> {
  const started: Started[] = [];
  const close = async (): Promise<void> => {
    for (const { child } of started) child.kill("SIGTERM");
    const codes = await Promise.all(started.map(({ exited }) => exited));
    const bad = codes.find((code) => code !== 0);
    if (bad !== undefined) throw new Error(`expected servers that end with 0, found ${bad}`);
  };
  try {
    const env = environmentOf(place);
    // The first one makes the store.
    started.push(await startServer(place, env));
    started.push(...(await Promise.all(Array.from({ length: processes - 1 }, () => startServer(place, env)))));
    const [first] = started;
    if (first === undefined) throw new Error("expected at least one process");
    const { settler, settlerKey, registry } = first.said;
    const operatorKey = await makeOperatorKey(place, env);
    return {
      known: { url: first.said.url, operatorKey, settler, settlerKey: base64urlDecode(settlerKey), registry },
      urls: started.map(({ said }) => said.url),
      metrics: started.map(({ said }) => said.metrics),
      close,
    };
  } catch (error) {
    for (const { child } of started) child.kill("SIGKILL");
    throw error;
  }
}

type Said = Readonly<Record<"url" | "metrics" | "settler" | "settlerKey" | "registry", string>>;
type Started = { readonly child: ChildProcess; readonly exited: Promise<unknown>; readonly said: Said };

// Secrets come from the environment, as everybody who starts a server should have them.
function environmentOf({ databaseUrl }: Place): NodeJS.ProcessEnv {
  if (databaseUrl === undefined) return process.env;
  const key = (): string => JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }));
  return { ...process.env, SETTLD_DATABASE_URL: databaseUrl, SETTLD_SETTLER_KEY: key(), SETTLD_REGISTRY_KEY: key() };
}

const storeOf = ({ folder, databaseUrl }: Place): string[] =>
  databaseUrl === undefined ? ["--dir", folder] : ["--database"];

async function startServer(place: Place, env: NodeJS.ProcessEnv): Promise<Started> {
  const options = [...storeOf(place), "--port", "0", "--metrics-port", "0", "--log", "json", "--quiet"];
  const child = spawn(process.execPath, [...EXEC_ARGV, PROGRAM, "serve", ...options], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code]) => code);
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]) => String(text));
  const text = await Promise.race([line, exited]);
  if (typeof text !== "string") throw new Error(`expected a server that starts, found exit code ${text}`);
  return { child, exited, said: JSON.parse(text) };
}

async function makeOperatorKey(place: Place, env: NodeJS.ProcessEnv): Promise<string> {
  const file = join(place.folder, `operator-${randomBytes(4).toString("hex")}.key`);
  const options = ["--tenant", "operator", "--scope", "operator", "--out", file];
  await promisify(execFile)(
    process.execPath,
    [...EXEC_ARGV, PROGRAM, "admin", "keys", "create", ...storeOf(place), ...options],
    { env },
  );
  return (await readFile(file, "utf8")).trim();
}
