/**
 * A real PostgreSQL for tests, without anything to set up: the one that `DATABASE_URL` names, or one that is started
 * once for a run of tests and ends with it. Each test gets a database of its own.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

/** A database of a test. */
export type TestDatabase = {
  readonly url: string;
  /** Runs SQL as the owner of the database, on a connection of its own. */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
  /** Removes the database, whoever is connected to it. */
  readonly drop: () => Promise<void>;
};

const START_MS_MAX = 60_000;
const LOOK_MS = 20;

let started: Promise<string> | undefined;

/** The URL of a PostgreSQL on which tests may make databases. */
export function postgresUrl(): Promise<string> {
  started ??= findOrStart();
  return started;
}

/**
 * Makes an empty database.
 *
 * @param template - a database to begin with instead of an empty one.
 */
export async function makeDatabase(template?: string): Promise<TestDatabase> {
  const name = `settld_test_${randomBytes(8).toString("hex")}`;
  const from = template === undefined ? "" : ` TEMPLATE ${template} STRATEGY FILE_COPY`;
  await onServer(`CREATE DATABASE ${name}${from}`);
  const url = new URL(await postgresUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => queryOn(url.href, text, values),
    drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Runs `work` with a database of its own. */
export async function withDatabase<T>(work: (database: TestDatabase) => Promise<T>): Promise<T> {
  const database = await makeDatabase();
  try {
    return await work(database);
  } finally {
    await database.drop();
  }
}

async function onServer(text: string): Promise<void> {
  await queryOn(await postgresUrl(), text);
}

/** Runs SQL on a connection of its own. */
export async function queryOn(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

// The files of a run of tests are separate processes with one parent. The first of them starts the server, which stays
// until the parent is gone.
async function findOrStart(): Promise<string> {
  const { env } = process;
  if (env["DATABASE_URL"] !== undefined && env["DATABASE_URL"] !== "") return env["DATABASE_URL"];
  const owner = env["VITEST"] === undefined ? process.pid : process.ppid;
  const folder = join(tmpdir(), `settld-postgres-${owner}`);
  if (isMade(folder)) {
    const host = fileURLToPath(new URL("./host.ts", import.meta.url));
    spawn(process.execPath, ["--conditions=@settld/source", host, folder, String(owner)], {
      detached: true,
      stdio: "ignore",
    }).unref();
  }
  const giveUp = performance.now() + START_MS_MAX;
  while (performance.now() < giveUp) {
    if (existsSync(join(folder, "url"))) return readFileSync(join(folder, "url"), "utf8");
    if (existsSync(join(folder, "failed"))) throw new Error(readFileSync(join(folder, "failed"), "utf8"));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`expected a PostgreSQL in ${folder} within ${START_MS_MAX} ms, found none`);
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}
