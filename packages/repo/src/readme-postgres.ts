/**
 * The PostgreSQL of a page: one whose `pg_dump` is there too, or else the one of the tests, which has none.
 *
 * `readme-postgres.ts <url>` runs the statements of standard input one after the other, as psql does.
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { postgresUrl, queryOn } from "@settld/testkit/postgres";
import { freePort } from "./readme-background.ts";

/** A PostgreSQL that runs while a page is run. */
export type PagePostgres = {
  /** Its administrator's URL. */
  readonly url: string;
  readonly port: string;
  /** Where its tools are found, when there are any. */
  readonly path: string | undefined;
  readonly end: () => void;
};

/** The port of PostgreSQL in the text of pages. */
export const POSTGRES_PORT = "5432";

// Where Debian keeps the versions of PostgreSQL.
const VERSIONS = "/usr/lib/postgresql";
const TOOLS = ["initdb", "postgres", "pg_dump", "pg_restore"];
const LOOK_MS = 100;
const LOOKS_MAX = 300;

const findTools = (): string | undefined => {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(VERSIONS, version, "bin"));
  return folders.find((folder) => TOOLS.every((tool) => existsSync(join(folder, tool))));
};

/** Starts it. */
export const startPostgres = async (): Promise<PagePostgres> => {
  const tools = findTools();
  if (tools !== undefined) return startOwn(tools);
  const url = await postgresUrl();
  return { url, port: new URL(url).port, path: undefined, end: () => {} };
};

const startOwn = async (tools: string): Promise<PagePostgres> => {
  const folder = mkdtempSync(join(tmpdir(), "settld-page-postgres-"));
  const data = join(folder, "data");
  // It refuses to run as root.
  const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  const user = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
  chmodSync(folder, 0o755);
  mkdirSync(data);
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
  const made = spawnSync(join(tools, "initdb"), ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8"], {
    ...user,
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const options = [`-p${port}`, "-cfsync=off", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories="];
  const server = spawn(join(tools, "postgres"), ["-D", data, ...options], { ...user, cwd: folder, stdio: "ignore" });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const end = (): void => {
    // At once, because nothing of it is needed any more.
    server.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  };
  for (let looks = 0; ; looks++) {
    try {
      await queryOn(url, "SELECT 1");
      return { url, port, path: `${tools}${delimiter}`, end };
    } catch (error) {
      if (looks < LOOKS_MAX && server.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        continue;
      }
      end();
      throw error;
    }
  }
};

if (import.meta.main) {
  const [url = ""] = process.argv.slice(2);
  for (const statement of readFileSync(0, "utf8").split(/;\s*$/m)) {
    if (statement.trim() !== "") await queryOn(url, statement);
  }
}
